import fs from 'node:fs';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Value } from './compiled.js';
import type { Spec, Table } from './tables.js';

/** A day as ISO 8601 says it. */
function isoDate(days: number): string {
  const date = new Date(0);
  date.setUTCDate(days + 1);
  return date.toISOString().slice(0, 10);
}

/** A moment as ISO 8601 says it, to the microsecond. */
function isoTime(micros: bigint): string {
  const day = 86_400_000_000n;
  const rest = ((micros % day) + day) % day;
  const [hours, minutes, seconds] = [rest / 3_600_000_000n, (rest / 60_000_000n) % 60n, (rest / 1_000_000n) % 60n];
  const two = (n: bigint): string => n.toString().padStart(2, '0');
  const fraction = (rest % 1_000_000n).toString().padStart(6, '0');
  return `${isoDate(Number((micros - rest) / day))}T${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction}Z`;
}

/** A value outside nesting, as text. */
function textOf(value: Value, spec: Spec): string {
  if (spec.kind === 'date') return isoDate(Number((value as string).slice(1)));
  if (spec.kind === 'datetime') return isoTime(BigInt((value as string).slice(1)));
  if (spec.kind === 'float' && Object.is(value, -0)) return '-0.0';
  // Written as an integer beyond 2^53 it would make text of its column.
  if (spec.kind === 'float' && Math.abs(value as number) > 2 ** 53) return (value as number).toExponential();
  return String(value);
}

/** How a CSV is written. */
export interface CsvStyle {
  delimiter: string;
  newline: string;
  finalNewline: boolean;
  /** Quotes what needs no quotes, too. */
  quoteAll: boolean;
  mark: boolean;
}

