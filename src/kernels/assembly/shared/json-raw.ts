// A nested value that is kept as it was read stands in its cell twice: as canonical JSON text and, where that differs, behind it
// as it was read: a byte 1, which no JSON text has between its values, its length in five bytes of seven bits, its bytes.

export const RAW_MARK: u32 = 1;
/** Bytes before the text as it was read. */
export const rawHead: usize = 6;

/** Bytes of the text that the mark at `p` announces. */
// @ts-ignore: decorator
@inline
export function rawLength(p: usize): usize {
  return <usize>load<u8>(p, 1) | (<usize>load<u8>(p, 2) << 7) | (<usize>load<u8>(p, 3) << 14) | (<usize>load<u8>(p, 4) << 21) |
    (<usize>load<u8>(p, 5) << 28);
}

/** The address behind the mark at `p` and its text; `p` if there is none. */
// @ts-ignore: decorator
@inline
export function behindRaw(p: usize): usize {
  return load<u8>(p) == RAW_MARK ? p + rawHead + rawLength(p) : p;
}

/** Writes the mark for so many bytes at `p`, and returns where they go. */
export function putRawMark(p: usize, length: usize): usize {
  store<u8>(p, <u8>RAW_MARK);
  store<u8>(p, <u8>(length & 127), 1);
  store<u8>(p, <u8>((length >> 7) & 127), 2);
  store<u8>(p, <u8>((length >> 14) & 127), 3);
  store<u8>(p, <u8>((length >> 21) & 127), 4);
  store<u8>(p, <u8>((length >> 28) & 127), 5);
  return p + rawHead;
}
