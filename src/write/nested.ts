import type { Compression } from '../config/options.js';
import type { IngestKernel } from '../kernels/ingest.js';
import type { ArrowNode } from './arrow.js';
import type { ColumnPages } from './chunk.js';
import { leafColumn } from './leaf.js';
import { encodeLeaf } from './leaf-pages.js';
import { leastGreatest } from './leastgreatest.js';
import { eachLeaf } from './levels.js';
import type { PageQueue } from './pagequeue.js';
import { distinctOf, sketchValues } from './sketch.js';
import type { StoredColumn } from './stored.js';

/**
 * Encodes the leaves of a nested column of one row group, in the order of the schema. What is reserved in the kernel is freed; its views
 * may be detached. What it returns gives the pages of each leaf, once those of `queue` are packed.
 */
export function encodeNested(
  kernel: IngestKernel,
  name: string,
  node: ArrowNode,
  compression: Compression,
  queue: PageQueue | null,
): (() => ColumnPages)[] {
  const leaves: (() => ColumnPages)[] = [];
  eachLeaf(kernel, name, node, ({ path, node, levels }) => {
    const column = leafColumn(kernel, node);
    if (column.rows !== levels.entries - levels.nulls)
      throw new Error(`${path.join('.')}: ${column.rows} values for levels of ${levels.entries - levels.nulls}`);
    const bounds = leastGreatest(kernel, column);
    const distinct = distinctIn(kernel, column);
    leaves.push(encodeLeaf(kernel, path, column, levels, bounds, distinct, compression, queue));
  });
  return leaves;
}

/** Values that are looked at first: where nearly all of them differ, a dictionary of all values would be too large. */
const lookedAt = 8192;
const nearlyAll = 0.95;

/** About how many values of a leaf differ, as far as it matters to a dictionary. */
function distinctIn(kernel: IngestKernel, column: StoredColumn): number {
  const { rows, width } = column;
  const distinct = (count: number): number => distinctOf(sketchValues(kernel, column, width, false, count));
  if (rows <= lookedAt) return distinct(rows);
  return distinct(lookedAt) > lookedAt * nearlyAll ? rows : distinct(rows);
}
