import type { CsvNotes } from '../load/chunk.js';

/** What chunks of one CSV source said that is to be warned of. */
interface SourceNotes {
  comments: number;
  /** Records with a quoted cell of lines that look like records, and the first of them. */
  swallowing: number;
  first: { record: number; lines: number } | null;
  /** Records that are the header once more, and the first of them. */
  headers: number;
  header: number | null;
}

/** Gathers, in order, what is to be warned of once a source was read whole. */
export class ReadingNotes {
  private readonly sources: Map<number, SourceNotes> = new Map();

  /** Adds a chunk; `records` are those of the source before it. */
  add(source: number, notes: CsvNotes | undefined, records: number): void {
    if (notes === undefined || (notes.comments === 0 && notes.swallowed === null && !notes.headers)) return;
    const sum = this.sources.get(source) ?? { comments: 0, swallowing: 0, first: null, headers: 0, header: null };
    this.sources.set(source, sum);
    sum.comments += notes.comments;
    if (notes.headers !== undefined) {
      sum.headers += notes.headers.records;
      sum.header ??= records + notes.headers.index + 1;
    }
    if (notes.swallowed === null) return;
    sum.swallowing += notes.swallowed.records;
    sum.first ??= { record: records + notes.swallowed.index + 1, lines: notes.swallowed.lines };
  }

  /** `names` are the sources as the user named them; `givenComment` is what the user said begins comments. */
  warnings(names: readonly string[], givenComment: string | null): string[] {
    return names.flatMap((name, s) => {
      const notes = this.sources.get(s);
      if (notes === undefined) return [];
      const { comments } = notes;
      const warnings =
        givenComment !== null || comments === 0
          ? []
          : [
              `${name}: ${comments === 1 ? '1 line' : `${comments} lines`} between the records ${comments === 1 ? 'is a comment' : 'are comments'} and skipped. Pass --comment none if ${comments === 1 ? 'it is none' : 'they are not'}`,
            ];
      if (notes.header !== null) {
        const all = notes.headers === 1 ? '' : ` (${notes.headers} records do)`;
        warnings.push(
          `${name}: record ${notes.header} repeats the header${all}. If files were put behind each other, take their headers out`,
        );
      }
      if (notes.first === null) return warnings;
      const { record, lines } = notes.first;
      const others = notes.swallowing === 1 ? '' : ` (${notes.swallowing} such records)`;
      return [
        ...warnings,
        `${name}: record ${record} has a quoted cell of ${lines} lines that look like records of their own${others}. If its quote was opened by mistake, double it or take it out`,
      ];
    });
  }
}
