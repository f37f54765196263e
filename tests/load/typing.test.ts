import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnType } from '../../dist/engine/types.js';
import { kind } from '../../dist/kernels/cells.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { typeFromKinds } from '../../dist/load/lattice.js';
import { describeMisfit, dropMisfits } from '../../dist/load/misfits.js';
import { type ColumnPlan, kindsOf, type TypingOptions, typeColumns } from '../../dist/load/typing.js';
import {
  allRules,
  jsonString,
  nested,
  none,
  noRules,
  placeCells,
  plain,
  quoted,
  type TestCell,
  tokens,
  valuesOf,
} from './cells.js';

const kernel = createIngestKernel();
const csv: TypingOptions = { json: false, nullTokens: tokens, clean: noRules };
const cleaned: TypingOptions = { ...csv, clean: allRules };
const json: TypingOptions = { ...csv, json: true };

/** Types a column as its kinds say, as the two passes of a compile do. */
function settle(cells: readonly TestCell[], options: TypingOptions) {
  kernel.reset();
  const table = placeCells(kernel, [cells]);
  const kinds = kindsOf(kernel, table, [0], options)[0]!;
  const type = typeFromKinds(kinds);
  const chunk = typeColumns(kernel, table, [{ cell: 0, type, declared: false, kinds }], options);
  const again = typeFromKinds(kinds | chunk.kinds[0]!);
  expect(again).toEqual(type);
  const { coerced, changed, block } = chunk;
  return { kind: type.kind, values: valuesOf(block.columns[0]!, cells.length), coerced: coerced[0], changed, type };
}

function as(type: ColumnType, cells: readonly TestCell[], options: TypingOptions, declared = false) {
  kernel.reset();
  const table = placeCells(kernel, [cells]);
  const plan: ColumnPlan = { cell: 0, type, declared, kinds: 0 };
  const chunk = typeColumns(kernel, table, [plan], options);
  return { ...chunk, values: valuesOf(chunk.block.columns[0]!, cells.length) };
}

