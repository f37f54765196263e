import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inChunks } from './chunked.js';
import { compiled, temporaryFolder } from './compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function source(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => `${line(i)}\n`).join('');

describe('types over all rows', () => {
  it('leave out records that do not fit a declared type, wherever they are', async () => {
    for (const bad of [3, 150_000]) {
      const text = `a,b\n${lines(160_000, (i) => (i === bad ? 'x,y' : i === 155_000 ? `${i},0.5` : `${i},${i % 7}`))}`;
      const { manifest } = await compiled(source('declared.csv', text), { types: { a: 'integer' } });
      expect(manifest.ledger.dropped.malformed).toBe(1);
      expect(manifest.fields.map((f) => f.type)).toEqual(['int64', 'float64']);
    }
  });
  it('rest on the records that are read', async () => {
    const { manifest } = await compiled(source('limit.csv', 'a\n1\n2\nx\n'), { limit: 2 });
    expect([manifest.rows, manifest.fields[0]!.type]).toEqual([2, 'int64']);
  });
  it('and keys that come late are the same in chunks of any size', async () => {
    const text = lines(9000, (i) =>
      i % 1000 === 999 ? `{"a":${i},"k${9 - i / 1000 - 0.001}":{"x":${i}}}` : `{"a":${i}}`,
    );
    const file = source('keys.jsonl', text);
    const whole = await compiled(file);
    for (const bytes of [500, 7000]) expect((await inChunks(file, bytes)).hash).toBe(whole.manifest.hash);
  });
  it('survive a long way through the types', async () => {
    const late = (i: number): string => (i < 3000 ? `${i}` : i < 6000 ? `${i}.5` : i < 9000 ? '2024-01-01' : 'x');
    const file = source('late.csv', `n,late\n${lines(10_000, (i) => `${i},${late(i)}`)}`);
    const whole = await compiled(file);
    expect(whole.rows[9999]).toEqual([9999n, 'x']);
    expect(whole.rows[1]).toEqual([1n, '1']);
    expect((await inChunks(file, 1000)).hash).toBe(whole.manifest.hash);
  });
});
