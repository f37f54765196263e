import { quoteValue } from '../errors.js';
import { closest } from '../suggest.js';
import type { Amount, DeclaredType, SplitShare } from './options.js';

/** What is wrong with a value, to be put behind the option's name: `must be ..., got ...`. */
export class BadValue extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Turns a value of a flag, a config file or the API into what the option means, or throws `BadValue`. */
export type Parse<T> = (value: unknown) => T;

function show(value: unknown): string {
  if (typeof value === 'string') return quoteValue(value);
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

export const flag: Parse<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw new BadValue(`must be true or false, got ${show(value)}`);
};

/** A text that is not empty. A number of a config file counts as its digits. */
export const text: Parse<string> = (value) => {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && value !== '') return value;
  throw new BadValue(`must be a text that is not empty, got ${show(value)}`);
};

/** A name for people: a text of one line without control characters. */
export const label: Parse<string> = (value) => {
  const name = text(value);
  if (/\p{Cc}/u.test(name)) throw new BadValue(`must not have control characters, got ${show(name)}`);
  return name;
};

export function choice<T extends string>(...valid: readonly T[]): Parse<T> {
  return (value) => {
    const found = valid.find((v) => v === value);
    if (found !== undefined) return found;
    const near = typeof value === 'string' ? closest(value, valid) : null;
    throw new BadValue(
      `must be ${or(valid)}, got ${show(value)}`,
      near === null ? undefined : `Did you mean "${near}"?`,
    );
  };
}

/** A whole number from `least` to `most`. */
export function count(least: number, most: number = Number.MAX_SAFE_INTEGER): Parse<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return (value) => {
    const n = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
    if (typeof n === 'number' && Number.isSafeInteger(n) && n >= least && n <= most) return n;
    throw new BadValue(`must be a whole number ${range}, got ${show(value)}`);
  };
}

