import { describe, expect, test } from 'vitest';
import { FateLog, rowOrdinals } from '../../dist/ledger/fates.js';
import { fateNames } from '../../dist/stages/pipeline.js';
import { sampleLog } from './sample.js';

describe('FateLog', () => {
  test('knows what became of each record', () => {
    const log = sampleLog();
    expect(Array.from({ length: log.records }, (_, r) => fateNames[log.fateOf(r)])).toEqual([
      'kept',
      'malformed',
      'kept',
      'exact duplicate',
      'empty row',
      'near duplicate',
      'kept',
      'exact duplicate',
    ]);
    expect(Object.fromEntries(log.counts().map((n, code) => [fateNames[code], n]))).toMatchObject({
      kept: 3,
      malformed: 1,
      'empty row': 1,
      'exact duplicate': 2,
      'near duplicate': 1,
      'below top': 0,
    });
    expect([0, 2, 6].map((r) => log.refOf(r))).toEqual([1, 1, 1]);
  });

  test('places kept rows by rank, some below the top', () => {
    const log = sampleLog();
    log.place(Uint32Array.of(2, 0));
    expect([0, 2, 6].map((r) => [fateNames[log.fateOf(r)], log.refOf(r)])).toEqual([
      ['kept', 1],
      ['below top', 0],
      ['kept', 0],
    ]);
  });

  test('has pages, and knows the largest groups', () => {
    const log = new FateLog();
    const n = 200_000;
    const keep = new Uint8Array(n).fill(1);
    const keptOrdinal = Uint32Array.from(keep, (_, i) => i);
    const drop = (row: number, kept: number): void => {
      keep[row] = 0;
      keptOrdinal[row] = kept;
    };
    for (let i = 0; i < 5; i++) drop(n - 1 - i, 70_000);
    for (let g = 0; g < 20; g++) for (let i = 0; i <= g % 4; i++) drop(100_000 + g * 10 + i, g);
    log.add({ records: n, rejects: [], drops: null, verdict: { keep, keptOrdinal, near: null, exact: 0 } });
    expect(log.refOf(70_000)).toBe(5);
    log.place(null);
    expect(log.refOf(n - 1)).toBe(70_000);
    expect(log.refOf(n - 6)).toBe(n - 6 - 50);
    expect(log.largest.map((g) => [g.ordinal, g.duplicates])).toEqual([
      [70_000, 5],
      ...[3, 7, 11, 15, 19].map((g) => [g, 4]),
      ...[2, 6, 10, 14].map((g) => [g, 3]),
    ]);
  });

  test('refuses rejects that are not records of the chunk', () => {
    expect(() => new FateLog().add({ records: 2, rejects: [2], drops: null, verdict: null })).toThrow('rejects');
  });
});

test('rowOrdinals leaves rejected records out', () => {
  expect(rowOrdinals(7, 3, [])).toBe(7);
  expect([...(rowOrdinals(7, 3, [0, 2]) as Uint32Array)]).toEqual([8, 10, 11]);
});
