import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteGate, Sequence } from '../../dist/engine/sequence.js';
import { GroupPlan, groupBytes, groupRows, splitRows } from '../../dist/flow/groups.js';
import { ChunkWalk, type Walkable } from '../../dist/flow/walk.js';

const limits = { bytes: 100, records: 50 };
const start = { byte: 0, record: 1, line: 1 };

/** Walks sources whose text chunks have the given record counts, with several lanes that finish in any order. */
async function walk(records: (number[] | { groups: number[] })[], limit: number, lanes: number) {
  const sources: Walkable[] = records.map((r) =>
    Array.isArray(r)
      ? { start, limits, pieces: null }
      : { start: null, limits: null, pieces: r.groups.map((rows, group) => ({ group, from: 0, to: rows, record: 1 })) },
  );
  const chunks = new ChunkWalk(sources, limit);
  const seen: { id: number; source: number; ordinal: number; records: number }[] = [];
  const lane = async () => {
    for (let ref = await chunks.next(); ref !== null; ref = await chunks.next()) {
      let count: number;
      if ('start' in ref.piece) {
        const all = records[ref.source] as number[];
        const index = ref.piece.start.byte;
        count = Math.min(all[index]!, ref.piece.limits.records);
        await Promise.resolve();
        const next = index + 1 < all.length ? { byte: index + 1, record: 1, line: 1 } : null;
        chunks.found({ records: count, next });
      } else count = ref.piece.to - ref.piece.from;
      seen.push({ id: ref.id, source: ref.source, ordinal: ref.ordinal, records: count });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return seen.sort((a, b) => a.id - b.id);
}

test('every record of every source is in exactly one chunk, in source order, up to the limit', async () => {
  const counts = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 });
  const source = fc.oneof(counts, fc.record({ groups: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }) }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(source, { maxLength: 4 }),
      fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 100 })),
      fc.integer({ min: 1, max: 3 }),
      async (records, limit, lanes) => {
        const seen = await walk(records, limit, lanes);
        const total = records.flatMap((r) => (Array.isArray(r) ? r : r.groups)).reduce((a, b) => a + b, 0);
        expect(seen.map((s) => s.id)).toEqual(seen.map((_, i) => i));
        let ordinal = 0;
        for (const s of seen) {
          expect(s.ordinal).toBe(ordinal);
          ordinal += s.records;
        }
        expect(ordinal).toBe(Math.min(total, limit));
        expect(seen.map((s) => s.source)).toEqual(seen.map((s) => s.source).sort((a, b) => a - b));
      },
    ),
  );
});

test('row groups hold every kept row once, small chunks are coalesced, large ones stay on their lane', () => {
  const chunk = fc.tuple(fc.nat({ max: 3 * groupRows }), fc.integer({ min: 1, max: 400 }));
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
      const plan = new GroupPlan();
      let pending = 0;
      for (const [rows, width] of chunks) {
        const placed = plan.place(rows, rows * width);
        if (rows === 0) expect(placed.where).toBe('none');
        else if (placed.where === 'lane') {
          expect(pending).toBe(0);
          const largest = Math.ceil(rows / placed.groups);
          expect(largest).toBeLessThanOrEqual(1.5 * groupRows);
          expect(largest * width).toBeLessThanOrEqual(groupBytes + width);
        } else if (placed.where === 'pending') {
          pending = placed.flush ? 0 : pending + rows;
          expect(pending).toBeLessThan(groupRows);
        }
      }
    }),
  );
  expect(splitRows(10, 3)).toEqual([0, 3, 6, 10]);
});

test('a sequence lets numbers pass in order, a byte gate holds back what does not fit', async () => {
  const sequence = new Sequence();
  const order: number[] = [];
  const pass = async (id: number) => {
    await sequence.turn(id);
    order.push(id);
    sequence.leave(id);
  };
  await Promise.all([3, 1, 0, 2].map(pass));
  expect(order).toEqual([0, 1, 2, 3]);

  const gate = new ByteGate(100);
  let held = 0;
  let most = 0;
  await Promise.all(
    [60, 60, 30, 500, 10].map(async (bytes) => {
      await gate.acquire(bytes);
      held += bytes;
      most = Math.max(most, held - (bytes === 500 ? 400 : 0));
      await new Promise((r) => setTimeout(r, 2));
      held -= bytes;
      gate.release(bytes);
    }),
  );
  expect(held).toBe(0);
  expect(most).toBeLessThanOrEqual(100);
});
