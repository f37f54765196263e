import { isUtf8 } from 'node:buffer';
import type { Config } from '../../config/options.js';
import { DatagpuError } from '../../errors.js';
import type { ChunkStart, TextFile } from '../chunk.js';
import type { Encoding } from '../encoding.js';
import { readUpTo, withSource } from '../source-file.js';
import { hasDecimalComma } from './cell-form.js';
import { commentLines } from './comments.js';
import { type CsvDialect, dialectCodes } from './dialect.js';
import { headerEvidence, looksLikeHeader } from './header.js';
import { alternativesTo, count, warningsOf } from './readings.js';
import { cellText, newRecord, readRecord } from './record.js';
import { countLines } from './scan.js';
import { type Survey, survey } from './survey.js';

/** What a look at a CSV source found. */
export interface SniffedCsv {
  dialect: CsvDialect;
  /** The names in the header, '' where one is empty; `column_N` without a header. */
  columns: string[];
  /** Where the first data record, or what comes before it, begins. */
  dataStart: ChunkStart;
  warnings: string[];
  /** Other dialects that would fit the samples, for the refusal of a file whose records don't fit this one. */
  alternatives: string[];
}

/** Bytes looked at: the first ones, and pieces spread over the rest; eight times as much where those don't settle it. */
const headBytes = 128 * 1024;
const pieceBytes = 16 * 1024;
const pieceCount = 8;
/** A header may be this long. */
const maxHeadBytes = 64 * 1024 * 1024;

/** How likely a delimiter is before anything was read: the smallest differences, to settle ties. */
const priors: Readonly<Record<string, number>> = { ',': 1, '\t': 0.995, ';': 0.99, '|': 0.985 };
const priorsOfTsv: Readonly<Record<string, number>> = { '\t': 1, ',': 0.9, ';': 0.9, '|': 0.9 };

/**
 * Finds out how a CSV source is written: each dialect in question reads samples of it, and the one in which records have
 * the same number of cells wins. What the options give is not in question. Throws 'input' when there is no record, when the
 * header is not UTF-8, or when its quotes are never closed.
 */
export function sniffCsv(
  file: TextFile,
  options: Config['read'],
  name: string,
  encoding: Encoding = 'utf-8',
): SniffedCsv {
  return withSource(file.path, name, (fd) => {
    let size = headBytes;
    for (;;) {
      const samples = readSamples(fd, file, size, name);
      const found = sniffSamples(samples, options, name, encoding, size > headBytes);
      if (found !== null) return found;
      if (size >= maxHeadBytes)
        throw new DatagpuError('input', 'the first record is longer than 64 MB', {
          file: name,
          line: 1,
          hint: 'A quote that is never closed makes one record of the rest of the file',
        });
      size *= 8;
    }
  });
}

interface Samples {
  /** Bytes before the head: the byte order mark, and the line in which a spreadsheet names the delimiter. */
  skipped: number;
  /** What that line names; null without one. */
  named: string | null;
  head: Uint8Array;
  pieces: Uint8Array[];
  /** The head is all of the file. */
  whole: boolean;
}

function readSamples(fd: number, file: TextFile, size: number, name: string): Samples {
  const read = (at: number, bytes: number): Uint8Array =>
    readUpTo(fd, Buffer.alloc(Math.max(0, Math.min(bytes, file.bytes - at))), at, name);
  const first = read(0, size);
  const mark = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf ? 3 : 0;
  // `sep=;`, as Excel writes and reads it, with any character that can separate.
  const line = /^"?sep=([^\w"'\0\r\n\x80-\uffff])"?(\r\n|\n|\r)/i.exec(
    Buffer.from(first.subarray(mark, mark + 16)).toString('latin1'),
  );
  const skipped = mark + (line?.[0].length ?? 0);
  const head = first.subarray(skipped);
  const rest = file.bytes - first.length;
  const bytes = (pieceBytes * Math.min(size, headBytes * 8)) / headBytes;
  const pieces: Uint8Array[] = [];
  if (rest > bytes * pieceCount)
    for (let i = 1; i <= pieceCount; i++)
      pieces.push(read(Math.floor(first.length + (rest * i) / pieceCount - bytes), bytes));
  return { skipped, named: line?.[1] ?? null, head, pieces, whole: rest <= 0 };
}

