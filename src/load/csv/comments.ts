import { type CsvDialect, dialectCodes } from './dialect.js';
import { headerEvidence } from './header.js';
import { isWhole, lineEnd, newRecord, readRecord } from './record.js';

/** What the lines of the samples are that begin with a character which may begin comments. */
export interface CommentLines {
  /** Such lines before the table. */
  leading: number;
  /** Where the last of them begins, if it is the header: `#CHROM`, `#id,name`. */
  header: number | null;
  /** Whether lines between the records are comments too. Not if one of them is a whole record: it would be lost. */
  between: boolean;
}

/**
 * Looks at the lines that a dialect takes for comments. `from` is where its first record begins. The comment directly before
 * that names the columns if it has as many cells as there are, the record behind it does not name them itself, and it does so
 * by what stands below it, or has no blank behind the comment character.
 */
export function commentLines(
  head: Uint8Array,
  pieces: readonly Uint8Array[],
  dialect: CsvDialect,
  from: number,
  columns: number,
): CommentLines {
  const plain = { ...dialect, comment: '' };
  const codes = dialectCodes(plain);
  const mark = dialect.comment.charCodeAt(0);
  let leading = 0;
  let last = -1;
  for (let at = 0; at < from; at = lineEnd(head, at, from, codes) + 1)
    if (head[at] === mark) {
      leading++;
      last = at;
    }
  const isNext = last >= 0 && lineEnd(head, last, from, codes) + 1 >= from - 1;
  const names =
    isNext &&
    columns > 1 &&
    isWhole(head, last, lineEnd(head, last, from, codes), codes, columns) &&
    headerEvidence(head, from, dialect, columns) !== 'names' &&
    (headerEvidence(head, last, plain, columns) === 'names' || (head[last + 1] !== 32 && head[last + 1] !== mark));
  return { leading, header: names ? last : null, between: areComments(head, from, pieces, dialect, columns) };
}

function areComments(
  head: Uint8Array,
  from: number,
  pieces: readonly Uint8Array[],
  dialect: CsvDialect,
  columns: number,
): boolean {
  const codes = dialectCodes(dialect);
  const plain = dialectCodes({ ...dialect, comment: '' });
  const record = newRecord();
  let comments = 0;
  for (const sample of [head, ...pieces]) {
    // A piece begins within a line.
    let at = sample === head ? from : lineEnd(sample, 0, sample.length, codes) + 1;
    while (at < sample.length) {
      const is = readRecord(sample, at, sample.length, codes, record, columns);
      for (let p = at; p < record.from; ) {
        const end = lineEnd(sample, p, sample.length, codes);
        if (sample[p] === codes.comment) {
          if (isWhole(sample, p, end, plain, columns)) return false;
          comments++;
        }
        p = end + 1;
      }
      if (!is) break;
      at = record.next;
    }
  }
  return comments > 0;
}
