import { type CellForm, cellForm, isNullMark } from './cell-form.js';
import { type CsvDialect, dialectCodes } from './dialect.js';
import { type CsvRecord, cellText, isEmptyCell, newRecord, readRecord } from './record.js';

/** Cells behind the first record that are looked at, and records. */
const maxCells = 50_000;
const maxRecords = 1000;

/** The form that nearly all of a column's values have; 'mixed' if none is, undefined without values. */
type ColumnForm = CellForm | 'mixed' | undefined;
const nearlyAll = 0.9;

/** Forms that say nothing above values of another one: years, days and hours name columns too. */
const typed: ReadonlySet<CellForm | null> = new Set(['number', 'boolean', 'date', 'time'] as const);

/** What the records below a record say of it: that it names the columns, that it is one of them, or nothing. */
export type HeaderEvidence = 'names' | 'values' | 'none';

/**
 * Whether the record at `at` names the columns. It does unless it looks like the records below: a number above numbers, a
 * date above dates, an address above addresses, marks of nulls and a few other values left aside. Years in a row are names,
 * and so are 0, 1, 2, ... behind an empty first one, where the first column is filled (the index and the columns of a
 * DataFrame).
 */
export function looksLikeHeader(bytes: Uint8Array, at: number, dialect: CsvDialect, columns: number): boolean {
  return headerEvidence(bytes, at, dialect, columns) !== 'values';
}

export function headerEvidence(bytes: Uint8Array, at: number, dialect: CsvDialect, columns: number): HeaderEvidence {
  const record: CsvRecord = newRecord();
  const codes = dialectCodes(dialect);
  readRecord(bytes, at, bytes.length, codes, record);
  const names = Array.from({ length: record.cells }, (_, i) => cellText(bytes, record, i, dialect).trim());
  const named = names.map(cellForm);
  const counts = Array.from({ length: columns }, (): FormCounts => ({ values: 0, forms: new Map() }));
  let records = 0;
  let firstFilled = true;
  const most = Math.min(maxRecords, Math.ceil(maxCells / columns));
  for (let next = record.next; records < most; next = record.next) {
    if (!readRecord(bytes, next, bytes.length, codes, record, columns)) break;
    if (record.torn) continue;
    records++;
    if (isEmptyCell(record, 0)) firstFilled = false;
    for (let i = 0; i < record.cells && i < columns; i++) {
      const value = cellText(bytes, record, i, dialect);
      if (value === '' || isNullMark(value)) continue;
      const count = counts[i]!;
      count.values++;
      const form = cellForm(value);
      if (form !== null) count.forms.set(form, (count.forms.get(form) ?? 0) + 1);
    }
  }
  const below = counts.map(columnForm);
  if (records === 0) return named.every((form) => form === null || form === 'amount') ? 'none' : 'values';
  if (areYears(names.filter((_, i) => named[i] === 'number'))) return 'names';
  if (firstFilled && areNumbered(names)) return 'names';
  let labels = 0;
  let values = 0;
  for (let i = 0; i < Math.min(columns, names.length); i++) {
    if (names[i] === '' || below[i] === undefined) continue;
    const form = named[i] ?? null;
    if (form !== null && form === below[i]) values++;
    else if (below[i] !== 'mixed' && !typed.has(form) && !isNullMark(names[i]!)) labels++;
  }
  if (values > labels) return 'values';
  return labels > 0 ? 'names' : 'none';
}

/** Of a column: its values, and how many have each form. */
interface FormCounts {
  values: number;
  forms: Map<CellForm, number>;
}

function columnForm({ values, forms }: FormCounts): ColumnForm {
  if (values === 0) return undefined;
  for (const [form, count] of forms) if (count >= values * nearlyAll) return form;
  return 'mixed';
}

/** An empty name, then 0, 1, 2, ... or 1, 2, 3, ... */
function areNumbered(names: readonly string[]): boolean {
  const first = names[1];
  if (names[0] !== '' || (first !== '0' && (first !== '1' || names.length < 3))) return false;
  return names.slice(1).every((name, i) => name === String(Number(first) + i));
}

/** At least two years, each later, or each earlier, than the one before. */
function areYears(names: readonly string[]): boolean {
  if (names.length < 2 || !names.every((n) => /^(1[5-9]|20)\d\d$/.test(n))) return false;
  const rises = names.slice(1).map((n, i) => Math.sign(Number(n) - Number(names[i])));
  return rises[0] !== 0 && rises.every((r) => r === rises[0]);
}
