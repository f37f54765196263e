import type { Config } from '../config/options.js';
import type { Executor } from '../engine/executor.js';
import { DatagpuError } from '../errors.js';
import { largePageBytes } from '../load/parquet/large-pages.js';
import {
  expectedRecords,
  holdsRows,
  laneCount,
  leastBytes,
  leastNearBytes,
  leastWideBytes,
  manyColumns,
  type Weight,
} from './budget.js';
import type { SchemaState } from './schema.js';
import type { LaneTasks } from './tasks.js';

/**
 * Ends the lanes that don't fit the memory, now that the sources are known: they were opened before that. Gives what the
 * sources take.
 *
 * @throws DatagpuError `input` where not even one lane can read the pages of a Parquet file
 */
export async function fitLanes(
  { looks, union }: SchemaState,
  config: Config,
  executor: Executor<LaneTasks>,
): Promise<Weight> {
  const { memoryBytes } = config.resources;
  const ranks = holdsRows(config);
  const index = config.near.enabled ? leastNearBytes : 0;
  requireRoomFor(union.fields.length, memoryBytes);
  const weight: Weight = { records: expectedRecords(looks, config.read.limit), pageBytes: 0 };
  for (const [s, { pageBytes, plan }] of looks.entries()) {
    if (pageBytes === null) continue;
    const columns = [...new Set(union.maps[s]!)].filter((column) => pageBytes[column] !== undefined);
    const bytes = largePageBytes(columns.map((column) => pageBytes[column]!));
    weight.pageBytes = Math.max(weight.pageBytes, bytes);
    const least = index + leastBytes(1, ranks, { records: 0, pageBytes: bytes });
    if (bytes === 0 || least <= memoryBytes) continue;
    const own = columns.map((column) => largePageBytes([pageBytes[column]!]));
    throw new DatagpuError(
      'input',
      `reading the largest pages, this column's among them, takes ${megabytes(bytes)} of memory, too much for --memory`,
      {
        file: plan.name,
        column: plan.columns[columns[own.indexOf(Math.max(...own))]!]!,
        hint: `Give it --memory ${megabytes(least)}, or write the file again with smaller pages`,
      },
    );
  }
  // Without large pages, what lanes don't use of their shares is enough for it.
  const forLanes = weight.pageBytes > 0 ? memoryBytes - index : memoryBytes;
  await executor.keep(Math.min(executor.lanes, laneCount(executor.lanes, forLanes, ranks, weight)));
  return weight;
}

/** Every column has its writer, its totals and its place in the schema, whatever it holds. */
function requireRoomFor(columns: number, memoryBytes: number): void {
  const least = leastWideBytes(columns);
  if (columns < manyColumns || least <= memoryBytes) return;
  throw new DatagpuError(
    'input',
    `${columns.toLocaleString('en-US')} columns take about ${megabytes(least)} of memory, too much for --memory`,
    { hint: `Give it --memory ${megabytes(least)}, or leave columns out with --select or --drop` },
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)}MiB`;
