// UTF-8 validation by three table lookups a block: J. Keiser, D. Lemire, "Validating UTF-8 In Less Than One Instruction Per
// Byte", Software: Practice and Experience 51 (5), 2021. A lookup gives the errors that a pair of bytes could be; an error
// is certain where all three agree.

const TOO_SHORT: i8 = 1;
const TOO_LONG: i8 = 2;
const OVERLONG_3: i8 = 4;
const TOO_LARGE: i8 = 8;
const SURROGATE: i8 = 16;
const OVERLONG_2: i8 = 32;
const TOO_LARGE_1000: i8 = 64;
const OVERLONG_4: i8 = 64;
const TWO_CONTINUATIONS: i8 = -128;
const CARRY: i8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;

/** A partial last block is copied here, zeros behind it. */
const TAIL: usize = memory.data(16, 16);

/** Errors of a block, given the block before it. */
// @ts-ignore: decorator
@inline
export function errorsOf(block: v128, before: v128): v128 {
  const byte1High = i8x16(
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
  );
  const byte1Low = i8x16(
    CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY, CARRY | TOO_LARGE,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000,
  );
  const byte2High = i8x16(
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
  );
  const nibble = i8x16.splat(15);
  const back1 = i8x16.shuffle(before, block, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const back2 = i8x16.shuffle(before, block, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  const back3 = i8x16.shuffle(before, block, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  const special = v128.and(
    v128.and(
      i8x16.swizzle(byte1High, i8x16.shr_u(back1, 4)),
      i8x16.swizzle(byte1Low, v128.and(back1, nibble)),
    ),
    i8x16.swizzle(byte2High, i8x16.shr_u(block, 4)),
  );
  // The third byte of three and the third and fourth of four must be continuations, and only there may two follow each other.
  const third = i8x16.ge_u(back2, i8x16.splat(<i8>0xe0));
  const fourth = i8x16.ge_u(back3, i8x16.splat(<i8>0xf0));
  const must = v128.and(v128.or(third, fourth), i8x16.splat(-128));
  return v128.xor(must, special);
}

/** True when the last bytes of a block begin a sequence that the block doesn't end. */
// @ts-ignore: decorator
@inline
function incomplete(block: v128): bool {
  const limit = i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, <i8>0xef, <i8>0xdf, <i8>0xbf);
  return v128.any_true(i8x16.gt_u(block, limit));
}

/** True when no byte is above 0x7f. Looks at most 4 KB further than the first that is. */
export function isAscii(from: usize, end: usize): bool {
  let p = from;
  while (p < end) {
    const stop = min<usize>(end, p + 4096);
    let any = i8x16.splat(0);
    for (; p + 32 <= stop; p += 32) any = v128.or(any, v128.or(v128.load(p), v128.load(p, 16)));
    if (i8x16.bitmask(any) != 0) return false;
    for (; p < stop; p++) if (load<u8>(p) > 0x7f) return false;
  }
  return true;
}

/** True when the bytes are well-formed UTF-8. ASCII costs a load and a test for 64 bytes. */
export function utf8Valid(from: usize, end: usize): bool {
  let before = i8x16.splat(0);
  let errors = i8x16.splat(0);
  let open = false;
  let p = from;
  while (p + 64 <= end) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    if (i8x16.bitmask(v128.or(v128.or(a, b), v128.or(c, d))) == 0) {
      if (open) return false;
      before = d;
    } else {
      errors = v128.or(errors, v128.or(errorsOf(a, before), errorsOf(b, a)));
      errors = v128.or(errors, v128.or(errorsOf(c, b), errorsOf(d, c)));
      open = incomplete(d);
      before = d;
      if (v128.any_true(errors)) return false;
    }
    p += 64;
  }
  while (p < end) {
    let block: v128;
    if (p + 16 <= end) {
      block = v128.load(p);
    } else {
      v128.store(TAIL, i8x16.splat(0));
      memory.copy(TAIL, p, end - p);
      block = v128.load(TAIL);
    }
    errors = v128.or(errors, errorsOf(block, before));
    before = block;
    p += 16;
  }
  // A sequence that the end cuts: the zeros behind it, or the next block that isn't there, would be its continuation.
  return !v128.any_true(errors) && !incomplete(before);
}

/** The first byte that is not part of a well-formed sequence, or `end`. One byte at a time: for saying where it is. */
export function utf8Invalid(from: usize, end: usize): usize {
  let p = from;
  while (p < end) {
    const lead = <u32>load<u8>(p);
    if (lead < 0x80) {
      p++;
      continue;
    }
    let more: usize = 1;
    let low: u32 = 0x80;
    let high: u32 = 0xbf;
    if (lead < 0xc2 || lead > 0xf4) return p;
    if (lead >= 0xf0) {
      more = 3;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;
    } else if (lead >= 0xe0) {
      more = 2;
      if (lead == 0xe0) low = 0xa0;
      if (lead == 0xed) high = 0x9f;
    }
    if (p + more >= end) return p;
    for (let i: usize = 1; i <= more; i++) {
      const c = <u32>load<u8>(p + i);
      if (c < low || c > high) return p;
      low = 0x80;
      high = 0xbf;
    }
    p += more + 1;
  }
  return end;
}
