import type { ReadBlock } from '../engine/block.js';
import { contentOf } from './content.js';

/** How rows are divided; plain data. */
export interface SplitPlan {
  /** What part of the rows each split is to have, in the order of the splits. */
  shares: number[];
  /** The names of all columns. */
  names: string[];
  /** Columns in which the rows of a group are equal; null = rows are on their own. */
  group: number[] | null;
  /** Columns that are a row's content. */
  content: number[];
}

/**
 * The number of the split that each row of a block belongs to: XXH64 of its content (content.ts), or of what it has in the
 * columns of its group, in the shares in which they divide the range of hashes. So it depends on that row alone and stays what it
 * is when other rows come or go, and a row that moves when shares are changed goes to a split whose share has grown. A row
 * that has no value in the columns of its group goes by its content.
 */
export async function assignSplits(
  block: ReadBlock,
  { shares, names, group, content }: SplitPlan,
): Promise<Uint8Array> {
  const { default: xxhash } = await import('xxhash-wasm');
  const { h64Raw } = await xxhash();
  const ends = endsOf(shares);
  const whole = contentOf(block, content, names);
  const grouped = group === null ? whole : contentOf(block, group, names);
  const splits = new Uint8Array(block.rows);
  for (let row = 0; row < block.rows; row++) {
    let bytes = grouped(row);
    if (bytes.length === 0) bytes = whole(row);
    splits[row] = splitAt(Number(h64Raw(bytes) >> 11n) * 2 ** -53, ends);
  }
  return splits;
}

/** Where each split ends in the range from 0 to 1; the last one takes the rest. */
export function endsOf(shares: readonly number[]): number[] {
  let sum = 0;
  return shares.slice(0, -1).map((share) => {
    sum += share;
    return sum;
  });
}

function splitAt(at: number, ends: readonly number[]): number {
  let split = 0;
  while (split < ends.length && at >= ends[split]!) split++;
  return split;
}