export function writeCsv(file: string, { columns, rows }: Table, style: CsvStyle): void {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const cell = (text: string): string =>
    style.quoteAll || text === '' || /["\n\r]/.test(text) || text.includes(style.delimiter) || text !== text.trim()
      ? quoted(text)
      : text;
  const lines = [
    columns.map((c) => cell(c.name)),
    ...rows.map((row) => row.map((v, i) => (v === null ? '' : cell(textOf(v, columns[i]!.spec))))),
  ];
  const text = lines.map((cells) => cells.join(style.delimiter)).join(style.newline);
  fs.writeFileSync(file, `${style.mark ? '\ufeff' : ''}${text}${style.finalNewline ? style.newline : ''}`);
}

/** JSON as any writer may write it: with or without nulls, escapes and white space. */
export interface JsonStyle {
  /** Leaves out keys whose value is null. */
  sparse: boolean;
  ascii: boolean;
  space: string;
}

function json(value: Value, spec: Spec, style: JsonStyle): string {
  const { space } = style;
  if (value === null) return 'null';
  if (spec.kind === 'list')
    return `[${space}${(value as Value[]).map((v) => json(v, spec.item, style)).join(`,${space}`)}${space}]`;
  if (spec.kind === 'struct')
    return object(
      spec.fields,
      spec.fields.map(([n]) => (value as Record<string, Value>)[n]!),
      style,
    );
  if (spec.kind === 'text') return string(value as string, style);
  const text = textOf(value, spec);
  return spec.kind === 'date' || spec.kind === 'datetime' ? string(text, style) : text;
}

function string(text: string, { ascii }: JsonStyle): string {
  const quoted = JSON.stringify(text);
  if (!ascii) return quoted;
  return quoted.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The first key is always there: an object without any key has no Parquet type. */
function object(fields: readonly [string, Spec][], values: readonly Value[], style: JsonStyle): string {
  const members = fields.flatMap(([name, spec], i) =>
    style.sparse && i > 0 && values[i] === null
      ? []
      : [`${string(name, style)}${style.space}:${style.space}${json(values[i]!, spec, style)}`],
  );
  return `{${style.space}${members.join(`,${style.space}`)}${style.space}}`;
}

const records = ({ columns, rows }: Table, style: JsonStyle): string[] => {
  const fields = columns.map((c): [string, Spec] => [c.name, c.spec]);
  return rows.map((row) => object(fields, row, style));
};

export function writeJsonLines(file: string, table: Table, style: JsonStyle, newline: string): void {
  fs.writeFileSync(file, records(table, style).join(newline));
}

export function writeJson(file: string, table: Table, style: JsonStyle): void {
  fs.writeFileSync(file, `[${style.space}${records(table, style).join(`,${style.space}`)}]\n`);
}

function elementsOf(name: string, spec: Spec): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (spec.kind) {
    case 'integer':
      return [{ ...optional, type: 'INT64' }];
    case 'float':
      return [{ ...optional, type: 'DOUBLE' }];
    case 'boolean':
      return [{ ...optional, type: 'BOOLEAN' }];
    case 'text':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
    case 'date':
      return [{ ...optional, type: 'INT32', converted_type: 'DATE' }];
    case 'datetime':
      return [{ ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MICROS' }];
    case 'int32':
      return [{ ...optional, type: 'INT32' }];
    case 'uint32':
      return [{ ...optional, type: 'INT32', converted_type: 'UINT_32' }];
    case 'float32':
      return [{ ...optional, type: 'FLOAT' }];
    case 'decimal':
      return [{ ...optional, type: 'INT64', converted_type: 'DECIMAL', precision: 15, scale: 2 }];
    case 'time in ms':
      return [{ ...optional, type: 'INT32', converted_type: 'TIME_MILLIS' }];
    case 'time in us':
      return [{ ...optional, type: 'INT64', converted_type: 'TIME_MICROS' }];
    case 'timestamp in ms':
      return [{ ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }];
    case 'timestamp in ns':
      return [
        { ...optional, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' } },
      ];
    case 'binary':
      return [{ ...optional, type: 'BYTE_ARRAY' }];
    case 'uuid':
      return [{ ...optional, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } }];
    case 'list':
      return [
        { ...optional, converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf('element', spec.item),
      ];
    case 'struct':
      return [
        { ...optional, num_children: spec.fields.length },
        ...spec.fields.flatMap(([field, inner]) => elementsOf(field, inner)),
      ];
  }
}

/** What hyparquet-writer takes for a value. */
function stored(value: Value, spec: Spec): unknown {
  if (value === null) return null;
  if (spec.kind === 'date') return new Date(Number((value as string).slice(1)) * 86_400_000);
  if (spec.kind === 'datetime') return BigInt((value as string).slice(1));
  if (spec.kind === 'float') return Number(value);
  if (spec.kind === 'decimal') return BigInt(Math.round((value as number) * 100));
  if (spec.kind === 'time in ms') return Number((value as bigint) / 1_000_000n);
  if (spec.kind === 'time in us') return (value as bigint) / 1000n;
  if (spec.kind === 'timestamp in ms') return BigInt((value as string).slice(1)) / 1000n;
  if (spec.kind === 'timestamp in ns') {
    const count = BigInt((value as string).slice(1).replace(/ .*/, ''));
    return (value as string).endsWith('nanoseconds') ? count : count * 1000n;
  }
  if (spec.kind === 'list') return (value as Value[]).map((v) => stored(v, spec.item));
  if (spec.kind === 'struct')
    return Object.fromEntries(
      spec.fields.map(([n, field]) => [n, stored((value as Record<string, Value>)[n]!, field)]),
    );
  return value;
}

export function writeParquet(
  file: string,
  { columns, rows }: Table,
  style: { rowGroupSize: number; pageSize: number; codec: 'SNAPPY' | 'UNCOMPRESSED' },
): void {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.flatMap((c) => elementsOf(c.name, c.spec)),
  ];
  const columnData = columns.map((c, i) => ({ name: c.name, data: rows.map((row) => stored(row[i]!, c.spec)) }));
  fs.writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData, schema, ...style })));
}
