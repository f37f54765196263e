import type { ColumnAnswer, Histogram } from './answers.js';

const bins = 40;
const asked = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Least, greatest, mean, deviation and quantiles (the nearest value) of numbers that are sorted; null without any. */
export function summaryOf(sorted: Float64Array): ColumnAnswer['numbers'] {
  const n = sorted.length;
  if (n === 0) return null;
  let sum = 0;
  for (const value of sorted) sum += value;
  const mean = sum / n;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  return {
    min: sorted[0]!,
    max: sorted[n - 1]!,
    mean,
    std: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
    quantiles: asked.map((q) => [q, sorted[Math.round((n - 1) * q)]!]),
  };
}

/** Counts of numbers by bins of one width. */
export function histogramOf(values: Float64Array, min: number, max: number): Histogram {
  const isWhole = Number.isInteger(min) && Number.isInteger(max) && max - min < 1e6;
  // Whole numbers that are few get a bar each, so that none of the bars stands for more numbers than the others.
  const width = max === min ? 1 : isWhole ? Math.max(1, Math.ceil((max - min + 1) / bins)) : max / bins - min / bins;
  const count = max === min ? 1 : isWhole ? Math.ceil((max - min + 1) / width) : bins;
  const counts = new Array<number>(count).fill(0);
  for (const value of values) counts[Math.min(count - 1, Math.max(0, Math.floor((value - min) / width)))]!++;
  return { from: min, width, counts };
}

/** Median, greatest and histogram of lengths. */
export function lengthsOf(
  what: ColumnAnswer['lengths'][number]['what'],
  found: Float64Array,
): ColumnAnswer['lengths'][number] {
  const sorted = found.sort();
  const n = sorted.length;
  if (n === 0) return { what, median: 0, max: 0, histogram: { from: 0, width: 1, counts: [] } };
  const max = sorted[n - 1]!;
  const median = (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
  return { what, median, max, histogram: histogramOf(sorted, sorted[0]!, max) };
}

/** Numbers as they come, without knowing how many. */
export class Numbers {
  private values: Float64Array = new Float64Array(1024);
  private count = 0;

  add(value: number): void {
    if (this.count === this.values.length) {
      const wider = new Float64Array(this.count * 2);
      wider.set(this.values);
      this.values = wider;
    }
    this.values[this.count++] = value;
  }

  all(): Float64Array {
    return this.values.subarray(0, this.count);
  }
}
