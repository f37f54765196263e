import { type CsvDialect, dialectCodes } from './dialect.js';
import { type CsvRecord, cellText, isEmptyCell, newRecord, readRecord } from './record.js';

/** Cells behind the first record that are looked at, and records. */
const maxCells = 50_000;
const maxRecords = 1000;

const forms = {
  number: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/,
  boolean: /^(true|false)$/i,
  date: /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}.*)?$/,
  time: /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/,
};
type Form = keyof typeof forms;

function formOf(text: string): Form | null {
  const value = text.trim();
  for (const form of Object.keys(forms) as Form[]) if (forms[form].test(value)) return form;
  return null;
}

/** What the records below a record say of it: that it names the columns, that it is one of them, or nothing. */
export type HeaderEvidence = 'names' | 'values' | 'none';

/**
 * Whether the record at `at` names the columns. It does unless it looks like the records below: a number above numbers, a
 * date above dates. Years in a row are names, and so are 0, 1, 2, ... behind an empty first one, where the first column is
 * filled (the index and the columns of a DataFrame).
 */
export function looksLikeHeader(bytes: Uint8Array, at: number, dialect: CsvDialect, columns: number): boolean {
  return headerEvidence(bytes, at, dialect, columns) !== 'values';
}

export function headerEvidence(bytes: Uint8Array, at: number, dialect: CsvDialect, columns: number): HeaderEvidence {
  const record: CsvRecord = newRecord();
  const codes = dialectCodes(dialect);
  readRecord(bytes, at, bytes.length, codes, record);
  const names = Array.from({ length: record.cells }, (_, i) => cellText(bytes, record, i, dialect).trim());
  const named = names.map(formOf);
  const below: (Form | 'mixed' | undefined)[] = new Array(columns);
  let records = 0;
  let firstFilled = true;
  const most = Math.min(maxRecords, Math.ceil(maxCells / columns));
  for (let next = record.next; records < most; next = record.next) {
    if (!readRecord(bytes, next, bytes.length, codes, record, columns)) break;
    if (record.torn) continue;
    records++;
    if (isEmptyCell(record, 0)) firstFilled = false;
    for (let i = 0; i < record.cells && i < columns; i++) {
      if (below[i] === 'mixed') continue;
      const value = cellText(bytes, record, i, dialect);
      if (value === '') continue;
      const form = formOf(value);
      below[i] = form === null || (below[i] !== undefined && below[i] !== form) ? 'mixed' : form;
    }
  }
  if (records === 0) return named.every((form) => form === null) ? 'none' : 'values';
  if (areYears(names.filter((_, i) => named[i] === 'number'))) return 'names';
  if (firstFilled && areNumbered(names)) return 'names';
  let labels = 0;
  let values = 0;
  for (let i = 0; i < Math.min(columns, names.length); i++) {
    if (names[i] === '' || below[i] === undefined) continue;
    if (named[i] === null && below[i] !== 'mixed') labels++;
    else if (named[i] !== null && named[i] === below[i]) values++;
  }
  if (values > labels) return 'values';
  return labels > 0 ? 'names' : 'none';
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
