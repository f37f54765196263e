import { expect, test } from 'vitest';
import { createRankKernel } from '../../dist/kernels/rank.js';
import { withinMemory } from '../../dist/rank/addressable.js';

test('a kernel that would grow beyond its address space is refused with advice', () => {
  const kernel = createRankKernel();
  const refusal = { code: 'input', hint: expect.stringContaining('--max-features') };
  expect(() => withinMemory(() => kernel.alloc(2 ** 32))).toThrow(expect.objectContaining(refusal));
  expect(withinMemory(() => kernel.alloc(16))).toBeGreaterThan(0);
});

test('other errors stay what they are', () => {
  const bug = new RangeError('offset is out of bounds');
  expect(() =>
    withinMemory(() => {
      throw bug;
    }),
  ).toThrow(bug);
});
