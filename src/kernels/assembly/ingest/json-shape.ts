// The shape of the nested cells of a column: a tree of the kinds of values seen, the fields of structs in order of first sight.
// Cells are canonical JSON text (json-nested.ts): valid, without white space.
import { hashBytes, sameBytes } from './json-hash';
import { behindRaw } from '../shared/json-raw';
import { stringStop } from './json-string';
import { readNumber } from './scalar';

// Kinds, as in src/kernels/cells.ts; scalar.ts has the others.
const BOOLEAN: u32 = 8;
const TEXT: u32 = 64;
const NULL: u32 = 256;
const OBJECT: u32 = 512;
const ARRAY: u32 = 1024;
/** A number that is neither an integer nor a float by the grammar (load/json/shape.ts). */
const OTHER_NUMBER: u32 = 2048;
/** The tree is cut here: too deep, too many fields, too many nodes. */
const CUT: u32 = 4096;

// Flags of a cell (kernels/cells.ts).
const ABSENT_CELL: u32 = 2;
const NESTED_CELL: u32 = 4;
const STRING_CELL: u32 = 8;

// The state, laid out by the host: uint32 fields.
const NODES: usize = 0;
const COUNT: usize = 4;
const LIMIT: usize = 8;
const SLOTS: usize = 12;
const SLOT_MASK: usize = 16;
const MAX_FIELDS: usize = 20;
const MAX_DEPTH: usize = 24;

// A node, 128 bytes: kinds, item, first field, last field, fields, next field of its parent; of a field, the address and
// length of its key as it stands in the text, its hash and its parent; how many objects with keys stood here, and how many
// objects had this key; and for each group of kinds the rows that have one here, the first of them, and the last one + 1.
// 0 is no node; 1 is the root.
const KINDS: usize = 0;
const ITEM: usize = 4;
const FIRST: usize = 8;
const LAST: usize = 12;
const FIELDS: usize = 16;
const NEXT: usize = 20;
const KEY: usize = 24;
const KEY_LENGTH: usize = 28;
const HASH: usize = 32;
const PARENT: usize = 36;
const OBJECTS: usize = 40;
const PRESENT: usize = 44;
const GROUPS: usize = 48;

// Groups of kinds: load/json/shape.ts has the same order.
const STRINGS: usize = 0;
const NUMBERS: usize = 1;
const BOOLEANS: usize = 2;
const OBJECT_GROUP: usize = 3;
const ARRAY_GROUP: usize = 4;

/** The row that is looked at. */
let row: u32 = 0;

// @ts-ignore: decorator
@inline
function nodeAt(state: usize, index: u32): usize {
  return <usize>load<u32>(state, NODES) + (<usize>index << 7);
}

// @ts-ignore: decorator
@inline
function see(node: usize, kinds: u32): void {
  store<u32>(node, load<u32>(node) | kinds);
}

/** Counts the row for a group of kinds, once. */
// @ts-ignore: decorator
@inline
function count(at: usize): void {
  if (load<u32>(at, 8) == row + 1) return;
  if (load<u32>(at) == 0) store<u32>(at, row, 4);
  store<u32>(at, load<u32>(at) + 1);
  store<u32>(at, row + 1, 8);
}

// @ts-ignore: decorator
@inline
function countIn(node: usize, group: usize): void {
  count(node + GROUPS + group * 12);
}

/** A new node, or 0 when there are too many. */
function addNode(state: usize): u32 {
  const index = load<u32>(state, COUNT);
  if (index >= load<u32>(state, LIMIT)) return 0;
  memory.fill(nodeAt(state, index), 0, 128);
  store<u32>(state, index + 1, COUNT);
  return index;
}

/** The address behind the closing quote of the string whose first character is at `p`. */
// @ts-ignore: decorator
@inline
function stringEnd(p: usize): usize {
  p = stringStop(p);
  while (load<u8>(p) != 0x22) p = stringStop(p + 2);
  return p + 1;
}

/** The address behind the value at `p`, at the mark behind it if it has one. */
export function skipValue(p: usize): usize {
  let depth: u32 = 0;
  while (true) {
    const c = <u32>load<u8>(p);
    if (c == 0x22) p = stringEnd(p + 1);
    else if (c == 0x7b || c == 0x5b) {
      depth++;
      p++;
      continue;
    } else if (c == 0x7d || c == 0x5d) {
      p++;
      if (--depth == 0) return p;
      p = behindRaw(p);
    } else if (c == 0x2c || c == 0x3a) {
      p++;
      continue;
    } else p = scalarEnd(p);
    if (depth == 0) return p;
  }
}

/** The address behind a number, true, false or null. */
// @ts-ignore: decorator
@inline
function scalarEnd(p: usize): usize {
  while (true) {
    const c = <u32>load<u8>(p);
    if (c == 0x2c || c == 0x7d || c == 0x5d) return p;
    p++;
  }
}

