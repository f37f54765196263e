import { describe, expect, test } from 'vitest';
import { reportFailure } from '../../dist/cli/failure.js';
import { showProgress } from '../../dist/cli/progress.js';
import { bytes, count, counted, duration, percent, roughly } from '../../dist/cli/quantities.js';
import { stageLines, summaryLines } from '../../dist/cli/summary.js';
import { shorten, tableLines } from '../../dist/cli/table.js';
import type { Style, Terminal } from '../../dist/cli/terminal.js';
import { DatagpuError } from '../../dist/errors.js';
import { closest, didYouMean } from '../../dist/suggest.js';
import { sampleManifest } from '../manifest/sample.js';

const same = (text: string): string => text;
const style: Style = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same };

function recorder(isInteractive = false): Terminal & { lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    out: () => {},
    err: (text) => lines.push(text),
    isInteractive,
    columns: 80,
    outColumns: 80,
    hasColour: false,
    style,
  };
}

test('quantities', () => {
  expect([0, 999, 1000, 1234567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([1001, 9994, 510_316, 999_600, 5_234_567, 2e9].map(roughly)).toEqual([
    '~1k',
    '~9.99k',
    '~510k',
    '~1M',
    '~5.23M',
    '~2G',
  ]);
  expect([counted(1, 'row'), counted(2000, 'row')]).toEqual(['1 row', '2,000 rows']);
  expect([0, 1, 999, 1000, 9999, 99_949, 206_400_000, 1.05e9].map(bytes)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1.00 kB',
    '10.0 kB',
    '99.9 kB',
    '206 MB',
    '1.05 GB',
  ]);
  expect([0.004, 9.99, 12.34, 59.9, 60, 3599, 3600, 7500].map(duration)).toEqual([
    '0.00 s',
    '9.99 s',
    '12.3 s',
    '59.9 s',
    '1 min 0 s',
    '59 min 59 s',
    '1 h 0 min',
    '2 h 5 min',
  ]);
  expect([0, 0.1234, 1].map(percent)).toEqual(['0%', '12.3%', '100%']);
});

test('tables line up, and shorten and escape what is in them', () => {
  expect(
    tableLines(
      ['a', 'n'],
      [
        ['x', '5'],
        ['yy\u001b', '1,000'],
      ],
    ),
  ).toEqual(['a             n', 'x             5', 'yy\\u001b  1,000']);
  expect(shorten('abcdef', 4)).toBe('abc…');
  const wide = [
    ['a name of a column that is long', '1,000', 'the least of its values', 'the greatest of its values'],
    ['id', '~510k', '1', '2'],
  ];
  const header = ['column', 'distinct', 'min', 'max'];
  for (const most of [100, 60, 44]) {
    const lines = tableLines(header, wide, most);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(most);
    // Numbers are never cut.
    expect(lines[1]).toContain('   1,000  ');
    expect(lines[2]).toContain('   ~510k  ');
  }
});

test('suggestions', () => {
  const words = ['rank', 'rank-method', 'near-dup', 'top'];
  expect(closest('rnak', words)).toBe('rank');
  expect(closest('RANK', words)).toBe('rank');
  expect(closest('rank-methd', words)).toBe('rank-method');
  expect(closest('quality', words)).toBeNull();
  expect(closest('', words)).toBeNull();
  expect(didYouMean('tpo', words)).toBe('Did you mean "top"?');
  expect(didYouMean('zzzzzz', words)).toBeUndefined();
});

test('the summary', () => {
  const result = {
    outcome: 'compiled',
    manifest: sampleManifest(),
    manifestPath: '/w/out/manifest.yaml',
    elapsedSeconds: 0.5,
  } as const;
  expect(summaryLines(result, '/w', style)).toEqual([
    'sample v0.1.0',
    '  rows     11 read, 8 kept (72.7%)',
    '  dropped  2 exact duplicates, 1 empty row',
    '  changed  3 cells trimmed',
    '  columns  2: 1 numeric, 1 text',
    '  ranked   by relevance',
    '  size     200 bytes before, 100 bytes after (50.0%)',
    '  time     0.50 s, 22 rows/s',
    '  data     out/data.parquet',
    '  manifest out/manifest.yaml',
  ]);
  const cached = summaryLines({ ...result, outcome: 'cached' }, '/elsewhere', style);
  expect(cached[0]).toBe('sample v0.1.0  cache hit: nothing changed since 2026-01-02T03:04:05.678Z');
  expect(cached.at(-1)).toBe('  manifest /w/out/manifest.yaml');
  expect(stageLines(result.manifest)).toEqual([
    'stage  rows      bytes  seconds  rows/s  busy threads',
    'read     11  200 bytes    0.100     110          1.50',
  ]);
  const { stages: _, ...stats } = sampleManifest().stats;
  expect(stageLines(sampleManifest({ stats }))).toEqual([]);
});

describe('failures', () => {
  test('that are expected are one line with a code', () => {
    const terminal = recorder();
    const error = new DatagpuError('input', 'is empty', { file: 'a\u001b.csv', row: 3, hint: 'Say something' });
    expect(reportFailure(error, terminal, false)).toBe(3);
    expect(terminal.lines).toEqual(['error: a\\u001b.csv row 3: is empty. Say something.']);
  });
  test('that are not are bugs, with a stack on request only', () => {
    const terminal = recorder();
    expect(reportFailure(new TypeError('x is not\na function'), terminal, false)).toBe(1);
    expect(terminal.lines).toEqual([
      'error: this is a bug in datagpu: x is not\\u000aa function. Please report it with what --debug shows.',
    ]);
    expect(reportFailure('thrown text', terminal, true)).toBe(1);
    expect(terminal.lines.at(-1)).toBe('thrown text');
  });
  test('name their causes in debug mode', () => {
    const terminal = recorder();
    reportFailure(new DatagpuError('output', 'disk', { cause: new Error('ENOSPC') }), terminal, true);
    expect(terminal.lines[1]).toMatch(/DatagpuError: disk[\s\S]*caused by Error: ENOSPC/);
  });
});

describe('progress', () => {
  const event = { stage: 'read', rows: 1000, bytes: 5, totalBytes: 10, share: 0.5 };
  test('is silent when quiet', () => {
    const terminal = recorder(true);
    const progress = showProgress(terminal, true);
    progress.update(event);
    progress.stop();
    expect(terminal.lines).toEqual([]);
  });
  test('is a plain line every five seconds without a terminal', () => {
    const terminal = recorder();
    let now = 0;
    const progress = showProgress(terminal, false, () => now);
    progress.update({ ...event, rows: 0, share: 0 });
    now = 4000;
    progress.update(event);
    now = 10_000;
    progress.update(event);
    now = 11_000;
    progress.update(event);
    progress.stop();
    now = 20_000;
    progress.update(event);
    expect(terminal.lines).toEqual(['read  50.0%  1,000 rows  100 rows/s  10.0 s left']);
  });
  test('on a terminal waits before it shows anything', () => {
    const progress = showProgress(recorder(true), false);
    progress.update(event);
    progress.stop();
  });
});
