import { isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';
import type { JSONScanner, ParseError } from 'jsonc-parser';
import { cell } from '../../kernels/cells.js';
import { type RawTree, rawMark } from './raw-tree.js';
import { kindOf } from './reasons.js';

/** The value of a key of a record: its text as a cell has it, and the flags of kernels/cells.ts. */
export interface ExactCell {
  text: string;
  flags: number;
}

/** What is wrong with a record. */
export interface ExactError {
  why: string;
  /** JSON it is, but no object. */
  notObject: boolean;
}

/** A record of the exact parser. */
export interface ExactRecord {
  /** Its first byte in the chunk, and the one behind it. */
  from: number;
  to: number;
  /** Its cells by key, in order of first sight; null with an error. */
  cells: Map<string, ExactCell> | null;
  error: ExactError | null;
  /** By each top-level key, how often it stood before the value that counts; and the same over all nested objects. */
  repeated: string[];
  duplicates: number;
  /** Keys and values with a surrogate that has no partner. */
  surrogates: number;
  /** Values that were NaN, Infinity or -Infinity. */
  nans: number;
}

const maxDepth = 512;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

// Loaded when it is needed, which is next to never.
let library: typeof import('jsonc-parser') | null = null;
function jsonc(): typeof import('jsonc-parser') {
  library ??= createRequire(import.meta.url)('jsonc-parser') as typeof import('jsonc-parser');
  return library;
}

/**
 * Reads a line, or the text of one element, with readers that share nothing with the kernels: JSON.parse says whether it is
 * JSON, and the visitor of jsonc-parser what is in it (JSON.parse keeps neither the text of a number nor a key's repetitions).
 * Slow, and called only where the two counts of a chunk differ. `from` is where its bytes begin in the chunk.
 */
export function readExactly(
  bytes: Uint8Array,
  from: number,
  trees: RawTrees = noTrees,
  nan?: 'null' | 'text',
): ExactRecord {
  const record: ExactRecord = {
    from,
    to: from + bytes.length,
    cells: null,
    error: null,
    repeated: [],
    duplicates: 0,
    surrogates: 0,
    nans: 0,
  };
  const broken = (why: string): ExactRecord => ({ ...record, error: { why, notObject: false } });
  if (!isUtf8(bytes)) return broken('its bytes are not UTF-8');
  const { text, places } = withoutNans(textOf(bytes), nan);
  record.nans = places.length;
  if (isTooDeep(text)) return broken(`values nested deeper than ${maxDepth}`);
  try {
    JSON.parse(text);
  } catch {
    return broken(whyNotJson(text));
  }
  const first = text.trimStart().charCodeAt(0);
  if (first !== 0x7b) return { ...record, error: { why: `${kindOf(first)}, not an object`, notObject: true } };
  record.cells = cellsOf(text, record, trees, places);
  return record;
}

/** The text with null, or a string, for each NaN, Infinity and -Infinity, and where those are. */
function withoutNans(text: string, nan: 'null' | 'text' | undefined): { text: string; places: number[] } {
  const places: number[] = [];
  if (nan === undefined) return { text, places };
  let moved = 0;
  const replaced = text.replace(
    /"(?:[^"\\]|\\.)*"|(?<![\w.+-])(?:NaN|-?Infinity)(?!\w)/g,
    (token: string, at: number) => {
      if (token.startsWith('"')) return token;
      const stand = nan === 'null' ? 'null' : `"${token}"`;
      places.push(at + moved);
      moved += stand.length - token.length;
      return stand;
    },
  );
  return { text: replaced, places };
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function isTooDeep(text: string): boolean {
  const scanner = jsonc().createScanner(text);
  let depth = 0;
  for (let at = next(scanner, text); at !== ''; at = next(scanner, text)) {
    if (at === '{' || at === '[') depth++;
    else if (at === '}' || at === ']') depth--;
    if (depth > maxDepth) return true;
  }
  return false;
}

/** The first character of the next token; '' at the end. A comment is a token, since it is no JSON. */
function next(scanner: JSONScanner, text: string): string {
  for (;;) {
    scanner.scan();
    const first = text.charAt(scanner.getTokenOffset());
    if (first !== ' ' && first !== '\t' && first !== '\n' && first !== '\r') return first;
  }
}

function whyNotJson(text: string): string {
  const { parse, printParseErrorCode } = jsonc();
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const error = errors[0];
  if (error === undefined) return 'it is not JSON';
  const position = Buffer.byteLength(text.slice(0, error.offset)) + 1;
  return `it is not JSON, at byte ${position}: ${printParseErrorCode(error.error)}`;
}

/** An object or array that is open: its members or elements as canonical JSON. */
interface Open {
  members: Map<string, string> | null;
  elements: string[];
  key: string;
  /** Where it begins in the text. */
  from: number;
  tree: RawTree | null;
}

/** What of a column, by its key, is kept as it was read. */
export type RawTrees = ReadonlyMap<string, RawTree>;
const noTrees: RawTrees = new Map();

/** The part of the tree for what is in a container: of an object under its key, with its quotes. */
function below({ tree, members, key }: Open): RawTree | null {
  if (tree === null || tree.raw) return null;
  return members === null ? tree.item : (tree.fields.find(([name]) => `"${name}"` === key)?.[1] ?? null);
}

