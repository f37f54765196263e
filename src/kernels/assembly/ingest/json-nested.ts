// Values copied as canonical JSON text: no white space between tokens, numbers as they were written, strings as json-string.ts
// says, members in order of first sight with the last value of each key.
import { COLON, COMMA, DEPTH, GROW, KEY, TRAILING_COMMA, fail } from './json-errors';
import { hashBytes, sameBytes } from './json-hash';
import { putRawMark } from '../shared/json-raw';
import { isDigit, literalEnd, nanEnd, nanMode, nans, numberEnd } from './json-scalar';
import { canonicalString, setTextOut, skipSpace, textOut } from './json-string';

/** Containers within each other, the record included. */
const MAX_DEPTH: u32 = 512;

/** Members of the objects that are open: 16 bytes each (hash, start of the key's quote, end of the key, last of its key). */
let stack: usize = 0;
let stackEnd: usize = 0;
/** Members that a later one of the same key replaced. */
let duplicates: u32 = 0;

/** Of each open container: its first member on the stack, with the lowest bit set for an object. */
const FRAMES: usize = memory.data(4 * 520, 16);

// @ts-ignore: decorator
@inline
export function textDuplicates(): u32 {
  return duplicates;
}
export function setTextDuplicates(count: u32): void {
  duplicates = count;
}

/** Gives the stack its memory. */
export function setMemberStack(from: usize, to: usize): void {
  stack = from;
  stackEnd = to;
}

// @ts-ignore: decorator
@inline
function put(byte: u32): void {
  store<u8>(textOut(), <u8>byte);
  setTextOut(textOut() + 1);
}

/** A member's key, from its opening quote; pushes it on the stack. Returns the address of its value, or 0. */
function member(p: usize): usize {
  const c = <u32>load<u8>(p);
  if (c != 0x22) return fail(c == 0x7d ? TRAILING_COMMA : KEY, p);
  if (stack + 16 > stackEnd) return fail(GROW, p);
  const key = textOut();
  put(0x22);
  p = canonicalString(p + 1);
  if (p == 0) return 0;
  const end = textOut();
  store<u16>(end, 0x3a22);
  store<u32>(stack, hashBytes(key + 1, <u32>(end - key) - 1));
  store<u32>(stack, <u32>key, 4);
  store<u32>(stack, <u32>end, 8);
  stack += 16;
  setTextOut(end + 2);
  p = skipSpace(p + 1);
  if (load<u8>(p) != 0x3a) return fail(COLON, p);
  return skipSpace(p + 1);
}

// @ts-ignore: decorator
@inline
function sameKey(a: usize, b: usize): bool {
  if (load<u32>(a) != load<u32>(b)) return false;
  const length = load<u32>(a, 8) - load<u32>(a, 4);
  return length == load<u32>(b, 8) - load<u32>(b, 4) && sameBytes(load<u32>(a, 4), load<u32>(b, 4), length);
}

/**
 * Called at the end of an object whose members are `first` to `stack`: where a key stands twice, keeps the first place
 * and the last value. `out` is behind the last member. Returns false when the stack is too small.
 */