describe('CSV', () => {
  test('an unquoted empty cell is null in every column, a quoted one is the empty string', () => {
    expect(settle([plain('1'), plain('')], csv)).toMatchObject({ kind: 'int64', values: [1n, null] });
    expect(settle([plain('a'), plain(''), quoted('')], csv)).toMatchObject({ kind: 'text', values: ['a', null, ''] });
    expect(settle([plain('1'), quoted('')], csv)).toMatchObject({ kind: 'text', values: ['1', ''] });
    expect(settle([quoted('1'), quoted('2')], csv)).toMatchObject({ kind: 'int64', values: [1n, 2n] });
    expect(settle([none, plain('')], csv)).toMatchObject({ kind: 'null', values: [null, null] });
  });

  test('null tokens are null beside numbers, booleans and dates, and texts beside texts or alone', () => {
    const each = tokens.flatMap((t) => [plain(t), plain(t.toUpperCase())]);
    const nulls = each.map(() => null);
    const rule = { 'null token': each.length };
    expect(settle([plain('1'), ...each], csv)).toMatchObject({ kind: 'int64', values: [1n, ...nulls], changed: rule });
    expect(settle([plain('1.5'), ...each], csv)).toMatchObject({
      kind: 'float64',
      values: [1.5, ...nulls],
      changed: rule,
    });
    expect(settle([plain('true'), ...each], csv)).toMatchObject({ kind: 'boolean', values: [true, ...nulls] });
    expect(settle([plain('1970-01-02'), ...each], csv)).toMatchObject({ kind: 'date', values: [1, ...nulls] });
    const texts = each.map((c) => c.text);
    expect(settle([plain('x'), ...each], csv)).toMatchObject({ kind: 'text', values: ['x', ...texts], changed: {} });
    expect(settle(each, csv)).toMatchObject({ kind: 'text', values: texts });
  });

  test('tokens of its own, numbers among them', () => {
    const own = { ...csv, nullTokens: ['-', '-999', 'missing', ''] };
    const cells = [plain('1'), plain('-999'), plain('Missing'), plain('-'), quoted('')];
    expect(settle(cells, own)).toMatchObject({ kind: 'int64', values: [1n, null, null, null, null] });
    expect(settle([plain('1'), plain('NA')], own)).toMatchObject({ kind: 'text' });
    expect(settle([plain('1'), plain('NA')], { ...csv, nullTokens: [] })).toMatchObject({ kind: 'text' });
  });

  test('booleans in any case, lower case canonical', () => {
    const cells = ['true', 'TRUE', 'False', 'false', 'fAlSe'].map(plain);
    expect(settle(cells, csv)).toMatchObject({
      kind: 'boolean',
      values: [true, true, false, false, false],
      coerced: 3,
    });
    for (const text of ['yes', 'no', 't', 'f', 'tru', 'truee', 'fals'])
      expect(settle([plain('true'), plain(text)], csv).kind).toBe('text');
  });

  test('mixtures', () => {
    expect(settle([plain('1'), plain('2.5')], csv)).toMatchObject({ kind: 'float64', values: [1, 2.5], coerced: 1 });
    expect(settle([plain('9007199254740993'), plain('2.5')], csv)).toMatchObject({
      values: ['9007199254740993', '2.5'],
    });
    expect(settle([plain('1'), plain('true')], csv)).toMatchObject({ values: ['1', 'true'] });
    expect(settle([plain('2024-01-01'), plain('2024-01-01T00:00:00')], csv)).toMatchObject({
      type: { kind: 'arrow', arrow: { name: 'timestamp', unit: 'us', zone: null } },
      coerced: 1,
    });
    for (const instant of ['2024-01-01T08:00:00Z', '2024-01-01T08:00:00+00:00'])
      for (const local of ['2024-01-01T08:00:00', '2024-01-01']) {
        expect(settle([plain(instant), plain(local)], csv)).toMatchObject({ kind: 'text', values: [instant, local] });
        expect(settle([plain(instant), plain(instant)], csv).kind).toBe('datetime');
      }
    expect(settle([plain('007'), plain('1')], csv)).toMatchObject({ values: ['007', '1'] });
  });

  test('white space around a value: text as read, a value when cleaned', () => {
    const cells = [plain(' 12'), plain('7\u00a0'), plain('  '), plain('3')];
    expect(settle(cells, csv)).toMatchObject({ kind: 'text', values: [' 12', '7\u00a0', '  ', '3'] });
    expect(settle(cells, cleaned)).toMatchObject({
      kind: 'int64',
      values: [12n, 7n, null, 3n],
      coerced: 2,
      changed: { 'null token': 1 },
    });
    expect(settle([plain('  '), plain('x ')], cleaned)).toMatchObject({ values: ['', 'x'], changed: { trimmed: 2 } });
    expect(settle([quoted(' '), plain('1')], cleaned)).toMatchObject({ kind: 'text', values: ['', '1'] });
  });
});

describe('JSON', () => {
  test('strings are text whatever they look like', () => {
    const cells = ['1', '', 'true', 'NA', '2024-01-01'].map(jsonString);
    expect(settle([...cells, none], json)).toMatchObject({
      kind: 'text',
      values: ['1', '', 'true', 'NA', '2024-01-01', null],
    });
  });

  test('numbers, booleans and null', () => {
    expect(settle([plain('1'), none, plain('-2')], json)).toMatchObject({ kind: 'int64', values: [1n, null, -2n] });
    expect(settle([plain('1'), plain('2.50')], json)).toMatchObject({ kind: 'float64', values: [1, 2.5], coerced: 2 });
    expect(settle([plain('true'), none], json)).toMatchObject({ kind: 'boolean', values: [true, null] });
    expect(settle([plain('1'), plain('12345678901234567890')], json)).toMatchObject({ kind: 'text' });
    expect(settle([plain('1.5'), plain('NaN')], json)).toMatchObject({ kind: 'float64', values: [1.5, null] });
  });

  test('strings among other kinds stay as they are, the others become their JSON text', () => {
    const mixed = [
      plain('1'),
      jsonString('1'),
      jsonString('a"b\\c\n\u0001é'),
      none,
      nested('{"a":1}'),
      plain('true'),
      plain('NaN'),
    ];
    const { type, values } = settle(mixed, json);
    expect(type).toEqual({ kind: 'text', nested: true });
    expect(values).toEqual(['1', '1', 'a"b\\c\n\u0001é', null, '{"a":1}', 'true', 'NaN']);
    expect(settle([plain('1'), plain('true')], json).kind).toBe('text');
    expect(settle([nested('[1]'), nested('{}')], json).type).toEqual({ kind: 'json', arrow: null });
    expect(settle([nested('[1]'), nested('[]')], json).values).toEqual(['[1]', '[]']);
  });

  test('JSON text is what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        const { values } = as({ kind: 'json', arrow: null }, texts.map(jsonString), json);
        expect(values).toEqual(texts.map((t) => JSON.stringify(t)));
      }),
    );
    expect(as({ kind: 'json', arrow: null }, [jsonString('\u0001'.repeat(100_000))], json).values[0]).toHaveLength(
      600_002,
    );
  });

  test('a text column notices the first nested value', () => {
    const text: ColumnType = { kind: 'text' };
    expect(as(text, [jsonString('a'), jsonString('b'), none], json).kinds[0]! & ~kind.null).toBe(
      kind.text | kind.jsonString,
    );
    const late = as(text, [...Array<TestCell>(5000).fill(jsonString('a')), plain('1')], json);
    expect(typeFromKinds(late.kinds[0]!)).toEqual({ kind: 'text' });
    const later = as(text, [...Array<TestCell>(5000).fill(jsonString('a')), nested('[1]')], json);
    expect(typeFromKinds(later.kinds[0]!)).toEqual({ kind: 'text', nested: true });
  });
});

