// Cells to typed values, column by column, and the kinds of values that a column has.

import {
  ABSENT, DECLARED, isEmpty, isNested, isNull, isString, isToken, isValue, JSON_SOURCE, look, NESTED, setNullTokens,
  STRING, tokenTable, valueEnd, valueStart,
} from './look';
import {
  BIG_INTEGER, BOOLEAN, canonical, canonicalTime, DATE, DATETIME, FLOAT, float, INTEGER, integer, kindOf, LOCAL_TIME, readBoolean,
  readLooseFloat, readLooseInteger, readNumber, TEXT,
} from './scalar';
import { NOT_SHORT, powerOfTen, readShort, readShort16 } from './short-number';
import { days, micros } from './temporal';

export { setNullTokens } from './look';

const NULL_TOKEN: u32 = 128;
const NULL: u32 = 256;
const OBJECT: u32 = 512;
const ARRAY: u32 = 1024;
const JSON_NUMBER: u32 = 2048;
const JSON_BOOLEAN: u32 = 4096;
const JSON_STRING: u32 = 8192;

// What the typing functions report, as uint32 from the address they are given.
const atKinds: usize = 0;
const atNulls: usize = 4;
const atCoerced: usize = 8;
const atTokens: usize = 12;

// Types of fixed width.
const toBoolean: u32 = 1;
const toInteger: u32 = 2;
const toFloat: u32 = 3;
const toDate: u32 = 4;
const toDateTime: u32 = 5;
const toLocalTime: u32 = 6;

function kindOfCell(seen: u32, start: usize, meta: u32, mode: u32): u32 {
  if (seen == isNull) return NULL;
  if (seen == isNested) return load<u8>(start) == 0x7b ? OBJECT : ARRAY;
  if (seen == isString) return TEXT | JSON_STRING;
  if (seen == isEmpty) return TEXT;
  const json = (mode & JSON_SOURCE) != 0;
  if (seen == isToken) return json ? NULL_TOKEN | JSON_NUMBER : NULL_TOKEN;
  const kind = kindOf(valueStart, valueEnd);
  return json ? kind | (kind == BOOLEAN ? JSON_BOOLEAN : JSON_NUMBER) : kind;
}

/** The kinds of a column's cells from row `row` to `end`. */
export function columnKinds(starts: usize, metas: usize, row: u32, end: u32, mode: u32): u32 {
  let kinds: u32 = 0;
  for (let r = row; r < end; r++) {
    const start = <usize>load<u32>(starts + (<usize>r << 2));
    const meta = load<u32>(metas + (<usize>r << 2));
    kinds |= kindOfCell(look(start, meta, mode), start, meta, mode);
  }
  return kinds;
}

/** How many bytes the cells of a column have. */
export function columnBytes(metas: usize, rows: u32): f64 {
  let bytes: u64 = 0;
  for (let r: u32 = 0; r < rows; r++) bytes += <u64>(load<u32>(metas + (<usize>r << 2)) >> 4);
  return <f64>bytes;
}

/** Reads a declared value, in a looser grammar than the one types are found by; false if it does not fit. */
function readDeclared(p: usize, q: usize, type: u32): bool {
  if (type == toInteger) return readLooseInteger(p, q);
  return type == toFloat && readLooseFloat(p, q);
}

// What `readCell` found: bits of the value, its kind with that of JSON (0: null), and whether its form is the canonical one.
let cellBits: u64 = 0;
let cellKinds: u32 = 0;
let cellSame: bool = false;

