import type { CellTable } from '../../kernels/cells.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during, type Lent } from '../../kernels/lent.js';

/** Bits of `Shape.kinds` beside those of kernels/cells.ts. */
export const otherNumber = 2048;
export const cut = 4096;

/** Containers within each other beyond which a value stays JSON text: readers of Parquet recurse. */
export const maxDepth = 32;
/** Different keys of one struct beyond which they are data. */
export const maxFields = 1000;
/** Places of all kinds in a chunk of one column. */
const maxNodes = 2 ** 16;

/** Groups of kinds that are told apart in a place, in the order of kernels/assembly/ingest/json-shape.ts. */
export const groups = ['string', 'number', 'boolean', 'object', 'array'] as const;
export type Group = (typeof groups)[number];

/** Rows that have values of a group at a place, and the first of them: its 1-based record number, and its source. */
export interface Tally {
  rows: number;
  first: number;
  source: number;
}

/**
 * What the values at one place of a column are: plain data that crosses threads. Shapes of chunks are joined in chunk
 * order, so that the order of fields is that of first sight.
 */
export interface Shape {
  /** Bit set of `kind` (kernels/cells.ts), with 2048 for a number of no numeric type and 4096 where the shape is cut. */
  kinds: number;
  /** Of objects: keys as they stand in canonical JSON text, without quotes. */
  fields: [key: string, shape: Shape][];
  /** Of arrays: all items. */
  item: Shape | null;
  /** By group; undefined where no row has one. At the root of a column single values are counted too. */
  tallies: (Tally | undefined)[];
  /** Objects that have keys. */
  objects: number;
  /** Of a field: objects that have it. */
  present: number;
}

/** The 1-based record number that a row of the cells has in its source. */
export type RecordOf = (row: number) => number;

/** Fields of the shape kernel's state and of its nodes, as indexes of uint32 (kernels/assembly/ingest/json-shape.ts). */
const state = { nodes: 0, count: 1, limit: 2, slots: 3, slotMask: 4, maxFields: 5, maxDepth: 6, size: 8 } as const;
const node = {
  kinds: 0,
  item: 1,
  first: 2,
  next: 5,
  key: 6,
  keyLength: 7,
  objects: 10,
  present: 11,
  groups: 12,
  size: 32,
} as const;
/** Rows, first row, last row. */
const tallySize = 3;

/** Rows of a column by the group of their cell. */
export function tallyCells(
  kernel: IngestKernel,
  cells: CellTable,
  column: number,
  recordOf: RecordOf,
  source: number,
): Shape['tallies'] {
  const run = kernel.exports;
  const mark = kernel.mark();
  const at = kernel.alloc(groups.length * tallySize * 4);
  kernel.u32(at, groups.length * tallySize).fill(0);
  const from = column * cells.rows * 4;
  run.jsonTally(cells.starts + from, cells.metas + from, cells.rows, at);
  const tallies = readTallies(kernel.u32(at, groups.length * tallySize), recordOf, source);
  kernel.reset(mark);
  return tallies;
}

function readTallies(numbers: Lent<Uint32Array>, recordOf: RecordOf, source: number): Shape['tallies'] {
  return groups.map((_, g) => {
    const rows = numbers[g * tallySize]!;
    return rows === 0 ? undefined : { rows, first: recordOf(numbers[g * tallySize + 1]!), source };
  });
}

/** A shape of values that are not nested, if `tallies` are all there is to know. */
export function shapeOfTallies(tallies: Shape['tallies']): Shape {
  return { kinds: 0, fields: [], item: null, tallies, objects: 0, present: 0 };
}

