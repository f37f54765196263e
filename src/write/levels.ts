import type { ArrowType } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import type { ArrowNode } from './arrow.js';
import type { StoredColumn } from './stored.js';
import type { ValueWriter } from './values.js';

/** The levels of a leaf of the schema: an entry for each value, and for each null or empty list in its place. */
export interface Levels {
  entries: number;
  /** Entries that are no values. */
  nulls: number;
  /** The entries and values behind a page that begins at a place: those of one row at least, and of no part of a row. */
  endOfPage(from: PagePlace, values: ValueWriter): PagePlace;
  /** How many rows begin in some entries. */
  rows(from: number, to: number): number;
  /** The most bytes that the levels of so many entries take; functions of the kernel may write some bytes behind them. */
  mostBytes(entries: number): number;
  /** Writes the levels of some entries to `at` in the kernel's memory; returns how many bytes. */
  write(from: number, to: number, at: number): number;
}

/** How many entries and values of a leaf come before. A flat column counts nulls as values: its `ValueWriter` leaves them out. */
export interface PagePlace {
  entry: number;
  value: number;
}

/** The levels of a flat column: whether a row is null. */
export function flatLevels(kernel: IngestKernel, { validity, rows, nulls }: StoredColumn): Levels {
  const exports = kernel.exports;
  return {
    entries: rows,
    nulls,
    endOfPage({ value }, values) {
      const end = values.endOfPage(value);
      return { entry: end, value: end };
    },
    rows: (from, to) => to - from,
    mostBytes: (entries) => Math.ceil(entries / 4) + 128,
    write: (from, to, at) => exports.pageLevels(validity === 0 ? 0 : validity + from, to - from, at),
  };
}

/** A leaf of a nested column: its path in the schema, its values in Arrow's layout, and its levels. */
export interface Leaf {
  path: readonly string[];
  node: ArrowNode;
  levels: Levels;
}

/** The entries of a node in the kernel's memory (kernels/assembly/ingest/levels.ts). */
interface Entries {
  count: number;
  slots: number;
  repetition: number;
  definition: number;
  mostRepetition: number;
  mostDefinition: number;
}

/**
 * Calls `take` for each leaf of a nested column, in the order of the schema. Its levels lie in the kernel's memory until `take` returns.
 * Every node may be null; lists have the three levels that Parquet's `LIST` has.
 */
export function eachLeaf(kernel: IngestKernel, name: string, root: ArrowNode, take: (leaf: Leaf) => void): void {
  const { rows } = root;
  const mark = kernel.mark();
  const entries: Entries = { ...reserve(kernel, rows), count: rows, mostRepetition: 0, mostDefinition: 0 };
  const exports = kernel.exports;
  exports.levelsOfRows(rows, entries.slots, entries.repetition, entries.definition);
  descend(kernel, [name], root, entries, take);
  kernel.reset(mark);
}

function descend(
  kernel: IngestKernel,
  path: readonly string[],
  node: ArrowNode,
  above: Entries,
  take: (leaf: Leaf) => void,
): void {
  const mark = kernel.mark();
  const here = withPresence(kernel, node, above);
  const { type, children } = node;
  switch (type.name) {
    case 'struct':
      children.forEach((child, i) => {
        descend(kernel, [...path, type.fields[i]!.name], child, here, take);
      });
      break;
    case 'list':
    case 'fixedList':
      descend(kernel, [...path, 'list', 'element'], children[0]!, itemsOf(kernel, node, type, here), take);
      break;
    default:
      take({ path, node, levels: nestedLevels(kernel, here) });
  }
  kernel.reset(mark);
}

function reserve(kernel: IngestKernel, count: number): Pick<Entries, 'slots' | 'repetition' | 'definition'> {
  return { slots: kernel.alloc(count * 4), repetition: kernel.alloc(count), definition: kernel.alloc(count) };
}

/** The definition levels are copied: those of `above` are other children's too. */
function withPresence(kernel: IngestKernel, node: ArrowNode, above: Entries): Entries {
  const { count, slots, mostDefinition } = above;
  const exports = kernel.exports;
  const definition = kernel.alloc(count);
  const bits = node.validity === null ? 0 : kernel.put(node.validity);
  kernel.u8(definition, count).set(kernel.u8(above.definition, count));
  exports.levelsOfPresence(bits, count, slots, definition, mostDefinition);
  return { ...above, definition, mostDefinition: mostDefinition + 1 };
}

function itemsOf(
  kernel: IngestKernel,
  node: ArrowNode,
  type: ArrowType & { name: 'list' | 'fixedList' },
  lists: Entries,
): Entries {
  const exports = kernel.exports;
  const offsets = node.offsets === null ? 0 : kernel.put(node.offsets);
  const to = reserve(kernel, lists.count + node.children[0]!.rows);
  const mostRepetition = lists.mostRepetition + 1;
  const count = exports.levelsOfItems(
    offsets,
    type.name === 'fixedList' ? type.size : 0,
    lists.count,
    lists.slots,
    lists.repetition,
    lists.definition,
    lists.mostDefinition,
    mostRepetition,
    to.slots,
    to.repetition,
    to.definition,
  );
  return { ...to, count, mostRepetition, mostDefinition: lists.mostDefinition + 1 };
}

/** Bits that numbers up to `most` take. */
const bitsOf = (most: number): number => 32 - Math.clz32(most);

function nestedLevels(kernel: IngestKernel, leaf: Entries): Levels {
  const exports = kernel.exports;
  const { count, definition, mostDefinition, mostRepetition } = leaf;
  if (mostDefinition > 255) throw new Error(`a definition level of ${mostDefinition}`);
  const repetition = mostRepetition === 0 ? 0 : leaf.repetition;
  const width = bitsOf(mostDefinition);
  const valuesOf = (from: number, to: number): number => exports.pqCount(definition + from, to - from, mostDefinition);
  const values = valuesOf(0, count);
  return {
    entries: count,
    nulls: count - values,
    endOfPage({ entry, value }, writer) {
      const room = value === values ? 0 : writer.endOfPage(value) - value;
      const end = exports.levelsOfPage(repetition, definition, mostDefinition, entry, count, room);
      return { entry: end, value: value + valuesOf(entry, end) };
    },
    rows: (from, to) => (repetition === 0 ? to - from : exports.pqCount(repetition + from, to - from, 0)),
    // Twice what kernels/assembly/ingest/hybrid.ts needs for levels of a byte.
    mostBytes: (entries) => entries * 6 + 256,
    write(from, to, at) {
      const entries = to - from;
      let bytes = 0;
      if (repetition !== 0) bytes += exports.pageHybrid(repetition + from, entries, bitsOf(mostRepetition), at);
      return bytes + exports.pageHybrid(definition + from, entries, width, at + bytes);
    },
  };
}