/** Reads any cell as a value of a fixed-width type; false if it is null there. */
function readCell(start: usize, meta: u32, mode: u32, type: u32): bool {
  const seen = look(start, meta, mode);
  if (seen != isValue) {
    cellKinds = kindOfCell(seen, start, meta, mode);
    return false;
  }
  const p = valueStart;
  const q = valueEnd;
  let kind: u32 = 0;
  let same = true;
  if (type == toInteger) {
    kind = readNumber(p, q);
    if (kind & (INTEGER | BIG_INTEGER)) cellBits = <u64>integer;
    else kind = 0;
  } else if (type == toFloat) {
    kind = readNumber(p, q);
    if (kind == INTEGER) {
      cellBits = reinterpret<u64>(<f64>integer);
      same = false;
    } else if (kind == FLOAT) {
      cellBits = reinterpret<u64>(float);
      same = canonical;
    } else kind = 0;
  } else if (type == toBoolean) {
    if (readBoolean(p, q)) {
      kind = BOOLEAN;
      cellBits = <u64>integer;
      same = canonical;
    }
  } else {
    const found = kindOf(p, q);
    if (found == DATE) {
      kind = DATE;
      cellBits = type == toDate ? <u64>days : <u64>(<i64>days * 86400000000);
      same = type == toDate;
    } else if ((found == DATETIME || found == LOCAL_TIME) && type != toDate) {
      kind = found;
      cellBits = <u64>micros;
      same = canonicalTime && found == (type == toDateTime ? DATETIME : LOCAL_TIME);
    }
  }
  if (kind == 0 && mode & DECLARED && readDeclared(p, q, type)) {
    kind = type == toInteger ? INTEGER : FLOAT;
    cellBits = type == toInteger ? <u64>integer : reinterpret<u64>(float);
    same = false;
  }
  if (kind == 0) {
    cellKinds = kindOfCell(seen, start, meta, mode);
    return false;
  }
  cellKinds = mode & JSON_SOURCE ? kind | (type == toBoolean ? JSON_BOOLEAN : JSON_NUMBER) : kind;
  cellSame = same && q - p == <usize>(meta >> 4);
  return true;
}

/**
 * Mixes the bytes of a cell that changes its form or is a null token, and `salt`, into the uint32 at `form`: rows that are equal once typed had the
 * same text if theirs are equal.
 */
function mixForm(start: usize, meta: u32, salt: u32, form: usize): void {
  let hash = load<u32>(form) ^ salt;
  const end = start + <usize>(meta >> 4);
  for (let at = start; at < end; at++) hash = (hash ^ <u32>load<u8>(at)) * 0x01000193;
  hash = (hash ^ (hash >> 15)) * 0x2c1b3c6d;
  store<u32>(form, (hash ^ (hash >> 13)) | 1);
}

/**
 * Fills rows `row` to `end` of a column of a fixed-width type: `values`, 0 where a row is null or its value is of another
 * kind, and one byte a row of `validity`. Adds kinds, nulls, coercions and null tokens to those at `report`. `forms` (0: none)
 * has a uint32 a row, into which cells that change their form, and null tokens, are mixed with `salt`.
 */
