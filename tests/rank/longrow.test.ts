import { expect, test } from 'vitest';
import { createRankKernel } from '../../dist/kernels/rank.js';

/** Words of `length` bytes out of lower-case letters, from the first on. */
function word(number: number, length: number): string {
  let text = '';
  for (let i = 0, rest = number; i < length; i++, rest = Math.floor(rest / 26))
    text += String.fromCharCode(97 + (rest % 26));
  return text;
}

test('a row has no more different tokens than there is room for', () => {
  const { distinctIn } = createRankKernel().exports;
  for (const length of [2, 3, 4, 5, 9]) {
    for (const count of [1, 600, 17_000, 450_000]) {
      const words = Array.from({ length: Math.min(count, 26 ** length) }, (_, i) => word(i, length));
      const bytes = words.length * (length + 1);
      expect(distinctIn(bytes, (bytes >> 1) + 3)).toBeGreaterThanOrEqual(new Set(words).size);
    }
  }
});