test('cells of CSV beside those of JSON in JSON text', () => {
  const cells = [
    plain('1'),
    plain('1.50'),
    plain('007'),
    plain('-0'),
    plain('a'),
    plain('true'),
    plain('TRUE'),
    quoted(''),
    plain(''),
  ];
  expect(as({ kind: 'json', arrow: null }, cells, csv).values).toEqual([
    '1',
    '1.50',
    '"007"',
    '-0',
    '"a"',
    'true',
    '"TRUE"',
    '""',
    null,
  ]);
});

test('a value of another kind shows in kinds, for every type', () => {
  const wrong: [ColumnType['kind'], string, number][] = [
    ['int64', '1.5', kind.float],
    ['int64', 'x', kind.text],
    ['float64', '9007199254740993', kind.bigInteger],
    ['float64', 'true', kind.boolean],
    ['boolean', '1', kind.integer],
    ['date', '2024-01-01T00:00', kind.localTime],
    ['date', '2024-01-01T00:00Z', kind.datetime],
    ['datetime', 'x', kind.text],
    ['datetime', '2024-13-01', kind.text],
    ['null', 'x', kind.text],
  ];
  for (const [name, text, expected] of wrong) {
    const { kinds, values } = as({ kind: name } as ColumnType, [plain(''), plain(text)], csv);
    expect([name, kinds[0]]).toEqual([name, expected | kind.null]);
    expect(values[1]).toBe(null);
  }
});

test('absent columns are null in every type, a constant is the same in every row', () => {
  const types: ColumnType[] = [
    ...(['null', 'boolean', 'int64', 'float64', 'date', 'datetime', 'text'] as const).map((k) => ({ kind: k })),
    { kind: 'json', arrow: null },
    { kind: 'arrow', arrow: { name: 'decimal', precision: 10, scale: 2 } },
  ];
  kernel.reset();
  const cells = placeCells(kernel, [[plain('a'), plain('b'), plain('c')]]);
  const plans: ColumnPlan[] = types.map((type) => ({ cell: -1, type, declared: false, kinds: 0 }));
  plans.push({ cell: -1, type: { kind: 'text' }, declared: false, kinds: 0, constant: 'sälj.csv' });
  const { block, kinds } = typeColumns(kernel, cells, plans, csv);
  for (const column of block.columns.slice(0, -1)) {
    expect([...column.validity!]).toEqual([0, 0, 0]);
    expect(column.values.every((v) => v === 0)).toBe(true);
  }
  expect(kinds.slice(0, -1)).toEqual(types.map(() => kind.null));
  expect(valuesOf(block.columns.at(-1)!, 3)).toEqual(['sälj.csv', 'sälj.csv', 'sälj.csv']);
});

test('no rows', () => {
  for (const options of [csv, json]) {
    const plans = (['null', 'boolean', 'int64', 'text'] as const).map((k) => ({
      cell: 0,
      type: { kind: k },
      declared: false,
      kinds: 0,
    }));
    kernel.reset();
    const { block, kinds } = typeColumns(kernel, placeCells(kernel, [[]]), plans, options);
    expect(block.rows).toBe(0);
    expect(kinds).toEqual([0, 0, 0, 0]);
    expect([...block.columns[3]!.offsets!]).toEqual([0]);
  }
});

