/**
 * The kept sets. Shingles that are frequent, as a header that many texts begin with has them, are held once for all sets
 * that have exactly the same ones (interned.ts).
 *
 *     row   in pages of 2^12: place of the shingles that are its own (sets.ts), address of the shared ones, how many it has of each,
 *           ordinal, address of its long signature (long.ts), 8 bytes unused; then its signature
 *     tally number of the last probe that met it, how often that did (join.ts), its size, how many of its shingles it is
 *           not entered under: uint32 each
 *
 * A signature has 256 bits: bit i tells whether the number of shingles with i in their lowest byte is odd. Sets that differ
 * in d shingles have signatures that differ in at most d bits, whatever else they share (E. F. de O. Sandes and others,
 * "Bitmap filter: speeding up exact set similarity joins with bitwise operations", Information Systems 88, 2020).
 */
import { takeRoom } from './sets';

const rowBits: usize = 6;
const pageBits: u32 = 12;
const pageTable = memory.data(4 << 15, 16);

/** Where a row's fields are. */
export const ownAt: usize = 0;
export const sharedAt: usize = 4;
export const ownCount: usize = 8;
export const sharedCount: usize = 12;
export const ordinalAt: usize = 16;
export const longAt: usize = 20;
export const signatureAt: usize = 32;

/** Tallies are in pages of 2^14. */
const tallyTable = memory.data(4 << 13, 16);
const tallyBits: usize = 4;
const tallyPageBits: u32 = 14;
/** Where a tally's fields are. */
export const probeAt: usize = 0;
export const metAt: usize = 4;
export const sizeAt: usize = 8;
export const unenteredAt: usize = 12;

/** Rows there are. */
export let rows: u32 = 0;

// @ts-ignore: decorator
@inline
export function rowAt(row: u32): usize {
  const page = <usize>load<u32>(pageTable + ((<usize>(row >> pageBits)) << 2));
  return page + ((<usize>(row & ((1 << pageBits) - 1))) << rowBits);
}

/** How many shingles a row has. */
// @ts-ignore: decorator
@inline
export function sizeOf(record: usize): u32 {
  return load<u32>(record, ownCount) + load<u32>(record, sharedCount);
}

// @ts-ignore: decorator
@inline
export function tallyOf(row: u32): usize {
  const page = <usize>load<u32>(tallyTable + ((<usize>(row >> tallyPageBits)) << 2));
  return page + ((<usize>(row & ((1 << tallyPageBits) - 1))) << tallyBits);
}

/** The record of one row more. Its tally is empty. */
export function addRow(): usize {
  if ((rows & ((1 << pageBits) - 1)) == 0)
    store<u32>(pageTable + ((<usize>(rows >> pageBits)) << 2), <u32>takeRoom((<usize>1) << (rowBits + <usize>pageBits)));
  if ((rows & ((1 << tallyPageBits) - 1)) == 0)
    store<u32>(
      tallyTable + ((<usize>(rows >> tallyPageBits)) << 2),
      <u32>takeRoom((<usize>1) << (tallyBits + <usize>tallyPageBits)),
    );
  v128.store(tallyOf(rows), i64x2.splat(0));
  rows++;
  return rowAt(rows - 1);
}

/** Writes the signature of a set, 32 bytes. */
export function sign(set: usize, n: u32, to: usize): void {
  let a: u64 = 0;
  let b: u64 = 0;
  let c: u64 = 0;
  let d: u64 = 0;
  const end = set + ((<usize>n) << 3);
  for (let at = set; at < end; at += 8) {
    const h = load<u64>(at);
    const bit = (<u64>1) << (h & 63);
    const word = (h >> 6) & 3;
    a ^= bit & (0 - <u64>(word == 0));
    b ^= bit & (0 - <u64>(word == 1));
    c ^= bit & (0 - <u64>(word == 2));
    d ^= bit & (0 - <u64>(word == 3));
  }
  store<u64>(to, a);
  store<u64>(to, b, 8);
  store<u64>(to, c, 16);
  store<u64>(to, d, 24);
}

/** Makes a signature of some shingles that of them and others. */
export function addSignature(to: usize, other: usize): void {
  v128.store(to, v128.xor(v128.load(to), v128.load(other)));
  v128.store(to, v128.xor(v128.load(to, 16), v128.load(other, 16)), 16);
}

/** Bits in which two signatures differ. */
// @ts-ignore: decorator
@inline
export function differing(x: usize, y: usize): u32 {
  return <u32>(
    popcnt<u64>(load<u64>(x) ^ load<u64>(y)) +
    popcnt<u64>(load<u64>(x, 8) ^ load<u64>(y, 8)) +
    popcnt<u64>(load<u64>(x, 16) ^ load<u64>(y, 16)) +
    popcnt<u64>(load<u64>(x, 24) ^ load<u64>(y, 24))
  );
}

/** The signature of 64 bits, by the lowest six bits of the shingles. */
// @ts-ignore: decorator
@inline
export function folded(signature: usize): u64 {
  return load<u64>(signature) ^ load<u64>(signature, 8) ^ load<u64>(signature, 16) ^ load<u64>(signature, 24);
}
