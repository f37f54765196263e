import { describe, expect, test } from 'vitest';
import { FateLog, fateNames, rowOrdinals } from '../../dist/ledger/fates.js';
import { lineageBlocks, lineageFields } from '../../dist/ledger/lineage.js';
import { cellsOf } from '../dedupe/blocks.js';

/** Eight records in two chunks: kept, malformed, kept, exact of 0 | empty, near of 2, kept, exact of 6. */
function sample(): FateLog {
  const log = new FateLog();
  log.add({
    records: 4,
    rejects: [1],
    empty: null,
    verdict: { keep: Uint8Array.of(1, 1, 0), keptOrdinal: Uint32Array.of(0, 2, 0), near: null },
  });
  log.add({
    records: 4,
    rejects: [],
    empty: Uint8Array.of(1, 0, 0, 0),
    verdict: {
      keep: Uint8Array.of(0, 0, 1, 0),
      keptOrdinal: Uint32Array.of(0, 2, 6, 6),
      near: { rows: Uint32Array.of(1), similarity: Float64Array.of(0.875) },
    },
  });
  return log;
}

const fates = (log: FateLog): string[] => Array.from({ length: log.records }, (_, r) => fateNames[log.fateOf(r)]!);

/** Lineage as rows of cells. */
function lineage(log: FateLog): unknown[][] {
  const sources = [
    { path: 'a.csv', records: 3 },
    { path: 'empty.csv', records: 0 },
    { path: 'b.csv', records: 5 },
  ];
  return [...lineageBlocks(log, sources)].flatMap((block) => {
    const columns = block.columns.map((column) => {
      if (column.offsets !== null || column.type.kind === 'float64') return cellsOf(column, block.rows);
      const numbers = new Uint32Array(column.values.buffer, column.values.byteOffset, block.rows);
      return Array.from(numbers, (n, i) => (column.validity?.[i] === 0 ? null : n));
    });
    return Array.from({ length: block.rows }, (_, r) => columns.map((c) => c[r]));
  });
}

describe('FateLog', () => {
  test('knows what became of each record', () => {
    const log = sample();
    expect(fates(log)).toEqual([
      'kept',
      'malformed',
      'kept',
      'exact duplicate',
      'empty row',
      'near duplicate',
      'kept',
      'exact duplicate',
    ]);
    expect(log.counts()).toEqual([3, 1, 1, 2, 1, 0]);
    expect([0, 2, 6].map((r) => log.refOf(r))).toEqual([1, 1, 1]);
  });

  test('places kept rows in source order', () => {
    const log = sample();
    log.place(null);
    expect(lineage(log)).toEqual([
      ['a.csv', 1, 'kept', 0, null, null, null],
      ['a.csv', 2, 'malformed', null, null, null, null],
      ['a.csv', 3, 'kept', 1, null, null, null],
      ['b.csv', 1, 'exact duplicate', null, 'a.csv', 1, null],
      ['b.csv', 2, 'empty row', null, null, null, null],
      ['b.csv', 3, 'near duplicate', null, 'a.csv', 3, 0.875],
      ['b.csv', 4, 'kept', 2, null, null, null],
      ['b.csv', 5, 'exact duplicate', null, 'b.csv', 4, null],
    ]);
    expect(lineageFields.map((f) => f.name)).toEqual([
      'source',
      'row',
      'fate',
      'position',
      'kept_source',
      'kept_row',
      'similarity',
    ]);
  });

  test('places kept rows by rank, some below the top', () => {
    const log = sample();
    log.place(Uint32Array.of(2, 0));
    expect([0, 2, 6].map((r) => [fateNames[log.fateOf(r)], log.refOf(r)])).toEqual([
      ['kept', 1],
      ['below top', 0],
      ['kept', 0],
    ]);
  });

  test('has pages', () => {
    const log = new FateLog();
    const n = 200_000;
    const keep = new Uint8Array(n).fill(1);
    keep[n - 1] = 0;
    const keptOrdinal = Uint32Array.from(keep, (_, i) => i);
    keptOrdinal[n - 1] = 70_000;
    log.add({ records: n, rejects: [], empty: null, verdict: { keep, keptOrdinal, near: null } });
    expect(log.refOf(70_000)).toBe(1);
    log.place(null);
    expect(log.refOf(n - 1)).toBe(70_000);
    expect(log.refOf(n - 2)).toBe(n - 2);
  });

  test('refuses rejects that are not records of the chunk', () => {
    expect(() => new FateLog().add({ records: 2, rejects: [2], empty: null, verdict: null })).toThrow('rejects');
  });
});

test('rowOrdinals leaves rejected records out', () => {
  expect(rowOrdinals(7, 3, [])).toBe(7);
  expect([...(rowOrdinals(7, 3, [0, 2]) as Uint32Array)]).toEqual([8, 10, 11]);
});