/** The joined shape of a column's cells. What other cells than nested ones are is left to the column's kinds. Needs 10 MB for the call. */
export function shapeOfCells(
  kernel: IngestKernel,
  cells: CellTable,
  column: number,
  recordOf: RecordOf = (row) => row + 1,
  source = 0,
): Shape {
  const tallies = tallyCells(kernel, cells, column, recordOf, source);
  if (tallies[3] === undefined && tallies[4] === undefined) return shapeOfTallies(tallies);
  const run = kernel.exports;
  const mark = kernel.mark();
  const slots = maxNodes * 2;
  const states = kernel.alloc(state.size * 4);
  const nodesAt = kernel.alloc((maxNodes + 2) * node.size * 4);
  const slotsAt = kernel.alloc(slots * 4);
  kernel.u32(slotsAt, slots).fill(0);
  // Node 0 is none, node 1 the root.
  kernel.u32(nodesAt, node.size * 2).fill(0);
  kernel.u32(states, state.size).set([nodesAt, 2, maxNodes + 2, slotsAt, slots - 1, maxFields, maxDepth, 0]);
  const from = column * cells.rows * 4;
  run.jsonShape(states, cells.starts + from, cells.metas + from, cells.rows);

  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const read = (index: number): Shape => {
    const at = kernel.u32(nodesAt + index * node.size * 4, node.size);
    const shape: Shape = {
      kinds: at[node.kinds]!,
      fields: [],
      item: null,
      tallies: readTallies(at.subarray(node.groups), recordOf, source),
      objects: at[node.objects]!,
      present: at[node.present]!,
    };
    if (at[node.item] !== 0) shape.item = read(at[node.item]!);
    for (let f = at[node.first]!; f !== 0; ) {
      const field = kernel.u32(nodesAt + f * node.size * 4, node.size);
      shape.fields.push([decoder.decode(during(kernel.u8(field[node.key]!, field[node.keyLength]!))), read(f)]);
      f = field[node.next]!;
    }
    return withoutCut(shape);
  };
  const shape = read(1);
  if (kernel.u32(states, state.size)[state.count]! >= maxNodes + 2) shape.kinds |= cut;
  kernel.reset(mark);
  return withoutCut({ ...shape, tallies });
}

/** Of objects with too many keys none is known: which ones were seen first must not matter. */
function withoutCut(shape: Shape): Shape {
  return shape.kinds & cut ? { ...shape, fields: [], item: null } : shape;
}

/** The shape of what either has; fields of `a` first. Neither is changed. */
export function joinShapes(a: Shape, b: Shape): Shape {
  const joined = emptyShape();
  addShape(joined, a);
  addShape(joined, b);
  joined.present = a.present + b.present;
  return joined;
}

/** A shape of nothing, to add others to. */
export function emptyShape(): Shape {
  return { kinds: 0, fields: [], item: null, tallies: groups.map(() => undefined), objects: 0, present: 0 };
}

/** Adds what `other` has to `shape`. True when that has kinds or places which `shape` had not. */
export function addShape(shape: Shape, other: Shape): boolean {
  let isNew = (shape.kinds | other.kinds) !== shape.kinds;
  shape.kinds |= other.kinds;
  shape.objects += other.objects;
  other.tallies.forEach((tally, g) => {
    const known = shape.tallies[g];
    if (tally === undefined) return;
    if (known === undefined) shape.tallies[g] = { ...tally };
    else {
      if (known.rows === 0) Object.assign(known, { first: tally.first, source: tally.source });
      known.rows += tally.rows;
    }
    isNew ||= known === undefined;
  });
  if (shape.kinds & cut) {
    shape.fields = [];
    shape.item = null;
    return isNew;
  }
  if (other.item !== null) {
    isNew ||= shape.item === null;
    shape.item ??= emptyShape();
    isNew = addShape(shape.item, other.item) || isNew;
  }
  const places = new Map(shape.fields.map(([key, field]) => [key, field]));
  for (const [key, field] of other.fields) {
    let known = places.get(key);
    if (known === undefined) {
      isNew = true;
      if (shape.fields.length >= maxFields) {
        shape.kinds |= cut;
        shape.fields = [];
        shape.item = null;
        return true;
      }
      known = emptyShape();
      shape.fields.push([key, known]);
      places.set(key, known);
    }
    known.present += field.present;
    isNew = addShape(known, field) || isNew;
  }
  return isNew;
}

/** Begins to count anew: what was seen stays, how often is forgotten. */
export function forgetCounts(shape: Shape): void {
  shape.objects = 0;
  shape.present = 0;
  for (const tally of shape.tallies) if (tally !== undefined) tally.rows = 0;
  if (shape.item !== null) forgetCounts(shape.item);
  for (const [, field] of shape.fields) forgetCounts(field);
}
