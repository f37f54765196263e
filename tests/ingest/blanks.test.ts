import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled, temporaryFolder } from './compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function source(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

describe('quoted blanks of exports that quote everything', () => {
  const file = source(
    'quoted.csv',
    '"id","score","at","ok","note"\n"1","1.5","2024-01-01","true","x"\n"2","","","",""\n"3","","2024-01-02","NA","NA"\n',
  );

  it('are texts as they stand', async () => {
    const { manifest } = await compiled(file);
    expect(manifest.fields.map((f) => f.type)).toEqual(['int64', 'utf8', 'utf8', 'utf8', 'utf8']);
  });

  it('are null outside text columns with an empty null token', async () => {
    const { manifest, rows } = await compiled(file, { nulls: ['', 'NA'] });
    expect(manifest.fields.map((f) => f.type)).toEqual(['int64', 'float64', 'date', 'bool', 'utf8']);
    expect(rows.slice(1)).toEqual([
      [2n, null, null, null, ''],
      [3n, null, 'D19724', null, 'NA'],
    ]);
    expect(manifest.ledger.changed).toMatchObject({ 'null token': 5 });
  });

  it('are null in columns declared as something else than text, and drop no record', async () => {
    const { manifest, rows } = await compiled(file, {
      types: { score: 'float', at: 'date', ok: 'boolean', note: 'text' },
    });
    expect(manifest.ledger.dropped.malformed).toBe(0);
    expect(rows[1]).toEqual([2n, null, null, null, '']);
    const strings = source('strings.jsonl', '{"score":"1.5"}\n{"score":""}\n');
    expect((await compiled(strings, { types: { score: 'float' } })).rows).toEqual([[1.5], [null]]);
  });
});
