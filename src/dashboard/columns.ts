import type { Expr, LazyDataFrame } from 'nodejs-polars';
import type { ColumnAnswer, Histogram, NullsAnswer } from './answers.js';
import { whole } from './cells.js';
import { columnName, kindOf, placeName, polars, scan, scanPlaces } from './frames.js';
import type { OpenSet } from './open.js';

/** More rows than these are counted on a sample, where counting costs memory or time with every row. */
const sampledFrom = 2_000_000;
/** Rows whose words are counted, about. */
const measuredRows = 200_000;
const bins = 40;
const topValues = 20;
const valueLetters = 200;
/** Distinct numbers up to which they are listed. */
const listedNumbers = 30;

/** A word as near-duplicate detection counts them: a character of a script without spaces is one. */
const wordPattern = '[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}]|[\\p{L}\\p{M}\\p{N}]+';

/** What a column holds, over all rows, or over every n-th where that would take too long. */
export function columnAnswer(set: OpenSet, index: number): ColumnAnswer {
  const pl = polars();
  const field = set.fields[index]!;
  const kind = kindOf(field.type);
  const every = set.rows > sampledFrom ? Math.ceil(set.rows / sampledFrom) : 1;
  const rows = Math.ceil(set.rows / every);
  const cell = pl.col('v');
  const all = every === 1 ? scan(set) : everyNth(set, every);
  const values = all.select(pl.col(columnName(index)).alias('v')) as LazyDataFrame;
  const answer: ColumnAnswer = {
    name: field.name,
    rows: set.rows,
    nulls: field.nulls,
    empty: null,
    distinct: null,
    top: null,
    numbers: null,
    histogram: null,
    lengths: [],
    sample: every === 1 ? null : { every, rows },
    problem: null,
  };
  if (set.rows === 0) return answer;
  try {
    if (kind === 'nested' || kind === 'other') {
      if (field.type.startsWith('list')) answer.lengths.push(measure(values, cell.lst.lengths(), 'elements'));
      return answer;
    }
    const counted = one(values.filter(cell.isNotNull()) as LazyDataFrame, { distinct: cell.nUnique() });
    answer.distinct =
      every === 1
        ? { count: counted.distinct!, exact: true }
        : field.distinct === null
          ? null
          : { count: field.distinct, exact: false };
    if (kind === 'number') numbers(answer, values, cell.cast(pl.Float64), false);
    if (kind === 'time') numbers(answer, values, milliseconds(cell, field.type), true);
    if (kind === 'text') {
      answer.empty = every === 1 ? one(values, { n: cell.eq(pl.lit('')).sum() }).n! : null;
      texts(answer, set, index, cell);
    }
    // Numbers that are many say more as a histogram.
    const isList = kind === 'number' && (counted.distinct ?? 0) <= listedNumbers;
    if (isList || kind === 'boolean' || (kind === 'text' && (counted.distinct ?? 0) < rows))
      answer.top = mostFrequent(values);
  } catch (cause) {
    answer.problem = `it could not be counted: ${(cause as Error).message.split('\n')[0]}`;
  }
  return answer;
}

/** Which columns are null together. */
export function nullsAnswer(set: OpenSet): NullsAnswer {
  const pl = polars();
  const holding = set.fields.flatMap(({ nulls }, i) => (nulls > 0 ? [i] : []));
  const columns = holding.slice(0, 24);
  if (columns.length === 0) return { columns, left: 0, patterns: [], rows: set.rows };
  const names = columns.map(columnName);
  const found = scan(set)
    .select(...names.map((name) => pl.col(name).isNull().alias(name)))
    .groupBy(names)
    .agg(pl.count(names[0]!).alias('rows'))
    .sort(pl.col('rows'), true)
    .limit(12)
    .collectSync()
    .toRecords() as Record<string, unknown>[];
  return {
    columns,
    left: holding.length - columns.length,
    patterns: found.map((row) => ({ nulls: names.map((name) => row[name] === true), rows: Number(row.rows) })),
    rows: set.rows,
  };
}

function everyNth(set: OpenSet, every: number): LazyDataFrame {
  const pl = polars();
  return every === 1 ? scan(set) : scanPlaces(set).filter(pl.col(placeName).modulo(every).eq(pl.lit(0)));
}

/** One row of numbers. */
function one(frame: LazyDataFrame, wanted: Record<string, Expr>): Record<string, number | null> {
  const pl = polars();
  const exprs = Object.entries(wanted).map(([name, expr]) => expr.cast(pl.Float64).alias(name));
  return frame
    .select(...exprs)
    .collectSync()
    .toRecords()[0] as Record<string, number | null>;
}

