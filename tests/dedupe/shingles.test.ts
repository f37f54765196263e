import { expect, test } from 'vitest';
import { shingleRows } from '../../dist/dedupe/shingles.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { createNearKernel } from '../../dist/kernels/near.js';
import { blockOf, intoKernel, textColumn } from './blocks.js';

test('shingles are the same when the memory that the texts lie in grows between two slices', () => {
  const texts = Array.from({ length: 3000 }, (_, row) =>
    Array.from({ length: 60 }, (_, i) => `w${(row * 31 + i * i) % 977}`).join(' '),
  );
  const plain = blockOf(textColumn(texts));
  const expected = [...shingleRows(createNearKernel(), plain, [0], 3)];
  expect(expected.length).toBeGreaterThan(3);

  const kernel = createIngestKernel();
  const block = intoKernel(kernel, plain);
  const found = [];
  let detached = 0;
  for (const sets of shingleRows(createNearKernel(), block, [0], 3)) {
    found.push(sets);
    const before = block.columns[0]!.values;
    kernel.alloc(2 ** 26);
    detached += before.length === 0 ? 1 : 0;
  }
  expect(detached).toBeGreaterThan(1);
  expect(found).toEqual(expected);
});
