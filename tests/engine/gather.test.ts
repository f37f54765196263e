import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedArena } from '../../dist/engine/arena.js';
import { copyBlock, joinSegments } from '../../dist/engine/block.js';
import { readBlockFile, writeBlockFile } from '../../dist/engine/blockfile.js';
import { Gatherer } from '../../dist/engine/gather.js';
import { blockOf, row, rowsOf } from './plain-rows.js';

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
