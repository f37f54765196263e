import { type ShingleSets, setShingleSecret, shingleRows } from '../dedupe/shingles.js';
import type { ReadBlock } from '../engine/block.js';
import type { BufferPool } from '../engine/pool.js';
import { createNearKernel, type NearKernel } from '../kernels/near.js';
import { createRankKernel, type RankKernel } from '../kernels/rank.js';
import { textsOf } from '../rank/texts.js';
import type { PassPlan } from './tasks.js';

/** Makes the shingle sets of a chunk's rows; messages are read as texts, a line a turn. Its kernels are made when needed. */
export class Shingler {
  private near: NearKernel | null = null;
  private texts: RankKernel | null = null;

  of(
    block: ReadBlock,
    { columns, shingle }: NonNullable<PassPlan['near']>,
    secret: Uint8Array,
    pool: BufferPool,
  ): Iterator<ShingleSets> {
    this.near ??= createNearKernel();
    setShingleSecret(this.near, secret);
    const chosen = columns.map((c) => block.columns[c]!);
    const areTexts = chosen.every((c) => c.type.kind === 'text');
    if (!areTexts) this.texts ??= createRankKernel();
    const texts = areTexts ? chosen : textsOf(this.texts!, chosen, block.rows);
    const all = texts.map((_, c) => c);
    return shingleRows(this.near, { rows: block.rows, columns: texts }, all, shingle, pool);
  }
}
