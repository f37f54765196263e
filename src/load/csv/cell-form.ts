/** What a cell's text looks like to a person: more than the types that values can have, for telling names from values. */
export type CellForm = 'number' | 'amount' | 'boolean' | 'date' | 'time' | 'address' | 'id';

const digits = String.raw`(\d+([.,]\d*)?|[.,]\d+|\d{1,3}(,\d{3})+(\.\d+)?|\d{1,3}([. '\u00a0\u202f]\d{3})+(,\d+)?)`;
const currency = '(?:[$€£¥₹]|EUR|USD|GBP|CHF|JPY)';
const month = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const day = String.raw`\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}`;
const namedDay = String.raw`\d{1,2}[-/. ]{1,2}${month}[-/., ]{1,2}\d{2,4}|${month} \d{1,2},? \d{4}`;

const forms: Readonly<Record<CellForm, RegExp>> = {
  number: new RegExp(String.raw`^[+-]?${digits}([eE][+-]?\d+)?$`),
  amount: new RegExp(String.raw`^([+-]?${currency} ?[+-]?${digits}|[+-]?${digits}[ \u00a0]?(${currency}|%))$`),
  boolean: /^(true|false)$/i,
  date: new RegExp(String.raw`^(${day}|${namedDay})([T ]\d{1,2}:\d{2}.*)?$`, 'i'),
  time: /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/,
  address: /^([a-z][a-z0-9+.-]*:\/\/\S+|[^\s@/]+@[^\s@/]+\.[a-z]+|\d{1,3}(\.\d{1,3}){3})$/i,
  id: /^(\{?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\}?|\+\d{1,3}[ -]?\d[\d -]{5,})$/i,
};
const order = Object.keys(forms) as CellForm[];

/** Longer cells are prose. */
const mostCharacters = 1000;

/** Null for text. */
export function cellForm(text: string): CellForm | null {
  if (text.length > mostCharacters) return null;
  const value = text.trim();
  for (const form of order) if (forms[form].test(value)) return form;
  return null;
}

const commaDecimal = new RegExp(
  String.raw`^(${currency} ?)?[+-]?(\d+|\d{1,3}([. ]\d{3})+),\d+([ \u00a0]?(${currency}|%))?$`,
);

/** Whether it is a number with a decimal comma, or an amount with one. */
export const hasDecimalComma = (text: string): boolean =>
  text.length <= mostCharacters && commaDecimal.test(text.trim());

const nullMarks = new Set(['na', 'n/a', '#n/a', 'null', 'none', 'nan', '\\n', '?', '-', '--', '.', '*']);

/** Whether it is written for a value that is not known. */
export const isNullMark = (text: string): boolean => text.length <= 8 && nullMarks.has(text.trim().toLowerCase());
