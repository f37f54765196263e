/**
 * The text of message lists: cells of JSON text like [{"role":"user","content":"hi"}, ...]. A turn that has text is a line of
 * its content; one of several parts ([{"type":"text","text":"hi"}, ...]) has their texts joined by a space. Roles are no text,
 * and what the system says counts only where no other turn says anything: thousands of chats share it. Other JSON is left as
 * it is. Behind a value may be its text as it was read (json-raw.ts), which says the same. JSON text is valid; what is not is read without leaving the cell by more than 16
 * bytes.
 */
import { behindRaw } from './json-raw';
import { putCodePoint } from './words';

const quote: u32 = 0x22;
const backslash: u32 = 0x5c;

/** Where the texts are written. */
let out: usize = 0;
let cellEnd: usize = 0;

/**
 * The texts of `rows` cells: `offsets` (int32) count from address `base`; the new offsets count from `target`, which has
 * room for the cells' bytes and 64.
 */
export function messageTexts(base: usize, offsets: usize, rows: u32, newOffsets: usize, target: usize): void {
  out = target;
  store<u32>(newOffsets, 0);
  for (let row: usize = 0; row < <usize>rows; row++) {
    const start = base + load<u32>(offsets + (row << 2));
    cellEnd = base + load<u32>(offsets + (row << 2), 4);
    const begun = out;
    const isList = messages(start, false);
    if (isList && out == begun) messages(start, true);
    if (!isList) {
      memory.copy(begun, start, cellEnd - start);
      out = begun + (cellEnd - start);
    }
    store<u32>(newOffsets + (row << 2), <u32>(out - target), 4);
  }
}

/**
 * True if the cell is a list of objects of which one has a role or a content. Writes the turns of the system, or those of all
 * others.
 */
function messages(p: usize, ofSystem: bool): bool {
  const begun = out;
  p = space(p);
  if (p >= cellEnd || load<u8>(p) != 0x5b) return false;
  let turns: u32 = 0;
  p = space(p + 1);
  while (p < cellEnd && load<u8>(p) != 0x5d) {
    if (load<u8>(p) != 0x7b) return false;
    let role: usize = 0;
    let content: usize = 0;
    p = space(p + 1);
    while (p < cellEnd && load<u8>(p) != 0x7d) {
      const key = p;
      p = space(skipString(p));
      if (p < cellEnd && load<u8>(p) == 0x3a) p = space(p + 1);
      if (isRole(key)) role = p;
      else if (isContent(key)) content = p;
      const next = separator(skipValue(p));
      if (next <= key) return false;
      p = next;
    }
    if (role != 0 || content != 0) {
      turns++;
      if (content != 0 && (role != 0 && isSystem(role)) == ofSystem) {
        const lineAt = out;
        if (out > begun) store<u8>(out++, 0x0a);
        const textAt = out;
        putText(content, 3);
        if (out == textAt) out = lineAt;
      }
    }
    p = separator(min(cellEnd, behindRaw(p + 1)));
  }
  return turns != 0;
}

// "role" and "content", quotes included.
// @ts-ignore: decorator
@inline
function isRole(key: usize): bool {
  return load<u32>(key) == 0x6c6f7222 && load<u16>(key, 4) == 0x2265;
}

/** Whether a value is "system". */
// @ts-ignore: decorator
@inline
function isSystem(value: usize): bool {
  return load<u64>(value) == 0x226d657473797322;
}

// @ts-ignore: decorator
@inline
function isContent(key: usize): bool {
  return load<u64>(key) == 0x746e65746e6f6322 && load<u8>(key, 8) == 0x22;
}

// @ts-ignore: decorator
@inline
function isText(key: usize): bool {
  return load<u32>(key) == 0x78657422 && load<u16>(key, 4) == 0x2274;
}

