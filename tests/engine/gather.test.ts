import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedArena } from '../../dist/engine/arena.js';
import { type Block, type Column, copyBlock, joinSegments } from '../../dist/engine/block.js';
import { readBlockFile, writeBlockFile } from '../../dist/engine/blockfile.js';
import { Gatherer } from '../../dist/engine/gather.js';

type Row = { text: string | null; number: bigint | null; small: number };

/** A block as a loader would make it, from plain values. */
function blockOf(rows: readonly Row[], withValidity: boolean): Block {
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
function rowsOf(block: Block): Row[] {
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

const row = fc.record({
  text: fc.option(
    fc.oneof(
      { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }) },
      fc.integer({ min: 1000, max: 3000 }).map((length) => 'long text '.repeat(300).slice(0, length)),
    ),
  ),
  number: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  small: fc.integer({ min: -32768, max: 32767 }),
});
const tables = fc.array(fc.tuple(fc.array(row, { maxLength: 20 }), fc.boolean()), { minLength: 1, maxLength: 4 });

const arena = new SharedArena();
const gatherer = new Gatherer(arena);

test('gathered rows are the rows asked for, in the order asked for', () => {
  fc.assert(
    fc.property(tables, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 50 }), (input, picks) => {
      const blocks = input.map(([rows, validity]) => blockOf(rows, validity));
      const chosen = picks
        .map(([b, r]): [number, number] => [b % blocks.length, r])
        .filter(([b]) => input[b]![0].length > 0)
        .map(([b, r]): [number, number] => [b, r % input[b]![0].length]);
      const from = Uint32Array.from(chosen, ([b]) => b);
      const rows = Uint32Array.from(chosen, ([, r]) => r);
      const expected = chosen.map(([b, r]) => input[b]![0][r]);
      expect(rowsOf(gatherer.gather(blocks, from, rows, false))).toEqual(expected);
      const shared = blocks.map((block) => arena.put(block)!);
      expect(rowsOf(gatherer.gather(shared, from, rows, true))).toEqual(expected);
    }),
  );
});

test('joined segments are the rows of the segments one after the other', () => {
  fc.assert(
    fc.property(tables, fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 6 }), (input, cuts) => {
      const blocks = input.map(([rows, validity]) => blockOf(rows, validity));
      const segments = cuts.map(([b, x, y]) => {
        const block = blocks[b % blocks.length]!;
        const [from, to] = [x % (block.rows + 1), y % (block.rows + 1)].sort((p, q) => p - q) as [number, number];
        return { block, from, to, rows: input[b % blocks.length]![0].slice(from, to) };
      });
      const out = joinSegments(segments);
      expect(out.columns.length === 0 ? [] : rowsOf(out)).toEqual(segments.flatMap((s) => s.rows));
    }),
  );
});

test('a copy, shared or not, and a block from disk have the same values', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'block-'));
  let n = 0;
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), fc.boolean(), fc.boolean(), (rows, validity, shared) => {
      const block = blockOf(rows, validity);
      const copy = copyBlock(block, shared);
      expect(rowsOf(copy)).toEqual(rows);
      expect(copy.columns.every((c) => c.values.buffer instanceof SharedArrayBuffer)).toBe(shared);
      const files = writeBlockFile(path.join(dir, `b${n++}`), [blockOf(rows.slice(1), validity), block]);
      expect(files.map((f) => rowsOf(readBlockFile(f)))).toEqual([rows.slice(1), rows]);
    }),
  );
  fs.rmSync(dir, { recursive: true });
});
