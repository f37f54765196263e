// Unfolds cells of canonical JSON text (json-nested.ts) into the buffers of a nested Arrow type, a batch of cells at a time:
// first measured, then, with memory laid out by the host, written. Every value fits its node: the type came from all values.
import { sameBytes } from './json-hash';
import { behindRaw, RAW_MARK, rawHead, rawLength } from '../shared/json-raw';
import { skipValue } from './json-shape';
import { decodeString, setTextOut, stringStop, textOut } from './json-string';
import { INTEGER, BIG_INTEGER, float, integer, readNumber } from './scalar';

// A node, 64 bytes, laid out by the host (load/json/unfold.ts): uint32 fields. 0 is no node.
const TYPE: usize = 0;
/** The item of a list, the first field of a struct. */
const FIRST: usize = 4;
/** The next field of the struct that the node is a field of. */
const NEXT: usize = 8;
/** Of a field: its key in canonical text with the quote and the colon behind it. */
const KEY: usize = 12;
const KEY_LENGTH: usize = 16;
const FIELDS: usize = 20;
/** Rows measured in this batch, and the most bytes that their text takes. */
const MEASURED: usize = 24;
const MEASURED_BYTES: usize = 28;
/** Rows written over all batches, those before this one, nulls and bytes of text. */
const ROWS: usize = 32;
const BASE: usize = 36;
const NULLS: usize = 40;
const USED: usize = 44;
const USED_BASE: usize = 48;
/** Memory for the batch: a byte a row, an offset a row, values. */
const VALIDITY: usize = 52;
const OFFSETS: usize = 56;
const VALUES: usize = 60;

const TEXT: u32 = 1;
const BOOLEAN: u32 = 2;
const INTEGERS: u32 = 3;
const FLOATS: u32 = 4;
const LIST: u32 = 5;
const STRUCT: u32 = 6;
/** JSON text of whatever stands there. */
const JSON_TEXT: u32 = 7;

// @ts-ignore: decorator
@inline
function get(node: usize, field: usize): u32 {
  return load<u32>(node + field);
}

/** Counts a row, and notes whether it has a value; returns its place in the batch. */
// @ts-ignore: decorator
@inline
function addRow(node: usize, valid: u32): usize {
  const rows = get(node, ROWS);
  store<u32>(node, rows + 1, ROWS);
  const row = <usize>(rows - get(node, BASE));
  store<u8>(<usize>get(node, VALIDITY) + row, <u8>valid);
  return row;
}

// @ts-ignore: decorator
@inline
function setOffset(node: usize, row: usize, offset: u32): void {
  store<u32>(<usize>get(node, OFFSETS) + (row << 2), offset);
}

function addNull(node: usize, write: bool): void {
  const type = get(node, TYPE);
  if (write) {
    const row = addRow(node, 0);
    store<u32>(node, get(node, NULLS) + 1, NULLS);
    if (type == TEXT || type == JSON_TEXT) setOffset(node, row, get(node, USED));
    else if (type == LIST) setOffset(node, row, get(get(node, FIRST), ROWS));
    else if (type == BOOLEAN) store<u8>(<usize>get(node, VALUES) + row, 0);
    else if (type <= FLOATS) store<u64>(<usize>get(node, VALUES) + (row << 3), 0);
  } else {
    store<u32>(node, get(node, MEASURED) + 1, MEASURED);
  }
  if (type == STRUCT) for (let f: usize = get(node, FIRST); f != 0; f = get(f, NEXT)) addNull(f, write);
}

/** Takes the value at `p` as its JSON text, as it was read where the cell has that. */
function takeText(p: usize, node: usize, row: usize, write: bool): usize {
  const end = skipValue(p);
  let from = p;
  let length = end - p;
  if (load<u8>(end) == RAW_MARK) {
    length = rawLength(end);
    from = end + rawHead;
  }
  if (write) {
    const base = get(node, USED_BASE);
    const used = get(node, USED);
    memory.copy(<usize>get(node, VALUES) + <usize>(used - base), from, length);
    store<u32>(node, used + <u32>length, USED);
    setOffset(node, row, used + <u32>length);
  } else store<u32>(node, get(node, MEASURED_BYTES) + <u32>length, MEASURED_BYTES);
  return behindRaw(end);
}

