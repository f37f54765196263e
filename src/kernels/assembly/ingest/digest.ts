// Row digests: a hash under the secret of the compile over bytes that say unambiguously what a row holds. Per column, in order:
//
//     0x00                        null
//     0x01 value                  a type of fixed width; floats with one NaN and one zero
//     0x01 meaning                JSON of a nested type, as json-digest.ts says; if it doesn't fit the type,
//     0x02 uint32 length, bytes   the text
//     0x01 uint32 length, bytes   every other type
//
// A column is described by eight uint32: how it is hashed (below), width, addresses of validity (0 = no nulls), offsets and
// values, the address of a program for nested values (those with floats, JSON), two unused.

import { copyLoose } from '../shared/copy';
import { keyedHash, setSecret } from '../shared/keyed-hash';
import { jsonMeaning } from './json-digest';

const descriptorBytes: usize = 32;

/** How a column is hashed; dedupe/digest.ts has the same numbers. */
const asNull: u32 = 0;
const asFixed: u32 = 1;
const asBytes: u32 = 2;
const asFloat64: u32 = 3;
const asFloat32: u32 = 4;
const asFloat16: u32 = 5;
const asNested: u32 = 6;
const asJson: u32 = 7;
const asWord: u32 = 8; // eight bytes that mean themselves

/** Takes the secret of all digests. */
export function digestSecret(at: usize): void {
  setSecret(at);
}

/** The hash of a byte range, whose 32 bytes behind are overwritten; here so that it can be tested. */
export function digestBytes(at: usize, bytes: usize, out: usize): void {
  keyedHash(at, bytes, out);
}

/** The most bytes a row's canonical form takes. */
export function longestRow(columns: usize, count: u32, rows: u32): usize {
  let longest: usize = 0;
  for (let c: u32 = 0; c < count; c++) {
    const column = columns + (<usize>c) * descriptorBytes;
    const how = load<u32>(column);
    if (how != asBytes && how != asNested && how != asJson) {
      longest += 1 + <usize>load<u32>(column, 4);
      continue;
    }
    const offsets = <usize>load<u32>(column, 12);
    let most: u32 = 0;
    let from = load<u32>(offsets);
    for (let r: u32 = 1; r <= rows; r++) {
      const to = load<u32>(offsets + ((<usize>r) << 2));
      most = max(most, to - from);
      from = to;
    }
    longest += how == asJson ? 16 + <usize>most * 5 : 5 + <usize>most;
  }
  return longest;
}

// @ts-ignore: decorator
@inline
function canonical64(bits: u64): u64 {
  const magnitude = bits & 0x7fffffffffffffff;
  if (magnitude == 0) return 0;
  return magnitude > 0x7ff0000000000000 ? 0x7ff8000000000000 : bits;
}

// @ts-ignore: decorator
@inline
function canonical32(bits: u32): u32 {
  const magnitude = bits & 0x7fffffff;
  if (magnitude == 0) return 0;
  return magnitude > 0x7f800000 ? 0x7fc00000 : bits;
}

// @ts-ignore: decorator
@inline
function canonical16(bits: u32): u32 {
  const magnitude = bits & 0x7fff;
  if (magnitude == 0) return 0;
  return magnitude > 0x7c00 ? 0x7e00 : bits;
}

/**
 * Digests of rows `row` to `rows`, not included: 16 bytes a row from `out` on. `scratch` has room for `longestRow` and 32 bytes
 * more; `stack` and `spare` for as much if there is JSON. Values have 32 bytes of slack behind them.
 */
