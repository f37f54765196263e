import type { Block, Column } from './block.js';
import { widthOf } from './types.js';

/**
 * Picks rows out of several blocks of one schema, in any order, into a new block of its own memory: row i is row `rows[i]`
 * of `blocks[from[i]]`. This is how a ranked data set is put in order.
 */
export function gatherRows(blocks: readonly Block[], from: Uint32Array, rows: Uint32Array): Block {
  const first = blocks[0];
  if (first === undefined) return { rows: 0, columns: [] };
  const columns = first.columns.map((_, c) =>
    gatherColumn(
      blocks.map((b) => b.columns[c]!),
      from,
      rows,
    ),
  );
  return { rows: rows.length, columns };
}

function gatherColumn(sources: readonly Column[], from: Uint32Array, rows: Uint32Array): Column {
  const type = sources[0]!.type;
  const validity = sources.some((s) => s.validity !== null) ? gatherValidity(sources, from, rows) : null;
  if (sources[0]!.offsets !== null) return { type, validity, ...gatherBytes(sources, from, rows) };
  const width = widthOf(type);
  const values = new Uint8Array(rows.length * width);
  if (width === 8) gather8(sources, from, rows, values);
  else gatherFixed(sources, from, rows, values, width);
  return { type, validity, offsets: null, values };
}

function gatherValidity(sources: readonly Column[], from: Uint32Array, rows: Uint32Array): Uint8Array {
  const out = new Uint8Array(rows.length);
  const validities = sources.map((s) => s.validity);
  for (let i = 0; i < rows.length; i++) {
    const validity = validities[from[i]!];
    out[i] = validity == null ? 1 : validity[rows[i]!]!;
  }
  return out;
}

/** Copies eight bytes as two integers: through a Float64Array the bits of a NaN might not survive. */
function gather8(sources: readonly Column[], from: Uint32Array, rows: Uint32Array, values: Uint8Array): void {
  const words = sources.map((s) => new Int32Array(s.values.buffer, s.values.byteOffset, s.values.length >> 2));
  const out = new Int32Array(values.buffer);
  for (let i = 0; i < rows.length; i++) {
    const source = words[from[i]!]!;
    const at = rows[i]! * 2;
    out[2 * i] = source[at]!;
    out[2 * i + 1] = source[at + 1]!;
  }
}

function gatherFixed(
  sources: readonly Column[],
  from: Uint32Array,
  rows: Uint32Array,
  values: Uint8Array,
  width: number,
): void {
  for (let i = 0; i < rows.length; i++) {
    const source = sources[from[i]!]!.values;
    const at = rows[i]! * width;
    for (let b = 0; b < width; b++) values[i * width + b] = source[at + b]!;
  }
}

/** Cells up to this long are copied in a loop: a call of `set` costs more than they do. */
const shortCell = 48;

function gatherBytes(
  sources: readonly Column[],
  from: Uint32Array,
  rows: Uint32Array,
): { offsets: Int32Array; values: Uint8Array } {
  const starts = sources.map((s) => s.offsets!);
  const bytes = sources.map((s) => s.values);
  const offsets = new Int32Array(rows.length + 1);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const source = starts[from[i]!]!;
    const row = rows[i]!;
    total += source[row + 1]! - source[row]!;
    offsets[i + 1] = total;
  }
  const values = new Uint8Array(total);
  for (let i = 0; i < rows.length; i++) {
    const k = from[i]!;
    const row = rows[i]!;
    const source = bytes[k]!;
    const start = starts[k]![row]!;
    const end = starts[k]![row + 1]!;
    let at = offsets[i]!;
    if (end - start > shortCell) values.set(source.subarray(start, end), at);
    else for (let p = start; p < end; p++) values[at++] = source[p]!;
  }
  return { offsets, values };
}