/** Null to be called with more: the head doesn't hold the first record of the table, or doesn't `settle` the dialect. */
function sniffSamples(
  samples: Samples,
  options: Config['read'],
  name: string,
  encoding: Encoding,
  settle: boolean,
): SniffedCsv | null {
  const { head, named: hint } = samples;
  const lines = hint === null ? 0 : 1;
  const delimiter = options.delimiter ?? hint;
  const surveys = surveyAll(samples, { ...options, delimiter }, encoding);
  const best = withDecimalCommas(surveys, head);
  const second = Math.max(...surveys.filter((s) => s !== best).map((s) => s.score), 0);
  if (!settle && !samples.whole && (best.consistency < 1 || second > best.score * 0.7)) return null;
  const dialect = { ...best.dialect };
  const any = dialect.newline === '\r';
  const record = newRecord();
  let at = 0;
  for (let i = 0; i <= best.preamble; i++) {
    if (i > 0) at = record.next;
    if (!readRecord(head, at, head.length, dialectCodes(dialect), record))
      throw new DatagpuError('input', 'there is no record in it', { file: name });
  }
  if ((record.open || record.unterminated) && !samples.whole) return null;
  const line = 1 + lines + countLines(head, 0, record.from, any);
  if (record.unterminated) {
    const opened = 1 + lines + countLines(head, 0, record.openedAt, any);
    throw new DatagpuError('input', `the quote opened in line ${opened} is never closed`, {
      file: name,
      line: opened,
      hint: `Close it, or pass --quote none if ${dialect.quote} is text in this file`,
    });
  }
  if (best.preamble + lines > 0) dialect.skip = line - 1;
  const first = record.from;
  const comments =
    dialect.comment === '' || options.comment !== null
      ? null
      : commentLines(head, samples.pieces, dialect, first, best.columns);
  const named = comments?.header ?? null;
  const isNamed = named !== null && options.header !== false;
  dialect.header =
    options.header ?? (best.unnamedFirst || isNamed || looksLikeHeader(head, first, dialect, best.columns));
  const start = dialect.header && !isNamed ? record.next : first;
  if (comments !== null && !comments.between) dialect.comment = '';
  const warnings = warningsOf({ ...best, dialect }, surveys, lines, options, name);
  if (comments !== null) {
    const others = comments.leading - (isNamed ? 1 : 0);
    if (others > 0)
      warnings.push(
        `${name}: ${count(others, 'line')} before the table that ${others === 1 ? 'begins' : 'begin'} with ${best.dialect.comment} ${others === 1 ? 'is a comment' : 'are comments'}`,
      );
  }
  return {
    dialect,
    columns: dialect.header
      ? headerNames(
          head,
          isNamed ? named : first,
          isNamed ? { ...best, dialect: { ...dialect, comment: '' } } : best,
          name,
          line,
        )
      : Array.from({ length: best.columns }, (_, i) => `column_${i + 1}`),
    dataStart: {
      byte: samples.skipped + start + (any && dialect.header && head[start - 1] === 13 && head[start] === 10 ? 1 : 0),
      record: 1,
      line: 1 + lines + countLines(head, 0, start, any),
    },
    warnings,
    alternatives: alternativesTo(best, surveys),
  };
}

/** The dialects in question, best first. */
function surveyAll(samples: Samples, options: Config['read'], encoding: Encoding): Survey[] {
  const { head, pieces, whole } = samples;
  const prior = options.format === 'tsv' ? priorsOfTsv : priors;
  const delimiters = options.delimiter === null ? Object.keys(prior) : [options.delimiter];
  const newlines = newlinesOf(head);
  const base: CsvDialect = {
    delimiter: ',',
    quote: options.quote ?? '"',
    escape: '"',
    newline: newlines[0]!,
    blanks: false,
    header: true,
    comment: options.comment ?? '',
    skip: 0,
    encoding,
  };
  const look = (dialect: CsvDialect): Survey => survey(head, pieces, dialect, whole, prior, options.delimiter !== null);
  let surveys = surveyEach(samples, delimiters, (delimiter) => look({ ...base, delimiter }), prior);
  // Each other trait must make the records fit better than without it.
  const variants: Partial<CsvDialect>[] = [];
  if (newlines.length > 1) variants.push({ newline: newlines[1]! });
  if (options.comment === null && options.delimiter !== '#' && startsLine(head, 35)) variants.push({ comment: '#' });
  if (base.quote !== '' && hasQuoteBehindBlank([head, ...pieces], base.quote)) variants.push({ blanks: true });
  if (base.quote !== '' && hasEscapedQuote([head, ...pieces], base.quote)) variants.push({ escape: '\\' });
  if (options.quote === null && hasSingleQuotedCells(head)) variants.push({ quote: "'" });
  for (const variant of variants) {
    const tried = surveys.map((s) => look({ ...s.dialect, ...variant }));
    // Quotes behind blanks may be in few of the records.
    const least = variant.blanks === true ? 1 : 1.001;
    const [now, before] = [top(tried), top(surveys)];
    if (now.score > before.score * least || (variant.comment !== undefined && isHeadedBy(head, now, before)))
      surveys = tried;
  }
  return surveys.sort((a, b) => b.score - a.score);
}

/** Whether the records fit as well without comments, and the first one behind those names the columns as it did not before. */
function isHeadedBy(head: Uint8Array, without: Survey, before: Survey): boolean {
  const names = ({ dialect, preamble, columns }: Survey): boolean =>
    preamble === 0 && columns > 1 && headerEvidence(head, 0, dialect, columns) === 'names';
  return without.score >= before.score && names(without) && !names(before);
}

