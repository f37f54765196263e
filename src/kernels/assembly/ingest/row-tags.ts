// Row tags: 64 bits a row, which change when a value of the row does. They are compared with tags of the same rows only, to find
// mistakes and not attacks, so there is no secret; every step is a bijection of what came before, so that one changed word always
// shows.

const K1: u64 = 0x9e3779b97f4a7c15;
const K2: u64 = 0xd1b54a32d192ed03;
const K3: u64 = 0x8cb92ba72f3d8dd7;
const K4: u64 = 0xaef17502108ef2d9;
/** What stands for a null. */
const NULL: u64 = 0x2545f4914f6cdd1d;

// @ts-ignore: decorator
@inline
function enter(tag: usize, value: u64): void {
  store<u64>(tag, (rotl(load<u64>(tag), 23) ^ value) * K1);
}

/** 32 bytes of ones and 32 of zeros: read from 32 - n on, they leave n bytes of what they are joined with. */
const ones = memory.data<u64>([-1, -1, -1, -1, 0, 0, 0, 0]);

/**
 * A value's bytes; up to 31 behind the end are read. Four chains, as each step waits for the one before; the last steps are the
 * same for every length, as nothing foretells it.
 */
function hashOf(at: usize, bytes: usize): u64 {
  let a: u64 = <u64>bytes * K2;
  let b: u64 = K1;
  let c: u64 = K3;
  let d: u64 = K4;
  const whole = at + (bytes & ~31);
  for (; at < whole; at += 32) {
    a = (rotl(a, 29) ^ load<u64>(at)) * K1;
    b = (rotl(b, 31) ^ load<u64>(at, 8)) * K2;
    c = (rotl(c, 29) ^ load<u64>(at, 16)) * K1;
    d = (rotl(d, 31) ^ load<u64>(at, 24)) * K2;
  }
  const left = ones + 32 - (bytes & 31);
  a = (rotl(a, 29) ^ (load<u64>(at) & load<u64>(left))) * K1;
  b = (rotl(b, 31) ^ (load<u64>(at, 8) & load<u64>(left, 8))) * K2;
  c = (rotl(c, 29) ^ (load<u64>(at, 16) & load<u64>(left, 16))) * K1;
  d = (rotl(d, 31) ^ (load<u64>(at, 24) & load<u64>(left, 24))) * K2;
  a ^= (c ^ (c >> 32)) * K3;
  b ^= (d ^ (d >> 32)) * K4;
  return (a ^ (a >> 32)) * K3 + (b ^ (b >> 32)) * K4;
}

/**
 * Enters rows `row` to `end`, not included, of a column of `width` bytes a value into their tags, of which those at `tags` are the
 * first; `validity` 0: without nulls.
 */
export function tagFixed(validity: usize, values: usize, width: usize, row: usize, end: usize, tags: usize): void {
  for (let r = row; r < end; r++, tags += 8) {
    let value: u64 = 0;
    if (width == 8) value = load<u64>(values + (r << 3));
    else if (width == 4) value = <u64>load<u32>(values + (r << 2));
    else if (width == 1) value = <u64>load<u8>(values + r);
    else value = hashOf(values + r * width, width);
    if (validity != 0 && load<u8>(validity + r) == 0) value = NULL;
    enter(tags, value);
  }
}

/** The same of a column of offsets and bytes, behind whose end there are 32 bytes of slack. */
export function tagBytes(validity: usize, offsets: usize, values: usize, row: usize, end: usize, tags: usize): void {
  let from = <usize>load<u32>(offsets + (row << 2));
  for (let r = row; r < end; r++, tags += 8) {
    const to = <usize>load<u32>(offsets + ((r + 1) << 2));
    const isNull = validity != 0 && load<u8>(validity + r) == 0;
    enter(tags, isNull ? NULL : hashOf(values + from, to - from));
    from = to;
  }
}
