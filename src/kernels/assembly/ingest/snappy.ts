// Packing bytes in the format of Snappy (https://github.com/google/snappy/blob/main/format_description.txt). Pieces of 64 KB are packed each
// by itself, so that offsets take two bytes and positions 16 bits; a table by the hash of four bytes has the last position at
// which they came. Where nothing repeats, the steps grow.

const pieceBytes: usize = 65536;
const tableBits: u32 = 14;
/** Matches don't begin in the last bytes of a piece, so that 8 can be read at once. */
const margin: usize = 15;

/** The most that `bytes` take when they are packed, the room behind them that is written to included. */
export function snappyBytes(bytes: usize): usize {
  return bytes + bytes / 6 + 64;
}

/** Packs `bytes` at `from` to `to`; `table` has 32 KB. Returns how many bytes. */
export function packSnappy(from: usize, bytes: usize, table: usize, to: usize): usize {
  const start = to;
  let rest = <u32>bytes;
  for (; rest > 127; rest >>= 7) store<u8>(to++, <u8>(rest | 128));
  store<u8>(to++, <u8>rest);
  const end = from + bytes;
  while (from < end) {
    const pieceEnd = end - from > pieceBytes ? from + pieceBytes : end;
    to = packPiece(from, pieceEnd, table, to);
    from = pieceEnd;
  }
  return to - start;
}

// @ts-ignore: decorator
@inline
function slotOf(table: usize, word: u32): usize {
  return table + (<usize>((word * 0x1e35a7bd) >> (32 - tableBits)) << 1);
}

function packPiece(base: usize, end: usize, table: usize, to: usize): usize {
  let pending = base;
  if (end - base > margin) {
    memory.fill(table, 0, 2 << tableBits);
    const limit = end - margin;
    let at = base + 1;
    while (true) {
      // Look for four bytes that came before.
      let steps: usize = 32;
      let word: u32 = 0;
      let match: usize = 0;
      while (at < limit) {
        word = load<u32>(at);
        const slot = slotOf(table, word);
        match = base + <usize>load<u16>(slot);
        store<u16>(slot, <u16>(at - base));
        if (load<u32>(match) == word) break;
        at += steps++ >> 5;
      }
      if (at >= limit) break;
      to = writeLiteral(pending, at - pending, to);
      // Copies, as long as one follows the other.
      do {
        let length: usize = 4;
        while (at + length + 8 <= end) {
          const other = load<u64>(at + length) ^ load<u64>(match + length);
          if (other != 0) {
            length += <usize>(ctz<u64>(other) >> 3);
            break;
          }
          length += 8;
        }
        if (at + length + 8 > end) while (at + length < end && load<u8>(at + length) == load<u8>(match + length)) length++;
        to = writeCopy(at - match, length, to);
        at += length;
        pending = at;
        if (at >= limit) break;
        store<u16>(slotOf(table, load<u32>(at - 1)), <u16>(at - 1 - base));
        word = load<u32>(at);
        const slot = slotOf(table, word);
        match = base + <usize>load<u16>(slot);
        store<u16>(slot, <u16>(at - base));
      } while (load<u32>(match) == word);
      if (at >= limit) break;
      at++;
    }
  }
  return pending < end ? writeLiteral(pending, end - pending, to) : to;
}

/** Bytes as they are. Short ones are copied in pieces of 16: what is behind them is still to be written. */
// @ts-ignore: decorator
@inline
function writeLiteral(from: usize, bytes: usize, to: usize): usize {
  const last = <u32>bytes - 1;
  if (last < 60) {
    store<u8>(to++, <u8>(last << 2));
    v128.store(to, v128.load(from));
    if (bytes > 16) {
      v128.store(to, v128.load(from, 16), 16);
      v128.store(to, v128.load(from, 32), 32);
      v128.store(to, v128.load(from, 48), 48);
    }
    return to + bytes;
  }
  if (last < 256) {
    store<u8>(to, 60 << 2);
    store<u8>(to, <u8>last, 1);
    to += 2;
  } else {
    store<u8>(to, 61 << 2);
    store<u16>(to, <u16>last, 1);
    to += 3;
  }
  memory.copy(to, from, bytes);
  return to + bytes;
}

/** A copy of what was `offset` bytes before, in pieces of at most 64 bytes and at least 4. */
// @ts-ignore: decorator
@inline
function writeCopy(offset: usize, length: usize, to: usize): usize {
  while (length >= 68) {
    store<u8>(to, (63 << 2) | 2);
    store<u16>(to, <u16>offset, 1);
    to += 3;
    length -= 64;
  }
  if (length > 64) {
    store<u8>(to, (59 << 2) | 2);
    store<u16>(to, <u16>offset, 1);
    to += 3;
    length -= 60;
  }
  if (length < 12 && offset < 2048) {
    store<u8>(to, <u8>(((offset >> 8) << 5) | ((length - 4) << 2) | 1));
    store<u8>(to, <u8>offset, 1);
    return to + 2;
  }
  store<u8>(to, <u8>(((length - 1) << 2) | 2));
  store<u16>(to, <u16>offset, 1);
  return to + 3;
}
