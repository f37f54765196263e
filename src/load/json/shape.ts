import type { ArrowType } from '../../engine/types.js';
import { type CellTable, kind } from '../../kernels/cells.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import type { JsonExports } from './exports.js';

/** Bits of `Shape.kinds` beside those of kernels/cells.ts. */
const otherNumber = 2048;
const cut = 4096;

/** A surrogate in canonical text is an escape only where it has no partner. */
const loneSurrogate = /(?<!\\)(\\\\)*\\ud[89a-f]/;

/** Structs within each other beyond which a value stays JSON text: readers of Parquet recurse. */
const maxDepth = 32;
/** Different keys of one struct beyond which it is a map. */
const maxFields = 1000;
/** Values of all kinds in one column's shape. */
const maxNodes = 8192;

/**
 * What the values at one place of a nested column are: plain data that crosses threads. Shapes of chunks are joined in chunk
 * order, so that the order of fields is that of first sight.
 */
export interface Shape {
  /** Bit set of `kind` (kernels/cells.ts), with 2048 for a number of no numeric type and 4096 where the shape is cut. */
  kinds: number;
  /** Of objects: keys as they stand in canonical JSON text, without quotes. */
  fields: [key: string, shape: Shape][];
  /** Of arrays: all items. */
  item: Shape | null;
}

/** Fields of the shape kernel's state and of its nodes, as indexes of uint32 (kernels/assembly/ingest/json-shape.ts). */
const state = { nodes: 0, count: 1, limit: 2, slots: 3, slotMask: 4, maxFields: 5, maxDepth: 6, size: 8 } as const;
const node = { kinds: 0, item: 1, first: 2, next: 5, key: 6, keyLength: 7, size: 16 } as const;

/** The joined shape of the nested cells of a column; other cells are left to the column's kinds. Needs 1 MB for the call. */
export function shapeOfCells(kernel: IngestKernel, cells: CellTable, column: number): Shape {
  const run = kernel.exports as unknown as JsonExports;
  const mark = kernel.mark();
  const slots = maxNodes * 4;
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
    const shape: Shape = { kinds: at[node.kinds]!, fields: [], item: null };
    if (at[node.item] !== 0) shape.item = read(at[node.item]!);
    for (let f = at[node.first]!; f !== 0; ) {
      const field = kernel.u32(nodesAt + f * node.size * 4, node.size);
      shape.fields.push([decoder.decode(kernel.u8(field[node.key]!, field[node.keyLength]!)), read(f)]);
      f = field[node.next]!;
    }
    return shape;
  };
  const shape = read(1);
  kernel.reset(mark);
  return shape;
}

/** The shape of what either has; fields of `a` first. Neither is changed. */
export function joinShapes(a: Shape, b: Shape): Shape {
  const kinds = a.kinds | b.kinds;
  const item = a.item === null ? b.item : b.item === null ? a.item : joinShapes(a.item, b.item);
  if (a.fields.length === 0) return { kinds, fields: b.fields, item };
  const fields = a.fields.slice();
  const places = new Map(fields.map(([key], i) => [key, i]));
  for (const [key, shape] of b.fields) {
    const place = places.get(key);
    if (place !== undefined) fields[place] = [key, joinShapes(fields[place]![1], shape)];
    else if (fields.length < maxFields) fields.push([key, shape]);
    else return { kinds: kinds | cut, fields, item };
  }
  return { kinds, fields, item };
}

/**
 * The nested type that holds every value of a shape, or null where there is none, so that the column stays JSON text: values
 * of several kinds at one place, numbers outside int64 and float64, objects without any key, maps, very deep values, keys with
 * unpaired surrogates.
 * What was null wherever it was seen, and the items of lists that were always empty, are text.
 */
export function shapeToArrow(shape: Shape): ArrowType | null {
  return countNodes(shape) > maxNodes ? null : arrowAt(shape);
}

function countNodes(shape: Shape): number {
  let nodes = shape.item === null ? 1 : 1 + countNodes(shape.item);
  for (const [, field] of shape.fields) nodes += countNodes(field);
  return nodes;
}

function arrowAt(shape: Shape): ArrowType | null {
  const kinds = shape.kinds & ~kind.null;
  if (kinds === 0 || kinds === kind.text) return { name: 'utf8' };
  if (kinds === kind.boolean) return { name: 'bool' };
  if ((kinds & ~(kind.integer | kind.bigInteger)) === 0) return { name: 'int', bits: 64, signed: true };
  if ((kinds & ~(kind.integer | kind.float)) === 0) return { name: 'float', bits: 64 };
  if (kinds === kind.array) {
    const item = shape.item === null ? ({ name: 'utf8' } as const) : arrowAt(shape.item);
    return item === null ? null : { name: 'list', item };
  }
  if (kinds !== kind.object || shape.fields.length === 0) return null;
  const fields: { name: string; type: ArrowType }[] = [];
  for (const [key, field] of shape.fields) {
    const type = arrowAt(field);
    if (type === null || loneSurrogate.test(key)) return null;
    fields.push({ name: JSON.parse(`"${key}"`) as string, type });
  }
  return { name: 'struct', fields };
}

/** Why a shape has no Arrow type, for the manifest: the first place at which it fails, as a path. */
export function whyNoArrow(shape: Shape): string {
  if (countNodes(shape) > maxNodes) return `more than ${maxNodes} different places`;
  return whyAt(shape, '') ?? 'a key with an unpaired surrogate';
}

function whyAt(shape: Shape, path: string): string | null {
  if (arrowAt(shape) !== null) return null;
  const at = path === '' ? '' : ` at ${path}`;
  if (shape.kinds & cut) return `a map of more than ${maxFields} keys, or deeper than ${maxDepth}${at}`;
  const kinds = shape.kinds & ~kind.null;
  if (kinds === kind.object && shape.fields.length === 0) return `objects without keys${at}`;
  if (kinds === otherNumber) return `numbers beyond 64 bits or 17 digits${at}`;
  if (kinds === kind.object) {
    for (const [key, field] of shape.fields) {
      const why = whyAt(field, path === '' ? key : `${path}.${key}`);
      if (why !== null) return why;
    }
    return null;
  }
  if (kinds === kind.array) return whyAt(shape.item!, `${path}[]`);
  return `values of several kinds${at}`;
}
