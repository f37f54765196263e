/** Letters of a word that is looked for. */
const longestWord = 1000;

/**
 * The candidate nearest to a mistyped word, or null when none is near: at most a third of the letters differ, counting a
 * swap of neighbours as one difference (the optimal string alignment distance), letter case ignored.
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
  // The distance takes time that grows with both lengths: nobody mistypes a word this long.
  if (word.length > longestWord) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(Math.min(wanted.length, 30) / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = alignmentDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean "x"?` for the nearest candidate, or undefined; made to be an error's `hint`. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = closest(word, candidates);
  return near === null ? undefined : `Did you mean "${near}"?`;
}

/** Edits (insert, delete, replace, swap of neighbours) that make `b` of `a`; `limit` or more is not told apart. */
function alignmentDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least >= limit) return limit;
    before = above;
    above = row;
  }
  return above[b.length]!;
}