/** The field of `parent` with a key, made if there is none; 0 when there are too many. */
function fieldOf(state: usize, parent: u32, key: usize, length: u32): u32 {
  const hash = hashBytes(key, length) + parent * 0x9e3779b1;
  const slots = <usize>load<u32>(state, SLOTS);
  const mask = load<u32>(state, SLOT_MASK);
  let slot = hash & mask;
  while (true) {
    const at = slots + (<usize>slot << 2);
    const index = load<u32>(at);
    if (index == 0) {
      const owner = nodeAt(state, parent);
      if (load<u32>(owner, FIELDS) >= load<u32>(state, MAX_FIELDS)) return 0;
      const made = addNode(state);
      if (made == 0) return 0;
      store<u32>(at, made);
      const node = nodeAt(state, made);
      store<u32>(node, <u32>key, KEY);
      store<u32>(node, length, KEY_LENGTH);
      store<u32>(node, hash, HASH);
      store<u32>(node, parent, PARENT);
      const last = load<u32>(owner, LAST);
      if (last == 0) store<u32>(owner, made, FIRST);
      else store<u32>(nodeAt(state, last), made, NEXT);
      store<u32>(owner, made, LAST);
      store<u32>(owner, load<u32>(owner, FIELDS) + 1, FIELDS);
      return made;
    }
    const node = nodeAt(state, index);
    if (
      load<u32>(node, HASH) == hash && load<u32>(node, PARENT) == parent && load<u32>(node, KEY_LENGTH) == length &&
      sameBytes(load<u32>(node, KEY), key, length)
    ) return index;
    slot = (slot + 1) & mask;
  }
}

/** Notes the value at `p` in a node, and returns the address behind it. */
function look(state: usize, p: usize, index: u32, depth: u32): usize {
  const node = nodeAt(state, index);
  const c = <u32>load<u8>(p);
  if (c == 0x22) {
    see(node, TEXT);
    countIn(node, STRINGS);
    return stringEnd(p + 1);
  }
  if (c == 0x7b || c == 0x5b) {
    see(node, c == 0x7b ? OBJECT : ARRAY);
    countIn(node, c == 0x7b ? OBJECT_GROUP : ARRAY_GROUP);
    if (load<u8>(p, 1) == c + 2) return behindRaw(p + 2);
    if (c == 0x7b) store<u32>(node, load<u32>(node, OBJECTS) + 1, OBJECTS);
    if (depth > load<u32>(state, MAX_DEPTH)) {
      see(node, CUT);
      return behindRaw(skipValue(p));
    }
    p++;
    if (c == 0x5b) {
      let item = load<u32>(node, ITEM);
      if (item == 0) {
        item = addNode(state);
        store<u32>(node, item, ITEM);
      }
      if (item == 0) {
        see(node, CUT);
        return behindRaw(skipValue(p - 1));
      }
      while (true) {
        p = look(state, p, item, depth + 1);
        if (load<u8>(p) != 0x2c) return behindRaw(p + 1);
        p++;
      }
    }
    let due = load<u32>(node, FIRST);
    while (true) {
      // Most objects have the fields of the one before, in its order.
      const key = p + 1;
      const expected = nodeAt(state, due);
      const length = load<u32>(expected, KEY_LENGTH);
      let field = due;
      if (due != 0 && load<u8>(key + length) == 0x22 && load<u8>(key + length, 1) == 0x3a && sameBytes(load<u32>(expected, KEY), key, length)) {
        p = key + length + 2;
      } else {
        p = stringEnd(key);
        field = fieldOf(state, index, key, <u32>(p - key) - 1);
        p++;
      }
      if (field == 0) {
        see(node, CUT);
        p = behindRaw(skipValue(p));
      } else {
        const seen = nodeAt(state, field);
        store<u32>(seen, load<u32>(seen, PRESENT) + 1, PRESENT);
        p = look(state, p, field, depth + 1);
        due = load<u32>(nodeAt(state, field), NEXT);
      }
      if (load<u8>(p) != 0x2c) return behindRaw(p + 1);
      p++;
    }
  }
  if (c == 0x74 || c == 0x66) {
    see(node, BOOLEAN);
    countIn(node, BOOLEANS);
    return c == 0x74 ? p + 4 : p + 5;
  }
  if (c == 0x6e) {
    see(node, NULL);
    return p + 4;
  }
  const end = scalarEnd(p);
  const kind = readNumber(p, end);
  see(node, kind == 0 ? OTHER_NUMBER : kind);
  countIn(node, NUMBERS);
  return end;
}

/** Notes the nested cells of a column in the tree; the root is node 1 and exists. */
export function jsonShape(state: usize, starts: usize, metas: usize, rows: u32): void {
  for (row = 0; row < rows; row++) {
    const at = <usize>row << 2;
    if (load<u32>(metas + at) & NESTED_CELL) look(state, load<u32>(starts + at), 1, 1);
  }
}

/** The group of a cell that is not null. */
// @ts-ignore: decorator
@inline
function groupOf(start: usize, meta: u32): usize {
  if (meta & STRING_CELL) return STRINGS;
  const c = <u32>load<u8>(start);
  if (meta & NESTED_CELL) return c == 0x7b ? OBJECT_GROUP : ARRAY_GROUP;
  return c == 0x74 || c == 0x66 ? BOOLEANS : NUMBERS;
}

/** Counts the cells of a column by group: as many triples at `groups` as there are groups. */
export function jsonTally(starts: usize, metas: usize, rows: u32, groups: usize): void {
  for (row = 0; row < rows; row++) {
    const at = <usize>row << 2;
    const meta = load<u32>(metas + at);
    if (!(meta & ABSENT_CELL)) count(groups + groupOf(load<u32>(starts + at), meta) * 12);
  }
}

/** Marks the rows whose cell is neither null nor of the group, if they are not marked yet; returns how many. */
export function jsonMarkOthers(starts: usize, metas: usize, rows: u32, group: usize, mask: usize): u32 {
  let marked: u32 = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    const meta = load<u32>(metas + (r << 2));
    if (meta & ABSENT_CELL || load<u8>(mask + r) != 0 || groupOf(load<u32>(starts + (r << 2)), meta) == group) continue;
    store<u8>(mask + r, 1);
    marked++;
  }
  return marked;
}
