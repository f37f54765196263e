// Trimming: Unicode white space (property White_Space) and U+FEFF at both ends of a text.

/** Where the text that `trim` looked at begins and ends without white space. */
export let trimmedStart: usize = 0;
export let trimmedEnd: usize = 0;

// @ts-ignore: decorator
@inline
function isAsciiSpace(c: u32): bool {
  return c == 32 || c - 9 <= 4;
}

/** True when the first and the last byte, if any, can't belong to white space. */
// @ts-ignore: decorator
@inline
export function isTight(p: usize, q: usize): bool {
  const first = <u32>load<u8>(p);
  const last = <u32>load<u8>(q - 1);
  return first - 33 <= 93 && last - 33 <= 93;
}

/** Bytes of the white space that begins at p with a byte above 0x7f, or 0. */
function wideSpace(p: usize, q: usize): usize {
  if (q - p < 2) return 0;
  const a = <u32>load<u8>(p);
  const b = <u32>load<u8>(p, 1);
  // U+0085, U+00A0
  if (a == 0xc2) return b == 0x85 || b == 0xa0 ? 2 : 0;
  if (q - p < 3) return 0;
  const c = <u32>load<u8>(p, 2);
  // U+1680
  if (a == 0xe1) return b == 0x9a && c == 0x80 ? 3 : 0;
  // U+2000 to U+200A, U+2028, U+2029, U+202F; U+205F
  if (a == 0xe2) {
    if (b == 0x80) return c <= 0x8a || c == 0xa8 || c == 0xa9 || c == 0xaf ? 3 : 0;
    return b == 0x81 && c == 0x9f ? 3 : 0;
  }
  // U+3000
  if (a == 0xe3) return b == 0x80 && c == 0x80 ? 3 : 0;
  // U+FEFF
  return a == 0xef && b == 0xbb && c == 0xbf ? 3 : 0;
}

/** Sets `trimmedStart` and `trimmedEnd` for the UTF-8 text from p to q. */
export function trim(p: usize, q: usize): void {
  while (p < q) {
    const c = <u32>load<u8>(p);
    if (isAsciiSpace(c)) p++;
    else {
      const bytes: usize = c < 0x80 ? 0 : wideSpace(p, q);
      if (bytes == 0) break;
      p += bytes;
    }
  }
  while (p < q) {
    const c = <u32>load<u8>(q - 1);
    if (isAsciiSpace(c)) q--;
    else if (c < 0x80) break;
    else if (q - p >= 2 && load<u8>(q - 2) == 0xc2 && wideSpace(q - 2, q) == 2) q -= 2;
    else if (q - p >= 3 && wideSpace(q - 3, q) == 3) q -= 3;
    else break;
  }
  trimmedStart = p;
  trimmedEnd = q;
}
