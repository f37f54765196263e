import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterBlock } from '../../dist/dedupe/filter.js';
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

  test('moves long cells and long runs', () => {
    const kernel = createIngestKernel();
    const texts = Array.from({ length: 50 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(i * 97));
    const keep = Uint8Array.from(texts, (_, i) => Number(i % 10 > 2));
    const got = filterBlock(kernel, intoKernel(kernel, blockOf(textColumn(texts))), keep);
    expect(cellsOf(got.columns[0]!, got.rows)).toEqual(texts.filter((_, i) => keep[i] === 1));
  });
});
