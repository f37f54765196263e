import { kindOf, kindsOf, mix } from './columns.mjs';

/** Rows around which something ends: a row group, a bound of `encode`, a batch, a chunk, the rows of a Parquet file. */
const edges = [65_536, 131_072, 196_608, 262_144];
const sizes = [0, 1, 2, 7, 100, 999, 1000, 2500, 8191, 8192, 8193, 16_384, 30_000, 50_000];

/** Cells of a table at most; text counts by its length. */
const mostCells = 1.5e6;

/**
 * A table that is a function of its seed: rows, columns, how much is null and how much repeats. Row r is made of the numbers
 * of row `origin(r)`, which makes it an exact duplicate where that is an earlier one.
 */
export function tableOf(random, format) {
  const dice = random.below(10);
  let rows =
    dice < 6
      ? random.pick(sizes)
      : dice < 8
        ? random.pick(edges) + random.below(5) - 2
        : dice < 9
          ? random.below(400_000)
          : random.pick([400_000, 700_000, 1_000_000]);
  const names = kindsOf(format);
  let width = random.below(4) === 0 ? 1 + random.below(60) : 1 + random.below(8);
  const hasWide = random.below(8) === 0;
  const possible = names.filter((name) => hasWide || !kindOf(name).wide);
  const costs = (name) => (kindOf(name).wide ? 300 : kindOf(name).nested ? 12 : kindOf(name).isText ? 2 : 1);
  const flat = possible.filter((name) => !kindOf(name).nested);
  // Nested columns are rare, so that most tables go without what they need.
  const hasNested = random.below(3) === 0;
  const first = random.pick(flat.filter((name) => name !== 'boolean'));
  const columns = [{ name: 'c0', kind: first, nulls: 0 }];
  let cells = rows * costs(first);
  for (let c = 1; c < width; c++) {
    const kind = random.pick(hasNested ? possible : flat);
    if (cells + rows * costs(kind) > mostCells) break;
    cells += rows * costs(kind);
    columns.push({ name: `c${c}`, kind, nulls: random.pick([0, 0, 0, 5, 50, 90]) });
  }
  if (cells > mostCells) rows = Math.floor(mostCells / costs(first));
  width = columns.length;
  return new Table(random.below(2 ** 31), rows, columns, random.pick([0, 0, 3, 30]));
}

export class Table {
  constructor(seed, rows, columns, repeats) {
    this.seed = seed;
    this.rows = rows;
    this.columns = columns;
    this.repeats = repeats;
    this.kinds = columns.map(({ kind }) => kindOf(kind));
  }

  /** Makes a column one of another kind. */
  set(c, kind) {
    this.columns[c].kind = kind;
    this.kinds[c] = kindOf(kind);
  }

  /** The row whose numbers row `row` is made of. */
  origin(row) {
    if (this.repeats === 0 || row === 0) return row;
    const dice = mix(this.seed, row, 0x51);
    return dice % 100 < this.repeats ? mix(this.seed, row, 0x52) % row : row;
  }

  /** The value of a cell, null for none. */
  value(row, c) {
    const at = this.origin(row);
    const { nulls } = this.columns[c];
    const h = mix(this.seed, c + 1000, at);
    if (nulls > 0 && at > 0 && mix(h, at, 0x61) % 100 < nulls) return null;
    return this.kinds[c].make(h, at);
  }

  /** The values of a row as they are compared. */
  expected(row, isClean) {
    return this.columns.map((_, c) => {
      const value = this.value(row, c);
      if (value !== null) return this.kinds[c].back(value);
      return isClean && this.kinds[c].isText ? '' : null;
    });
  }
}

/** A row's values as a string that is equal for equal rows only. */
export const keyOf = (values) => values.map((v) => `${typeof v}${v === null ? '' : String(v)}`).join('\u0001');
