import type { Ranking } from './model.js';

/**
 * The scores of all rows from those of the chunks in source order: divided by the largest if they are relative, clamped
 * to 1; all 1 when there is nothing to rank by. For a chunk without scores give its number of rows.
 */
export function finishScores(ranking: Ranking | null, chunks: readonly (Float64Array | number)[]): Float64Array {
  const rows = chunks.reduce<number>((sum, chunk) => sum + (typeof chunk === 'number' ? chunk : chunk.length), 0);
  const scores = new Float64Array(rows);
  if (ranking === null) return scores.fill(1);
  let at = 0;
  let largest = 0;
  for (const chunk of chunks) {
    if (typeof chunk === 'number') throw new Error('a chunk was not scored');
    scores.set(chunk, at);
    at += chunk.length;
    for (let i = 0; i < chunk.length; i++) if (chunk[i]! > largest) largest = chunk[i]!;
  }
  if (ranking.relative && largest > 0) for (let i = 0; i < rows; i++) scores[i] = scores[i]! / largest;
  return scores;
}
