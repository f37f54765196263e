import type { ReadBlock } from '../engine/block.js';
import { placeColumns } from '../engine/kernel-column.js';
import { type ArrowType, arrowWidth, type ColumnType, widthOf } from '../engine/types.js';
import { digestSecretBytes, type IngestKernel } from '../kernels/ingest.js';

/** Bytes of a digest. */
export const digestBytes = 16;

/** How a column is hashed; kernels/assembly/ingest/digest.ts has the same numbers. */
const how = { null: 0, fixed: 1, bytes: 2, float64: 3, float32: 4, float16: 5, nested: 6, json: 7, word: 8 } as const;
const descriptorWords = 8;
/**
 * Rows a call: V8 puts better code of a function in at its next call, so the first chunk is not done in one. Their digests
 * are copied out while they are in the cache.
 */
const rowsAtOnce = 4096;

/** Has a kernel make digests under this secret: those of all lanes are compared. */
export function setDigestSecret(kernel: IngestKernel, secret: Uint8Array): void {
  if (secret.length !== digestSecretBytes) throw new Error(`a secret of ${secret.length} bytes`);
  const mark = kernel.mark();
  kernel.exports.digestSecret(kernel.put(secret));
  kernel.reset(mark);
}

/** The hash of bytes under the kernel's secret. */
export function hashBytes(kernel: IngestKernel, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const mark = kernel.mark();
  // A copy of its own: what is behind the bytes is overwritten.
  const at = kernel.put(bytes.slice());
  const out = kernel.alloc(digestBytes);
  kernel.exports.digestBytes(at, bytes.length, out);
  const digest = kernel.u8(out, digestBytes).slice();
  kernel.reset(mark);
  return digest;
}

/**
 * The 128-bit digest of each row over the given columns, in that order: 16 bytes a row, a hash under the kernel's secret of a byte form in which
 * every value carries its length and null has a mark of its own. NaN equals NaN and -0 equals 0, in nested values too; of
 * JSON that has become structs, the order of keys and absent keys make no difference.
 * Returns memory that `take` gives for so many bytes (by default its own) and frees what it reserved. `block` may lie in the kernel's memory
 * or outside (it is copied in). `done` is called after every few thousand rows, whose bytes are in the cache then; it reserves
 * nothing.
 */
export function digestRows(
  kernel: IngestKernel,
  block: ReadBlock,
  columns: readonly number[],
  take: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
  done: (from: number, to: number) => void = () => undefined,
): Uint8Array {
  if (block.rows === 0) return new Uint8Array(0);
  const mark = kernel.mark();
  const exports = kernel.exports;

  const placed = placeColumns(
    kernel,
    columns.map((c) => block.columns[c]!),
  );
  const programs = columns.map((c) => programOf(kernel, block.columns[c]!.type));
  const tableWords = columns.length * descriptorWords;
  const descriptors = kernel.alloc((tableWords + programs.reduce((n, p) => n + p.length, 0)) * 4);
  const out = kernel.alloc(Math.min(block.rows, rowsAtOnce) * digestBytes);

  let end = tableWords;
  placed.forEach((at, i) => {
    const type = block.columns[columns[i]!]!.type;
    const program = programs[i]!;
    const address = program.length === 0 ? 0 : descriptors + end * 4;
    kernel.u32(descriptors + end * 4, program.length).set(program);
    end += program.length;
    const row = [howOf(type, program), widthOf(type), at.validity, at.offsets, at.values, address, 0, 0];
    kernel.u32(descriptors + i * descriptorWords * 4, descriptorWords).set(row);
  });

  const longest = exports.longestRow(descriptors, columns.length, block.rows) >>> 0;
  const scratch = kernel.alloc(longest);
  const hasJson = columns.some((c, i) => block.columns[c]!.type.kind === 'json' && programs[i]!.length > 0);
  const stack = kernel.alloc(hasJson ? longest : 0);
  const spare = kernel.alloc(hasJson ? longest : 0);
  const digests = take(block.rows * digestBytes);
  for (let row = 0; row < block.rows; row += rowsAtOnce) {
    const end = Math.min(row + rowsAtOnce, block.rows);
    exports.digestRows(descriptors, columns.length, row, end, scratch, stack, spare, out);
    digests.set(kernel.u8(out, (end - row) * digestBytes), row * digestBytes);
    done(row, end);
  }
  kernel.reset(mark);
  return digests;
}

