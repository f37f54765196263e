import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { View } from '../../dist/dashboard/answers.js';
import { KeptColumns } from '../../dist/dashboard/kept-columns.js';
import { type OpenSet, openSetOf } from '../../dist/dashboard/open.js';
import { RowGroups } from '../../dist/dashboard/row-groups.js';
import { Superseded } from '../../dist/dashboard/turn.js';
import { Orders } from '../../dist/dashboard/view.js';
import { compile } from '../../dist/index.js';
import { openDataset } from '../../dist/info.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'view-'));
const out = path.join(folder, 'out');
/** More than one row group's share of radix, merge and insertion sorts. */
const rows = 60_000;

let seed = 7;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** Texts that are equal in their first bytes, begin each other, and leave ASCII. */
const beginnings = ['', 'abcdefg', 'abcdefgabcdefg', 'abcdefgabcdefgh', 'ABCDEFG', 'éclair', '東京', '🦀', '\ufffd'];
const records = Array.from({ length: rows }, (_, i) => ({
  id: i,
  text: i % 9 === 4 ? null : `${pick(beginnings)}${pick(beginnings)}${i % 3 === 0 ? '' : Math.floor(random() * 400)}`,
  amount: i % 11 === 3 ? null : pick([0, -1, 1.5, -2.25, 1e300, -1e-300, random() * 1000 - 500]),
  large: i % 13 === 1 ? null : pick([1, -1, 2 ** 53 - 1, -(2 ** 53) + 1, Math.floor(random() * 1e9)]),
  on: i % 17 === 2 ? null : new Date(Date.UTC(1969, 6, 1) + Math.floor(random() * 3e10)).toISOString(),
  day: new Date(Date.UTC(1969, 6, 1) + (i % 900) * 86_400_000).toISOString().slice(0, 10),
  flag: i % 5 === 0 ? null : i % 2 === 0,
  turns: [
    { role: 'user', content: pick(beginnings) },
    { role: 'tool', content: `call ${i % 100}` },
  ],
}));
type Row = (typeof records)[number];
const names = Object.keys(records[0]!) as (keyof Row)[];

let set: OpenSet;
let groups: RowGroups;
const orders = new Orders();

beforeAll(async () => {
  const source = path.join(folder, 'rows.jsonl');
  fs.writeFileSync(source, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await compile([source], {
    out,
    cache: false,
    rank: false,
    clean: false,
    dedupe: false,
    types: { on: 'datetime', day: 'date' },
  });
  set = openSetOf(await openDataset(out));
  groups = await RowGroups.open(set, new KeptColumns(2 ** 27));
});
afterAll(async () => {
  await groups.close();
  fs.rmSync(folder, { recursive: true });
});

const order = async (view: Partial<View>): Promise<number[]> => [
  ...(await orders.of(set, groups, { sort: null, filters: [], search: '', ...view }))!,
];

const codePoints = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string') return codePoints(a, b as string);
  return Number(a) - Number(b);
}

test('the columns have the types that are sorted here', () => {
  expect(set.fields.map(({ type }) => type.replace(/\[.*/, ''))).toEqual([
    'int64',
    'utf8',
    'float64',
    'int64',
    'timestamp',
    'date',
    'bool',
    expect.stringMatching(/^list/),
  ]);
});

describe.each(names.slice(0, 7))('sort by %s', (name) => {
  test.each([false, true])('descending: %s', async (descending) => {
    const column = names.indexOf(name);
    const known = records.map((_, i) => i).filter((i) => records[i]![name] !== null);
    known.sort((a, b) => {
      const by = compare(records[a]![name], records[b]![name]);
      return (descending ? -by : by) || a - b;
    });
    const nulls = records.map((_, i) => i).filter((i) => records[i]![name] === null);
    expect(await order({ sort: { column, descending } })).toEqual([...known, ...nulls]);
    const filters = [{ column: 0, op: 'lt' as const, value: '777' }];
    const some = [...known, ...nulls].filter((i) => i < 777);
    expect(await order({ sort: { column, descending }, filters })).toEqual(some);
  });
});

const has = (text: string, wanted: string): boolean => text.toLowerCase().includes(wanted.toLowerCase());
test.each<[string, [keyof Row, string, string][], (row: Row) => boolean]>([
  ['a number', [['amount', 'le', '-1']], (r) => r.amount !== null && r.amount <= -1],
  ['another number', [['amount', 'not', '0']], (r) => r.amount !== null && r.amount !== 0],
  ['a large number', [['large', 'is', '9007199254740991']], (r) => r.large === 2 ** 53 - 1],
  ['a text', [['text', 'is', 'abcdefgABCDEFG']], (r) => r.text === 'abcdefgABCDEFG'],
  ['texts behind', [['text', 'gt', 'é']], (r) => r.text !== null && codePoints(r.text, 'é') > 0],
  ['letters in any case', [['text', 'has', 'GABC']], (r) => r.text !== null && has(r.text, 'gabc')],
  ['letters beyond ASCII', [['text', 'has', 'ÉCLAIR東']], (r) => r.text !== null && has(r.text, 'éclair東')],
  ['what only two rows together have', [['turns', 'has', '🦀call']], () => false],
  ['a message', [['turns', 'has', 'CALL 77']], (r) => r.turns[1]!.content === 'call 77'],
  ['null', [['text', 'null', '']], (r) => r.text === null],
  ['not null', [['flag', 'some', '']], (r) => r.flag !== null],
  ['true', [['flag', 'is', 'true']], (r) => r.flag === true],
  ['a day of times', [['on', 'is', '1970-01-05']], (r) => r.on?.slice(0, 10) === '1970-01-05'],
  ['before a minute', [['on', 'lt', '1969-08-01 12:30']], (r) => r.on !== null && r.on < '1969-08-01T12:30'],
  ['behind a month', [['day', 'gt', '1970-02']], (r) => r.day > '1970-02-99'],
  ['from a day on', [['day', 'ge', '1971-01-01']], (r) => r.day >= '1971-01-01'],
  [
    'two at once',
    [
      ['day', 'le', '1969'],
      ['text', 'has', '12'],
    ],
    (r) => r.day < '1970' && r.text !== null && r.text.includes('12'),
  ],
])('filter: %s', async (_, filters, passes) => {
  const wanted = records.flatMap((record, i) => (passes(record) ? [i] : []));
  const asked = filters.map(([name, op, value]) => ({ column: names.indexOf(name), op: op as 'is', value }));
  expect(await order({ filters: asked })).toEqual(wanted);
});

test('a search reads texts and messages', async () => {
  const wanted = records.flatMap((r, i) =>
    has(r.text ?? '', 'call 7') || r.turns.some((t) => has(t.content, 'call 7')) ? [i] : [],
  );
  expect(await order({ search: 'CALL 7' })).toEqual(wanted);
});

test('what nobody waits for any more is given up, and asked again it is made', async () => {
  const view: View = { sort: { column: 1, descending: false }, filters: [], search: 'abcdefgh' };
  const [first, second] = [new AbortController(), new AbortController()];
  const both = [first, second].map((one) => orders.of(set, groups, view, one.signal));
  const settled = Promise.allSettled(both);
  first.abort();
  second.abort();
  const again = await order(view);
  for (const one of await settled) expect(one).toMatchObject({ status: 'rejected', reason: expect.any(Superseded) });
  expect(again.length).toBe(
    records.filter((r) => has(r.text ?? '', 'abcdefgh') || has(r.turns[0]!.content, 'abcdefgh')).length,
  );
});
