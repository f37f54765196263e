import fc from 'fast-check';
import type { Block, Column } from '../../dist/engine/block.js';

/** A row as plain values. */
export type Row = { text: string | null; number: bigint | null; small: number };

/** A block as a loader would make it, from plain values. */
export function blockOf(rows: readonly Row[], withValidity: boolean): Block {
  const bytes = rows.map((r) => Buffer.from(r.text ?? ''));
  const offsets = new Int32Array(rows.length + 1);
  bytes.forEach((b, i) => {
    offsets[i + 1] = offsets[i]! + b.length;
  });
  const numbers = new BigInt64Array(rows.map((r) => r.number ?? 0n));
  const validityOf = (values: unknown[]): Uint8Array | null =>
    withValidity || values.includes(null) ? Uint8Array.from(values, (v) => (v === null ? 0 : 1)) : null;
  const columns: Column[] = [
    { type: { kind: 'text' }, validity: validityOf(rows.map((r) => r.text)), offsets, values: Buffer.concat(bytes) },
    {
      type: { kind: 'int64' },
      validity: validityOf(rows.map((r) => r.number)),
      offsets: null,
      values: new Uint8Array(numbers.buffer),
    },
    {
      type: { kind: 'arrow', arrow: { name: 'int', bits: 16, signed: true } },
      validity: null,
      offsets: null,
      values: new Uint8Array(new Int16Array(rows.map((r) => r.small)).buffer),
    },
  ];
  return { rows: rows.length, columns };
}

/** Plain values of a block, read without any of the code under test. */
export function rowsOf(block: Block): Row[] {
  const [text, number, small] = block.columns as [Column, Column, Column];
  const numbers = new DataView(number.values.buffer, number.values.byteOffset, number.values.byteLength);
  const smalls = new DataView(small.values.buffer, small.values.byteOffset, small.values.byteLength);
  return Array.from({ length: block.rows }, (_, i) => ({
    text:
      text.validity?.[i] === 0
        ? null
        : Buffer.from(text.values.subarray(text.offsets![i]!, text.offsets![i + 1]!)).toString(),
    number: number.validity?.[i] === 0 ? null : numbers.getBigInt64(8 * i, true),
    small: smalls.getInt16(2 * i, true),
  }));
}

export const row: fc.Arbitrary<Row> = fc.record({
  text: fc.option(
    fc.oneof(
      { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
      fc.integer({ min: 1000, max: 3000 }).map((length) => 'long text '.repeat(300).slice(0, length)),
    ),
  ),
  number: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  small: fc.integer({ min: -32768, max: 32767 }),
});
