import fs from 'node:fs';
import path from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../dist/index.js';
import { datesAsText } from '../../dist/load/shown-values.js';
import { why } from '../../dist/why.js';
import { inChunks } from './chunked.js';
import { asRead, compiled, temporaryFolder } from './compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function source(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

const local = 'timestamp[us]';
const instant = 'timestamp[us, UTC]';

describe('times', () => {
  it('without a zone stay as the clock shows them, with an offset they are instants', async () => {
    const file = source(
      'two.csv',
      'l,z\n2024-01-01T08:00:00,2024-01-01T08:00:00+02:00\n2024-01-02 09:30,2024-01-01T08:00:00Z\n',
    );
    const { manifest, rows } = await compiled(file);
    expect(manifest.fields.map((f) => [f.type, f.coercions])).toEqual([
      [local, 1],
      [instant, 1],
    ]);
    expect(Object.values(manifest.schema)).toEqual(['datetime', 'datetime']);
    expect(manifest.fields[0]!.min).toBe('2024-01-01T08:00:00.000000');
    expect(rows[0]).toEqual(['T1704096000000000', 'T1704088800000000']);
    const out = path.join(folder, 'two');
    await compile([file], { ...asRead, out });
    const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(path.join(out, 'data.parquet')));
    expect(schema.slice(1).map((s) => s.logical_type)).toMatchObject([
      { isAdjustedToUTC: false },
      { isAdjustedToUTC: true },
    ]);
    // A data set is a source like any other.
    const again = await compiled(path.join(out, 'data.parquet'));
    expect(again.manifest.fields.map((f) => f.type)).toEqual([local, instant]);
    expect(again.rows).toEqual(rows);
  });

  it('of both kinds are text, and said so; none is a duplicate of another', async () => {
    const late = (n: number): string =>
      Array.from({ length: n }, (_, i) => `2024-01-01T08:00:00${i === n - 1 ? 'Z' : ''}\n`).join('');
    for (const rows of [2, 9000]) {
      const file = source(`both-${rows}.csv`, `at\n${late(rows)}`);
      const { manifest } = await compiled(file, { dedupe: true });
      expect([manifest.fields[0]!.type, manifest.rows]).toEqual(['utf8', 2]);
      expect(manifest.warnings.join()).toContain('column at has times with an offset and times without one');
      expect((await inChunks(file, 500, { dedupe: true })).hash).toBe(manifest.hash);
    }
    const dates = await compiled(source('dates.csv', 'at\n2024-01-01\n2024-01-01T00:00:00Z\n'), { dedupe: true });
    expect([dates.manifest.fields[0]!.type, dates.manifest.rows]).toEqual(['utf8', 2]);
  });

  it('that are declared are instants if one of them is, wherever it is', async () => {
    for (const [name, line] of [
      ['csv', (at: string): string => at],
      ['jsonl', (at: string): string => JSON.stringify({ at })],
    ] as const) {
      const head = name === 'csv' ? 'at\n' : '';
      const times = Array.from({ length: 3000 }, (_, i) => new Date(1.7e12 + i * 1000).toISOString().slice(0, 19));
      const write = (file: string, all: string[]): string =>
        source(`${file}.${name}`, `${head}${all.map((t) => `${line(t)}\n`).join('')}`);
      const types = { at: 'datetime' } as const;
      const plain = await compiled(write('plain', times), { types });
      expect([plain.manifest.fields[0]!.type, plain.manifest.rows]).toEqual([local, 3000]);
      const mixed = write('mixed', [...times.slice(1), `${times[0]}+01:00`]);
      const { manifest, rows } = await compiled(mixed, { types });
      expect([manifest.fields[0]!.type, manifest.rows, manifest.fields[0]!.coercions]).toEqual([instant, 3000, 3000]);
      expect(rows.at(-1)).toEqual([`T${(1.7e12 - 3600e3) * 1000}`]);
      expect(manifest.warnings.join()).toContain('those without one are read as UTC');
      expect((await inChunks(mixed, 700, { types })).hash).toBe(manifest.hash);
    }
  });

  it('are shown as they are by why', async () => {
    const out = path.join(folder, 'why');
    await compile([source('w.csv', 'l,z\n2024-01-01T08:00:00,2024-01-01T08:00:00Z\n')], { ...asRead, out });
    const { output } = await why(out, 1);
    const types = new Map(['l', 'z'].map((name, i) => [name, [local, instant][i]!]));
    datesAsText(output!.content, types);
    expect(output!.content).toMatchObject({ l: '2024-01-01T08:00:00.000', z: '2024-01-01T08:00:00.000Z' });
  });
});