function settleMembers(first: usize): bool {
  const count = <u32>(stack - first) >> 4;
  if (count < 2) return true;
  let twice = false;
  if (count <= 12) {
    for (let a = first + 16; a < stack && !twice; a += 16) {
      for (let b = first; b < a; b += 16) {
        if (load<u32>(a) == load<u32>(b) && sameKey(a, b)) {
          twice = true;
          break;
        }
      }
    }
    if (!twice) return true;
  }
  // Each member's fourth field becomes the last member of its key, or 0 where it is not the first one of its key.
  let slots: u32 = 32;
  while (slots < count * 2) slots <<= 1;
  const table = stack;
  if (table + (<usize>slots << 2) > stackEnd) return false;
  memory.fill(table, 0, <usize>slots << 2);
  let removed: u32 = 0;
  for (let a = first; a < stack; a += 16) {
    let slot = load<u32>(a) & (slots - 1);
    while (true) {
      const seen = <usize>load<u32>(table + (<usize>slot << 2));
      if (seen == 0) {
        store<u32>(table + (<usize>slot << 2), <u32>a);
        store<u32>(a, <u32>a, 12);
        break;
      }
      if (sameKey(seen, a)) {
        store<u32>(seen, <u32>a, 12);
        store<u32>(a, 0, 12);
        removed++;
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
  }
  if (removed == 0) return true;
  duplicates += removed;
  // The members are rewritten behind `out`, where as much room is kept as the text takes, then moved to their place.
  const begin = <usize>load<u32>(first, 4);
  const spare = textOut();
  let o = spare;
  for (let a = first; a < stack; a += 16) {
    const last = <usize>load<u32>(a, 12);
    if (last == 0) continue;
    const from = <usize>load<u32>(last, 4);
    const to = last + 16 < stack ? <usize>load<u32>(last + 16, 4) - 1 : spare;
    if (o != spare) {
      store<u8>(o, 0x2c);
      o++;
    }
    memory.copy(o, from, to - from);
    o += to - from;
  }
  memory.copy(begin, spare, o - spare);
  setTextOut(begin + (o - spare));
  return true;
}

/** Copies one value of any kind to `out` as canonical JSON. `outer` containers are open. Returns the address behind it, or 0. */
export function copyValue(start: usize, outer: u32): usize {
  const bottom = stack;
  const end = copyNested(start, MAX_DEPTH - outer);
  stack = bottom;
  return end;
}

// A node of the tree of places whose nested values are kept as they were read, 32 bytes, laid out by the host
// (load/json/raw-tree.ts): uint32 fields. 0 is no node.
const TREE_RAW: usize = 0;
const TREE_ITEM: usize = 4;
const TREE_FIRST: usize = 8;
const TREE_NEXT: usize = 12;
const TREE_KEY: usize = 16;
const TREE_KEY_LENGTH: usize = 20;

/** `copyValue` of a nested value, with what the tree says is kept as it was read behind its canonical text. */
export function copyMarked(start: usize, outer: u32, tree: usize): usize {
  const bottom = stack;
  const end = copyByTree(start, outer, tree);
  stack = bottom;
  return end;
}

function copyByTree(start: usize, outer: u32, tree: usize): usize {
  let p = start;
  const c = <u32>load<u8>(p);
  if (tree == 0 || (c != 0x7b && c != 0x5b)) return copyNested(p, MAX_DEPTH - outer);
  if (load<u32>(tree, TREE_RAW)) {
    const from = textOut();
    const before = nans;
    const end = copyNested(p, MAX_DEPTH - outer);
    if (end == 0) return 0;
    // As it was read it would be no JSON.
    if (nans != before) return end;
    const length = end - start;
    if (textOut() - from != length || memory.compare(from, start, length) != 0) {
      const to = putRawMark(textOut(), length);
      memory.copy(to, start, length);
      setTextOut(to + length);
    }
    return end;
  }
  if (outer >= MAX_DEPTH) return fail(DEPTH, p);
  const close = c + 2;
  const isObject = c == 0x7b;
  const first = stack;
  put(c);
  p = skipSpace(p + 1);
  if (load<u8>(p) == close) {
    put(close);
    return p + 1;
  }
  while (true) {
    let child = <usize>load<u32>(tree, TREE_ITEM);
    if (isObject) {
      p = member(p);
      if (p == 0) return 0;
      const key = <usize>load<u32>(stack - 16, 4) + 1;
      const length = load<u32>(stack - 16, 8) - <u32>key;
      child = <usize>load<u32>(tree, TREE_FIRST);
      while (child != 0 && (load<u32>(child, TREE_KEY_LENGTH) != length || !sameBytes(load<u32>(child, TREE_KEY), key, length)))
        child = <usize>load<u32>(child, TREE_NEXT);
    }
    p = copyByTree(p, outer + 1, child);
    if (p == 0) return 0;
    p = skipSpace(p);
    const d = <u32>load<u8>(p);
    if (d == 0x2c) {
      put(0x2c);
      p = skipSpace(p + 1);
      if (!isObject && load<u8>(p) == 0x5d) return fail(TRAILING_COMMA, p);
      continue;
    }
    if (d != close) return fail(COMMA, p);
    if (isObject) {
      if (!settleMembers(first)) return fail(GROW, p);
      stack = first;
    }
    put(close);
    return p + 1;
  }
}

function copyNested(start: usize, maxDepth: u32): usize {
  let p = start;
  let depth: u32 = 0;
  while (true) {
    // A value is due at p.
    const c = <u32>load<u8>(p);
    if (c == 0x22) {
      put(0x22);
      p = canonicalString(p + 1);
      if (p == 0) return 0;
      put(0x22);
      p++;
    } else if (c == 0x7b) {
      if (++depth > maxDepth) return fail(DEPTH, p);
      store<u32>(FRAMES + (<usize>depth << 2), <u32>stack | 1);
      put(0x7b);
      p = skipSpace(p + 1);
      if (load<u8>(p) != 0x7d) {
        p = member(p);
        if (p == 0) return 0;
        continue;
      }
      put(0x7d);
      p++;
      depth--;
    } else if (c == 0x5b) {
      if (++depth > maxDepth) return fail(DEPTH, p);
      store<u32>(FRAMES + (<usize>depth << 2), <u32>stack);
      put(0x5b);
      p = skipSpace(p + 1);
      if (load<u8>(p) != 0x5d) continue;
      put(0x5d);
      p++;
      depth--;
    } else {
      const end = c == 0x2d || isDigit(c) ? numberEnd(p) : literalEnd(p);
      if (end == 0) {
        const behind = nanEnd(p);
        if (behind == 0) return 0;
        if (nanMode == 1) {
          store<u32>(textOut(), 0x6c6c756e);
          setTextOut(textOut() + 4);
        } else {
          put(0x22);
          memory.copy(textOut(), p, behind - p);
          setTextOut(textOut() + (behind - p));
          put(0x22);
        }
        p = behind;
      } else {
      const to = textOut();
      if (end - p <= 16) v128.store(to, v128.load(p));
      else memory.copy(to, p, end - p);
      setTextOut(to + (end - p));
      p = end;
      }
    }
    // A value ended at p.
    while (true) {
      if (depth == 0) return p;
      p = skipSpace(p);
      const frame = load<u32>(FRAMES + (<usize>depth << 2));
      const c = <u32>load<u8>(p);
      if (c == 0x2c) {
        put(0x2c);
        p = skipSpace(p + 1);
        if (frame & 1) {
          p = member(p);
          if (p == 0) return 0;
        } else if (load<u8>(p) == 0x5d) return fail(TRAILING_COMMA, p);
        break;
      }
      if (frame & 1) {
        if (c != 0x7d) return fail(COMMA, p);
        const first = <usize>(frame & ~1);
        if (!settleMembers(first)) return fail(GROW, p);
        stack = first;
      } else if (c != 0x5d) return fail(COMMA, p);
      put(c);
      p++;
      depth--;
    }
  }
}
