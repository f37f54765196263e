import { describe, expect, test } from 'vitest';
import { digestRows } from '../../dist/dedupe/digest.js';
import { type IdSample, sampleIds } from '../../dist/dedupe/idsample.js';
import type { Column } from '../../dist/engine/block.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { blockOf, floatColumn, intColumn, textColumn } from './blocks.js';

const kernel = createIngestKernel();

function sampled(
  columns: Column[],
  compared: number[] = columns.map((_, c) => c),
  empty?: Uint8Array,
): IdSample | null {
  kernel.reset();
  const block = blockOf(...columns);
  return sampleIds(kernel, block, compared, digestRows(kernel, block, compared), empty ?? null);
}

const range = (rows: number): number[] => Array.from({ length: rows }, (_, r) => r);

describe('sampleIds', () => {
  const rows = range(1000);
  const id = intColumn(rows);
  const key = textColumn(rows.map((r) => `key-${r}`));
  const text = textColumn(rows.map((r) => `text number ${r % 900}`));

  test('finds columns that differ in every row, and how many duplicates they hide', () => {
    expect(sampled([text, id])).toEqual({ rows: 1000, columns: [1], hidden: 100 });
    expect(sampled([id, text, key])).toEqual({ rows: 1000, columns: [0, 2], hidden: 100 });
    expect(sampled([id, text, key], [1, 2])).toEqual({ rows: 1000, columns: [2], hidden: 100 });
  });

  test('takes exact duplicates and empty rows out first', () => {
    const again = (r: number): number => (r < 50 ? r + 50 : r);
    const ids = intColumn(rows.map(again));
    const texts = textColumn(rows.map((r) => `text number ${again(r) % 900}`));
    expect(sampled([ids, texts])).toEqual({ rows: 1000, columns: [0], hidden: 50 });
    const empty = new Uint8Array(1000).fill(1, 900);
    const nulls = intColumn(rows.map((r) => (r < 900 ? r : null)));
    const halves = textColumn(rows.map((r) => (r < 900 ? `h ${r >> 1}` : null)));
    expect(sampled([nulls, halves], [0, 1], empty)).toEqual({ rows: 1000, columns: [0], hidden: 450 });
  });

  test('finds none where no column is an id, where none hides anything, and in few rows', () => {
    const content = textColumn(rows.map((r) => `a sentence, ${r}`));
    const label = textColumn(rows.map((r) => `label${r % 3}`));
    expect(sampled([content, label])).toBeNull();
    expect(sampled([floatColumn(rows.map((r) => r / 7)), label])).toBeNull();
    expect(sampled([id, content])).toBeNull();
    expect(sampled([id])).toBeNull();
    expect(sampled([id, key])).toBeNull();
    expect(sampled([intColumn(range(99)), textColumn(range(99).map(() => 'x'))])).toBeNull();
  });

  test('looks at the first 10,000 rows, or 100,000 cells', () => {
    const many = range(50_000);
    const two = [intColumn(many), intColumn(many.map((r) => r >> 1))];
    expect(sampled(two)).toEqual({ rows: 10_000, columns: [0], hidden: 5_000 });
    const twenty = [...two, ...range(18).map(() => intColumn(many.map(() => 1)))];
    expect(sampled(twenty)).toEqual({ rows: 5_000, columns: [0], hidden: 2_500 });
  });
});