/** A table of one column has no better score (survey.ts). Twice as much beats it, whatever else is tried. */
const mostOfOneColumn = 0.25;

/**
 * A survey for each delimiter, but where it makes no difference: those that stand nowhere in the samples divide
 * nothing, which is looked at once, and only if no other divides well.
 */
function surveyEach(
  { head, pieces }: Samples,
  delimiters: readonly string[],
  look: (delimiter: string) => Survey,
  prior: Readonly<Record<string, number>>,
): Survey[] {
  const isThere = (delimiter: string): boolean =>
    [head, ...pieces].some((sample) => sample.includes(delimiter.charCodeAt(0)));
  const there = delimiters.filter(isThere);
  const surveys = there.map(look);
  if (surveys.some(({ score }) => score > mostOfOneColumn * 2)) return surveys;
  const [first, ...others] = delimiters.filter((delimiter) => !there.includes(delimiter));
  if (first === undefined) return surveys;
  const without = look(first);
  const all = [...surveys, without].concat(
    others.map((delimiter) => {
      const ratio = (prior[delimiter] ?? 1) / (prior[first] ?? 1);
      return { ...without, dialect: { ...without.dialect, delimiter }, score: without.score * ratio };
    }),
  );
  // In the order of the delimiters, which settles ties.
  return delimiters.map((delimiter) => all.find((survey) => survey.dialect.delimiter === delimiter)!);
}

const top = (surveys: readonly Survey[]): Survey => surveys.reduce((a, b) => (b.score > a.score ? b : a));

/** What records may end with, likeliest first. A lone CR counts only where lines end with it. */
function newlinesOf(head: Uint8Array): CsvDialect['newline'][] {
  if (!head.includes(13)) return ['\n'];
  let lf = 0;
  let crlf = 0;
  let cr = 0;
  for (let i = 0; i < head.length; i++) {
    if (head[i] === 10) lf++;
    else if (head[i] === 13) {
      if (head[i + 1] !== 10) cr++;
      else {
        crlf++;
        i++;
      }
    }
  }
  if (cr > 0 && lf + crlf === 0) return ['\r'];
  const usual = crlf > lf ? '\r\n' : '\n';
  return cr > 0 ? [usual, '\r'] : [usual];
}

function startsLine(head: Uint8Array, character: number): boolean {
  for (let at = head.indexOf(character); at >= 0; at = head.indexOf(character, at + 1))
    if (at === 0 || head[at - 1] === 10 || head[at - 1] === 13) return true;
  return false;
}

function hasQuoteBehindBlank(samples: readonly Uint8Array[], quote: string): boolean {
  return samples.some((s) => Buffer.from(s.buffer, s.byteOffset, s.length).includes(` ${quote}`));
}

/**
 * The best survey; but where that is the comma's, and another delimiter divides the same samples into cells in which every
 * comma is a decimal one or has a blank behind it, the commas separate nothing.
 */
function withDecimalCommas(surveys: readonly Survey[], head: Uint8Array): Survey {
  const best = surveys[0]!;
  if (best.dialect.delimiter !== ',') return best;
  const others = surveys.filter(
    (s) => s.dialect.delimiter !== ',' && s.columns > 1 && s.consistency >= 0.5 && areCommasText(head, s),
  );
  return others[0] ?? best;
}

function areCommasText(head: Uint8Array, { dialect, preamble }: Survey): boolean {
  const record = newRecord();
  const codes = dialectCodes(dialect);
  let at = 0;
  for (let i = 0; readRecord(head, at, head.length, codes, record); i++, at = record.next) {
    if (i < preamble || record.open) continue;
    for (let c = 0; c < record.cells; c++) {
      if (record.bounds[c * 4 + 2] === 1) continue;
      const text = cellText(head, record, c, dialect);
      if (/,(?! )/.test(text) && !hasDecimalComma(text)) return false;
    }
  }
  return true;
}

function hasEscapedQuote(samples: readonly Uint8Array[], quote: string): boolean {
  return samples.some((s) => Buffer.from(s.buffer, s.byteOffset, s.length).includes(`\\${quote}`));
}

/** Cells in single quotes, and none in double ones. */
function hasSingleQuotedCells(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 65536)).toString('latin1');
  return !/(^|[,;\t|\r\n])"/.test(text) && /(^|[,;\t|\r\n])'[^'\r\n]*'([,;\t|\r\n]|$)/.test(text);
}

function headerNames(head: Uint8Array, at: number, best: Survey, name: string, line: number): string[] {
  const record = newRecord();
  readRecord(head, at, head.length, dialectCodes(best.dialect), record);
  if (!isUtf8(head.subarray(record.from, record.to)))
    throw new DatagpuError('input', 'the header is not UTF-8', {
      file: name,
      line,
      hint: 'Pass --encoding windows-1252 or the encoding that the file has',
    });
  const names = Array.from({ length: record.cells }, (_, i) => cellText(head, record, i, best.dialect));
  return best.unnamedFirst ? ['', ...names] : names;
}
