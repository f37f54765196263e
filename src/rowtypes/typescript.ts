import type { RowField, RowType } from './shape.js';

const plain: Record<Exclude<RowType['kind'], 'list' | 'struct'>, string> = {
  text: 'string',
  boolean: 'boolean',
  integer: 'number',
  'wide integer': 'bigint',
  'any integer': 'number | bigint',
  float: 'number',
  decimal: 'string',
  bytes: 'Uint8Array',
  null: 'null',
  date: 'Date',
  timestamp: 'Date',
  time: 'number',
  duration: 'number',
  'wide duration': 'bigint',
  'any duration': 'number | bigint',
};
const notes: Partial<Record<RowType['kind'], string>> = {
  'any integer': 'A bigint beyond 2^53.',
  'any duration': 'A bigint beyond 2^53.',
  timestamp: 'To the millisecond.',
  time: 'Nanoseconds since midnight.',
  decimal: 'All of its digits.',
};

/** An interface for the rows that iterating over a data set gives, see `load`. */
export function typescriptOf(fields: readonly RowField[], title: string): string {
  return [`/** A row of ${title.replaceAll('*/', '* /')}. */`, `export interface Row ${bodyOf(fields, '')}`].join('\n');
}

function bodyOf(fields: readonly RowField[], indent: string): string {
  if (fields.length === 0) return '{}';
  const lines = fields.flatMap(({ name, type, nullable }) => {
    const note = notes[type.kind];
    const line = `${indent}  ${keyOf(name)}: ${textOf(type, `${indent}  `)}${nullable && type.kind !== 'null' ? ' | null' : ''};`;
    return note === undefined ? [line] : [`${indent}  /** ${note} */`, line];
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function textOf(type: RowType, indent: string): string {
  if (type.kind === 'struct') return bodyOf(type.fields, indent);
  if (type.kind !== 'list') return plain[type.kind];
  const item = textOf(type.item.type, indent);
  const isEither = item.includes(' | ') && type.item.type.kind.startsWith('any');
  if (type.item.nullable && type.item.type.kind !== 'null') return `(${item} | null)[]`;
  return isEither ? `(${item})[]` : `${item}[]`;
}

const keyOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));

/** A string in ASCII: nothing in a name can end it, or change how a line is shown. */
const literal = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
