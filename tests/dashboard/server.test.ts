import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dashboard, startDashboard } from '../../dist/dashboard/server.js';
import { compile, load } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dashboard-'));
const out = path.join(folder, 'out');
let dashboard: Dashboard;
let token = '';

/** 300 rows: a number with nulls and duplicates of texts, a date, a list of messages, and texts that look like markup. */
const records = Array.from({ length: 300 }, (_, i) => ({
  id: i,
  text: i % 10 === 0 ? `<img src=x onerror=alert(${i})> \u202egpj.exe` : `a text of row ${i % 50}, Ünïcode 東京`,
  amount: i % 7 === 0 ? null : i * 1.5,
  on: `2024-0${(i % 9) + 1}-11`,
  messages: [
    { role: 'user', content: `question ${i}` },
    { role: 'assistant', content: `answer ${i}` },
  ],
}));

beforeAll(async () => {
  const source = path.join(folder, 'rows.jsonl');
  fs.writeFileSync(source, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  fs.appendFileSync(source, `${JSON.stringify(records[7])}\n${JSON.stringify(records[7])}\n`);
  await compile([source], { out, cache: false });
  dashboard = await startDashboard([out]);
  token = dashboard.address.split('#token=')[1]!;
});
afterAll(async () => {
  await dashboard.close();
  fs.rmSync(folder, { recursive: true });
});

interface Got {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** As node sends it: fetch would not let a test name another Host, and would tidy up the path. */
function get(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((done, fail) => {
    const request = http.request(
      { host: '127.0.0.1', port: dashboard.port, path: target, method, headers },
      (response) => {
        let text = '';
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('end', () => done({ status: response.statusCode!, headers: response.headers, text }));
      },
    );
    request.on('error', fail);
    request.end();
  });
}
const bearer = (): Record<string, string> => ({ authorization: `Bearer ${token}` });
async function api<T>(target: string): Promise<T> {
  const got = await get(`/api/${target}`, bearer());
  if (got.status !== 200) throw new Error(`${got.status} ${got.text}`);
  return JSON.parse(got.text) as T;
}
interface Rows {
  total: number;
  positions: number[];
  cells: unknown[][];
}
const rows = (view: object, columns: number[], from = 0, count = 500): Promise<Rows> =>
  api(
    `sets/0/rows?view=${encodeURIComponent(JSON.stringify(view))}&columns=${columns.join(',')}&from=${from}&count=${count}`,
  );

describe('who may ask', () => {
  test('the page itself, with the token', async () => {
    expect((await get('/api/sets', bearer())).status).toBe(200);
    const own = { ...bearer(), origin: `http://127.0.0.1:${dashboard.port}`, 'sec-fetch-site': 'same-origin' };
    expect((await get('/api/sets', own)).status).toBe(200);
  });
  test.each([
    ['no token', () => ({})],
    ['another token', () => ({ authorization: `Bearer ${'x'.repeat(43)}` })],
    ['the beginning of the token', () => ({ authorization: `Bearer ${token.slice(0, -1)}` })],
    ['the token in a cookie', () => ({ cookie: `token=${token}` })],
  ])('%s is refused', async (_, headers) => {
    const got = await get('/api/sets', headers());
    expect(got.status).toBe(401);
    expect(got.text).not.toContain('rows');
  });
  test.each(['evil.example', `evil.example:80`, 'localhost.evil.example', '0.0.0.0'])(
    'the host %s is refused, even for the page',
    async (host) => {
      for (const target of ['/api/sets', '/', '/page.js'])
        expect((await get(target, { ...bearer(), host })).status).toBe(421);
    },
  );
  test.each(['http://evil.example', 'null', 'https://127.0.0.1', `http://127.0.0.1:1`])(
    'the origin %s is refused',
    async (origin) => {
      expect((await get('/api/sets', { ...bearer(), origin })).status).toBe(403);
    },
  );
  test('a page from elsewhere can not have its parts', async () => {
    expect((await get('/page.js', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' })).status).toBe(403);
  });
  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    expect((await get('/api/sets', bearer(), method)).status).toBe(405);
  });
  test('it listens on loopback alone', () => {
    expect(dashboard.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
  });
});

describe('what may be asked', () => {
  test.each([
    '/../../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/page.js/../../../package.json',
    '/..%2fpackage.json',
    '//etc/passwd',
    '/package.json',
    '/page.js%00.html',
  ])('%s names no file', async (target) => {
    const got = await get(target, bearer());
    expect(got.status).toBe(404);
    expect(got.text).toBe('{"problem":"there is no such page"}');
  });
  test.each([
    'sets/1/overview',
    'sets/-1/overview',
    'sets/0/constructor',
    'sets/0/../../etc/passwd',
    'sets/0/cell?position=300&column=0',
    'sets/0/cell?position=1&column=99',
    'sets/0/cell?position=1e3&column=0',
    'sets/0/column?column=__proto__',
    'sets/0/rows?columns=0&from=0&count=100000',
    'sets/0/rows?columns=0&from=0&count=1&view={',
    'sets/0/rows?columns=0&from=0&count=1&view={"filters":[{"column":0,"op":"eval"}]}',
    'sets/0/rows?columns=0&from=0&count=1&view={"sort":{"column":"../x","descending":true}}',
  ])('%s is refused', async (target) => {
    const got = await get(`/api/${encodeURI(target).replaceAll('%25', '%')}`, bearer());
    expect(got.status).toBe(400);
    expect(JSON.parse(got.text).problem).toMatch(/^[^\n]+$/);
  });
  test('the page comes with a policy that lets no inline script run', async () => {
    const got = await get('/');
    expect(got.status).toBe(200);
    const policy = got.headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(got.headers['x-content-type-options']).toBe('nosniff');
    expect(got.text).not.toMatch(/<script(?![^>]*src=)/);
  });
});

describe('rows', () => {
  test('are those of the data set, in its order', async () => {
    const dataset = await load(out);
    const wanted: unknown[] = [];
    for await (const row of dataset) wanted.push([Number(row.id), row.text]);
    const got = await rows({}, [0, 1]);
    expect(got.total).toBe(300);
    expect(got.cells).toEqual(wanted);
  });
  test('sort by a number, nulls last, ties in order', async () => {
    for (const descending of [false, true]) {
      const { cells, positions } = await rows({ sort: { column: 2, descending } }, [2]);
      const values = cells.map(([v]) => v as number | null);
      const numbers = values.filter((v): v is number => v !== null);
      expect(numbers).toEqual([...numbers].sort((a, b) => (descending ? b - a : a - b)));
      expect(values.slice(numbers.length)).toEqual(Array(300 - numbers.length).fill(null));
      const nulls = positions.slice(numbers.length);
      expect(nulls).toEqual([...nulls].sort((a, b) => a - b));
    }
  });
  test.each([
    [{ column: 2, op: 'lt', value: '30' }, (r: (typeof records)[number]) => r.amount !== null && r.amount < 30],
    [{ column: 2, op: 'null', value: '' }, (r: (typeof records)[number]) => r.amount === null],
    [{ column: 1, op: 'has', value: 'ONERROR=alert(1' }, (r: (typeof records)[number]) => r.text.includes('alert(1')],
    [{ column: 1, op: 'has', value: '.*' }, () => false],
    [{ column: 3, op: 'ge', value: '2024-08-01' }, (r: (typeof records)[number]) => r.on >= '2024-08'],
    [
      { column: 4, op: 'has', value: 'QUESTION 29' },
      (r: (typeof records)[number]) => /question 29/.test(r.messages[0]!.content),
    ],
  ])('filter %j', async (filter, passes) => {
    const { total, cells } = await rows({ filters: [filter] }, [0]);
    const ids = records.filter(passes).map((r) => r.id);
    expect(total).toBe(ids.length);
    expect(cells.map(([id]) => id as number).sort((a, b) => a - b)).toEqual(ids);
  });
  test('are searched in all texts and messages, for text and not for a pattern', async () => {
    expect((await rows({ search: 'answer 123' }, [0])).cells).toEqual([[123]]);
    expect((await rows({ search: 'ünïcode 東京' }, [0])).total).toBe(270);
    expect((await rows({ search: 'answer \\d' }, [0])).total).toBe(0);
  });
  test('a value that is no number is a usage error', async () => {
    await expect(rows({ filters: [{ column: 0, op: 'lt', value: 'x' }] }, [0])).rejects.toThrow(
      /400.*x.* is no number. Compare id with a number/,
    );
  });
  test('one row comes whole, with its record and its duplicates', async () => {
    const { positions } = await rows({ filters: [{ column: 0, op: 'is', value: '7' }] }, [0]);
    const record = await api<{ values: { name: string; value: { text: string } }[]; origin: Record<string, unknown> }>(
      `sets/0/record?position=${positions[0]}`,
    );
    expect(JSON.parse(record.values[4]!.value.text)).toEqual(records[7]!.messages);
    expect(record.origin).toMatchObject({ row: 8, duplicates: 2 });
    expect(record.origin.firstDuplicates).toMatchObject([
      { row: 301, fate: 'exact duplicate' },
      { row: 302, fate: 'exact duplicate' },
    ]);
  });
});

describe('columns', () => {
  interface Column {
    nulls: number;
    distinct: { count: number; exact: boolean };
    numbers: { min: number; max: number; mean: number };
    histogram: { counts: number[] };
    top: { value: string; rows: number }[];
    lengths: { what: string; median: number; max: number }[];
    problem: string | null;
  }
  test('numbers', async () => {
    const column = await api<Column>('sets/0/column?column=2');
    const amounts = records.flatMap((r) => (r.amount === null ? [] : [r.amount]));
    expect(column.problem).toBeNull();
    expect(column.nulls).toBe(300 - amounts.length);
    expect(column.distinct).toEqual({ count: new Set(amounts).size, exact: true });
    expect(column.numbers).toMatchObject({ min: Math.min(...amounts), max: Math.max(...amounts) });
    expect(column.numbers.mean).toBeCloseTo(amounts.reduce((a, b) => a + b) / amounts.length);
    expect(column.histogram.counts.reduce((a, b) => a + b)).toBe(amounts.length);
  });
  test('texts: frequent values, lengths in characters and words', async () => {
    const column = await api<Column>('sets/0/column?column=1');
    expect(column.top[0]!.rows).toBe(6);
    const [characters, words] = column.lengths;
    expect(characters).toMatchObject({ what: 'characters', max: Math.max(...records.map((r) => [...r.text].length)) });
    // a, text, of, row, a number, Ünïcode, and two characters of Han.
    expect(words).toMatchObject({ what: 'words', median: 8 });
  });
  test('lists and nulls', async () => {
    expect((await api<Column>('sets/0/column?column=4')).lengths).toMatchObject([{ what: 'elements', median: 2 }]);
    expect(await api('sets/0/nulls')).toMatchObject({ columns: [2], patterns: [{ rows: 257 }, { rows: 43 }] });
  });
  test('are counted once: the answers lie beside the data set', async () => {
    await api('sets/0/column?column=0');
    const stored = JSON.parse(fs.readFileSync(path.join(out, '.datagpu/dashboard.json'), 'utf8'));
    expect(stored.mark).toContain('sha256:');
    expect(Object.keys(stored.answers)).toContain('column 0');
  });
});

test('a data set that is compiled anew is shown anew, and one that is missing says so', async () => {
  const other = path.join(folder, 'other');
  const source = path.join(folder, 'small.csv');
  fs.writeFileSync(source, 'a,b,on\n1,x,2024-01-01\n2,y,2024-01-03\n');
  await compile([source], { out: other, cache: false });
  const second = await startDashboard([other, path.join(folder, 'absent')]);
  const [base, secret] = second.address.split('/#token=');
  const ask = async (target: string) =>
    (await fetch(`${base}/api/${target}`, { headers: { authorization: `Bearer ${secret}` } })).json();
  try {
    expect(await ask('sets')).toMatchObject([
      { rows: 2, problem: null },
      { problem: expect.stringMatching(/no such manifest/) },
    ]);
    const { histogram } = await ask('sets/0/column?column=2');
    expect(histogram).toMatchObject({ from: Date.UTC(2024, 0, 1), isTime: true });
    expect(histogram.counts.reduce((sum: number, n: number) => sum + n)).toBe(2);
    expect(await ask('sets/1/overview')).toMatchObject({ problem: expect.stringMatching(/no such manifest/) });
    fs.writeFileSync(source, 'a,b,on\n1,x,2024-01-01\n2,y,2024-01-03\n3,z,\n');
    await compile([source], { out: other, cache: false });
    expect(await ask('sets/0/rows?columns=0&from=0&count=9')).toMatchObject({ total: 3 });
  } finally {
    await second.close();
  }
});
