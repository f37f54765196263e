import type { CsvDialect } from './dialect.js';
import { headerEvidence } from './header.js';

/** A record of the head of a file, as far as the place of the table depends on it. */
export interface HeadRecord {
  from: number;
  cells: number;
  /** Cells without the blank ones at the end. */
  filled: number;
  /** Blank lines or comments stand before it. */
  apart: boolean;
}

/**
 * Where the table of a file begins, how wide it is, and what of that is a guess. One decision, by these rules, where "usual"
 * is the number of cells that most records behind the first one have:
 *
 * 1. The first record has as many cells as are usual, or more: the table begins with it.
 * 2. It has fewer, and in most records the cells behind those are blank: each line ends with delimiters. The first record has
 *    as many cells as there are columns.
 * 3. It has at least two, and one fewer than nine in ten records, whose last cell is filled: the first column, of row names,
 *    has no name; R writes so. That it is the first is a guess.
 * 4. It has at most half as many: it, and what is like it, are lines before the table, if the table below proves itself. It
 *    does if its first record names the columns by what stands below it, if blank lines stand before it, or if it has three
 *    columns or more, few cells begin with a blank, and its first record is not one of values; the last is a guess. Otherwise
 *    the first line is the first of a table of one column, whose cells hold delimiters.
 * 5. Else the table begins with the first record, and the others are too long.
 */
export interface Layout {
  /** Records before the table. */
  preamble: number;
  /** Cells of the table's first record, or one more where that one lacks the name of the row names. */
  columns: number;
  unnamedFirst: boolean;
  /** Lines before the table are taken for that though nothing but its shape proves it. */
  guessedTitle: boolean;
  /** Rule 4 did not hold: what the table would be if it did. */
  refused: { preamble: number; columns: number } | null;
}

/** Lines that a preamble can have. */
const maxPreamble = 20;

export interface LayoutFacts {
  head: Uint8Array;
  dialect: CsvDialect;
  /** Share of the cells behind the first that begin with a blank. */
  spaced: number;
  /** A delimiter that was given leaves no reading as one column. */
  given: boolean;
}

export function layoutOf(records: readonly HeadRecord[], facts: LayoutFacts): Layout {
  const first = records[0]?.cells ?? 1;
  const plain: Layout = { preamble: 0, columns: first, unnamedFirst: false, guessedTitle: false, refused: null };
  if (records.length < 2) return plain;
  const usual = usualCells(records);
  if (usual.cells <= first) return plain;
  const others = records.slice(1);
  const within = others.filter(({ filled }) => filled <= first).length;
  if (within * 2 > others.length && others.some(({ cells, filled }) => cells > first && filled === first)) return plain;
  if (first >= 2 && usual.cells === first + 1 && usual.count >= others.length * 0.9)
    return { ...plain, columns: usual.cells, unnamedFirst: true };
  const begin = records.findIndex(({ cells }) => cells === usual.cells);
  const before = records.slice(0, begin);
  const fits = begin <= maxPreamble && before.every(({ cells }) => cells <= Math.max(1, usual.cells / 2));
  if (!fits || usual.count < 2 || usual.count < (records.length - begin) * 0.6) return plain;
  const found = { preamble: begin, columns: usual.cells };
  if (facts.given) return { ...plain, ...found };
  const proof = proofOf(records[begin]!, usual.cells, facts);
  if (proof === 'none') return { ...plain, refused: found };
  return { ...plain, ...found, guessedTitle: proof === 'shape' };
}

/** Rule 4: what proves a table that has lines before it. */
function proofOf(
  first: HeadRecord,
  columns: number,
  { head, dialect, spaced }: LayoutFacts,
): 'sure' | 'shape' | 'none' {
  if (first.apart) return 'sure';
  const evidence = headerEvidence(head, first.from, dialect, columns);
  if (evidence === 'names') return 'sure';
  return evidence === 'none' && columns >= 3 && spaced < 0.5 ? 'shape' : 'none';
}

function usualCells(records: readonly HeadRecord[]): { cells: number; count: number } {
  const counts = new Map<number, number>();
  for (const { cells } of records) counts.set(cells, (counts.get(cells) ?? 0) + 1);
  let usual = records[0]!.cells;
  for (const [cells, count] of counts) if (count > counts.get(usual)!) usual = cells;
  return { cells: usual, count: counts.get(usual)! };
}
