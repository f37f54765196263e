import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DigestTable } from '../../dist/dedupe/table.js';

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

  test.each([0, 300_000, 1_000_000, 90_000_000])(
    'holds a million rows in at most 40 bytes each, %i expected',
    (expected) => {
      const rows = 100_000;
      const table = new DigestTable(expected);
      const words = new Uint32Array(rows * 4);
      let x = 1;
      const next = (): number => {
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
        return x;
      };
      const chunks = Array.from({ length: 10 }, () => new Uint8Array(words.map(next).buffer));
      chunks.forEach((chunk, c) => {
        expect(table.judge(chunk, rows, c * rows, null).keep.includes(0)).toBe(false);
      });
      expect(table.size).toBe(10 * rows);
      expect(table.heldBytes / table.size).toBeLessThan(expected > 1_000_000 ? 50 : 40);
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