function howOf(type: ColumnType, program: readonly number[]): number {
  switch (type.kind) {
    case 'null':
      return how.null;
    case 'text':
      return how.bytes;
    case 'json':
      return program.length === 0 ? how.bytes : how.json;
    case 'float64':
      return how.float64;
    case 'nested':
      return program.length === 0 ? how.bytes : how.nested;
    case 'arrow':
      if (type.arrow.name === 'float')
        return type.arrow.bits === 64 ? how.float64 : type.arrow.bits === 32 ? how.float32 : how.float16;
      if (type.arrow.name === 'null') return how.null;
      return arrowWidth(type.arrow) === 0 ? how.bytes : how.fixed;
    case 'int64':
    case 'datetime':
      return how.word;
    default:
      return how.fixed;
  }
}

/** Steps over the row encoding of a nested value; kernels/assembly/ingest/digest.ts has the same numbers. */
const step = { fixed: 0, bytes: 1, float64: 2, float32: 3, float16: 4, list: 5, fixedList: 6, struct: 7 } as const;

/**
 * How to read a nested column's cells, for those whose bytes are not what they mean: three numbers a step to find floats in
 * the row encoding, five to read JSON. Keys are put into the kernel.
 */
function programOf(kernel: IngestKernel, type: ColumnType): number[] {
  if (type.kind === 'nested' && hasFloat(type.arrow)) return steps(type.arrow);
  if (
    type.kind === 'json' &&
    type.arrow !== null &&
    (hasFloat(type.arrow) || hasStruct(type.arrow) || hasKept(type.arrow))
  )
    return jsonSteps(kernel, type.arrow, null);
  return [];
}

/** Whether texts of it can come from values that were no strings. */
function hasKept(type: ArrowType): boolean {
  return (type.name === 'utf8' && type.holds !== undefined) || (type.name === 'list' && hasKept(type.item));
}

function hasStruct(type: ArrowType): boolean {
  return type.name === 'struct' || (type.name === 'list' && hasStruct(type.item));
}

/** Steps over JSON text; kernels/assembly/ingest/json-digest.ts has the same numbers. */
const jsonStep: Partial<Record<ArrowType['name'], number>> = { utf8: 1, bool: 2, int: 3, float: 4, list: 5, struct: 6 };
const jsonTextStep = 7;

function jsonSteps(kernel: IngestKernel, type: ArrowType, name: string | null): number[] {
  const key = name === null ? null : new TextEncoder().encode(`${JSON.stringify(name).slice(1)}:`);
  const children =
    type.name === 'list'
      ? jsonSteps(kernel, type.item, null)
      : type.name === 'struct'
        ? type.fields.flatMap((f) => jsonSteps(kernel, f.type, f.name))
        : [];
  const fields = type.name === 'struct' ? type.fields.length : 0;
  const keyAt = key === null ? 0 : kernel.put(key);
  const code = type.name === 'utf8' && type.holds === 'json' ? jsonTextStep : (jsonStep[type.name] ?? 0);
  return [code, 5 + children.length, fields, keyAt, key?.length ?? 0, ...children];
}

function hasFloat(type: ArrowType): boolean {
  if (type.name === 'list' || type.name === 'fixedList') return hasFloat(type.item);
  if (type.name === 'struct') return type.fields.some((f) => hasFloat(f.type));
  return type.name === 'float';
}

function steps(type: ArrowType): number[] {
  const node = (kind: number, number: number, children: number[] = []): number[] => [
    kind,
    3 + children.length,
    number,
    ...children,
  ];
  switch (type.name) {
    case 'list':
      return node(step.list, 0, steps(type.item));
    case 'fixedList':
      return node(step.fixedList, type.size, steps(type.item));
    case 'struct':
      return node(
        step.struct,
        type.fields.length,
        type.fields.flatMap((f) => steps(f.type)),
      );
    case 'utf8':
    case 'binary':
      return node(step.bytes, 0);
    case 'float':
      return node(type.bits === 64 ? step.float64 : type.bits === 32 ? step.float32 : step.float16, 0);
    default:
      return node(step.fixed, arrowWidth(type));
  }
}
