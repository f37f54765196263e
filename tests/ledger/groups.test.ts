import { describe, expect, test } from 'vitest';
import { duplicateWarnings } from '../../dist/ledger/duplicate-warnings.js';
import { summarise } from '../../dist/ledger/groups.js';
import { sampleLog, sampleSources } from './sample.js';

describe('summarise', () => {
  test('counts groups, and which source repeats which', () => {
    const log = sampleLog();
    log.place(Uint32Array.of(2, 0));
    expect(summarise(log, sampleSources)).toEqual({
      exact: 2,
      near: 1,
      largest_groups: [
        { source: 'a.csv', row: 1, duplicates: 1, position: 1 },
        { source: 'a.csv', row: 3, duplicates: 1, position: null },
        { source: 'b.csv', row: 4, duplicates: 1, position: 0 },
      ],
      between_sources: [
        { source: 'b.csv', kept_in: 'a.csv', exact: 1, near: 1 },
        { source: 'b.csv', kept_in: 'b.csv', exact: 1, near: 0 },
      ],
    });
  });
});

describe('duplicateWarnings', () => {
  const none = { exact: 0, near: 0, largest_groups: [], between_sources: [] };
  const show = async (): Promise<Record<string, unknown>> => ({ text: 'N/A\u001b', n: 1 });

  test('are not given for little', async () => {
    const group = { source: 'a.csv', row: 3, duplicates: 5, position: 0 };
    const near = { threshold: 0.8, unrelated: 0.3 };
    expect(
      await duplicateWarnings({ ...none, exact: 50, largest_groups: [group] }, { entered: 100, near, ids: null, show }),
    ).toEqual([]);
  });

  test('name what removed half of the rows, the row that stands for many, and a threshold too low', async () => {
    const group = { source: 'a.csv', row: 3, duplicates: 600, position: 0 };
    const near = { threshold: 0.4, unrelated: 0.35 };
    const warnings = await duplicateWarnings(
      { ...none, exact: 700, near: 52, largest_groups: [group] },
      { entered: 1000, near, ids: { rows: 500, columns: ['id', 'key'], hidden: 60 }, show },
    );
    expect(warnings).toEqual([
      expect.stringContaining('removed 75% of the rows (700 exact and 52 near duplicates of 1,000 rows)'),
      expect.stringContaining('60% of all rows: row 3 of a.csv has 600 duplicates: text "N/A\\u001b", n "1"'),
      expect.stringContaining('threshold of 0.4 is within reach of unrelated rows'),
      '"id", "key" look unique in every row: ignored, a sample of the first 500 rows has 60 exact duplicates more (12%); to remove them, use --ignore id,key',
    ]);
  });
});
