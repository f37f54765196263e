// What a cell of canonical JSON text means under its type, as bytes for the digest: the order of keys, keys that are absent
// instead of null and the form of floats make no difference.
//
//     value    0x00 null | 0x01 payload
//     payload  boolean: a byte; integer and float: 8 bytes; text: uint32 length, its bytes in canonical JSON
//              list: uint32 count, values; struct: uint32 number of the field and payload of each that is not null, in the
//              order of the fields, then 0xffffffff
//
// A program is five uint32 a step, in the type's preorder: the step, its words together with its children's, the number of
// fields, and of a field the address and length of its key as canonical text with the quote and the colon behind it.

import { sameBytes } from './json-hash';
import { behindRaw, RAW_MARK, rawHead, rawLength } from '../shared/json-raw';
import { skipValue } from './json-shape';
import { stringStop } from './json-string';
import { BIG_INTEGER, float, INTEGER, integer, readNumber } from './scalar';

/** Steps; dedupe/digest.ts has the same numbers. */
const TEXT: u32 = 1;
const BOOLEAN: u32 = 2;
const INTEGERS: u32 = 3;
const FLOATS: u32 = 4;
const LIST: u32 = 5;
const STRUCT: u32 = 6;
const JSON_TEXT: u32 = 7;

const endOfFields: u32 = 0xffffffff;

let out: usize = 0;
/** Fields of open objects: number, and where their bytes begin. */
let fields: usize = 0;
let spare: usize = 0;
let fits: bool = false;

/**
 * Writes the meaning of the cell at `p` to `to` and returns where it ends; 0 when the cell doesn't fit the type. Takes up to
 * 5 times the cell's bytes at `to` and as many at `temporary`, and twice as many at `stack`.
 */
export function jsonMeaning(p: usize, program: usize, to: usize, stack: usize, temporary: usize): usize {
  out = to;
  fields = stack;
  spare = temporary;
  fits = true;
  take(p, program);
  return fits ? out : 0;
}

/** Takes the value at `p`; returns the address behind it. Once a value doesn't fit, what is returned means nothing. */
function take(p: usize, program: usize): usize {
  const c = <u32>load<u8>(p);
  if (c == 0x6e) {
    store<u8>(out, 0);
    out += 1;
    return p + 4;
  }
  store<u8>(out, 1);
  out += 1;
  const step = load<u32>(program);
  if (step == JSON_TEXT || (step == TEXT && c != 0x22)) return takeText(p);
  if (step == TEXT) {
    const from = p + 1;
    p = stringStop(from);
    while (load<u8>(p) != 0x22) p = stringStop(p + 2);
    const bytes = p - from;
    store<u32>(out, <u32>bytes);
    memory.copy(out + 4, from, bytes);
    out += 4 + bytes;
    return p + 1;
  }
  if (step == BOOLEAN) {
    if (c != 0x74 && c != 0x66) return miss(p);
    store<u8>(out, <u8>(c == 0x74));
    out += 1;
    return c == 0x74 ? p + 4 : p + 5;
  }
  if (step == INTEGERS || step == FLOATS) {
    let end = p;
    for (let d = c; d == 0x2d || d == 0x2b || d == 0x2e || d - 0x30 < 10 || (d | 0x20) == 0x65; ) d = <u32>load<u8>(++end);
    if (end == p) return miss(p);
    const kind = readNumber(p, end);
    const whole = kind == INTEGER || kind == BIG_INTEGER;
    if (kind == 0 || (step == INTEGERS && !whole)) return miss(p);
    if (step == INTEGERS) store<i64>(out, integer);
    else {
      const value = whole ? <f64>integer : float;
      store<f64>(out, value == 0 ? 0 : value);
    }
    out += 8;
    return end;
  }
  if (step == LIST) {
    if (c != 0x5b) return miss(p);
    const count = out;
    out += 4;
    let items: u32 = 0;
    p++;
    if (load<u8>(p) == 0x5d) p++;
    else {
      do {
        p = take(p, program + 20) + 1;
        items++;
      } while (fits && load<u8>(p - 1) == 0x2c);
    }
    store<u32>(count, items);
    return behindRaw(p);
  }
  if (step != STRUCT || c != 0x7b) return miss(p);
  return takeObject(p + 1, program);
}

/** The JSON text of the value at `p`, which is a text in the data set: as a string of canonical JSON. */
function takeText(p: usize): usize {
  const end = skipValue(p);
  let from = p;
  let to = end;
  if (load<u8>(end) == RAW_MARK) {
    from = end + rawHead;
    to = from + rawLength(end);
  }
  const length = out;
  out += 4;
  for (; from < to; from++) {
    const c = <u32>load<u8>(from);
    // JSON text has no other control characters than these.
    const escape: u32 = c == 0x22 || c == 0x5c ? c : c == 10 ? 0x6e : c == 9 ? 0x74 : c == 13 ? 0x72 : 0;
    if (escape != 0) store<u8>(out++, 0x5c);
    store<u8>(out++, <u8>(escape != 0 ? escape : c));
  }
  store<u32>(length, <u32>(out - length) - 4);
  return behindRaw(end);
}

function takeObject(p: usize, program: usize): usize {
  const start = out;
  const own = fields;
  const first = program + 20;
  const programEnd = program + (<usize>load<u32>(program, 4) << 2);
  let due = first;
  let dueNumber: u32 = 0;
  let ascending = true;
  let last: u32 = 0;
  if (load<u8>(p) == 0x7d) p++;
  else {
    do {
      const key = p + 1;
      if (due == programEnd || !sameBytes(load<u32>(due, 12), key, load<u32>(due, 16))) {
        due = first;
        dueNumber = 0;
        while (due < programEnd && !sameBytes(load<u32>(due, 12), key, load<u32>(due, 16))) {
          due += <usize>load<u32>(due, 4) << 2;
          dueNumber++;
        }
        if (due == programEnd) return miss(p);
      }
      p = key + <usize>load<u32>(due, 16);
      if (load<u8>(p) == 0x6e) p += 5;
      else {
        if (dueNumber < last) ascending = false;
        last = dueNumber;
        store<u32>(fields, dueNumber);
        store<u32>(fields, <u32>out, 4);
        fields += 8;
        store<u32>(out, dueNumber);
        out += 4;
        p = take(p, due) + 1;
      }
      due += <usize>load<u32>(due, 4) << 2;
      dueNumber++;
    } while (fits && load<u8>(p - 1) == 0x2c);
  }
  if (fits && !ascending) sortFields(own, fields, start);
  fields = own;
  store<u32>(out, endOfFields);
  out += 4;
  return behindRaw(p);
}

/** Puts the fields of an object, which were written from `start` on, into the order of their numbers. */
function sortFields(from: usize, to: usize, start: usize): void {
  const bytes = out - start;
  memory.copy(spare, start, bytes);
  let at = start;
  // The least number above those done; objects with keys out of order are few, and have few keys.
  let done: i64 = -1;
  while (true) {
    let least: i64 = i64.MAX_VALUE;
    let best: usize = 0;
    for (let f = from; f < to; f += 8) {
      const number = <i64>load<u32>(f);
      if (number > done && number < least) {
        least = number;
        best = f;
      }
    }
    if (best == 0) break;
    const begin = <usize>load<u32>(best, 4);
    const end = best + 8 < to ? <usize>load<u32>(best + 8, 4) : out;
    memory.copy(at, spare + (begin - start), end - begin);
    at += end - begin;
    done = least;
  }
  // A key that came twice leaves its first value only.
  out = at;
}

function miss(p: usize): usize {
  fits = false;
  return p;
}