/** A similarity in (0, 1]. */
export const share: Parse<number> = (value) => {
  const n =
    typeof value === 'string' && /^([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(value) ? Number(value) : value;
  if (typeof n === 'number' && n > 0 && n <= 1) return n;
  throw new BadValue(`must be in (0, 1], got ${show(value)}`);
};

/** `500` or `10%`; at least `least` rows and more than, or from, 0 percent likewise. */
export function amount(least: 0 | 1): Parse<Amount> {
  return (value) => {
    const percent = typeof value === 'string' ? /^([0-9]+(?:\.[0-9]+)?)%$/.exec(value) : null;
    if (percent !== null) {
      const n = Number(percent[1]);
      if (n <= 100 && (n > 0 || least === 0)) return { percent: n };
      throw new BadValue(`must be at most 100%${least === 0 ? '' : ' and more than 0%'}, got ${show(value)}`);
    }
    try {
      return { rows: count(least)(value) };
    } catch {
      throw new BadValue(
        `must be a number of rows of at least ${least} or a percentage such as 10%, got ${show(value)}`,
      );
    }
  };
}

const units: Record<string, number> = { '': 1, b: 1 };
for (const [i, letter] of ['k', 'm', 'g', 't'].entries()) {
  units[letter] = units[`${letter}ib`] = 1024 ** (i + 1);
  units[`${letter}b`] = 1000 ** (i + 1);
}

/** Bytes: `1.5GB` (decimal), `512MiB` or `512M` (binary), or a plain number. */
export function size(least: number): Parse<number> {
  return (value) => {
    const parts = /^([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)$/i.exec(String(value));
    const unit = parts === null ? undefined : units[parts[2]!.toLowerCase()];
    const isScalar = typeof value === 'string' || typeof value === 'number';
    if (!isScalar || parts === null || unit === undefined)
      throw new BadValue(`must be a size such as 1.5GB or 512MiB, got ${show(value)}`);
    const bytes = unit === 1 ? Number(parts[1]) : Math.round(Number(parts[1]) * unit);
    if (bytes < least) throw new BadValue(`must be at least ${showSize(least)}, got ${show(value)}`);
    if (!Number.isSafeInteger(bytes)) throw new BadValue(`must be whole bytes, less than 8 PiB, got ${show(value)}`);
    return bytes;
  };
}

function showSize(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20}MiB`;
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

/** Names separated by commas, or a list of names. A name with a comma in it stands in double quotes, doubled inside. */
export const list: Parse<string[]> = (value) => {
  const parts = Array.isArray(value) ? value : [value];
  const names = parts.flatMap((part) => {
    if (typeof part === 'number') return [String(part)];
    if (typeof part !== 'string') throw new BadValue(`must be names separated by commas, got ${show(part)}`);
    return Array.isArray(value) ? [part] : splitList(part);
  });
  if (names.length === 0 || names.some((n) => n === ''))
    throw new BadValue(`must be names separated by commas, got ${show(value)}`);
  return [...new Set(names)];
};

/** Splits `a,"b,c"` into `a` and `b,c`. */
export function splitList(text: string): string[] {
  if (text.trim() === '') return [];
  const parts: string[] = [];
  const part = /\s*(?:"((?:[^"]|"")*)"\s*|([^",][^,]*|))(,|$)/y;
  for (;;) {
    const match = part.exec(text);
    if (match === null) throw new BadValue(`has a quote that does not end at a comma: ${show(text)}`);
    parts.push(match[1] === undefined ? match[2]!.trim() : match[1].replaceAll('""', '"'));
    if (match[3] === '') return parts;
  }
}

/** Tokens in lower case; an empty list means none, an empty text the empty token, which may stand among others: `,NA`. */
export const tokens: Parse<string[]> = (value) => {
  if (value === '') return [''];
  const parts = Array.isArray(value) ? value : typeof value === 'string' ? splitList(value) : [value];
  const named = parts.filter((part) => part !== '');
  const found = named.length === 0 ? [] : list(named);
  const all = named.length < parts.length ? ['', ...found] : found;
  return [...new Set(all.map((token) => token.toLowerCase()))];
};

export const jsonNan: Parse<'null' | 'text' | 'refuse'> = choice('null', 'text', 'refuse');

const declaredType = choice<DeclaredType>('text', 'integer', 'float', 'boolean', 'date', 'datetime', 'json', 'struct');

/** `price=float,zip=text`, a list of such pairs, or a mapping from column to type. */
export const types: Parse<Record<string, DeclaredType>> = (value) => {
  const pairs: [string, unknown][] =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : list(value).map((pair) => {
          const at = pair.lastIndexOf('=');
          if (at <= 0) throw new BadValue(`must be column=type pairs, got ${show(pair)}`);
          return [pair.slice(0, at), pair.slice(at + 1)];
        });
  const declared = new Map<string, DeclaredType>();
  for (const [column, name] of pairs) {
    let type: DeclaredType;
    try {
      type = declaredType(name);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      throw new BadValue(`for column ${quoteValue(column)} ${error.message}`, error.hint);
    }
    const earlier = declared.get(column);
    if (earlier !== undefined && earlier !== type)
      throw new BadValue(`declares column ${quoteValue(column)} as ${earlier} and as ${type}`);
    declared.set(column, type);
  }
  return Object.fromEntries(declared);
};

/** `train=0.9,test=0.1`, a list of such pairs, or a mapping from name to share. */
export const splits: Parse<SplitShare[]> = (value) => {
  const pairs: [string, unknown][] =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : list(value).map((pair) => {
          const at = pair.lastIndexOf('=');
          if (at <= 0) throw new BadValue(`must be name=share pairs such as train=0.9,test=0.1, got ${show(pair)}`);
          return [pair.slice(0, at), pair.slice(at + 1)];
        });
  const shares = pairs.map(([name, given]): SplitShare => {
    // The names are those of files, on systems that don't tell capitals apart too; data.parquet is a data set without splits.
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(name) || name === 'data' || name === 'all')
      throw new BadValue(
        `names a split ${show(name)}: a name is at most 40 small letters, digits and _, a letter first, and not data or all`,
      );
    try {
      return { name, share: share(given) };
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      throw new BadValue(`gives ${name} a share that ${error.message}`);
    }
  });
  if (shares.length > mostSplits) throw new BadValue(`must be at most ${mostSplits} splits, got ${shares.length}`);
  const twice = shares.find(({ name }, i) => shares.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw new BadValue(`names ${twice.name} twice`);
  const sum = shares.reduce((n, s) => n + s.share, 0);
  if (shares.length === 0 || Math.abs(sum - 1) > 1e-9)
    throw new BadValue(`must be shares that add up to 1, got ${Number(sum.toPrecision(12))}`);
  return shares;
};

/** Each has a file of its own open while rows are written. */
const mostSplits = 100;

const characters: Record<string, string> = {
  tab: '\t',
  '\\t': '\t',
  comma: ',',
  semicolon: ';',
  pipe: '|',
  space: ' ',
};

/** `\x01` and `\u0001`, as shells and programs write what has no key. */
const byCode = (value: string): string =>
  value.replace(/^\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))$/i, (_, x, u) =>
    String.fromCharCode(Number.parseInt(x ?? u, 16)),
  );

/** One ASCII character that is not a line end, by itself, by name or by code (`\x01`); `none` or '' gives '' where `none` is allowed. */
export function character(allowNone: boolean): Parse<string> {
  return (value) => {
    if (allowNone && (value === '' || value === 'none')) return '';
    const char = typeof value === 'string' ? (characters[value.toLowerCase()] ?? byCode(value)) : '';
    if (/^[^\r\n\0\u0080-\uffff]$/.test(char)) return char;
    throw new BadValue(`must be one ASCII character${allowNone ? ', or none' : ' or tab'}, got ${show(value)}`);
  };
}

const encodingLabels: Record<string, string> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16le': 'utf-16le',
  utf16le: 'utf-16le',
  'utf-16be': 'utf-16be',
  utf16be: 'utf-16be',
  'windows-1252': 'windows-1252',
  'cp-1252': 'windows-1252',
  cp1252: 'windows-1252',
  latin1: 'latin1',
  'latin-1': 'latin1',
  'iso-8859-1': 'latin1',
  'utf-32le': 'utf-32le',
  'utf-32be': 'utf-32be',
};

/** An encoding by one of its usual labels: all that TextDecoder knows, and UTF-32. */
export const encoding: Parse<string> = (value) => {
  const found = typeof value === 'string' ? encodingLabels[value.toLowerCase()] : undefined;
  if (found !== undefined) return found;
  try {
    if (typeof value === 'string') return new TextDecoder(value).encoding;
  } catch {
    // Not one of them.
  }
  throw new BadValue(
    `must be an encoding such as utf-8, windows-1252, windows-1251, gbk, big5, shift_jis, euc-jp or euc-kr, got ${show(value)}`,
  );
};

/** `1,2`, `[1, 2]`, or `2` for both: shortest and longest run of words. */
export const range: Parse<[number, number]> = (value) => {
  const given = typeof value === 'string' ? value.split(/[,-]/) : Array.isArray(value) ? value : [value];
  const parts = given.length === 1 ? [given[0], given[0]] : given;
  const wrong = new BadValue(`must be two whole numbers from 1 to 8 such as 1,2, got ${show(value)}`);
  if (parts.length !== 2) throw wrong;
  try {
    const [least, most] = parts.map(count(1, 8)) as [number, number];
    if (least <= most) return [least, most];
  } catch {}
  throw wrong;
};

function or(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
