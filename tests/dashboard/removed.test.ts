import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dashboard, startDashboard } from '../../dist/dashboard/server.js';
import { compile } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'removed-'));
let dashboard: Dashboard;

const long = (i: number): string => `one two three four five six seven eight nine ten eleven twelve thirteen row${i}`;
const lines = [
  'id,text',
  ...Array.from({ length: 20 }, (_, i) => `${i},a different text ${i * 7919} of ${i}`),
  `90,${long(1)}`,
  `91,${long(2)}`,
  '3,a different text 23757 of 3',
  '3,a different text 23757 of 3',
  '5,too,many,cells',
];

beforeAll(async () => {
  const source = path.join(folder, 'rows.csv');
  fs.writeFileSync(source, `${lines.join('\n')}\n`);
  const options = { cache: false, nearDup: true, nearDupOn: ['text'], rank: true };
  await compile([source], { ...options, out: path.join(folder, 'plain') });
  await compile([source], { ...options, out: path.join(folder, 'rejects'), rejects: true });
  dashboard = await startDashboard([path.join(folder, 'plain'), path.join(folder, 'rejects')]);
});
afterAll(async () => {
  await dashboard.close();
  fs.rmSync(folder, { recursive: true });
});

async function ask(target: string): Promise<Record<string, unknown>> {
  const [base, token] = dashboard.address.split('/#token=');
  return (await fetch(`${base}/api/${target}`, { headers: { authorization: `Bearer ${token}` } })).json();
}
const removed = (set: number, reason: string, from = 0) =>
  ask(`sets/${set}/removed?reason=${encodeURIComponent(reason)}&from=${from}&count=20`);

describe('removed', () => {
  test.each([0, 1])('an exact duplicate has the values of the row that was kept (%i)', async (set) => {
    const answer = await removed(set, 'exact duplicate');
    const values = ['3', 'a different text 23757 of 3'];
    expect(answer).toMatchObject({
      total: 2,
      missing: null,
      records: [
        { row: 23, kept: { row: 4 } },
        { row: 24, kept: { row: 4 } },
      ],
    });
    for (const record of answer.records as { values: string[]; kept: { values: string[] } }[]) {
      expect(record.values.slice(0, 2)).toEqual(values);
      expect(record.kept.values.slice(0, 2)).toEqual(values);
    }
  });
  test('a near duplicate comes from the rejects, beside the row that was kept', async () => {
    const answer = await removed(1, 'near duplicate');
    expect(answer).toMatchObject({ total: 1, missing: null });
    const [record] = answer.records as { values: string[]; similarity: number; kept: { values: string[] } }[];
    expect(record!.values.slice(0, 2)).toEqual(['91', long(2)]);
    expect(record!.kept.values.slice(0, 2)).toEqual(['90', long(1)]);
    expect(record!.similarity).toBeCloseTo(11 / 13);
  });
  test('without rejects a record comes from its source', async () => {
    const answer = await removed(0, 'near duplicate');
    expect(answer).toMatchObject({ missing: null, records: [{ row: 22, kept: { row: 21 } }] });
    const [record] = answer.records as { values: string[] }[];
    expect(record!.values.slice(0, 2)).toEqual(['91', long(2)]);
  });
  test.each([0, 1])('a malformed record comes with its bytes and what is wrong (%i)', async (set) => {
    const answer = await removed(set, 'malformed');
    expect(answer).toMatchObject({
      missing: null,
      records: [{ row: 25, raw: expect.stringContaining('too,many'), detail: expect.stringContaining('cells') }],
    });
  });
  test('groups by size; a reason that the ledger does not have is refused', async () => {
    expect(await ask('sets/0/groups?reason=exact+duplicate')).toMatchObject({ groups: [{ row: 4, duplicates: 2 }] });
    expect(await removed(0, 'constructor')).toMatchObject({ problem: expect.stringMatching(/nothing was dropped/) });
  });
  test('pages go on where the one before ended', async () => {
    expect(await removed(0, 'exact duplicate', 1)).toMatchObject({ total: 2, from: 1, records: [{ row: 24 }] });
  });
});

test('two data sets are compared by their manifests', async () => {
  const answer = await ask('sets/1/compare?with=0');
  expect(answer).toMatchObject({ same: true });
  expect(await ask('sets/1/compare?with=2')).toMatchObject({ problem: expect.any(String) });
});

test('a source that has changed is not read, and the page says so', async () => {
  const source = path.join(folder, 'rows.csv');
  const before = fs.readFileSync(source);
  fs.writeFileSync(source, before.toString().replace('91,', '99,'));
  try {
    const answer = await removed(0, 'near duplicate');
    expect(answer.missing).toMatch(/rows\.csv: .*the source has changed.*--rejects/);
    expect(answer.records).toMatchObject([{ row: 22, values: null, kept: { row: 21 } }]);
    // What the kept row says needs no source.
    expect(await removed(0, 'exact duplicate')).toMatchObject({ missing: null });
  } finally {
    fs.writeFileSync(source, before);
  }
});
