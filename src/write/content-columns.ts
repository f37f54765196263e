import { arrowWidth } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { during } from '../kernels/lent.js';
import type { ArrowNode } from './arrow.js';
import type { ContentRows, Sections } from './content.js';
import { decimalBytes } from './elements.js';
import type { StoredColumn } from './stored.js';

/** Enters a flat column, which lies in the kernel's memory as it goes to the encoder. What it reserves there is freed. */
export function enterFlat(kernel: IngestKernel, column: StoredColumn, content: ContentRows): void {
  const exports = kernel.exports;
  const { width, values, offsets } = column;
  for (const { from, rows, sections } of content.pieces) {
    const mark = kernel.mark();
    const nulls = column.validity === 0 ? 0 : exports.pageNulls(column.validity + from, rows);
    const validity = nulls === 0 ? 0 : column.validity + from;
    sections.presence(rows, nulls, nulls === 0 ? null : during(kernel.u8(validity, rows)));
    if (width > 0) {
      const at = values + from * width;
      if (nulls === 0) sections.values([during(kernel.u8(at, rows * width))]);
      else {
        const dense = kernel.alloc(rows * width);
        const bytes = exports.pageFixed(validity, at, width, rows, dense);
        sections.values([during(kernel.u8(dense, bytes))]);
      }
    } else {
      const texts = offsets + from * 4;
      const lengths = kernel.alloc(rows * 4);
      const count = exports.pageLengths(validity, texts, rows, lengths);
      sections.values([during(kernel.u8(lengths, count * 4))]);
      const [start, end] = [kernel.u32(texts, 1)[0]!, kernel.u32(texts + rows * 4, 1)[0]!];
      if (nulls === 0) sections.values([during(kernel.u8(values + start, end - start))]);
      else {
        const dense = kernel.alloc(end - start);
        const bytes = exports.pageBytes(validity, texts, values, rows, dense);
        sections.values([during(kernel.u8(dense, bytes))]);
      }
    }
    kernel.reset(mark);
  }
}

/** Enters a column in Arrow's layout, in the type that is stored. */
export function enterNode(node: ArrowNode, content: ContentRows): void {
  for (const { from, rows, sections } of content.pieces) enterRuns(node, [from, from + rows], sections);
}

/** Enters the slots from `runs[0]` to `runs[1]`, from `runs[2]` to `runs[3]` and so on. */
function enterRuns(node: ArrowNode, runs: readonly number[], sections: Sections): void {
  const { type, offsets, children } = node;
  const values = enterPresence(node, runs, sections);
  switch (type.name) {
    case 'list': {
      sections.values([lengthsOf(offsets!, values)]);
      enterRuns(children[0]!, spansOf(offsets!, values), sections);
      return;
    }
    case 'fixedList':
      enterRuns(
        children[0]!,
        values.map((slot) => slot * type.size),
        sections,
      );
      return;
    case 'struct':
      for (const child of children) enterRuns(child, values, sections);
      return;
    case 'utf8':
    case 'binary': {
      sections.values([lengthsOf(offsets!, values)]);
      sections.values(partsOf(node.values!, spansOf(offsets!, values), 1));
      return;
    }
    default:
      sections.values(plainOf(node, values));
  }
}

/** Says which slots have a value, and returns those. */
function enterPresence(node: ArrowNode, runs: readonly number[], sections: Sections): readonly number[] {
  const { validity } = node;
  let slots = 0;
  for (let i = 0; i < runs.length; i += 2) slots += runs[i + 1]! - runs[i]!;
  if (validity === null) {
    sections.presence(slots, 0, null);
    return runs;
  }
  const present = new Uint8Array(slots);
  const values: number[] = [];
  let at = 0;
  let count = 0;
  for (let i = 0; i < runs.length; i += 2) {
    for (let slot = runs[i]!; slot < runs[i + 1]!; slot++, at++) {
      if (((validity[slot >> 3]! >> (slot & 7)) & 1) === 0) continue;
      present[at] = 1;
      count++;
      if (values.at(-1) === slot) values[values.length - 1] = slot + 1;
      else values.push(slot, slot + 1);
    }
  }
  sections.presence(slots, slots - count, count === slots ? null : present);
  return values;
}

function lengthsOf(offsets: Int32Array, runs: readonly number[]): Uint8Array {
  const lengths: number[] = [];
  for (let i = 0; i < runs.length; i += 2)
    for (let slot = runs[i]!; slot < runs[i + 1]!; slot++) lengths.push(offsets[slot + 1]! - offsets[slot]!);
  return new Uint8Array(Uint32Array.from(lengths).buffer);
}

const spansOf = (offsets: Int32Array, runs: readonly number[]): number[] => runs.map((slot) => offsets[slot]!);

function partsOf(bytes: Uint8Array, runs: readonly number[], width: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < runs.length; i += 2) parts.push(bytes.subarray(runs[i]! * width, runs[i + 1]! * width));
  return parts;
}

/** Values of a type of fixed width in the form in which flat columns are stored. */
function plainOf({ type, values }: ArrowNode, runs: readonly number[]): Uint8Array[] {
  const bytes = values!;
  if (type.name === 'bool')
    return [eachSlot(runs, 1, (slot, to, at) => (to[at] = (bytes[slot >> 3]! >> (slot & 7)) & 1))];
  const width = arrowWidth(type);
  if (type.name === 'int' && width < 4) {
    return [
      eachSlot(runs, 4, (slot, to, at) => {
        for (let i = 0; i < width; i++) to[at + i] = bytes[slot * width + i]!;
        if (type.signed && to[at + width - 1]! >= 128) to.fill(255, at + width, at + 4);
      }),
    ];
  }
  if (type.name === 'decimal') {
    const { precision } = type;
    const stored = precision <= 9 ? 4 : precision <= 18 ? 8 : decimalBytes(precision);
    return [
      eachSlot(runs, stored, (slot, to, at) => {
        for (let i = 0; i < stored; i++) to[at + i] = bytes[slot * 16 + (precision <= 18 ? i : stored - 1 - i)]!;
      }),
    ];
  }
  return partsOf(bytes, runs, width);
}

function eachSlot(
  runs: readonly number[],
  width: number,
  put: (slot: number, to: Uint8Array, at: number) => void,
): Uint8Array {
  let slots = 0;
  for (let i = 0; i < runs.length; i += 2) slots += runs[i + 1]! - runs[i]!;
  const to = new Uint8Array(slots * width);
  let at = 0;
  for (let i = 0; i < runs.length; i += 2)
    for (let slot = runs[i]!; slot < runs[i + 1]!; slot++, at += width) put(slot, to, at);
  return to;
}
