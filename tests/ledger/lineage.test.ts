import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import { FateLog } from '../../dist/ledger/fates.js';
import { type SourceSpan, spanOf, startsOf } from '../../dist/ledger/lineage.js';
import { LineageReader } from '../../dist/ledger/lineage-read.js';
import { writeLineage } from '../../dist/ledger/lineage-write.js';
import { dropsOf, sampleLog, sampleSources } from './sample.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lineage-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
let files = 0;

/** Lineage as a reader that is not ours sees it. */
async function written(log: FateLog, sources: SourceSpan[]): Promise<{ file: string; rows: unknown[][] }> {
  const file = path.join(folder, `${files++}.parquet`);
  writeLineage(file, log, sources, '1.2.3');
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
  const names = ['source', 'row', 'fate', 'position', 'kept_source', 'kept_row', 'similarity'];
  return { file, rows: rows.map((row) => names.map((name) => row[name] ?? null)) };
}

describe('lineage.parquet', () => {
  test('says what became of each record', async () => {
    const log = sampleLog();
    log.place(null);
    const { file, rows } = await written(log, sampleSources);
    expect(rows).toEqual([
      ['a.csv', 1, 'kept', 0, null, null, null],
      ['a.csv', 2, 'malformed', null, null, null, null],
      ['a.csv', 3, 'kept', 1, null, null, null],
      ['b.csv', 1, 'exact duplicate', null, 'a.csv', 1, null],
      ['b.csv', 2, 'empty row', null, null, null, null],
      ['b.csv', 3, 'near duplicate', null, 'a.csv', 3, 0.875],
      ['b.csv', 4, 'kept', 2, null, null, null],
      ['b.csv', 5, 'exact duplicate', null, 'b.csv', 4, null],
    ]);
    const reader = await LineageReader.open(file);
    expect(await reader.at(5)).toEqual({
      source: 'b.csv',
      row: 3,
      fate: 'near duplicate',
      position: null,
      keptSource: 'a.csv',
      keptRow: 3,
      similarity: 0.875,
      number: null,
    });
    await reader.close();
  });

  test('holds no record', async () => {
    expect((await written(new FateLog(), [{ path: 'a', records: 0 }])).rows).toEqual([]);
  });

  test('is read back for any fates, sources and order', async () => {
    const plan = fc.array(fc.record({ fate: fc.nat(5), of: fc.nat(), border: fc.boolean(), next: fc.nat(9) }), {
      minLength: 1,
      maxLength: 400,
    });
    await fc.assert(
      fc.asyncProperty(plan, fc.integer(), async (records, seed) => {
        const log = new FateLog();
        const sources: SourceSpan[] = [{ path: 's0', records: 0 }];
        const expected: unknown[][] = [];
        const kept: number[] = [];
        records.forEach((r, i) => {
          if (r.next === 0) sources.push({ path: `s${sources.length}`, records: 0 });
          const span = sources.at(-1)!;
          span.records++;
          const twin = kept[r.of % kept.length];
          const fate = (r.fate === 3 || r.fate === 4) && twin === undefined ? 0 : r.fate;
          const near = fate === 4 ? { rows: Uint32Array.of(0), similarity: Float64Array.of(1 / (1 + r.of)) } : null;
          const verdict = {
            // A malformed record is no row.
            keep: fate === 1 ? new Uint8Array(0) : Uint8Array.of(Number(fate === 0 || fate === 5)),
            keptOrdinal: fate === 1 ? new Uint32Array(0) : Uint32Array.of(fate === 3 || fate === 4 ? twin! : i),
            near,
            exact: Number(fate === 3),
          };
          log.add({
            records: 1,
            rejects: fate === 1 ? [0] : [],
            drops: dropsOf(fate === 2 ? Uint8Array.of(1) : null),
            verdict,
          });
          const names = ['kept', 'malformed', 'empty row', 'exact duplicate', 'near duplicate', 'below top'];
          expected.push([span.path, span.records, names[fate], null, null, null, near?.similarity[0] ?? null]);
          if (fate === 3 || fate === 4) expected[i]!.splice(4, 2, expected[twin!]![0], expected[twin!]![1]);
          if (fate === 0 || fate === 5) kept.push(i);
        });
        // Kept rows in an order of their own, those below the top left out.
        const order = kept.map((_, k) => k).filter((k) => expected[kept[k]!]![2] === 'kept');
        order.sort((a, b) => Math.sin(seed + a) - Math.sin(seed + b));
        order.forEach((k, position) => {
          expected[kept[k]!]![3] = position;
        });
        log.place(Uint32Array.from(order));
        expect((await written(log, sources)).rows).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('takes about a byte a record, in row groups', async () => {
    const log = new FateLog();
    const n = 300_000;
    const keep = Uint8Array.from({ length: n }, (_, i) => Number(i % 7 !== 3));
    const keptOrdinal = Uint32Array.from(keep, (k, i) => (k === 1 ? i : i - 3));
    log.add({ records: n, rejects: [], drops: null, verdict: { keep, keptOrdinal, near: null, exact: 0 } });
    log.place(null);
    const { file, rows } = await written(log, [{ path: 'a', records: n }]);
    expect(fs.statSync(file).size).toBeLessThan(n * 1.2);
    expect(rows.length).toBe(n);
    expect(rows[n - 1]).toEqual(['a', n, 'kept', keep.reduce((sum, k) => sum + k, 0) - 1, null, null, null]);
    const reader = await LineageReader.open(file);
    expect((await reader.at(280_003)).keptRow).toBe((await reader.at(280_003)).row - 3);
    await reader.close();
  });
});

test('spanOf finds the source of a record', () => {
  const starts = startsOf(sampleSources);
  expect(starts).toEqual([0, 3, 3, 8]);
  expect([0, 2, 3, 7].map((r) => spanOf(starts, r))).toEqual([0, 0, 2, 2]);
});
