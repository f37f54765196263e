// Columns of JSON text: nested values as they are, strings as JSON strings.

import { copyLoose } from '../shared/copy';
import { RAW_MARK, rawHead, rawLength } from '../shared/json-raw';
import { skipValue } from './json-shape';
import { ABSENT, NESTED, QUOTED, STRING } from './look';

/** Whether p to q is a number of JSON's grammar, true or false. */
function isBare(p: usize, q: usize): bool {
  const length = q - p;
  if (length == 4 && load<u32>(p) == 0x65757274) return true;
  if (length == 5 && load<u32>(p) == 0x736c6166 && load<u8>(p, 4) == 0x65) return true;
  if (load<u8>(p) == 0x2d) p++;
  const first = p;
  while (p < q && <u32>load<u8>(p) - 48 <= 9) p++;
  if (p == first || (p - first > 1 && load<u8>(first) == 48)) return false;
  if (p < q && load<u8>(p) == 0x2e) {
    const start = ++p;
    while (p < q && <u32>load<u8>(p) - 48 <= 9) p++;
    if (p == start) return false;
  }
  if (p < q && (load<u8>(p) | 0x20) == 0x65) {
    p++;
    if (p < q && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
    const start = p;
    while (p < q && <u32>load<u8>(p) - 48 <= 9) p++;
    if (p == start) return false;
  }
  return p == q;
}

// @ts-ignore: decorator
@inline
function hex(n: u32): u8 {
  return <u8>(n < 10 ? 48 + n : 87 + n);
}

/** Writes p to q as a JSON string and returns the end: escaped as JSON.stringify does. */
function writeString(p: usize, q: usize, to: usize): usize {
  store<u8>(to++, 0x22);
  for (; p < q; p++) {
    const c = <u32>load<u8>(p);
    if (c >= 0x20 && c != 0x22 && c != 0x5c) {
      store<u8>(to++, <u8>c);
      continue;
    }
    store<u8>(to++, 0x5c);
    if (c == 0x22 || c == 0x5c) store<u8>(to++, <u8>c);
    else if (c == 8) store<u8>(to++, 0x62);
    else if (c == 9) store<u8>(to++, 0x74);
    else if (c == 10) store<u8>(to++, 0x6e);
    else if (c == 12) store<u8>(to++, 0x66);
    else if (c == 13) store<u8>(to++, 0x72);
    else {
      store<u32>(to, 0x30303075);
      store<u8>(to, hex(c >> 4), 3);
      store<u8>(to, hex(c & 15), 4);
      to += 5;
    }
  }
  store<u8>(to++, 0x22);
  return to;
}

/** Appends the JSON text of a nested cell, as it was read where the cell has that; returns the end. */
export function copyNestedCell(out: usize, start: usize, length: usize): usize {
  const end = skipValue(start);
  if (end < start + length && load<u8>(end) == RAW_MARK) {
    start = end + rawHead;
    length = rawLength(end);
  }
  copyLoose(out, start, length);
  return out + length;
}

/**
 * Appends the cells of a column of JSON text, as `textColumn` does: nested values, numbers, true and false as they are, every
 * other value as a JSON string. A cell grows at most sixfold and by 2. `keepsMarks` where cells are to be unfolded.
 */
export function jsonColumn(
  starts: usize, metas: usize, row: u32, end: u32,
  offsets: usize, validity: usize, values: usize, used: u32, capacity: u32, report: usize, keepsMarks: bool,
): u32 {
  let out = values + <usize>used;
  const limit = values + <usize>capacity;
  let nulls: u32 = 0;
  for (; row < end; row++) {
    const at = <usize>row << 2;
    const meta = load<u32>(metas + at);
    store<u32>(offsets + at, <u32>(out - values));
    const length = <usize>(meta >> 4);
    if (meta & ABSENT || (length == 0 && !(meta & QUOTED))) {
      store<u8>(validity + <usize>row, 0);
      nulls++;
      continue;
    }
    const start = <usize>load<u32>(starts + at);
    if (meta & NESTED || (!(meta & STRING) && length != 0 && isBare(start, start + length))) {
      if (out + length > limit) break;
      if (!keepsMarks && meta & NESTED) out = copyNestedCell(out, start, length);
      else {
        copyLoose(out, start, length);
        out += length;
      }
    } else {
      if (out + length * 6 + 2 > limit) break;
      out = writeString(start, start + length, out);
    }
    store<u8>(validity + <usize>row, 1);
  }
  store<u32>(offsets + (<usize>row << 2), <u32>(out - values));
  store<u32>(report, load<u32>(report) + nulls);
  store<u32>(report, <u32>(out - values), 4);
  return row;
}