function numbers(answer: ColumnAnswer, frame: LazyDataFrame, cell: Expr, isTime: boolean): void {
  const pl = polars();
  const finite = frame.select(cell.alias('v')).filter(pl.col('v').isFinite()) as LazyDataFrame;
  const v = pl.col('v');
  const asked = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
  const found = one(finite, {
    min: v.min(),
    max: v.max(),
    mean: v.mean(),
    std: v.std(),
    ...Object.fromEntries(asked.map((q) => [`q${q}`, v.quantile(q)])),
  });
  if (found.min === null || found.max === null) return;
  const { min, max } = found as { min: number; max: number };
  if (!isTime)
    answer.numbers = {
      min,
      max,
      mean: found.mean ?? min,
      std: found.std ?? 0,
      quantiles: asked.map((q) => [q, found[`q${q}`] ?? min]),
    };
  answer.histogram = { ...histogram(finite, v, min, max), isTime };
}

/** Dates and instants as milliseconds since 1970. */
function milliseconds(cell: Expr, type: string): Expr {
  const pl = polars();
  if (type === 'date') return cell.cast(pl.Int32).cast(pl.Float64).multiplyBy(86_400_000);
  const unit = /\[(s|ms|us|ns)/.exec(type)?.[1] ?? 'us';
  return cell.cast(pl.Int64).cast(pl.Float64).div({ s: 0.001, ms: 1, us: 1e3, ns: 1e6 }[unit]!);
}

function histogram(frame: LazyDataFrame, cell: Expr, min: number, max: number): Histogram {
  const pl = polars();
  const isWhole = Number.isInteger(min) && Number.isInteger(max) && max - min < 1e6;
  // Whole numbers that are few get a bar each, so that none of the bars stands for more numbers than the others.
  const width = max === min ? 1 : isWhole ? Math.max(1, Math.ceil((max - min + 1) / bins)) : (max - min) / bins;
  const count = max === min ? 1 : isWhole ? Math.ceil((max - min + 1) / width) : bins;
  const bin = cell.sub(min).div(width).floor().alias('bin');
  const found = frame.select(bin).groupBy('bin').agg(pl.count('bin').alias('rows')).collectSync().toRecords() as {
    bin: number | null;
    rows: number;
  }[];
  const counts = new Array<number>(count).fill(0);
  for (const { bin, rows } of found) if (bin !== null) counts[Math.min(count - 1, Math.max(0, bin))]! += Number(rows);
  return { from: min, width, counts };
}

function measure(frame: LazyDataFrame, length: Expr, what: 'characters' | 'words' | 'elements') {
  const pl = polars();
  const lengths = frame.select(length.cast(pl.Float64).alias('v')).filter(pl.col('v').isNotNull()) as LazyDataFrame;
  const v = pl.col('v');
  const { median, max, min } = one(lengths, { median: v.median(), max: v.max(), min: v.min() });
  const empty = { what, median: 0, max: 0, histogram: { from: 0, width: 1, counts: [] } };
  if (max === null || median === null) return empty;
  return { what, median: median!, max: max!, histogram: histogram(lengths, v, min!, max!) };
}

/** Lengths of texts, of every n-th row. */
function texts(answer: ColumnAnswer, set: OpenSet, index: number, cell: Expr): void {
  const every = Math.max(1, Math.ceil(set.rows / measuredRows));
  const pl = polars();
  const some = everyNth(set, every).select(pl.col(columnName(index)).alias('v')) as LazyDataFrame;
  answer.lengths.push(measure(some, cell.str.lengths(), 'characters'));
  const words = cell.str.replaceAll(wordPattern, '\u0001').str.replaceAll('[^\u0001]', '').str.lengths();
  answer.lengths.push(measure(some, words, 'words'));
  if (every > 1 && answer.sample === null) answer.sample = { every, rows: Math.ceil(set.rows / every) };
}

function mostFrequent(frame: LazyDataFrame): ColumnAnswer['top'] {
  const pl = polars();
  const found = frame
    .filter(pl.col('v').isNotNull())
    .groupBy('v')
    .agg(pl.count('v').alias('rows'))
    // Equal counts by value, so that the answer is the same every time.
    .sort([pl.col('v')], false, true, true)
    .sort([pl.col('rows')], true, true, true)
    .limit(topValues)
    .collectSync()
    .toRecords() as { v: unknown; rows: number }[];
  return found.map(({ v, rows }) => {
    const text = String(v);
    return { value: whole(text, valueLetters), rows: Number(rows), cut: text.length > valueLetters };
  });
}
