// Kinds of columns: how a value is made of a number, how each format writes it, and how hyparquet gives it back.
//
// A value is a function of the table's seed, the column and the row, so that no table need be held: whoever wants to know what
// belongs into a cell asks again.

/** 32 bits that look random, a function of three numbers (the end of murmur3's hash). */
export function mix(a, b, c) {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35) ^ Math.imul(c + 1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const words = Array.from({ length: 400 }, (_, i) => `w${(i * 7919) % 997}${['', 'é', 'q', 'ß', '語'][i % 5]}x`);

/** `count` words. */
function prose(h, count) {
  const list = [];
  for (let i = 0; i < count; i++) list.push(words[mix(h, i, 7) % words.length]);
  return list.join(' ');
}

/** A few texts, with a word more, a word less or in capitals: many are near duplicates of each other. */
function draft(h) {
  const base = h % 500;
  const body = prose(base, 10 + (base % 12));
  const change = (h >>> 12) % 5;
  if (change === 0) return `${body} ${words[(h >>> 16) % 3]}`;
  if (change === 1) return body.slice(0, body.lastIndexOf(' '));
  return change === 2 ? `${body.toUpperCase()}.` : body;
}

const hex = (h, bytes) => {
  let text = 'h';
  for (let i = 0; text.length < bytes; i++) text += mix(h, i, 3).toString(16);
  return text.slice(0, Math.max(2, bytes));
};

const day = 86_400_000;
const isoDate = (days) => new Date(days * day).toISOString().slice(0, 10);
const isoTime = (micros) =>
  `${new Date(Number(micros / 1000n)).toISOString().slice(0, 19)}.${String(micros % 1_000_000n).padStart(6, '0')}Z`;
const micros = (h) => BigInt(h) * 1_000_000n + BigInt(mix(h, 1, 1) % 1_000_000);

const flat = (type, more = {}) => [{ type, ...more }];
const text = flat('BYTE_ARRAY', { converted_type: 'UTF8' });
const same = (v) => v;

/**
 * - `make`: a value of 32 random bits; the first row's is never empty, so that its type can be told.
 * - `csv`, `json`: the cell; null where the format has no such type.
 * - `parquet`: elements of the schema, without name; `stored`: what hyparquet-writer takes.
 * - `back`: the value in the form in which it is compared, of what was made; `read`: of what hyparquet gives.
 */
const kinds = {
  small: {
    make: (h) => (h % 200) - 100,
    csv: String,
    json: String,
    parquet: flat('INT32'),
    stored: same,
    back: BigInt,
    read: BigInt,
  },
  int64: {
    make: (h) => BigInt.asIntN(64, BigInt(h) * BigInt(mix(h, 5, 5))),
    csv: String,
    json: String,
    parquet: flat('INT64'),
    stored: same,
    back: same,
    read: BigInt,
  },
  float: {
    make: (h) => (h - 2 ** 31 + 0.5) / 64,
    csv: String,
    json: String,
    parquet: flat('DOUBLE'),
    stored: same,
    back: same,
    read: same,
  },
  float32: { make: (h) => ((h % 8192) + 0.5) / 4, parquet: flat('FLOAT'), stored: same, back: same, read: same },
  boolean: {
    make: (h) => h % 3 === 0,
    csv: String,
    json: String,
    parquet: flat('BOOLEAN'),
    stored: same,
    back: same,
    read: same,
  },
  date: {
    make: (h) => (h % 40_000) - 5000,
    csv: isoDate,
    parquet: flat('INT32', { converted_type: 'DATE' }),
    stored: (v) => new Date(v * day),
    back: (v) => `D${v}`,
    read: same,
  },
  datetime: {
    make: micros,
    csv: isoTime,
    parquet: flat('INT64', { converted_type: 'TIMESTAMP_MICROS' }),
    stored: same,
    back: (v) => `T${v}`,
    read: same,
  },
  label: { make: (h) => `k${h % 12}`, ...textual() },
  unique: { make: (h, row) => `${hex(h, 16)}-${row}`, ...textual() },
  ragged: { make: (h) => hex(h, h % 90), ...textual() },
  prose: { make: (h, row) => prose(h, 3 + (h % 25) + (row === 0 ? 4 : 0)), ...textual() },
  draft: { make: draft, ...textual() },
  quoted: { make: (h) => `a "${h % 7}",\n${prose(h, h % 5)}|;é\t.`, ...textual() },
  wide: { make: (h) => hex(h, 2 ** (8 + (h % 9))), ...textual(), wide: true },
  binary: {
    make: (h) => Buffer.from(hex(h, h % 40)),
    parquet: flat('BYTE_ARRAY'),
    stored: same,
    back: (v) => v.toString('hex'),
    read: (v) => Buffer.from(v).toString('hex'),
  },
  decimal: {
    make: (h) => BigInt(h) * 100n + 7n,
    parquet: flat('INT64', { converted_type: 'DECIMAL', precision: 15, scale: 2 }),
    stored: same,
    back: Number,
    read: (v) => Math.round(Number(v) * 100),
  },
  integers: {
    make: (h, row) => Array.from({ length: row === 0 ? 3 : h % 6 }, (_, i) => mix(h, i, 2) % 1000),
    json: (v) => JSON.stringify(v),
    parquet: list(flat('INT64')),
    stored: (v) => v.map(BigInt),
    back: (v) => v.join(),
    read: (v) => v.map(String).join(),
    nested: true,
  },
  struct: {
    make: (h) => ({ n: h % 50, t: hex(h, h % 30) }),
    json: (v) => JSON.stringify(v),
    parquet: [
      { num_children: 2 },
      { name: 'n', repetition_type: 'OPTIONAL', type: 'INT64' },
      { name: 't', repetition_type: 'OPTIONAL', ...text[0] },
    ],
    stored: ({ n, t }) => ({ n: BigInt(n), t }),
    back: ({ n, t }) => `${n} ${t}`,
    read: ({ n, t }) => `${n} ${t}`,
    nested: true,
  },
  chat: {
    make: (h, row) =>
      Array.from({ length: row === 0 ? 2 : h % 4 }, (_, i) => ({
        role: i % 2 === 0 ? 'user' : 'assistant',
        content: prose(mix(h, i, 9), 2 + (h % 9)),
      })),
    json: (v) => JSON.stringify(v),
    parquet: list([
      { num_children: 2 },
      { name: 'role', repetition_type: 'OPTIONAL', ...text[0] },
      { name: 'content', repetition_type: 'OPTIONAL', ...text[0] },
    ]),
    stored: same,
    back: (v) => JSON.stringify(v.map(({ role, content }) => [role, content])),
    read: (v) => JSON.stringify(v.map(({ role, content }) => [role, content])),
    nested: true,
  },
};

function textual() {
  return {
    csv: (v) => (v === '' || /[",\n\r]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v),
    json: (v) => JSON.stringify(v),
    parquet: text,
    stored: same,
    back: same,
    read: same,
    isText: true,
  };
}

function list(item) {
  return [
    { converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', ...item[0] },
    ...item.slice(1),
  ];
}

/** The kinds that a format can hold. */
export function kindsOf(format) {
  const how = format === 'parquet' ? 'parquet' : format === 'csv' ? 'csv' : 'json';
  return Object.keys(kinds).filter((name) => kinds[name][how] !== undefined);
}

export const kindOf = (name) => kinds[name];