export function digestRows(
  columns: usize, count: u32, row: u32, rows: u32, scratch: usize, stack: usize, spare: usize, out: usize,
): void {
  const end = columns + (<usize>count) * descriptorBytes;
  for (let r = <usize>row; r < <usize>rows; r++) {
    let at = scratch;
    for (let column = columns; column < end; column += descriptorBytes) {
      const how = load<u32>(column);
      const validity = <usize>load<u32>(column, 8);
      const values = <usize>load<u32>(column, 16);
      const has: usize = validity == 0 ? 1 : <usize>load<u8>(validity + r);
      // Of a null only the mark counts: what is stored behind it is stored over, so the commonest types need no branch.
      store<u8>(at, <u8>has);
      if (how == asWord) {
        store<u64>(at, load<u64>(values + (r << 3)), 1);
        at += 1 + (has << 3);
        continue;
      }
      if (how == asBytes) {
        const offset = <usize>load<u32>(column, 12) + (r << 2);
        const from = load<u32>(offset);
        const bytes = <usize>(load<u32>(offset, 4) - from) * has;
        store<u32>(at, <u32>bytes, 1);
        copyLoose(at + 5, values + <usize>from, bytes);
        at += 1 + (has << 2) + bytes;
        continue;
      }
      if (how == asFloat64) {
        store<u64>(at, canonical64(load<u64>(values + (r << 3))), 1);
        at += 1 + (has << 3);
        continue;
      }
      if (how == asNull || has == 0) {
        store<u8>(at, 0);
        at += 1;
        continue;
      }
      at += 1;
      if (how == asNested) {
        const offset = <usize>load<u32>(column, 12) + (r << 2);
        const from = load<u32>(offset);
        const bytes = load<u32>(offset, 4) - from;
        store<u32>(at, bytes);
        at += 4;
        copyLoose(at, values + <usize>from, <usize>bytes);
        unifyFloats(at, <usize>load<u32>(column, 20));
        at += <usize>bytes;
      } else if (how == asJson) {
        const offset = <usize>load<u32>(column, 12) + (r << 2);
        const from = values + <usize>load<u32>(offset);
        const end = jsonMeaning(from, <usize>load<u32>(column, 20), at, stack, spare);
        if (end != 0) {
          at = end;
          continue;
        }
        const bytes = load<u32>(offset, 4) - load<u32>(offset);
        store<u8>(at - 1, 2);
        store<u32>(at, bytes);
        memory.copy(at + 4, from, <usize>bytes);
        at += 4 + <usize>bytes;
      } else if (how == asFloat32) {
        store<u32>(at, canonical32(load<u32>(values + (r << 2))));
        at += 4;
      } else if (how == asFloat16) {
        store<u16>(at, <u16>canonical16(<u32>load<u16>(values + (r << 1))));
        at += 2;
      } else {
        const width = <usize>load<u32>(column, 4);
        copyLoose(at, values + r * width, width);
        at += width;
      }
    }
    keyedHash(scratch, at - scratch, out);
    out += 16;
  }
}

/** Steps of a program over the row encoding (engine/rowcell.ts); dedupe/digest.ts has the same numbers. */
const stepFixed: u32 = 0; // width
const stepBytes: u32 = 1;
const stepFloat64: u32 = 2;
const stepFloat32: u32 = 3;
const stepFloat16: u32 = 4;
const stepList: u32 = 5; // the item's program follows
const stepFixedList: u32 = 6; // size; the item's program follows
const stepStruct: u32 = 7; // number of fields; their programs follow

/**
 * Gives the floats of one value in the row encoding their canonical bits, in place, and returns where the value ends.
 * A program is three uint32 a step, in the type's preorder: the step, its words together with its children's, its number.
 */
function unifyFloats(at: usize, program: usize): usize {
  if (load<u8>(at) == 0) return at + 1;
  at += 1;
  const step = load<u32>(program);
  const number = load<u32>(program, 8);
  if (step == stepFloat64) {
    store<u64>(at, canonical64(load<u64>(at)));
    return at + 8;
  }
  if (step == stepFloat32) {
    store<u32>(at, canonical32(load<u32>(at)));
    return at + 4;
  }
  if (step == stepFloat16) {
    store<u16>(at, <u16>canonical16(<u32>load<u16>(at)));
    return at + 2;
  }
  if (step == stepBytes) return at + 4 + <usize>load<u32>(at);
  if (step == stepList) {
    const items = load<u32>(at);
    at += 4;
    for (let i: u32 = 0; i < items; i++) at = unifyFloats(at, program + 12);
    return at;
  }
  if (step == stepFixedList) {
    for (let i: u32 = 0; i < number; i++) at = unifyFloats(at, program + 12);
    return at;
  }
  if (step == stepStruct) {
    let child = program + 12;
    for (let i: u32 = 0; i < number; i++) {
      at = unifyFloats(at, child);
      child += (<usize>load<u32>(child, 4)) << 2;
    }
    return at;
  }
  return at + <usize>number;
}
