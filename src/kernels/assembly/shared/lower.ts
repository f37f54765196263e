import { codePointAt, codePointBytes, isSpecial, lowerOf, lowerSigma, putCodePoint, wordRecord } from './words';

/**
 * Lower-cases `bytes` of UTF-8 at `source` as Python's `str.lower` does and returns the bytes written to `target`:
 * at most 3 / 2 of the source's, and 16 more may be touched.
 */
export function lowerText(source: usize, bytes: usize, target: usize): usize {
  const end = source + bytes;
  let p = source;
  let q = target;
  while (p < end) {
    const v = v128.load(p);
    if (p + 16 <= end && !v128.any_true(i8x16.lt_s(v, i8x16.splat(0)))) {
      const upper = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x41)), i8x16.splat(26));
      v128.store(q, v128.or(v, v128.and(upper, i8x16.splat(0x20))));
      p += 16;
      q += 16;
      continue;
    }
    const c = codePointAt(p);
    const record = wordRecord(c);
    if (record & isSpecial) {
      if (c == 0x130) {
        store<u8>(q, 0x69);
        store<u16>(q, 0x87cc, 1);
        q += 3;
      } else q += putCodePoint(q, lowerSigma(p, source, end));
    } else if (c < 0x80) store<u8>(q++, lowerOf(c, record));
    else if (record >> 8) q += putCodePoint(q, lowerOf(c, record));
    else {
      // No other form: the bytes as they are, stray ones included.
      store<u32>(q, load<u32>(p));
      q += codePointBytes(load<u8>(p));
    }
    p += codePointBytes(load<u8>(p));
  }
  return q - target;
}
