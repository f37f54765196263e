import fc from 'fast-check';
import type { Value } from './compiled.js';

/** What the values of a column, or those at a place within it, are. */
export type Spec =
  | { kind: 'integer' | 'float' | 'boolean' | 'text' | 'date' | 'datetime' }
  | { kind: ParquetKind }
  | { kind: 'list'; item: Spec }
  | { kind: 'struct'; fields: [name: string, spec: Spec][] };

/** What only Parquet has. Decimals have two digits behind the point; times of day are nanoseconds. */
type ParquetKind =
  | 'int32'
  | 'uint32'
  | 'float32'
  | 'decimal'
  | 'time in ms'
  | 'time in us'
  | 'timestamp in ms'
  | 'timestamp in ns'
  | 'binary'
  | 'uuid';

/** A table of typed columns, by row. Integers are bigint; dates and times are `D` days and `T` microseconds. */
export interface Table {
  columns: { name: string; spec: Spec }[];
  rows: Value[][];
}

/** Any text that UTF-8 can hold, with what parsers trip over. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      '"',
      "'",
      ',',
      ';',
      '\t',
      '|',
      '\n',
      '\r',
      ' ',
      '\\',
      '#',
      '/',
      'é',
      '日',
      '😀',
      '\ufeff',
    ),
    maxLength: 40,
  }),
  fc.constantFrom(
    '',
    ' ',
    'NA',
    'null',
    'None',
    'true',
    '007',
    '1',
    '-0',
    '1.50',
    '1e400',
    '2024-02-30',
    '\ufeff',
    'x'.repeat(300),
  ),
  fc.string({ unit: fc.constantFrom('\0', '\u0001', '\u001f', '\u007f', '\u0085', '\u2028', '\u2029'), maxLength: 5 }),
);

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const double = fc.double({ noNaN: true, noDefaultInfinity: true });

/** Days and microseconds from the year 1 to the year 9999. */
const dayRange = { min: -719162, max: 2932896 };
const microsRange = {
  min: BigInt(dayRange.min) * 86_400_000_000n,
  max: BigInt(dayRange.max + 1) * 86_400_000_000n - 1n,
};

function scalarOf(kind: Exclude<Spec['kind'], 'list' | 'struct'>): fc.Arbitrary<Value> {
  switch (kind) {
    case 'integer':
      return fc.oneof(fc.bigInt(int64), fc.bigInt(-100n, 100n), fc.constantFrom(int64.min, int64.max, 2n ** 53n + 1n));
    case 'float':
      return fc.oneof(
        double,
        fc.integer({ min: -1000, max: 1000 }),
        fc.constantFrom(-0, 5e-324, Number.MAX_VALUE, 0.1 + 0.2),
      );
    case 'boolean':
      return fc.boolean();
    case 'text':
      return anyText;
    case 'date':
      return fc.integer(dayRange).map((days) => `D${days}`);
    case 'datetime':
      return fc.oneof(fc.bigInt(microsRange), fc.bigInt(-(2n ** 41n), 2n ** 51n)).map((micros) => `T${micros}`);
    case 'int32':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case 'uint32':
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case 'float32':
      return fc.float({ noNaN: true });
    case 'decimal':
      return fc.bigInt(-(10n ** 15n) + 1n, 10n ** 15n - 1n).map((unscaled) => Number(unscaled) * 10 ** -2);
    case 'time in ms':
      return fc.bigInt(0n, 86_399_999n).map((ms) => ms * 1_000_000n);
    case 'time in us':
      return fc.bigInt(0n, 86_399_999_999n).map((us) => us * 1000n);
    case 'timestamp in ms':
      return fc.bigInt(microsRange).map((micros) => `T${(micros / 1000n) * 1000n}`);
    case 'timestamp in ns':
      return fc
        .bigInt(-(2n ** 62n), 2n ** 62n)
        .map((ns) => (ns % 1000n === 0n ? `T${ns / 1000n}` : `T${ns} nanoseconds`));
    case 'binary':
      return fc.uint8Array({ maxLength: 20 });
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 });
  }
}

/** A value that no other type could hold, so that its column has the type it was made with. */
export function anchor(spec: Spec): Value {
  switch (spec.kind) {
    case 'integer':
      return 1n;
    case 'float':
      return 0.5;
    case 'boolean':
      return true;
    case 'text':
      return 'x';
    case 'date':
      return 'D0';
    case 'datetime':
      return 'T1';
    case 'list':
      return [anchor(spec.item)];
    case 'struct':
      return Object.fromEntries(spec.fields.map(([name, field]) => [name, anchor(field)]));
    case 'int32':
    case 'uint32':
      return 1;
    case 'float32':
    case 'decimal':
      return 0.5;
    case 'time in ms':
    case 'time in us':
      return 1_000_000n;
    case 'timestamp in ms':
      return 'T1000';
    case 'timestamp in ns':
      return 'T1 nanoseconds';
    case 'binary':
      return new Uint8Array([0, 255]);
    case 'uuid':
      return new Uint8Array(16).fill(7);
  }
}

