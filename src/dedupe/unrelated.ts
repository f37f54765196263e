/** Sets in the sample. */
const sampleSets = 256;
/** The pair of this rank among all pairs of the sample, from the most similar on, stands for what unrelated rows share. */
const topShare = 0.01;

/**
 * How similar rows are that were kept, from a sample spread evenly over them: what rows have in common without being
 * duplicates. An estimate, for warnings only.
 */
export class UnrelatedSample {
  private sets: Uint32Array[] = [];
  private stride = 1;
  private seen = 0;

  /** Adds a kept row's sorted shingles, `n` of 8 bytes from byte `from` on. Copies them if they are sampled. */
  add(hashes: Uint8Array, from: number, n: number): void {
    if (this.seen++ % this.stride !== 0) return;
    this.sets.push(new Uint32Array(hashes.buffer, hashes.byteOffset + from, n * 2).slice());
    if (this.sets.length < sampleSets) return;
    this.sets = this.sets.filter((_, i) => i % 2 === 0);
    this.stride *= 2;
  }

  /** The similarity that one pair of kept rows in a hundred reaches; null when there are too few rows to tell. */
  similarity(): number | null {
    const { sets } = this;
    if (sets.length < 20) return null;
    const values: number[] = [];
    for (let a = 0; a < sets.length; a++) for (let b = 0; b < a; b++) values.push(jaccard(sets[a]!, sets[b]!));
    values.sort((a, b) => b - a);
    return values[Math.floor(values.length * topShare)]!;
  }
}

function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  // Two words a shingle, the lower one first.
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const order = a[i + 1]! - b[j + 1]! || a[i]! - b[j]!;
    if (order === 0) shared++;
    if (order <= 0) i += 2;
    if (order >= 0) j += 2;
  }
  return shared / ((a.length + b.length) / 2 - shared);
}