test('many rows and columns, strip by strip, are what single cells are', () => {
  const rows = 10_000;
  const words = ['x', '1', '', '2.5', 'NA', 'éé', '   ', 'a'.repeat(300)];
  const columns = Array.from({ length: 5 }, (_, c) =>
    Array.from({ length: rows }, (_, r) => plain(words[(r * (c + 3) + (r >> 3)) % words.length]!)),
  );
  kernel.reset();
  const cells = placeCells(kernel, columns);
  const plans = columns.map(
    (_, c): ColumnPlan => ({ cell: c, type: { kind: c === 2 ? 'int64' : 'text' }, declared: false, kinds: 64 }),
  );
  const { block, kinds } = typeColumns(kernel, cells, plans, csv);
  expect(kinds[2]).toBe(kind.text | kind.integer | kind.float | kind.null | kind.nullToken);
  expect(kindsOf(kernel, cells, [0, -1, 4], csv)).toEqual([kinds[2], kind.null, kinds[2]]);
  for (const c of [0, 1, 3, 4])
    expect(valuesOf(block.columns[c]!, rows)).toEqual(columns[c]!.map((cell) => (cell.text === '' ? null : cell.text)));
  expect(valuesOf(block.columns[2]!, rows)).toEqual(columns[2]!.map((cell) => (cell.text === '1' ? 1n : null)));
});

describe('declared types', () => {
  const declare = (columns: TestCell[][], declared: { cell: number; type: ColumnType }[], options = csv) => {
    kernel.reset();
    const { cells, misfits } = dropMisfits(kernel, placeCells(kernel, columns), declared, options);
    const plans = columns.map(
      (_, c): ColumnPlan => ({
        cell: c,
        type: declared.find((d) => d.cell === c)?.type ?? { kind: 'text' },
        declared: declared.some((d) => d.cell === c),
        kinds: 64,
      }),
    );
    const { block } = typeColumns(kernel, cells, plans, options);
    return { misfits, columns: block.columns.map((c) => valuesOf(c, block.rows)) };
  };

  test('a value that does not fit rejects its row, and no other', () => {
    const columns = [
      ['1', 'x', '', 'NA', '007', '3'].map(plain),
      ['a', 'b', 'c', 'd', 'e', 'f'].map(plain),
      ['1', '2', '3', '4', 'y', 'z'].map(plain),
    ];
    const declared = [
      { cell: 2, type: { kind: 'float64' } as const },
      { cell: 0, type: { kind: 'int64' } as const },
    ];
    const { misfits, columns: kept } = declare(columns, declared);
    expect(misfits).toEqual([
      { row: 1, declared: 1, value: 'x' },
      { row: 4, declared: 0, value: 'y' },
      { row: 5, declared: 0, value: 'z' },
    ]);
    expect(kept).toEqual([
      [1n, null, null],
      ['a', 'c', 'd'],
      [1, 3, 4],
    ]);
  });

  test('each type takes its own, and strings of JSON are read', () => {
    const fits: [ColumnType['kind'], string[], string[]][] = [
      // A quoted blank is no value of any of them but text.
      ['int64', ['1', '+1', '007', ''], ['1.0', '1e3', '9223372036854775808', 'true']],
      ['float64', ['1', '1.5', '.5', '5.', '1e5', '12345678901234567890'], ['1e400', 'x', '1,5']],
      ['boolean', ['true', 'FALSE', ''], ['1', 'yes', 'no']],
      ['date', ['2024-02-29'], ['2024-02-30', '2024-01-01T00:00', '20240101']],
      ['datetime', ['2024-02-29', '2024-02-29 12:00', '2024-02-29 12:00+01:00'], ['12:00', 'x']],
      ['text', ['1', 'x', ''], []],
    ];
    for (const [name, good, bad] of fits) {
      const type = { kind: name } as ColumnType;
      for (const cell of [quoted, jsonString]) {
        const options = cell === jsonString ? json : csv;
        const { misfits } = declare([[...good, ...bad].map(cell)], [{ cell: 0, type }], options);
        expect([name, misfits.map((m) => m.value)]).toEqual([name, bad]);
      }
    }
  });

  test('the reason names column, type and value', () => {
    expect(describeMisfit('age', 'integer', 'n/a\u0007')).toBe('column "age": expected an integer, got "n/a\\u0007"');
  });
});