/** Takes the value at `p` as the next row of a node; returns the address behind it. */
function take(p: usize, node: usize, write: bool): usize {
  const c = <u32>load<u8>(p);
  if (c == 0x6e) {
    addNull(node, write);
    return p + 4;
  }
  const type = get(node, TYPE);
  let row: usize = 0;
  if (write) row = addRow(node, 1);
  else store<u32>(node, get(node, MEASURED) + 1, MEASURED);

  if (type == JSON_TEXT || (type == TEXT && c != 0x22)) return takeText(p, node, row, write);
  if (type == TEXT) {
    if (write) {
      const values = <usize>get(node, VALUES);
      const base = get(node, USED_BASE);
      setTextOut(values + <usize>(get(node, USED) - base));
      p = decodeString(p + 1);
      const used = <u32>(textOut() - values) + base;
      store<u32>(node, used, USED);
      setOffset(node, row, used);
      return p + 1;
    }
    const from = p + 1;
    p = stringStop(from);
    while (load<u8>(p) != 0x22) p = stringStop(p + 2);
    store<u32>(node, get(node, MEASURED_BYTES) + <u32>(p - from), MEASURED_BYTES);
    return p + 1;
  }
  if (type == BOOLEAN) {
    const yes = c == 0x74;
    if (write) store<u8>(<usize>get(node, VALUES) + row, <u8>yes);
    return yes ? p + 4 : p + 5;
  }
  if (type <= FLOATS) {
    let end = p;
    for (let d = c; d != 0x2c && d != 0x7d && d != 0x5d; d = load<u8>(++end)) {}
    if (write) {
      const kind = readNumber(p, end);
      const whole = kind == INTEGER || kind == BIG_INTEGER;
      const at = <usize>get(node, VALUES) + (row << 3);
      if (type == INTEGERS) store<i64>(at, integer);
      else store<f64>(at, whole ? <f64>integer : float);
    }
    return end;
  }
  if (type == LIST) {
    const item = <usize>get(node, FIRST);
    p++;
    if (load<u8>(p) == 0x5d) p++;
    else {
      do p = take(p, item, write) + 1;
      while (load<u8>(p - 1) == 0x2c);
    }
    if (write) setOffset(node, row, get(item, ROWS));
    return behindRaw(p);
  }
  const counter = write ? ROWS : MEASURED;
  const first = <usize>get(node, FIRST);
  const own = get(node, counter);
  let found: u32 = 0;
  p++;
  if (load<u8>(p) == 0x7d) p++;
  else {
    let due = first;
    do {
      const key = p + 1;
      let field = due;
      if (field == 0 || !sameBytes(get(field, KEY), key, get(field, KEY_LENGTH))) {
        // A key's bytes end with a quote and a colon, so that none is the beginning of another.
        for (field = first; field != 0; field = get(field, NEXT)) {
          if (sameBytes(get(field, KEY), key, get(field, KEY_LENGTH))) break;
        }
        if (field == 0) unreachable();
      }
      p = take(key + <usize>get(field, KEY_LENGTH), field, write) + 1;
      found++;
      due = get(field, NEXT);
    } while (load<u8>(p - 1) == 0x2c);
  }
  // The fields that the object didn't have have a row less than it.
  if (found != get(node, FIELDS)) {
    for (let f = first; f != 0; f = get(f, NEXT)) if (get(f, counter) < own) addNull(f, write);
  }
  return behindRaw(p);
}

/**
 * Measures or writes the cells of a batch: `rows` + 1 offsets, of which the first is that of `text`, and a byte of validity a
 * row or 0.
 */
export function jsonUnfold(root: usize, text: usize, offsets: usize, validity: usize, rows: u32, write: bool): void {
  const base = load<u32>(offsets);
  for (let row: usize = 0; row < <usize>rows; row++) {
    if (validity != 0 && load<u8>(validity + row) == 0) addNull(root, write);
    else take(text + <usize>(load<u32>(offsets + (row << 2)) - base), root, write);
  }
}
