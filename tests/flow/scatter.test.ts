import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedArena } from '../../dist/engine/arena.js';
import type { Block } from '../../dist/engine/block.js';
import { Divider } from '../../dist/engine/divide.js';
import { Gatherer } from '../../dist/engine/gather.js';
import { mergePieces, noPosition, scatterBlock } from '../../dist/flow/scatter.js';

const arena = new SharedArena();
const gatherer = new Gatherer(arena);
const divider = new Divider(arena);

const blockOf = (ids: readonly number[]): Block => ({
  rows: ids.length,
  columns: [
    { type: { kind: 'date' }, validity: null, offsets: null, values: new Uint8Array(Int32Array.from(ids).buffer) },
  ],
});
const idsOf = (block: Block): number[] => [
  ...new Int32Array(block.columns[0]!.values.buffer, block.columns[0]!.values.byteOffset, block.rows),
];

test('chunks scattered to row groups and merged are the rows in the order asked for', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'scatter-'));
  let n = 0;
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 20 }),
      fc.infiniteStream(fc.nat()),
      (sizes, groupRows, random) => {
        const total = sizes.reduce((a, b) => a + b, 0);
        const order = Array.from({ length: total }, (_, i) => i)
          .map((id) => ({ id, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map((x) => x.id)
          .slice(0, Math.ceil(total * 0.8));
        const positions = new Uint32Array(total).fill(noPosition);
        order.forEach((id, place) => {
          positions[id] = place;
        });
        let first = 0;
        const pieces = sizes.flatMap((size) => {
          const ids = Array.from({ length: size }, (_, i) => first + i);
          const part = positions.subarray(first, first + size);
          first += size;
          return scatterBlock(divider, arena.put(blockOf(ids))!, part, groupRows, path.join(dir, `s${n++}`));
        });
        const merged: number[] = [];
        for (let g = 0; g * groupRows < order.length; g++) {
          const mine = pieces.filter((p) => p.group === g).map((p) => p.file);
          merged.push(...idsOf(mergePieces(gatherer, mine, g * groupRows)));
        }
        expect(merged).toEqual(order);
      },
    ),
  );
  fs.rmSync(dir, { recursive: true });
});
