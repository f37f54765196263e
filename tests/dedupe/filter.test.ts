import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyDropped, filterBlock } from '../../dist/dedupe/filter.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { blockOf, booleanColumn, cellsOf, floatColumn, intoKernel, nullColumn, textColumn } from './blocks.js';

const row = fc.tuple(
  fc.option(fc.string({ maxLength: 40, unit: 'binary' })),
  fc.option(fc.double({ noNaN: true })),
  fc.option(fc.boolean()),
  fc.boolean(),
);

describe('filterBlock', () => {
  test.each([true, false])('keeps exactly the marked rows (block in the kernel: %s)', (inside) => {
    const kernel = createIngestKernel();
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.boolean(), (rows, mostly) => {
        kernel.reset();
        const block = blockOf(
          textColumn(rows.map((r) => r[0])),
          floatColumn(rows.map((r) => r[1])),
          booleanColumn(rows.map((r) => r[2])),
          nullColumn(rows.length),
        );
        const keep = Uint8Array.from(rows, (r, i) => Number(r[3] || (mostly && i % 9 !== 0)));
        const got = filterBlock(kernel, inside ? intoKernel(kernel, block) : block, keep);
        const expected = rows.filter((_, i) => keep[i] === 1);
        expect(got.rows).toBe(expected.length);
        for (const c of [0, 1, 2]) expect(cellsOf(got.columns[c]!, got.rows)).toEqual(expected.map((r) => r[c]));
        expect(got.columns[3]!.validity!.length).toBe(got.rows);
        expect(got.columns[0]!.values.length).toBe(got.columns[0]!.offsets![got.rows]);
      }),
    );
  });

  // Runs below and above 64 KB, that move by less and by more than 64 bytes.
  test.each([
    [97, 10, 2],
    [997, 10, 2],
    [997, 40, 0],
    [1, 10, 0],
  ])('moves long cells and long runs (cells longer by %i, %i to a run, %i more left out)', (longer, every, out) => {
    const kernel = createIngestKernel();
    const texts = Array.from({ length: 50 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(i * longer + 5));
    const keep = Uint8Array.from(texts, (_, i) => Number(i % every > out));
    const got = filterBlock(kernel, intoKernel(kernel, blockOf(textColumn(texts))), keep);
    expect(cellsOf(got.columns[0]!, got.rows)).toEqual(texts.filter((_, i) => keep[i] === 1));
  });
});

test('copyDropped copies exactly the rows that are not marked, and leaves the block as it is', () => {
  const kernel = createIngestKernel();
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), fc.integer({ min: 1, max: 3000 }), (rows, long) => {
      kernel.reset();
      const texts = rows.map((r, i) => (i % 7 === 3 ? 'x'.repeat(long) : r[0]));
      const columns = [textColumn(texts), floatColumn(rows.map((r) => r[1])), booleanColumn(rows.map((r) => r[2]))];
      const block = intoKernel(kernel, blockOf(...columns, nullColumn(rows.length)));
      const keep = Uint8Array.from(rows, (r) => Number(r[3]));
      const before = kernel.mark();
      const { block: dropped, buffer } = copyDropped(kernel, block, keep);
      expect(kernel.mark()).toBe(before);
      const expected = rows.map((r, i) => [texts[i]!, r[1], r[2]]).filter((_, i) => keep[i] === 0);
      expect(dropped.rows).toBe(expected.length);
      for (const c of [0, 1, 2]) {
        expect(cellsOf(dropped.columns[c]!, dropped.rows)).toEqual(expected.map((r) => r[c]));
        expect(cellsOf(block.columns[c]!, block.rows)).toEqual(cellsOf(columns[c]!, rows.length));
      }
      for (const { values, offsets } of dropped.columns)
        for (const view of [values, offsets]) if (view !== null) expect(view.buffer).toBe(buffer);
    }),
  );
});

test('copyDropped makes the views of the block anew when it has to grow the memory', () => {
  const kernel = createIngestKernel();
  const texts = Array.from({ length: 40 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(20_000 + i));
  const block = intoKernel(kernel, blockOf(textColumn(texts)));
  const held = kernel.heldBytes;
  const keep = Uint8Array.from(texts, (_, i) => Number(i % 3 === 0));
  const { block: dropped } = copyDropped(kernel, block, keep);
  expect(kernel.heldBytes).toBeGreaterThan(held);
  expect(cellsOf(dropped.columns[0]!, dropped.rows)).toEqual(texts.filter((_, i) => keep[i] === 0));
  expect(cellsOf(block.columns[0]!, block.rows)).toEqual(texts);
});
