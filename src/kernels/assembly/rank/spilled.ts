/**
 * Streams of term ids as they are spilled, in half the bytes: uint16 units. A unit below `firstLong` is an id; one from there
 * on has the upper bits of an id whose lower 16 bits follow; `endOfSpilledRow` is followed by the row's tokens as uint32.
 */
import { endOfRow } from './tokenise';

const firstLong: u32 = 0xf000;
const endOfSpilledRow: u32 = 0xffff;

/** Packs a stream in place and returns its end. */
export function packStream(stream: usize, end: usize): usize {
  let out = stream;
  for (let p = stream; p < end; p += 4) {
    const id = load<u32>(p);
    if (id < firstLong) {
      store<u16>(out, id);
      out += 2;
      continue;
    }
    if (id == endOfRow) {
      p += 4;
      const tokens = load<u32>(p);
      store<u16>(out, endOfSpilledRow);
      store<u32>(out, tokens, 2);
      out += 6;
      continue;
    }
    store<u16>(out, firstLong | (id >> 16));
    store<u16>(out, id, 2);
    out += 4;
  }
  return out;
}

/**
 * As `compact` (grams.ts), of a packed stream. The result may begin before the packed stream in the same memory and run into
 * it, if its end as a stream of ids would not lie behind that of the packed one.
 */
export function compactPacked(packed: usize, end: usize, to: usize, numbers: usize, gap: u32): usize {
  let out = to;
  let last: u32 = gap;
  for (let p = packed; p < end; ) {
    let id = <u32>load<u16>(p);
    p += 2;
    if (id >= firstLong) {
      if (id == endOfSpilledRow) {
        const tokens = load<u32>(p);
        p += 4;
        store<u32>(out, endOfRow);
        store<u32>(out, tokens, 4);
        out += 8;
        last = gap;
        continue;
      }
      id = ((id & 0xfff) << 16) | <u32>load<u16>(p);
      p += 2;
    }
    const number = load<u32>(numbers + (<usize>id << 2));
    store<u32>(out, number);
    out += <usize>(number != gap || last != gap) << 2;
    last = number;
  }
  return out;
}