export function anyValue(spec: Spec): fc.Arbitrary<Value> {
  const nullable = (inner: Spec): fc.Arbitrary<Value> => fc.option(anyValue(inner), { freq: 4 });
  if (spec.kind === 'list') return fc.array(nullable(spec.item), { maxLength: 4 });
  if (spec.kind === 'struct')
    return fc
      .tuple(...spec.fields.map(([, field]) => nullable(field)))
      .map((values) => Object.fromEntries(spec.fields.map(([name], i) => [name, values[i]!])));
  return scalarOf(spec.kind);
}

const flatKinds = ['integer', 'float', 'boolean', 'text', 'date', 'datetime'] as const;
/** Within JSON there are no dates: what looks like one stays text. */
const jsonKinds = ['integer', 'float', 'boolean', 'text'] as const;

const parquetKinds = [
  ...flatKinds,
  'int32',
  'uint32',
  'float32',
  'decimal',
  'time in ms',
  'time in us',
  'timestamp in ms',
  'timestamp in ns',
  'binary',
  'uuid',
] as const;

const flatSpec: fc.Arbitrary<Spec> = fc.constantFrom(...flatKinds).map((kind) => ({ kind }));
const fieldName = fc
  .oneof(
    fc.constantFrom('a', 'role', 'constructor', 'toString', 'Ä b', 'a.b', '日本', '"', '\\', '\n', 'element', 'list'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  )
  .filter((name) => name !== '__proto__');
const nestedSpec = (kinds: readonly Exclude<Spec['kind'], 'list' | 'struct'>[]): fc.Arbitrary<Spec> =>
  fc.letrec<{ spec: Spec }>((tie) => ({
    spec: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.constantFrom(...kinds).map((kind): Spec => ({ kind })),
      tie('spec').map((item): Spec => ({ kind: 'list', item })),
      fc
        .uniqueArray(fc.tuple(fieldName, tie('spec')), { minLength: 1, maxLength: 4, selector: ([name]) => name })
        .map((fields): Spec => ({ kind: 'struct', fields })),
    ),
  })).spec;
/** What columns of a format can be. */
const specs = {
  csv: flatSpec,
  json: fc.oneof(flatSpec, nestedSpec(jsonKinds)),
  parquet: nestedSpec(parquetKinds),
};

/** A column's name as it can be in any format. */
const columnName = fc.oneof(
  fc.constantFrom(
    'id',
    'Text Body',
    'text',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '名前',
    'a,b',
    'a"b',
    ' x ',
    'line\nbreak',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
);

/**
 * Any table. The first column is an integer without null, so that no record is blank; every other one has its anchor in
 * some row.
 */
export function tableOf(format: keyof typeof specs, maxRows = 25): fc.Arbitrary<Table> {
  const spec = specs[format];
  const columns = fc
    .uniqueArray(fc.record({ name: columnName, spec }), { minLength: 1, maxLength: 5, selector: (c) => c.name })
    .map((made) => [
      { name: 'row number', spec: { kind: 'integer' } as Spec },
      ...made.filter((c) => c.name !== 'row number'),
    ]);
  return columns.chain((made) =>
    fc
      .record({
        rows: fc.array(
          fc.tuple(
            ...made.map((c, i) => (i === 0 ? fc.constant<Value>(0n) : fc.option(anyValue(c.spec), { freq: 5 }))),
          ),
          { minLength: 1, maxLength: maxRows },
        ),
        anchors: fc.array(fc.nat(), { minLength: made.length, maxLength: made.length }),
      })
      .map(({ rows, anchors }): Table => {
        made.forEach((c, i) => {
          rows[anchors[i]! % rows.length]![i] = anchor(c.spec);
        });
        rows.forEach((row, r) => {
          row[0] = BigInt(r);
        });
        return { columns: made, rows };
      }),
  );
}

/** A float column may be read back from integers; a whole table made comparable. */
export function comparable(rows: Value[][], columns: Table['columns']): unknown[][] {
  return rows.map((row) => row.map((value, c) => plain(value, columns[c]!.spec)));
}

function plain(value: Value, spec: Spec): unknown {
  if (value === null || value === undefined) return null;
  if (spec.kind === 'list') return Array.isArray(value) ? value.map((v) => plain(v, spec.item)) : value;
  if (spec.kind === 'struct' && typeof value === 'object' && !Array.isArray(value))
    return spec.fields.map(([name, field]) => plain((value as Record<string, Value>)[name]!, field));
  // A double that is not written as one ("5") is an integer where it stands alone.
  if (spec.kind === 'float' && typeof value !== 'string') return Object.is(Number(value), -0) ? '-0' : Number(value);
  return value;
}
