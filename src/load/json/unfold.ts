import type { ReadColumn } from '../../engine/block.js';
import type { ArrowType } from '../../engine/types.js';
import { createIngestKernel, type IngestKernel } from '../../kernels/ingest.js';
import { type ArrowNode, packBits } from '../../write/arrow.js';

/** Fields of a node of the unfold kernel, as indexes of uint32 (kernels/assembly/ingest/json-unfold.ts). */
const node = {
  type: 0,
  first: 1,
  next: 2,
  key: 3,
  keyLength: 4,
  fields: 5,
  measured: 6,
  measuredBytes: 7,
  rows: 8,
  base: 9,
  nulls: 10,
  used: 11,
  usedBase: 12,
  validity: 13,
  offsets: 14,
  values: 15,
  size: 16,
} as const;

const types = { utf8: 1, bool: 2, int: 3, float: 4, list: 5, struct: 6 } as const;
/** A text that holds JSON text, strings included. */
const jsonText = 7;

/** Text that goes into the kernel at once, but for a longer cell: it bounds the memory of the kernel, which stays. */
const batchBytes = 1 << 22;

/** One of small memory a thread, for good: making one takes longer than many columns. */
let kernel: IngestKernel | null = null;

/**
 * Unfolds a column of canonical JSON text into its nested Arrow type. Takes memory of its own, about the size of the text.
 * The column's type is `json` with the `arrow` that `shapeToArrow` gave for all of its values.
 */
export function unfoldJson(column: ReadColumn, rows: number): ArrowNode {
  const { type, offsets } = column;
  if (type.kind !== 'json' || type.arrow === null || offsets === null)
    throw new Error('not a column of unfoldable JSON');
  kernel ??= createIngestKernel();
  kernel.reset();
  const root = layOut(kernel, type.arrow);
  const total = offsets[rows]! - offsets[0]!;
  for (let from = 0; from < rows; ) {
    let to = from + 1;
    while (to < rows && offsets[to + 1]! - offsets[from]! <= batchBytes) to++;
    const done = Math.max(1, offsets[to]! - offsets[0]!);
    unfoldBatch(kernel, root, column, from, to, Math.min(total / done, rows / to));
    from = to;
  }
  return finish(kernel, root);
}

/** A node of the type: its place in the kernel, and what was written over all batches. */
interface Growing {
  type: ArrowType;
  at: number;
  children: Growing[];
  /** A byte a row. */
  validity: Uint8Array;
  /** Behind a leading 0, where each row ends; of text and lists. */
  offsets: Int32Array;
  /** 8 bytes a number, 1 a boolean, or text. */
  values: Uint8Array;
}

function layOut(kernel: IngestKernel, type: ArrowType): Growing {
  const at = kernel.alloc(node.size * 4);
  const code = type.name === 'utf8' && type.holds === 'json' ? jsonText : types[type.name as keyof typeof types];
  if (code === undefined) throw new Error(`JSON has no values of type ${type.name}`);
  const children =
    type.name === 'list'
      ? [layOut(kernel, type.item)]
      : type.name === 'struct'
        ? type.fields.map((f) => layOut(kernel, f.type))
        : [];
  kernel.u32(at, node.size).fill(0)[node.type] = code;
  if (children.length > 0) kernel.u32(at, node.size)[node.first] = children[0]!.at;
  if (type.name === 'struct') {
    kernel.u32(at, node.size)[node.fields] = children.length;
    children.forEach((child, i) => {
      const key = new TextEncoder().encode(`${JSON.stringify(type.fields[i]!.name).slice(1)}:`);
      const keyAt = kernel.put(key);
      const fields = kernel.u32(child.at, node.size);
      fields[node.next] = children[i + 1]?.at ?? 0;
      fields[node.key] = keyAt;
      fields[node.keyLength] = key.length;
    });
  }
  return { type, at, children, validity: new Uint8Array(0), offsets: new Int32Array(0), values: new Uint8Array(0) };
}

