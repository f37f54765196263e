// Puts the leaves of a nested Parquet column together into row cells (engine/rowcell.ts), after the levels of S. Melnik et al.,
// "Dremel: Interactive Analysis of Web-Scale Datasets", VLDB 2010.
//
// A node is eight 32-bit numbers: kind (0 leaf, 1 struct, 2 list), null level (a lower definition level means null; 0 when it
// can't be null here), item level (of a list: a lower one means empty), repetition level (of a list), first leaf, leaf after the
// last, first child, children. Children are nodes one behind the other; a list has one.
// A leaf is eight 32-bit numbers: repetition levels (0 = all zero), definition levels (0 = all at the most), entries, position,
// position among the values, width (0 = offsets and bytes), values, offsets. `most` is its own highest definition level.

const NODE: usize = 32;
const LEAF: usize = 36;

let nodes: usize = 0;
let leaves: usize = 0;
let out: usize = 0;

// @ts-ignore: decorator
@inline
function leafAt(index: u32): usize {
  return leaves + <usize>index * LEAF;
}

/** Definition level of a leaf's next entry; -1 when there is none. */
// @ts-ignore: decorator
@inline
function nextLevel(leaf: usize): i32 {
  const position = load<u32>(leaf, 12);
  if (position >= load<u32>(leaf, 8)) return -1;
  const levels = load<u32>(leaf, 4);
  return levels == 0 ? load<i32>(leaf, 32) : <i32>load<u8>(<usize>levels + position);
}

/** Repetition level of a leaf's next entry; 0 at the end. */
// @ts-ignore: decorator
@inline
function nextRepetition(leaf: usize): u32 {
  const position = load<u32>(leaf, 12);
  const levels = load<u32>(leaf);
  return levels == 0 || position >= load<u32>(leaf, 8) ? 0 : <u32>load<u8>(<usize>levels + position);
}

/** Passes over an entry of every leaf below a node that is null or empty; all of them must agree. */
function pass(from: u32, to: u32, level: i32): bool {
  for (let l = from; l < to; l++) {
    const leaf = leafAt(l);
    if (nextLevel(leaf) != level) return false;
    store<u32>(leaf, load<u32>(leaf, 12) + 1, 12);
  }
  return true;
}

function value(node: usize): bool {
  const kind = load<u32>(node);
  const nullLevel = load<i32>(node, 4);
  const from = load<u32>(node, 16);
  const to = load<u32>(node, 20);
  const first = leafAt(from);
  const level = nextLevel(first);
  if (level < 0) return false;
  if (level < nullLevel) {
    store<u8>(out++, 0);
    return pass(from, to, level);
  }
  store<u8>(out++, 1);
  if (kind == 0) return payload(first, level);
  const child = nodes + <usize>load<u32>(node, 24) * NODE;
  if (kind == 1) {
    const count = <usize>load<u32>(node, 28);
    for (let c: usize = 0; c < count; c++) if (!value(child + c * NODE)) return false;
    return true;
  }
  const counted = out;
  out += 4;
  if (level < load<i32>(node, 8)) {
    store<u32>(counted, 0);
    return pass(from, to, level);
  }
  const repetition = load<u32>(node, 12);
  let count: u32 = 0;
  while (true) {
    if (!value(child)) return false;
    count++;
    const next = nextRepetition(first);
    for (let l = from + 1; l < to; l++) {
      const other = nextRepetition(leafAt(l));
      if (other != next) return false;
    }
    if (next < repetition) break;
    if (next > repetition) return false;
  }
  store<u32>(counted, count);
  return true;
}

/** The leaf's value, which must be there. */
// @ts-ignore: decorator
@inline
function payload(leaf: usize, level: i32): bool {
  if (level != load<i32>(leaf, 32)) return false;
  const position = <usize>load<u32>(leaf, 16);
  const width = <usize>load<u32>(leaf, 20);
  const values = <usize>load<u32>(leaf, 24);
  store<u32>(leaf, load<u32>(leaf, 12) + 1, 12);
  store<u32>(leaf, <u32>position + 1, 16);
  if (width > 0) {
    const at = values + position * width;
    if (width == 8) store<u64>(out, load<u64>(at));
    else if (width == 4) store<u32>(out, load<u32>(at));
    else memory.copy(out, at, width);
    out += width;
    return true;
  }
  const offsets = <usize>load<u32>(leaf, 28) + (position << 2);
  const start = load<u32>(offsets);
  const length = load<u32>(offsets, 4) - start;
  store<u32>(out, length);
  memory.copy(out + 4, values + start, length);
  out += 4 + <usize>length;
  return true;
}

/**
 * Encodes `rows` rows of the node 0: validity, offsets (the first one is stored already) and bytes from `target`. Returns the
 * end of the bytes, or 0 when the levels contradict each other. A null row is an empty cell.
 */
export function pqAssemble(
  nodeTable: usize,
  leafTable: usize,
  leafCount: u32,
  rows: u32,
  validity: usize,
  offsets: usize,
  target: usize,
): usize {
  nodes = nodeTable;
  leaves = leafTable;
  out = target;
  for (let r: usize = 0; r < rows; r++) {
    const start = out;
    if (!value(nodeTable)) return 0;
    for (let l: u32 = 0; l < leafCount; l++) if (nextRepetition(leafAt(l)) != 0) return 0;
    const valid = load<u8>(start);
    store<u8>(validity + r, valid);
    if (!valid) out = start;
    store<u32>(offsets + ((r + 1) << 2), <u32>(out - target));
  }
  return out;
}
