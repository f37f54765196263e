import type { RankReply, RankRequest } from './protocol.js';

/** A request to every worker, answered by their replies. */
export type Asking<T> = Generator<RankRequest, T, RankReply[]>;

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** The sum of the workers' counts of the same things. */
export function addCounts(replies: readonly RankReply[]): Uint32Array {
  const sum = replies[0]!.counts!.slice();
  for (const { counts } of replies.slice(1)) for (let i = 0; i < sum.length; i++) sum[i]! += counts![i]!;
  return sum;
}