export function fixedColumn(
  starts: usize, metas: usize, row: u32, end: u32, mode: u32, type: u32, values: usize, validity: usize, report: usize,
  forms: usize, salt: u32,
): void {
  let kinds: u32 = 0;
  let nulls: u32 = 0;
  let coerced: u32 = 0;
  let nullTokens: u32 = 0;
  const numeric = type == toInteger || type == toFloat;
  const tokens = tokenTable();
  const json: u32 = mode & JSON_SOURCE ? JSON_NUMBER : 0;
  for (let r = <usize>row; r < <usize>end; r++) {
    const start = <usize>load<u32>(starts + (r << 2));
    const meta = load<u32>(metas + (r << 2));
    // Most numbers are read at once; whatever is not that plain goes the long way.
    if (numeric && (meta & (ABSENT | NESTED | STRING)) == 0 && load<u8>(tokens + <usize>load<u8>(start)) == 0) {
      const negative: u32 = u32(load<u8>(start) == 0x2d);
      const p = start + <usize>negative;
      const length = (meta >> 4) - negative;
      let read: u64 = NOT_SHORT;
      if (length - 1 < 8) read = readShort(p, length);
      else if (length - 9 < 8) read = readShort16(p, length);
      const digits = <i64>(read & 0xffffffffffffff);
      const places = <u32>(read >> 56);
      if (places == 0) {
        if (digits <= 0x20000000000000 && (digits != 0 || negative == 0)) {
          const integer = negative ? -digits : digits;
          if (type == toInteger) store<i64>(values + (r << 3), integer);
          else {
            store<f64>(values + (r << 3), <f64>integer);
            coerced++;
            if (forms != 0) mixForm(start, meta, salt, forms + (r << 2));
          }
          kinds |= INTEGER | json;
          store<u8>(validity + r, 1);
          continue;
        }
      } else if (places < 16 && type == toFloat) {
        const value = <f64>digits / powerOfTen(places);
        store<f64>(values + (r << 3), negative ? -value : value);
        // Python's repr: fixed from 1e-4 on, no zero at the end but right behind the point.
        const trailing = places > 1 && load<u8>(p + <usize>length - 1) == 48;
        if (trailing || (value < 1e-4 && (digits != 0 || places > 1))) {
          coerced++;
          if (forms != 0) mixForm(start, meta, salt, forms + (r << 2));
        }
        kinds |= FLOAT | json;
        store<u8>(validity + r, 1);
        continue;
      }
    }
    const valid = readCell(start, meta, mode, type);
    const bits = valid ? cellBits : 0;
    kinds |= cellKinds;
    store<u8>(validity + r, u8(valid));
    if (valid) {
      if (!cellSame) {
        coerced++;
        if (forms != 0) mixForm(start, meta, salt, forms + (r << 2));
      }
    } else {
      nulls++;
      if (cellKinds & NULL_TOKEN) {
        nullTokens++;
        if (forms != 0) mixForm(start, meta, salt, forms + (r << 2));
      }
    }
    if (type == toDate) store<u32>(values + (r << 2), <u32>bits);
    else if (type == toBoolean) store<u8>(values + r, <u8>bits);
    else store<u64>(values + (r << 3), bits);
  }
  store<u32>(report, load<u32>(report, atKinds) | kinds, atKinds);
  store<u32>(report, load<u32>(report, atNulls) + nulls, atNulls);
  store<u32>(report, load<u32>(report, atCoerced) + coerced, atCoerced);
  store<u32>(report, load<u32>(report, atTokens) + nullTokens, atTokens);
}

/** Sets a row's byte of `misfits` to `mark` where it is 0 and the cell does not fit its declared type; returns how many. */
export function markMisfits(
  starts: usize, metas: usize, rows: u32, mode: u32, type: u32, misfits: usize, mark: u32,
): u32 {
  let count: u32 = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    if (load<u8>(misfits + r)) continue;
    const start = <usize>load<u32>(starts + (r << 2));
    const meta = load<u32>(metas + (r << 2));
    const seen = look(start, meta, mode | DECLARED);
    if (seen == isNull || seen == isToken) continue;
    let fits = false;
    if (seen == isValue) {
      const kind = kindOf(valueStart, valueEnd);
      if (type == toInteger) fits = (kind & (INTEGER | BIG_INTEGER)) != 0;
      else if (type == toFloat) fits = (kind & (INTEGER | FLOAT)) != 0;
      else if (type == toBoolean) fits = kind == BOOLEAN;
      else if (type == toDate) fits = kind == DATE;
      else fits = (kind & (DATE | DATETIME | LOCAL_TIME)) != 0;
      fits = fits || readDeclared(valueStart, valueEnd, type);
    }
    if (!fits) {
      store<u8>(misfits + r, <u8>mark);
      count++;
    }
  }
  return count;
}

/** Moves the entries of rows whose byte of `misfits` is 0 together, in place. */
export function dropEntries(entries: usize, rows: u32, misfits: usize, to: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const entry = load<u32>(entries + (r << 2));
    if (load<u8>(misfits + r)) continue;
    store<u32>(to, entry);
    to += 4;
  }
}