/** Adds rows `from` to `to`. `share` is how many times as much as so far is expected in all. */
function unfoldBatch(
  kernel: IngestKernel,
  root: Growing,
  column: ReadColumn,
  from: number,
  to: number,
  share: number,
): void {
  const run = kernel.exports;
  const mark = kernel.mark();
  const offsets = column.offsets!.subarray(from, to + 1);
  const text = kernel.put(column.values.subarray(offsets[0]!, offsets[to - from]!));
  const offsetsAt = kernel.put(offsets);
  const validityAt = column.validity === null ? 0 : kernel.put(column.validity.subarray(from, to));
  each(root, ({ at }) => {
    const fields = kernel.u32(at, node.size);
    fields[node.measured] = 0;
    fields[node.measuredBytes] = 0;
  });
  run.jsonUnfold(root.at, text, offsetsAt, validityAt, to - from, false);
  each(root, (growing) => reserve(kernel, growing));
  run.jsonUnfold(root.at, text, offsetsAt, validityAt, to - from, true);
  each(root, (growing) => collect(kernel, growing, share));
  kernel.reset(mark);
}

function each(root: Growing, visit: (growing: Growing) => void): void {
  visit(root);
  for (const child of root.children) each(child, visit);
}

/** Gives a node the memory that was measured for this batch. */
function reserve(kernel: IngestKernel, { type, at }: Growing): void {
  const measured = kernel.u32(at, node.size).slice();
  const rows = measured[node.measured]!;
  const name = type.name;
  const values =
    name === 'utf8'
      ? measured[node.measuredBytes]!
      : name === 'bool'
        ? rows
        : name === 'int' || name === 'float'
          ? rows * 8
          : 0;
  const validityAt = kernel.alloc(rows);
  const offsetsAt = name === 'utf8' || name === 'list' ? kernel.alloc(rows * 4) : 0;
  const valuesAt = kernel.alloc(values);
  const fields = kernel.u32(at, node.size);
  fields[node.base] = fields[node.rows]!;
  fields[node.usedBase] = fields[node.used]!;
  fields[node.validity] = validityAt;
  fields[node.offsets] = offsetsAt;
  fields[node.values] = valuesAt;
}

/** Appends what was written for this batch. */
function collect(kernel: IngestKernel, growing: Growing, share: number): void {
  const fields = kernel.u32(growing.at, node.size);
  const [base, rows] = [fields[node.base]!, fields[node.rows]!];
  const [usedBase, used] = [fields[node.usedBase]!, fields[node.used]!];
  if (used > 0x7fffffff) throw new Error('more than 2 GB of text in one place of a row group');
  const name = growing.type.name;
  growing.validity = room(growing.validity, rows, share);
  growing.validity.set(kernel.u8(fields[node.validity]!, rows - base), base);
  if (name === 'utf8' || name === 'list') {
    growing.offsets = room(growing.offsets, rows + 1, share);
    growing.offsets.set(kernel.i32(fields[node.offsets]!, rows - base), base + 1);
  }
  const width = name === 'bool' ? 1 : name === 'int' || name === 'float' ? 8 : 0;
  const [start, end] = name === 'utf8' ? [usedBase, used] : [base * width, rows * width];
  growing.values = room(growing.values, end, share);
  growing.values.set(kernel.u8(fields[node.values]!, end - start), start);
}

/** The array, or a copy of it that has room for `size` and what is expected to come. */
function room<T extends Uint8Array | Int32Array>(array: T, size: number, share: number): T {
  if (size <= array.length) return array;
  const grown = Math.ceil(Math.max(size, Math.min(size * share * 1.05, size * 64)));
  const copy = new (array.constructor as new (n: number) => T)(grown);
  copy.set(array as never);
  return copy;
}

function finish(kernel: IngestKernel, growing: Growing): ArrowNode {
  const { type, at } = growing;
  const fields = kernel.u32(at, node.size);
  const [rows, nulls, used] = [fields[node.rows]!, fields[node.nulls]!, fields[node.used]!];
  const validity = nulls === 0 ? null : packBits(growing.validity.subarray(0, rows)).bits;
  const base = { type, rows, nulls, validity, offsets: null, values: null };
  switch (type.name) {
    case 'utf8': {
      const offsets = room(growing.offsets, rows + 1, 1).subarray(0, rows + 1);
      return { ...base, offsets, values: growing.values.subarray(0, used), children: [] };
    }
    case 'list': {
      const offsets = room(growing.offsets, rows + 1, 1).subarray(0, rows + 1);
      return { ...base, offsets, children: [finish(kernel, growing.children[0]!)] };
    }
    case 'struct':
      return { ...base, children: growing.children.map((c) => finish(kernel, c)) };
    case 'bool':
      return { ...base, values: packBits(growing.values.subarray(0, rows)).bits, children: [] };
    default:
      return { ...base, values: growing.values.subarray(0, rows * 8), children: [] };
  }
}
