import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shingleRows } from '../../../dist/dedupe/shingles.js';
import { createNearKernel } from '../../../dist/kernels/near.js';
import { countWords, createWordKernel } from '../../../dist/stages/filter/words.js';
import { blockOf, textColumn } from '../../dedupe/blocks.js';

/** Scripts that are written without spaces, as README, "Duplicates", names them. */
const alone =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Words by the definition, a code point at a time. */
function wordsOf(text: string): number {
  let words = 0;
  let within = false;
  for (const c of text) {
    if (!/[\p{L}\p{M}\p{N}]/u.test(c)) within = false;
    else if (alone.test(c)) {
      words++;
      within = false;
    } else {
      if (!within) words++;
      within = true;
    }
  }
  return words;
}

const pieces = [
  ...'aZ09_-.,;:!?\'"()/\\ \t\n',
  ...['é', 'Ω', 'ß', 'İ', 'e\u0301', '\u0301', 'ж', '٣', '½', 'ª', '©', '—', '“', '\u00a0', '\u200b', '😀', '𝒜', '𐐀'],
  ...['漢', 'かな', 'ก', 'ํ', '한', 'word', 'two words', 'x'.repeat(15), 'y'.repeat(16), 'z'.repeat(17)],
];
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join(''));

test('words are counted as they are defined', () => {
  const kernel = createWordKernel();
  const rows = fc.array(fc.tuple(fc.option(text), fc.option(text)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(rows, (some) => {
      const columns = [0, 1].map((c) => textColumn(some.map((row) => row[c as 0 | 1])));
      const expected = some.map(([a, b]) => wordsOf(a ?? '') + wordsOf(b ?? ''));
      expect([...countWords(kernel, blockOf(...columns).columns, some.length)]).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('a text has as many words at least as near-duplicate detection finds different ones in it', () => {
  const [near, kernel] = [createNearKernel(), createWordKernel()];
  const letters = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 20 }), (texts) => {
      const block = blockOf(textColumn(texts));
      const counts = countWords(kernel, block.columns, texts.length);
      const ends = [...shingleRows(near, block, [0], 1)].flatMap(({ ends }) => [...ends]);
      const distinct = ends.map((end, i) => end - (ends[i - 1] ?? 0));
      texts.forEach((_, i) => {
        expect(distinct[i]).toBeLessThanOrEqual(counts[i]!);
        expect(distinct[i]! > 0).toBe(counts[i]! > 0);
      });
    }),
    { numRuns: 200 },
  );
});

test('many rows are counted, long and short, and columns without text have no words', () => {
  const texts = Array.from({ length: 70_000 }, (_, i) =>
    i % 10_000 === 7 ? 'word '.repeat(i + 1) : 'a b '.repeat(i % 9),
  );
  const block = blockOf(textColumn(texts));
  const counts = countWords(createWordKernel(), block.columns, texts.length);
  texts.forEach((_, i) => {
    if (counts[i] !== (i % 10_000 === 7 ? i + 1 : 2 * (i % 9))) throw new Error(`row ${i}: ${counts[i]}`);
  });
  expect([...countWords(createWordKernel(), [], 3)]).toEqual([0, 0, 0]);
});
