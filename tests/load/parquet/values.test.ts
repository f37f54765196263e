import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DatagpuError } from '../../../dist/index.js';
import { asMap, type Compiled, compiled, readParquet, temporaryFolder, type Value } from '../../ingest/compiled.js';

const cases = path.join(import.meta.dirname, 'cases');
const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Files that hyparquet can't read, or reads as something else; their rows are counted in cases.test.ts. */
const others: [RegExp, string][] = [
  [/variant/, 'it decodes variants, which the data set has as their structs'],
  [/shredded-type-mismatch/, 'a variant'],
  [/out_of_range_stats|nation\.impala|dict-malformed/, 'it fails'],
  [/legacy_primitives_collection_arrays/, 'it knows no intervals'],
  [/non-std-kvm/, 'it does not know the codec'],
  [/bug13053-2/, 'it takes two columns of one name for one'],
  [/--enum/, 'it gives enums within structs as bytes'],
];

const files = fs.readdirSync(cases).filter((file) => /\.parquet$/i.test(file));
const comparable = files.filter((file) => !others.some(([name]) => name.test(file)));

async function read(file: string): Promise<Compiled | null> {
  const source = path.join(folder, file.toLowerCase());
  fs.copyFileSync(path.join(cases, file), source);
  try {
    return await compiled(source);
  } catch (error) {
    if (error instanceof DatagpuError) return null;
    throw error;
  }
}

/** Values of a file, maps as objects on both sides. */
const settled = (rows: Value[][]): Value[][] => rows.map((row) => row.map((value) => asMap(value ?? null)));

describe('Parquet files of other writers have the values that hyparquet reads', () => {
  let compared = 0;
  it.each(comparable)('%s', async (file) => {
    const found = await read(file);
    if (found === null) return;
    const expected = await readParquet(path.join(cases, file));
    expect(found.manifest.fields.map((f) => f.source_name)).toEqual(expected.columns);
    expect(settled(found.rows)).toEqual(settled(expected.rows));
    compared++;
  });
  it('most of them', () => expect(compared).toBeGreaterThanOrEqual(105));
});
