import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { report } from '../../dist/dashboard/report.js';
import { compile } from '../../dist/index.js';
import { datagpu } from '../cli/run.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
const out = path.join(folder, 'out');
const secret = 'zebra-4711-secret';
const script = '<script>alert(1)</script><img src=x onerror=alert(2)>';

beforeAll(async () => {
  const source = path.join(folder, 'rows.jsonl');
  const rows = Array.from({ length: 60 }, (_, i) => ({
    id: i,
    text: i % 2 === 0 ? `${secret} ${script}` : `words ${i} about ${secret}`,
    label: `${secret} ${i % 3}`,
    '<b>amount</b>': i / 4,
  }));
  fs.writeFileSync(source, [...rows, rows[3], rows[3]].map((row) => `${JSON.stringify(row)}\n`).join(''));
  await compile([source], { out, cache: false, rejects: true, rank: true });
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('report', () => {
  test('has no script, takes nothing from elsewhere, and values are text', async () => {
    const page = await report(out);
    expect(page).not.toMatch(/<(script|img|iframe|object|link|b)[\s>]/i);
    expect(page).not.toMatch(/<[^>]*\son\w+=/i);
    expect(page).not.toMatch(/(src|href)=["']?(https?:)?\/\//i);
    expect(page).toContain('&lt;script');
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/=]{44}'/);
    expect(page).not.toMatch(/ style="/);
  });
  test('shows what the manifest says and some of what was removed', async () => {
    const page = await report(out, { rows: 1 });
    expect(page).toContain('exact duplicate, 1 of 2');
    for (const part of ['id', 'label', 'What became of the records', 'Heaviest terms']) expect(page).toContain(part);
    expect(await report(out, { rows: 1 })).toBe(page);
  });
  test('--rows 0 keeps values out', async () => {
    const page = await report(out, { rows: 0 });
    expect(page).not.toContain(secret);
    expect(page).not.toContain('zebra');
    expect(page).toContain('exact duplicate');
  });
  test('stays below 2 MB for a wide data set with long values', async () => {
    const source = path.join(folder, 'wide.csv');
    const names = Array.from({ length: 400 }, (_, i) => `column_${i}`);
    const lines = Array.from({ length: 40 }, (_, r) =>
      names.map((_, c) => (c % 2 === 0 ? r * c : 'long '.repeat(60) + (r % 5))).join(','),
    );
    fs.writeFileSync(source, [names.join(','), ...lines, lines[0], lines[1]].join('\n'));
    const wide = path.join(folder, 'wide');
    await compile([source], { out: wide, cache: false, rank: false });
    const page = await report(wide, { rows: 50 });
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    expect(page).toMatch(/The first \d+ of 400 are shown/);
  });
});

test('the command writes it, with what changed, and says what is wrong', async () => {
  const made = await datagpu(['report', 'out', '-o', 'r.html', '--before', 'out'], { cwd: folder });
  expect({ code: made.code, out: made.out }).toEqual({ code: 0, out: 'r.html\n' });
  expect(fs.readFileSync(path.join(folder, 'r.html'), 'utf8')).toContain('The same data');
  const absent = await datagpu(['report', 'nowhere'], { cwd: folder });
  expect(absent.code).toBe(3);
  const wrong = await datagpu(['report', 'out', '--rows', 'x'], { cwd: folder });
  expect(wrong).toMatchObject({
    code: 2,
    err: 'error: --rows must be a number from 0 to 50, got "x". Take 0 for a page without values of rows.\n',
  });
  const into = await datagpu(['report', 'out', '-o', 'out'], { cwd: folder });
  expect(into.code).toBe(2);
  expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});
