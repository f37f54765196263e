import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedArena } from '../../dist/engine/arena.js';
import type { Block } from '../../dist/engine/block.js';
import { fileBytes, readBlockFile, writeFile } from '../../dist/engine/blockfile.js';
import { checksum } from '../../dist/engine/checksum.js';
import { Divider } from '../../dist/engine/divide.js';
import { Gatherer } from '../../dist/engine/gather.js';
import { blockOf, row, rowsOf } from './plain-rows.js';

const arena = new SharedArena();
const divider = new Divider(arena);
const gatherer = new Gatherer(arena);

const numbersOf = ({ rows, columns }: Block): number[] => {
  const { values } = columns.at(-1)!;
  expect(values.length).toBe(rows * 4);
  const view = new DataView(values.buffer, values.byteOffset, values.length);
  return Array.from({ length: rows }, (_, i) => view.getUint32(i * 4, true));
};

test('the parts of a divided block, read back from their file, are the rows they were given', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'divide-'));
  let n = 0;
  const table = fc.array(row, { maxLength: 40 });
  const picks = fc.array(fc.nat(), { maxLength: 40 });
  fc.assert(
    fc.property(table, fc.boolean(), picks, fc.array(fc.nat(), { maxLength: 5 }), (rows, validity, order, cuts) => {
      const block = arena.put(blockOf(rows, validity))!;
      const numbers = Uint32Array.from(rows, (_, r) => 4_000_000_000 + r * 7);
      // Some rows, each once, in any order.
      const chosen = [...new Set(rows.length === 0 ? [] : order.map((r) => r % rows.length))];
      const ends = [...cuts.map((cut) => cut % (chosen.length + 1)), chosen.length].sort((a, b) => a - b);
      const { bytes, parts } = divider.divide(block, numbers, Uint32Array.from(chosen), ends);
      const file = path.join(dir, `d${n++}`);
      writeFile(file, bytes);
      const sumOf = (part: (typeof parts)[number]): number =>
        checksum(bytes.subarray(part.position, part.position + fileBytes(part)));
      const files = parts.map((part) => ({ path: file, ...part, sum: sumOf(part) }));
      const due = ends.map((end, i) => chosen.slice(ends[i - 1] ?? 0, end));
      for (const back of [files.map((f) => readBlockFile(f)), gatherer.read(files)]) {
        expect(back.map(rowsOf)).toEqual(due.map((part) => part.map((r) => rows[r])));
        expect(back.map(numbersOf)).toEqual(due.map((part) => part.map((r) => numbers[r])));
      }
    }),
  );
  fs.rmSync(dir, { recursive: true });
});
