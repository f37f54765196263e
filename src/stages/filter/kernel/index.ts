/**
 * Counts words: maximal runs of letters, marks and numbers; a character of a script without spaces is a word by itself. Those
 * are the words that near-duplicate detection compares; lower-casing, which it does first, moves no border of one.
 */
import { codePointAt, codePointBytes, isAlone, isPart, wordRecord } from '../../../kernels/assembly/shared/words';

export { __heap_base };

/**
 * How many words rows 0 to `rows` have in `count` columns together, a uint32 each to `counts`. `columns` has three uint32 a
 * column: addresses of validity (or 0), offsets and values, which have 64 bytes of slack behind them.
 */
export function countWords(columns: usize, count: u32, rows: u32, counts: usize): void {
  const end = columns + (<usize>count) * 12;
  for (let row: usize = 0; row < <usize>rows; row++) {
    let words: u32 = 0;
    for (let column = columns; column < end; column += 12) {
      const validity = <usize>load<u32>(column);
      if (validity != 0 && load<u8>(validity + row) == 0) continue;
      const offset = <usize>load<u32>(column, 4) + (row << 2);
      const text = <usize>load<u32>(column, 8);
      words += wordsOf(text + load<u32>(offset), text + load<u32>(offset, 4));
    }
    store<u32>(counts + (row << 2), words);
  }
}

/** One bit a byte: ASCII letters and digits. */
// @ts-ignore: decorator
@inline
function partMask(v: v128): u32 {
  const letter = i8x16.lt_u(i8x16.sub(v128.or(v, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26));
  const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(10));
  return <u32>i8x16.bitmask(v128.or(letter, digit)) & 0xffff;
}

function wordsOf(from: usize, end: usize): u32 {
  let words: u32 = 0;
  /** 1 while the byte before belongs to a word that goes on. */
  let carry: u32 = 0;
  for (let p = from; p < end; ) {
    const v = v128.load(p);
    const wide = <u32>i8x16.bitmask(v) & 0xffff;
    const bytes = <u32>min<usize>(16, end - p);
    const ascii = wide == 0 ? 16 : <u32>ctz(wide);
    const taken = min(bytes, ascii);
    if (taken > 0) {
      const mask = partMask(v) & ((1 << taken) - 1);
      words += <u32>popcnt(mask & ~((mask << 1) | carry));
      carry = (mask >> (taken - 1)) & 1;
      p += <usize>taken;
      continue;
    }
    const record = wordRecord(codePointAt(p));
    p += codePointBytes(<u32>load<u8>(p));
    if ((record & isAlone) != 0) {
      words++;
      carry = 0;
    } else if ((record & isPart) == 0) carry = 0;
    else {
      words += 1 - carry;
      carry = 1;
    }
  }
  return words;
}
