import { type CsvDialect, dialectCodes } from './dialect.js';
import { type HeadRecord, type Layout, layoutOf } from './layout.js';
import { type CsvRecord, isBlankCell, newRecord, readRecord } from './record.js';

/** What a sample looks like when it is read in a dialect. */
export interface Survey extends Layout {
  dialect: CsvDialect;
  /** Share of the records that have that many cells; short and long ones count in part. */
  consistency: number;
  /** The better, the likelier; comparable between dialects over the same samples. */
  score: number;
  /** Records with text behind a closing quote. */
  malformed: number;
}

/** Cells of each record of the sample, and what is odd about them. */
interface Shape {
  records: HeadRecord[];
  malformed: number;
  stray: number;
  /** Cells behind the first, and those of them that begin with a space. */
  later: number;
  spaced: number;
  unterminated: boolean;
}

/**
 * Reads samples in a dialect: the head of the file, and pieces that begin anywhere in it. `whole` says that the head is all
 * of the file, `given` that the delimiter is not in question.
 */
export function survey(
  head: Uint8Array,
  pieces: readonly Uint8Array[],
  dialect: CsvDialect,
  whole: boolean,
  priors: Readonly<Record<string, number>>,
  given: boolean,
): Survey {
  const shape = shapeOf(head, 0, dialect, whole);
  const spaced = shape.spaced / Math.max(1, shape.later);
  const layout = layoutOf(shape.records, { head, dialect, spaced, given });
  const { preamble, columns } = layout;
  const rows = shape.records.slice(preamble + 1);
  const others = pieces.map((piece) => shapeOfPiece(piece, dialect, columns));
  for (const other of others) {
    for (const record of other.records) rows.push(record);
    shape.malformed += other.malformed;
    shape.stray += other.stray;
  }
  // Half: where all records are malformed they are to be refused, and not read as one column of text.
  const spoiled = shape.malformed / 2;
  const consistency = rows.length === 0 ? 1 : Math.max(0, credit(rows, columns) - spoiled) / rows.length;
  const base = columns === 1 ? 0.25 : 1 - 1 / (columns + 1);
  let score = base * consistency * (priors[dialect.delimiter] ?? 1);
  score *= 1 - 0.5 * Math.min(1, shape.stray / Math.max(1, rows.length));
  // A reading that needs a guess about the first lines is less likely than one that needs none.
  if (preamble > 0 || layout.unnamedFirst) score *= 0.8;
  // Still likelier than no columns at all: a quote that is never closed is to be told, not read as text.
  if (shape.unterminated) score *= columns === 1 ? 0.3 : 0.6;
  // Separators with a space behind most of them, and not equally many in each line: sentences.
  if (consistency < 0.9 && shape.spaced > shape.later * 0.75) score *= 0.5;
  return { ...layout, dialect, consistency, score, malformed: shape.malformed };
}

function credit(records: readonly HeadRecord[], columns: number): number {
  let sum = 0;
  for (const { cells, filled } of records)
    sum += cells === columns || (cells > columns && filled <= columns) ? 1 : cells < columns ? 0.5 : 0.25;
  return sum;
}

function shapeOf(bytes: Uint8Array, from: number, dialect: CsvDialect, whole: boolean): Shape {
  const shape: Shape = { records: [], malformed: 0, stray: 0, later: 0, spaced: 0, unterminated: false };
  const record = newRecord();
  const codes = dialectCodes(dialect);
  let at = from;
  while (readRecord(bytes, at, bytes.length, codes, record)) {
    // The end of a sample cuts a record.
    if (!whole && (record.open || record.unterminated) && shape.records.length > 0) break;
    let filled = record.cells;
    while (filled > 0 && isBlankCell(bytes, record, filled - 1)) filled--;
    shape.records.push({ from: record.from, cells: record.cells, filled, apart: record.from > at && at > from });
    if (record.unterminated && whole) shape.unterminated = true;
    if (record.textAfterQuote || record.torn) shape.malformed++;
    if (record.strayQuotes > 0) shape.stray++;
    countSpaced(bytes, record, shape);
    at = record.next;
  }
  return shape;
}

function countSpaced(bytes: Uint8Array, record: CsvRecord, shape: Shape): void {
  for (let i = 1; i < record.cells; i++) {
    shape.later++;
    if (bytes[record.bounds[i * 4]!] === 32) shape.spaced++;
  }
}

/** A piece begins somewhere in a record, perhaps within quotes: the better of both readings. */
function shapeOfPiece(piece: Uint8Array, dialect: CsvDialect, columns: number): Shape {
  const line = dialect.newline === '\r' ? 13 : 10;
  const quote = dialect.quote === '' ? -1 : dialect.quote.charCodeAt(0);
  const outside = shapeOf(piece, piece.indexOf(line) + 1, dialect, false);
  let at = 0;
  do {
    at = quote < 0 ? -1 : piece.indexOf(quote, at);
    if (at < 0) return outside;
    at++;
  } while (piece[at] !== line && !(piece[at] === 13 && piece[at + 1] === line));
  const within = shapeOf(piece, at, dialect, false);
  const share = (s: Shape): number => (credit(s.records, columns) - s.malformed) / Math.max(1, s.records.length);
  return share(within) > share(outside) ? within : outside;
}
