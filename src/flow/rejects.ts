import type { Amount, Config } from '../config/options.js';
import { DatagpuError } from '../errors.js';
import { shortened } from '../manifest/bounds.js';
import type { Look } from './look.js';
import { ReadingNotes } from './reading-notes.js';
import type { Seen } from './tasks.js';

/** Bytes of a record of a text, its line end included. */
const leastRecordBytes = 2;

/** Malformed records that take memory worth a refusal before all of them are counted. */
const manyRejects = 100_000;

const strictVerdict = 'No record may be malformed under --strict';

/** Malformed records that the manifest names. */
const mostNamed = 100;

/** Malformed records of a source so far. */
interface Tally {
  records: number;
  rejected: number;
  first: { row: number; line: number; why: string; column: string | undefined } | null;
}

/** Counts malformed records by source, and refuses a source that has too many. */
export class RejectTally {
  /** What else is to be said of the records. */
  readonly notes: ReadingNotes = new ReadingNotes();
  /** The first ones, in order. */
  readonly first: { source: number; row: number; line: number; why: string }[] = [];
  private readonly tallies: Tally[];
  private readonly looks: readonly Look[];
  private readonly read: Config['read'];

  constructor(looks: readonly Look[], read: Config['read']) {
    this.tallies = looks.map(() => ({ records: 0, rejected: 0, first: null }));
    this.looks = looks;
    this.read = read;
  }

  /** Records of each source so far. */
  get records(): number[] {
    return this.tallies.map((t) => t.records);
  }

  /**
   * Adds a chunk, in order; with `--strict` its first malformed record is the end. So are more than the source may have. Both
   * wait for the end of the pass where types may still make good records of them, which is when they are not `isSettled`.
   */
  add(source: number, seen: Seen, isSettled: boolean): void {
    const tally = this.tallies[source]!;
    const [first] = seen.rejects.first;
    if (first !== undefined) {
      const { index, line, why, column } = first;
      tally.first ??= { row: tally.records + index + 1, line, why, column };
    }
    // What is no record at all is none with other types either.
    const sure = isSettled ? first : seen.rejects.first.find((record) => record.column === undefined);
    if (this.read.strict && sure !== undefined) {
      const { index, line, why, column } = sure;
      tally.first = { row: tally.records + index + 1, line, why, column };
      throw this.refusal(source, strictVerdict);
    }
    for (const { index, line, why } of seen.rejects.first) {
      if (this.first.length === mostNamed) break;
      this.first.push({ source, row: tally.records + index + 1, line, why });
    }
    this.notes.add(source, seen.notes, tally.records);
    tally.records += seen.records;
    tally.rejected += seen.rejects.indexes.length;
    // More than may be even if all that is left of it were records of the shortest kind.
    const { file, start } = this.looks[source]!;
    const most = start === null ? Number.POSITIVE_INFINITY : Math.ceil(file.bytes / leastRecordBytes);
    const may = allowed(this.read.maxRejects, Math.min(most, this.read.limit ?? most));
    if (isSettled && tally.rejected > Math.max(may, manyRejects))
      throw this.refusal(
        source,
        `${tally.rejected} of the first ${tally.records} records are malformed, at most ${may} of all may be (--max-rejects)`,
      );
  }

  /** Refuses a source of which too many records, or all, are malformed. Called when everything was read. */
  check(): void {
    this.tallies.forEach(({ records, rejected }, source) => {
      if (rejected === 0) return;
      if (this.read.strict) throw this.refusal(source, strictVerdict);
      if (rejected === records) throw this.refusal(source, `All ${records} records are malformed`);
      const most = allowed(this.read.maxRejects, records);
      if (rejected > most)
        throw this.refusal(
          source,
          `${rejected} of ${records} records are malformed, at most ${most} may be (--max-rejects)`,
        );
    });
  }

  /** One sentence about all of them, with the first three; `names` are the sources as the user named them. */
  warnings(names: readonly string[]): string[] {
    const count = this.tallies.reduce((n, { rejected }) => n + rejected, 0);
    if (count === 0) return [];
    const several = names.length > 1;
    const shown = this.first
      .slice(0, 3)
      .map(({ source, row, why }) => `row ${row}${several ? ` of ${names[source]!}` : ''}: ${shortened(why, 300)}`);
    const more = count > shown.length ? `; and ${(count - shown.length).toLocaleString('en-US')} more` : '';
    const what = count === 1 ? '1 record is' : `${count.toLocaleString('en-US')} records are`;
    return [
      `${what} malformed and left out: ${shown.join('; ')}${more}. "datagpu why" says what is wrong with a row, --rejects writes them all`,
    ];
  }

  private refusal(source: number, verdict: string): DatagpuError {
    const { first } = this.tallies[source]!;
    const { plan, alternatives } = this.looks[source]!;
    const other = alternatives.length === 0 ? '' : `. What would fit: ${alternatives.join(', or ')}`;
    const { row, line, why, column } = first!;
    // A column is named once: by its field, as in other errors.
    const named = column === undefined ? '' : `column "${column}" `;
    return new DatagpuError('input', why.startsWith(named) && named !== '' ? `it ${why.slice(named.length)}` : why, {
      file: plan.name,
      row,
      ...(line > 0 ? { line } : {}),
      ...(column === undefined ? {} : { column }),
      hint: `${verdict}${other}${remedyOf(why)}`,
    });
  }
}

/** What to do about records that are malformed for this reason. */
function remedyOf(why: string): string {
  if (why.includes('not UTF-8')) return '. Name its encoding with --encoding if it has another one';
  const quote = /text after a closing (.)/.exec(why)?.[1];
  if (quote !== undefined)
    return `. Double each ${quote} within a quoted cell, or pass --quote none if ${quote} is text in this file`;
  const opening = /^it opens a cell with (.) /.exec(why)?.[1];
  if (opening !== undefined)
    return `. Double each ${opening} within a quoted cell, or pass --quote none if ${opening} is text in this file`;
  if (/^it has \d+ cells/.test(why))
    return '. Quote cells that hold the delimiter, or name another one with --delimiter';
  if (why.includes('declared type')) return '. Declare another type with --types';
  return '';
}

function allowed(amount: Amount | null, records: number): number {
  if (amount === null) return Math.max(10, Math.floor(records / 100));
  return 'rows' in amount ? amount.rows : Math.floor((records * amount.percent) / 100);
}
