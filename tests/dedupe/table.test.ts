import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DigestTable } from '../../dist/dedupe/table.js';

/** Numbers below 2^32 that are the same for a seed. */
function randoms(seed: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** The words of digests whose pages (`pageMask`) and buckets and tags (`bucketMask`) are all of them or few, some twice. */
function crowded(rows: number, seed: number, pageMask: number, bucketMask: number): Uint32Array {
  const next = randoms(seed);
  const words = new Uint32Array(rows * 4);
  for (let r = 0; r < rows; r++) {
    if (r > 0 && next() % 4 === 0) {
      const other = next() % r;
      words.copyWithin(r * 4, other * 4, other * 4 + 4);
    } else words.set([next() & pageMask, next() & bucketMask, next(), next() & 3], r * 4);
  }
  return words;
}

const keyOf = (words: Uint32Array, row: number): string => words.subarray(row * 4, row * 4 + 4).join();

/** Digests that agree in many of their words, so that every word has to be compared. */
const digest = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1), fc.nat(1)).map((words) => words.map((w) => w * 0x77777777));

function bytesOf(digests: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(digests.flat()).buffer);
}

describe('DigestTable', () => {
  test('keeps first occurrences, whatever the borders of chunks', () => {
    const row = fc.record({ digest, skip: fc.boolean(), border: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 80 }),
        fc.boolean(),
        fc.constantFrom(0, 5000),
        (rows, onebyone, expectedRows) => {
          const table = new DigestTable(expectedRows);
          const first = new Map<string, number>();
          const expected = rows.map((r, i) => {
            if (r.skip) return [0, 0];
            const key = r.digest.join();
            const known = first.get(key);
            if (known === undefined) first.set(key, i * 2 + 5);
            return [Number(known === undefined), known ?? i * 2 + 5];
          });
          const got: number[][] = [];
          let from = 0;
          rows.forEach((r, i) => {
            if (!r.border && i + 1 < rows.length) return;
            const chunk = rows.slice(from, i + 1);
            const bytes = bytesOf(chunk.map((c) => c.digest));
            const ordinals = Uint32Array.from(chunk, (_, k) => (from + k) * 2 + 5);
            if (onebyone) {
              const words = bytes;
              chunk.forEach((c, k) => {
                const known = c.skip ? 0 : table.find(words, k);
                if (known === -1) table.insert(words, k, ordinals[k]!);
                got.push(known === -1 ? [1, ordinals[k]!] : [0, known]);
              });
            } else {
              const skip = Uint8Array.from(chunk, (c) => Number(c.skip));
              const { keep, keptOrdinal } = table.judge(bytes, chunk.length, ordinals, skip);
              chunk.forEach((_, k) => {
                got.push([keep[k]!, keptOrdinal[k]!]);
              });
            }
            from = i + 1;
          });
          expect(got).toEqual(expected);
          expect(table.size).toBe(first.size);
        },
      ),
    );
  });

  test('decides as a map does while pages are split, whatever their digests have in common', () => {
    const row = fc.record({
      seed: fc.integer(),
      rows: fc.integer({ min: 1, max: 6000 }),
      // Few pages: all in one, in the first and the last, in those of few top bytes.
      pageMask: fc.constantFrom(0xffffffff, 0x80ffffff, 0x030fffff, 0x000fffff, 0x00ffffff),
      // Few buckets: all in one, in the first and the last, and few tags.
      bucketMask: fc.constantFrom(0xffffffff, 0xffffffc0, 0x0000003f, 0x02000021, 0x00000001),
      expectedRows: fc.constantFrom(0, 3000, 1_000_000),
      chunkRows: fc.constantFrom(1, 37, 1000, 6000),
    });
    fc.assert(
      fc.property(row, ({ seed, rows, pageMask, bucketMask, expectedRows, chunkRows }) => {
        const words = crowded(rows, seed, pageMask, bucketMask);
        const table = new DigestTable(expectedRows);
        const first = new Map<string, number>();
        for (let from = 0; from < rows; from += chunkRows) {
          const to = Math.min(from + chunkRows, rows);
          const bytes = new Uint8Array(words.slice(from * 4, to * 4).buffer);
          const { keep, keptOrdinal } = table.judge(bytes, to - from, from);
          for (let r = from; r < to; r++) {
            const key = keyOf(words, r);
            const known = first.get(key);
            if (known === undefined) first.set(key, r);
            if (keep[r - from] !== Number(known === undefined) || keptOrdinal[r - from] !== (known ?? r))
              expect([r, keep[r - from], keptOrdinal[r - from]]).toEqual([r, Number(known === undefined), known ?? r]);
          }
        }
        expect(table.size).toBe(first.size);
        const all = new Uint8Array(words.buffer);
        for (let r = 0; r < rows; r += 7) expect(table.find(all, r)).toBe(first.get(keyOf(words, r)));

        const { depth } = table;
        const found = new Map<string, number>();
        let slot = 0;
        for (const page of table.pages()) {
          expect(page.slot).toBe(slot);
          slot += page.slots;
          const entries = new Uint32Array(page.entries.slice().buffer);
          for (let at = 0; at < entries.length; at += 5) {
            const own = depth === 0 ? 0 : entries[at]! >>> (32 - depth);
            if (own < page.slot || own >= slot) expect(own).toBe(page.slot);
            found.set(entries.slice(at, at + 4).join(), entries[at + 4]!);
          }
        }
        expect(slot).toBe(2 ** depth);
        expect(found).toEqual(first);
      }),
      { numRuns: 60 },
    );
  });

  test('judges chunks of many rows, with rows to skip and ordinals of their own', () => {
    const rows = 50_000;
    const words = crowded(rows, 5, 0xffffffff, 0xffffffff);
    const skip = Uint8Array.from({ length: rows }, (_, r) => Number(r % 11 === 3));
    const ordinals = Uint32Array.from({ length: rows }, (_, r) => r * 3 + 1);
    const first = new Map<string, number>();
    const { keep, keptOrdinal } = new DigestTable().judge(new Uint8Array(words.buffer), rows, ordinals, skip);
    for (let r = 0; r < rows; r++) {
      const key = keyOf(words, r);
      const known = skip[r] === 1 ? 0 : first.get(key);
      if (known === undefined) first.set(key, ordinals[r]!);
      if (keep[r] !== Number(known === undefined) || keptOrdinal[r] !== (known ?? ordinals[r]))
        expect([r, keep[r], keptOrdinal[r]]).toEqual([r, Number(known === undefined), known ?? ordinals[r]]);
    }
  });

  test('says so when more digests have their first bits in common than a page takes', () => {
    const bytesUpTo = (rows: number): Uint8Array =>
      new Uint8Array(
        Uint32Array.from({ length: rows * 4 }, (_, i) => (i % 4 === 0 ? 7 : (i >> 2) * 0x9e3779b1)).buffer,
      );
    const table = new DigestTable();
    expect(table.judge(bytesUpTo(767), 767, 0).keep.includes(0)).toBe(false);
    expect(table.judge(bytesUpTo(767), 767, 0).keep.includes(1)).toBe(false);
    expect(() => table.judge(bytesUpTo(768), 768, 0)).toThrow('more different rows than exact deduplication can hold');
  });

  test.each([0, 300_000, 1_000_000, 90_000_000])(
    'holds a million rows in at most 34 bytes each, %i expected',
    (expected) => {
      const rows = 100_000;
      const table = new DigestTable(expected);
      const words = new Uint32Array(rows * 4);
      const next = randoms(1);
      const chunks = Array.from({ length: 10 }, () => new Uint8Array(words.map(next).buffer));
      chunks.forEach((chunk, c) => {
        expect(table.judge(chunk, rows, c * rows, null).keep.includes(0)).toBe(false);
      });
      expect(table.size).toBe(10 * rows);
      expect(table.heldBytes / table.size).toBeLessThan(expected > 1_000_000 ? 41 : 34);
      chunks.forEach((chunk, c) => {
        const { keep, keptOrdinal } = table.judge(chunk, rows, 0, null);
        expect(keep.includes(1)).toBe(false);
        expect(keptOrdinal[0]).toBe(c * rows);
        expect(keptOrdinal[rows - 1]).toBe(c * rows + rows - 1);
      });
    },
  );

  test('has ordinals beyond 2^31', () => {
    const table = new DigestTable();
    const bytes = bytesOf([[1, 2, 3, 4]]);
    table.judge(bytes, 1, 4_000_000_000, null);
    expect(table.judge(bytes, 1, 4_000_000_001, null).keptOrdinal[0]).toBe(4_000_000_000);
    expect(table.find(bytes, 0)).toBe(4_000_000_000);
  });
});