/** The cells of an object that is JSON. */
function cellsOf(text: string, record: ExactRecord, trees: RawTrees, nans: readonly number[]): Map<string, ExactCell> {
  const cells = new Map<string, ExactCell>();
  const stack: Open[] = [];
  let key = '';
  /** A string as canonical JSON: JSON.stringify writes the same escapes as the kernel. */
  const string = (value: string): string => {
    if (value.search(loneSurrogate) >= 0) record.surrogates++;
    return JSON.stringify(value);
  };
  const put = (canonical: string, value: ExactCell): void => {
    const inner = stack.at(-1);
    if (inner === undefined) {
      if (cells.has(key)) record.repeated.push(key);
      cells.set(key, value);
    } else if (inner.members === null) inner.elements.push(canonical);
    else {
      if (inner.members.has(inner.key)) record.duplicates++;
      inner.members.set(inner.key, canonical);
    }
  };
  let depth = 0;
  const begin = (members: Open['members'], from: number): void => {
    const inner = stack.at(-1);
    const tree = inner === undefined ? (trees.get(key) ?? null) : below(inner);
    if (depth++ > 0) stack.push({ members, elements: [], key: '', from, tree });
  };
  const end = (at: number): void => {
    if (--depth === 0) return;
    const { members, elements, from, tree } = stack.pop()!;
    const canonical =
      members === null ? `[${elements.join()}]` : `{${[...members].map(([k, v]) => `${k}:${v}`).join()}}`;
    const read = text.slice(from, at + 1);
    // As it was read it would be no JSON.
    const isJson = nans.every((place) => place < from || place > at);
    const kept = tree?.raw === true && read !== canonical && isJson ? canonical + rawMark(read) : canonical;
    put(kept, { text: kept, flags: cell.nested });
  };
  jsonc().visit(
    text,
    {
      onObjectBegin: (offset) => begin(new Map(), offset),
      onArrayBegin: (offset) => begin(null, offset),
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty: (name) => {
        const canonical = string(name);
        const inner = stack.at(-1);
        if (inner === undefined) key = kept(name);
        else inner.key = canonical;
      },
      onLiteralValue: (value: unknown, offset, length) => {
        const written = text.slice(offset, offset + length);
        if (typeof value === 'string') put(string(value), { text: kept(value), flags: cell.quoted | cell.string });
        else if (value === null) put(written, { text: '', flags: cell.absent });
        else put(written, { text: written, flags: 0 });
      },
    },
    { disallowComments: true },
  );
  return cells;
}

/** Text that UTF-8 can hold: a surrogate without its partner becomes its escape. */
const kept = (text: string): string =>
  text.replace(loneSurrogate, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The records of a chunk of lines. Blank lines are none; a byte order mark may begin a line. */
export function* readLinesExactly(
  chunk: Uint8Array,
  trees: RawTrees = noTrees,
  nan?: 'null' | 'text',
): Generator<ExactRecord> {
  for (let at = 0; at < chunk.length; ) {
    const lf = chunk.indexOf(10, at);
    const end = lf < 0 ? chunk.length : lf;
    let from = chunk[at] === 0xef && chunk[at + 1] === 0xbb && chunk[at + 2] === 0xbf ? at + 3 : at;
    while (from < end && isSpace(chunk[from]!)) from++;
    if (from < end) yield readExactly(chunk.subarray(from, end), from, trees, nan);
    at = end + 1;
  }
}

const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === 13;

/**
 * The values of a chunk one after the other, with commas between them if `commas`, up to a bracket that closes the array they
 * are in. `isFirst` when no comma is due before the first one. What can't be told apart ends in a record with an error.
 * The generator returns whether that bracket was there.
 */
export function* readValuesExactly(
  chunk: Uint8Array,
  commas: boolean,
  isFirst: boolean,
  trees: RawTrees = noTrees,
  nan?: 'null' | 'text',
): Generator<ExactRecord, boolean> {
  const text = textOf(chunk);
  const scanner = jsonc().createScanner(text);
  let [charAt, byteAt] = [0, 0];
  const byteOf = (character: number): number => {
    byteAt += Buffer.byteLength(text.slice(charAt, character));
    charAt = character;
    return byteAt;
  };
  let isDue = !isFirst;
  for (let first = next(scanner, text); first !== ''; first = next(scanner, text)) {
    if (commas && first === ']') return true;
    if (commas && isDue) {
      if (first !== ',') {
        yield { ...readExactly(chunk.subarray(0, 0), byteOf(scanner.getTokenOffset())), error: commaDue };
        return false;
      }
      first = next(scanner, text);
    }
    const from = byteOf(scanner.getTokenOffset());
    let depth = 0;
    for (let c = first; c !== ''; c = next(scanner, text)) {
      if (c === '{' || c === '[') depth++;
      else if (c === '}' || c === ']') depth--;
      if (depth <= 0) break;
    }
    yield readExactly(chunk.subarray(from, byteOf(scanner.getPosition())), from, trees, nan);
    isDue = true;
  }
  return false;
}

const commaDue: ExactError = { why: 'expected "," or the end of the array', notObject: false };