/** Writes a string; of an object its "text", of a list all that its items have, at most `depth` values deep. */
function putText(p: usize, depth: u32): void {
  const c = <u32>load<u8>(p);
  if (c == quote) putString(p);
  else if (depth < 2) return;
  else if (c == 0x5b) {
    p = space(p + 1);
    const begun = out;
    while (p < cellEnd && load<u8>(p) != 0x5d) {
      const before = out;
      if (before > begun) store<u8>(out++, 0x20);
      const textAt = out;
      putText(p, depth - 1);
      if (out == textAt) out = before;
      const next = separator(skipValue(p));
      if (next <= p) return;
      p = next;
    }
  } else if (c == 0x7b) {
    p = space(p + 1);
    while (p < cellEnd && load<u8>(p) != 0x7d) {
      const key = p;
      p = space(skipString(p));
      if (p < cellEnd && load<u8>(p) == 0x3a) p = space(p + 1);
      if (isText(key)) putText(p, 1);
      const next = separator(skipValue(p));
      if (next <= key) return;
      p = next;
    }
  }
}

function space(p: usize): usize {
  while (p < cellEnd && <u32>load<u8>(p) <= 0x20) p++;
  return p;
}

/** After a value and the comma behind it. */
function separator(p: usize): usize {
  p = space(p);
  return p < cellEnd && load<u8>(p) == 0x2c ? space(p + 1) : p;
}

/** Behind the string that begins at `p`. */
function skipString(p: usize): usize {
  p++;
  while (p < cellEnd) {
    const v = v128.load(p);
    const stops = i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(0x22)), i8x16.eq(v, i8x16.splat(0x5c))));
    if (stops == 0) {
      p += 16;
      continue;
    }
    p += <usize>ctz(stops);
    if (<u32>load<u8>(p) == quote) return p + 1;
    p += 2;
  }
  return cellEnd;
}

/** Behind the value that begins at `p`. */
function skipValue(p: usize): usize {
  let depth: u32 = 0;
  while (p < cellEnd) {
    const c = <u32>load<u8>(p);
    if (c == quote) {
      p = skipString(p);
      if (depth == 0) return p;
      continue;
    }
    if (c == 0x5b || c == 0x7b) depth++;
    else if (c == 0x5d || c == 0x7d) {
      if (depth == 0) return p;
      p = min(cellEnd, behindRaw(p + 1));
      if (--depth == 0) return p;
      continue;
    } else if (depth == 0 && c == 0x2c) return p;
    p++;
  }
  return cellEnd;
}

/** Writes the string that begins at `p` without its escapes. */
function putString(p: usize): void {
  p++;
  while (p < cellEnd) {
    const v = v128.load(p);
    v128.store(out, v);
    const stops = i8x16.bitmask(v128.or(i8x16.eq(v, i8x16.splat(0x22)), i8x16.eq(v, i8x16.splat(0x5c))));
    if (stops == 0) {
      const step = min<usize>(16, cellEnd - p);
      p += step;
      out += step;
      continue;
    }
    p += <usize>ctz(stops);
    out += <usize>ctz(stops);
    if (<u32>load<u8>(p) == quote) return;
    p = putEscape(p + 1);
  }
}

/** Writes what an escape stands for; `p` is behind its backslash. */
function putEscape(p: usize): usize {
  const c = <u32>load<u8>(p);
  if (c != 0x75) {
    const plain: u32 = c == 0x6e ? 0x0a : c == 0x74 ? 0x09 : c == 0x72 ? 0x0d : c == 0x62 ? 0x08 : c == 0x66 ? 0x0c : c;
    store<u8>(out++, plain);
    return p + 1;
  }
  let code = hex4(p + 1);
  p += 5;
  if (code - 0xd800 < 0x400 && load<u16>(p) == 0x755c) {
    const low = hex4(p + 2);
    if (low - 0xdc00 < 0x400) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      p += 6;
    }
  }
  if (code - 0xd800 < 0x800) code = 0xfffd;
  out += putCodePoint(out, code);
  return p;
}

function hex4(p: usize): u32 {
  let code: u32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const c = <u32>load<u8>(p + i);
    code = (code << 4) | ((c & 15) + (c >= 0x41 ? 9 : 0));
  }
  return code & 0xffff;
}
