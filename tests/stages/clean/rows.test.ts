import { expect, test } from 'vitest';
import type { ReadBlock } from '../../../dist/engine/block.js';
import type { ColumnType } from '../../../dist/engine/types.js';
import { createIngestKernel } from '../../../dist/kernels/ingest.js';
import { typeColumns } from '../../../dist/load/typing.js';
import { emptyRows, fillText } from '../../../dist/stages/clean/rows.js';
import { none, noRules, placeCells, plain, quoted, type TestCell, valuesOf } from '../../load/cells.js';

const kernel = createIngestKernel();

function blockOf(columns: [ColumnType['kind'], TestCell[]][]): ReadBlock {
  kernel.reset();
  const cells = placeCells(
    kernel,
    columns.map(([, cells]) => cells),
  );
  const plans = columns.map(([name], cell) => ({
    cell,
    type: (name === 'json' ? { kind: name, arrow: null } : { kind: name }) as ColumnType,
    declared: false,
    kinds: 0,
  }));
  return typeColumns(kernel, cells, plans, { json: false, nullTokens: [], clean: noRules }).block;
}

test('a row of nulls and empty texts is empty, and no other', () => {
  const block = blockOf([
    ['text', [quoted(''), plain('a'), none, none, quoted(''), none]],
    ['int64', [none, none, plain('0'), none, none, none]],
    ['boolean', [none, none, none, plain('false'), none, none]],
    ['json', [none, none, none, none, plain('x'), quoted('')]],
    ['null', [none, none, none, none, none, none]],
  ]);
  expect([...emptyRows(block)!]).toEqual([1, 0, 0, 0, 0, 1]);
});

test('no empty rows, no mask', () => {
  expect(emptyRows(blockOf([['int64', [plain('1'), plain('2')]]]))).toBe(null);
  expect(emptyRows(blockOf([['text', [plain('1'), plain('2')]]]))).toBe(null);
  expect(emptyRows(blockOf([['text', []]]))).toBe(null);
  expect([...emptyRows(blockOf([['null', [none]]]))!]).toEqual([1]);
});

test('null texts become "", other nulls stay', () => {
  const block = blockOf([
    ['text', [none, plain('a'), quoted(''), none]],
    ['int64', [none, plain('1'), none, none]],
    ['text', [plain('x'), plain('y'), plain('z'), plain('w')]],
  ]);
  const changed = { trimmed: 1 };
  const filled = fillText(block, changed);
  expect(changed).toEqual({ trimmed: 1, 'null text filled': 2 });
  expect(filled.columns.map((c) => valuesOf(c, 4))).toEqual([
    ['', 'a', '', ''],
    [null, 1n, null, null],
    ['x', 'y', 'z', 'w'],
  ]);
});

test('rows that are on their way out are not counted', () => {
  const block = blockOf([['text', [none, plain('a'), none]]]);
  const changed = {};
  fillText(block, changed, Uint8Array.of(1, 0, 0));
  expect(changed).toEqual({ 'null text filled': 1 });
});
