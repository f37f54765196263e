import type { ReadBlock } from '../../engine/block.js';
import { createRankKernel, type RankKernel } from '../../kernels/rank.js';
import { textsOf } from '../../rank/texts.js';
import type { RowDrops } from '../drops.js';
import type { RowLane } from '../stage.js';
import { countWords, createWordKernel, type WordKernel } from './words.js';

/** Plain data. */
export interface FilterPlan {
  least: number | null;
  most: number | null;
  /** Numbers of the columns whose words are counted. */
  columns: number[];
}

/** Drops rows by how many words they have. Its kernels are made when there is something to count. */
export class FilterLane implements RowLane {
  private words: WordKernel | null = null;
  private texts: RankKernel | null = null;

  constructor(
    private readonly plan: FilterPlan,
    private readonly codes: readonly number[],
  ) {}

  run(block: ReadBlock, drops: RowDrops): ReadBlock {
    const { least, most, columns } = this.plan;
    const [tooShort, tooLong] = this.codes as [number, number];
    const counts = this.count(
      block,
      columns.map((c) => block.columns[c]!),
    );
    for (let row = 0; row < block.rows; row++) {
      const words = counts[row]!;
      if (least !== null && words < least) drops.drop(row, tooShort, words);
      else if (most !== null && words > most) drops.drop(row, tooLong, words);
    }
    return block;
  }

  private count({ rows }: ReadBlock, columns: ReadBlock['columns']): Uint32Array {
    const areTexts = columns.every(({ type }) => type.kind === 'text' && type.nested !== true);
    if (!areTexts) this.texts ??= createRankKernel();
    const texts = areTexts ? columns : textsOf(this.texts!, columns, rows);
    this.words ??= createWordKernel();
    return countWords(this.words, texts, rows);
  }
}
