import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../dist/index.js';
import { duplicateWarnings } from '../../dist/ledger/duplicate-warnings.js';
import { summarise } from '../../dist/ledger/groups.js';
import { datesAsText } from '../../dist/load/shown-values.js';
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
  const show = async (): Promise<Record<string, unknown>> => ({
    text: 'N/A\u001b',
    n: 2n ** 60n,
    none: null,
    word: 'null',
    list: [1n, 'a'],
    f: Number.NaN,
  });

  test('are not given for little', async () => {
    const group = { source: 'a.csv', row: 3, duplicates: 5, position: 0 };
    const near = { threshold: 0.8, unrelated: 0.3 };
    expect(
      await duplicateWarnings(
        { ...none, exact: 50, largest_groups: [group] },
        { entered: 100, near, ids: null, rewritten: [], written: [], show },
      ),
    ).toEqual([]);
  });

  test('name what removed half of the rows, the row that stands for many, and a threshold too low', async () => {
    const group = { source: 'a.csv', row: 3, duplicates: 600, position: 0 };
    const near = { threshold: 0.4, unrelated: 0.35 };
    const warnings = await duplicateWarnings(
      { ...none, exact: 700, near: 52, largest_groups: [group] },
      { entered: 1000, near, rewritten: [], written: [], ids: { rows: 500, columns: ['id', 'key'], hidden: 60 }, show },
    );
    expect(warnings).toEqual([
      expect.stringContaining('removed 75% of the rows (700 exact and 52 near duplicates of 1,000 rows)'),
      expect.stringContaining(
        '60% of all rows: row 3 of a.csv has 600 duplicates: text "N/A\\u001b", n "1152921504606846976", none null, word "null", list "[1,"a"]"',
      ),
      expect.stringContaining('threshold of 0.4 is within reach of unrelated rows'),
      '"id", "key" look unique in every row: ignored, a sample of the first 500 rows has 60 exact duplicates more (12%); to remove them, use --ignore id,key',
    ]);
  });

  test('leave dates beyond those of JavaScript as numbers', () => {
    const content = { far: 9e15, near: -86_400_000, n: 5 };
    const types = new Map([
      ['far', 'timestamp[us]'],
      ['near', 'date'],
      ['n', 'int64'],
    ]);
    datesAsText(content, types);
    expect(content).toEqual({ far: 9e15, near: '1969-12-31', n: 5 });
  });

  test('show dates and nulls of the row as they are', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'groups-'));
    const rows = Array.from({ length: 30 }, (_, i) => {
      const other = `2021-03-${String(i + 1).padStart(2, '0')},2021-03-04T05:06:${String(i + 10)},${i}`;
      return i < 20 ? '1969-07-20,2024-02-29T12:30:00.25,' : other;
    });
    fs.writeFileSync(path.join(folder, 'a.csv'), `day,at,n\n${rows.join('\n')}\n`);
    try {
      const { manifest } = await compile(['a.csv'], { out: 'out', cwd: folder, cache: false, rank: false });
      expect(manifest.warnings).toContainEqual(
        expect.stringMatching(/has 19 duplicates: day "1969-07-20", at "2024-02-29T12:30:00\.250", n null$/),
      );
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
