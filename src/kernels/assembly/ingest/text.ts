// Text columns: cells copied together once and cleaned on the way.

import { copyLoose } from '../shared/copy';
import { copyNestedCell } from './jsoncells';
import { ABSENT, NESTED, QUOTED, STRING } from './look';
import { checkNfc, hasC1, maybeNfc } from './nfc';
import { isTight, trim, trimmedEnd, trimmedStart } from './space';

// The rules, as in src/clean/rules.ts.
const CONTROLS: u32 = 1;
const NFC: u32 = 2;
const TRIM: u32 = 4;

/** Reported beside the flags of cells: some were neither strings of JSON nor nested. */
const BARE: u32 = 16;

// What `textColumn` adds up, as uint32 from the address it is given.
const atNulls: usize = 0;
const atUsed: usize = 4;
const atFlags: usize = 8;
const atControls: usize = 12;
const atNfc: usize = 16;
const atTrimmed: usize = 20;

/** Normalises the bytes in place and returns the new length, or -1 if they were in NFC. */
// @ts-ignore: decorator
@external("host", "normalise")
declare function hostNormalise(p: usize, length: usize): i32;

/** A byte of 0xff where a control character of the first sixteen is removed (tab, LF and CR stay). */
const lowControls: v128 = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1, 0, -1, -1);

/** 32 bytes of 0xff, then 32 of 0: a mask of the first n of 16 lanes lies 32 - n bytes in. */
const lanes: usize = memory.data<u64>([-1, -1, -1, -1, 0, 0, 0, 0]);

// @ts-ignore: decorator
@inline
function controlsOf(v: v128, low: v128): v128 {
  // Lanes of 0 to 15 look themselves up; 16 to 31 become 0 to 15 and are all controls; 127 is DEL.
  const first = i8x16.swizzle(low, v);
  const second = i8x16.lt_u(i8x16.sub(v, i8x16.splat(16)), i8x16.splat(16));
  return v128.or(v128.or(first, second), i8x16.eq(v, i8x16.splat(0x7f)));
}

/** Removes U+0000 to 0008, 000B, 000C, 000E to 001F and 007F to 009F in place; returns the new end. */
function removeControls(p: usize, q: usize): usize {
  let to = p;
  while (p < q) {
    const c = <u32>load<u8>(p);
    if ((c < 32 && c != 9 && c != 10 && c != 13) || c == 0x7f) {
      p++;
      continue;
    }
    if (c == 0xc2 && load<u8>(p, 1) < 0xa0) {
      p += 2;
      continue;
    }
    store<u8>(to, <u8>c);
    p++;
    to++;
  }
  return to;
}

/** Cleans the text from p to q in place by the rules, where a look at its bytes could not rule out that it changes. */
function cleanInPlace(p: usize, q: usize, rules: u32, controls: bool, wide: bool, report: usize): usize {
  let verdict: u32 = 0;
  if (wide) {
    verdict = checkNfc(p, q);
    controls = controls || hasC1;
  }
  if (controls && rules & CONTROLS) {
    const end = removeControls(p, q);
    if (end != q) {
      store<u32>(report, load<u32>(report, atControls) + 1, atControls);
      q = end;
      // What stood on both sides may combine now.
      if (wide) verdict = checkNfc(p, q);
    }
  }
  if (verdict == maybeNfc && rules & NFC) {
    const length = hostNormalise(p, q - p);
    if (length >= 0) {
      store<u32>(report, load<u32>(report, atNfc) + 1, atNfc);
      q = p + <usize>length;
    }
  }
  if (rules & TRIM && p < q && !isTight(p, q)) {
    trim(p, q);
    const start = trimmedStart;
    const end = trimmedEnd;
    if (start != p || end != q) {
      store<u32>(report, load<u32>(report, atTrimmed) + 1, atTrimmed);
      if (start != p) memory.copy(p, start, end - start);
      q = p + (end - start);
    }
  }
  return q;
}

/**
 * Appends the cells of a text column from row `row` to `end`, cleaned by the rules, to `values`, of which `used` bytes are
 * filled, and fills `offsets` and `validity`. Stops before a cell for which `capacity` may be too small (a cell grows at most
 * threefold) and returns its row, or `end`. Adds to the figures at `report`.
 */
export function textColumn(
  starts: usize, metas: usize, row: u32, end: u32, rules: u32,
  offsets: usize, validity: usize, values: usize, used: u32, capacity: u32, report: usize,
): u32 {
  let out = values + <usize>used;
  const limit = values + <usize>capacity;
  let nulls: u32 = 0;
  let flags: u32 = 0;
  const low = lowControls;
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
    if (out + length > limit) break;
    const start = <usize>load<u32>(starts + at);
    if (meta & NESTED) {
      // Among strings it is its JSON text, which is nobody's to clean.
      out = copyNestedCell(out, start, length);
      store<u8>(validity + <usize>row, 1);
      flags |= NESTED;
      continue;
    }
    if (rules == 0) copyLoose(out, start, length);
    else if (length != 0) {
      let high = i8x16.splat(0);
      let bad = i8x16.splat(0);
      let i: usize = 0;
      for (; i + 16 <= length; i += 16) {
        const v = v128.load(start + i);
        v128.store(out + i, v);
        high = v128.or(high, v);
        bad = v128.or(bad, controlsOf(v, low));
      }
      if (i < length) {
        const v = v128.load(start + i);
        const mask = v128.load(lanes + 32 - (length - i));
        v128.store(out + i, v);
        high = v128.or(high, v128.and(v, mask));
        bad = v128.or(bad, v128.and(controlsOf(v, low), mask));
      }
      const wide = i8x16.bitmask(high) != 0;
      const controls = v128.any_true(bad);
      if (wide || controls || (rules & TRIM && !isTight(start, start + length))) {
        if (wide && out + length * 3 > limit) break;
        const cleaned = cleanInPlace(out, out + length, rules, controls, wide, report);
        store<u8>(validity + <usize>row, 1);
        flags |= meta & (NESTED | STRING) ? meta & (NESTED | STRING) : BARE;
        out = cleaned;
        continue;
      }
    }
    store<u8>(validity + <usize>row, 1);
    flags |= meta & (NESTED | STRING) ? meta & (NESTED | STRING) : BARE;
    out += length;
  }
  store<u32>(offsets + (<usize>row << 2), <u32>(out - values));
  store<u32>(report, load<u32>(report, atNulls) + nulls, atNulls);
  store<u32>(report, <u32>(out - values), atUsed);
  store<u32>(report, load<u32>(report, atFlags) | flags, atFlags);
  return row;
}

/** Makes the cells of a column of offsets and bytes, so that it can be read like a parsed one. `validity` may be 0. */
export function cellsOfText(
  offsets: usize, validity: usize, values: usize, rows: u32, starts: usize, metas: usize,
): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const from = load<u32>(offsets + (r << 2));
    const to = load<u32>(offsets + (r << 2), 4);
    store<u32>(starts + (r << 2), <u32>values + from);
    const absent = validity != 0 && load<u8>(validity + r) == 0;
    store<u32>(metas + (r << 2), absent ? ABSENT : ((to - from) << 4) | QUOTED);
  }
}
