import type { Ranking } from './model.js';

/**
 * The scores of all rows from those of the chunks in source order: divided by the largest if they are relative, clamped
 * to 1; all 1 when there is nothing to rank by. For a chunk without scores give its number of rows. `largest` is the
 * largest before the division.
 */
export function finishScores(
  ranking: Ranking | null,
  chunks: readonly (Float64Array | number)[],
): { scores: Float64Array; largest: number } {
  const rows = chunks.reduce<number>((sum, chunk) => sum + (typeof chunk === 'number' ? chunk : chunk.length), 0);
  const scores = new Float64Array(rows);
  if (ranking === null) return { scores: scores.fill(1), largest: 0 };
  let largest = 0;
  for (const chunk of chunks) {
    if (typeof chunk === 'number') throw new Error('a chunk was not scored');
    for (let i = 0; i < chunk.length; i++) if (chunk[i]! > largest) largest = chunk[i]!;
  }
  const divisor = ranking.relative && largest > 0 ? largest : 1;
  let at = 0;
  for (const chunk of chunks) {
    if (typeof chunk === 'number') continue;
    for (let i = 0; i < chunk.length; i++) scores[at++] = chunk[i]! / divisor;
  }
  return { scores, largest };
}
