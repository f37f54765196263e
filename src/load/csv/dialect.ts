import type { Encoding } from '../encoding.js';

/**
 * How a CSV source is written. Where a quote stands makes it one: it opens a quoted cell only as the cell's first
 * character (behind blanks, with `blanks`), and is text everywhere else. Records end at LF and CRLF, with newline '\r' at each of CR, LF and CRLF; blank
 * lines and comment lines are no records.
 */
export interface CsvDialect {
  /** One ASCII character. */
  delimiter: string;
  /** One ASCII character, '' for none. */
  quote: string;
  /** What makes a quote within quotes text: a second one, or a backslash (then a second one too). */
  escape: '"' | '\\';
  newline: '\n' | '\r\n' | '\r';
  /** Whether a quote opens a cell behind blanks too, which are no part of it then: `1, "a, b"`. */
  blanks: boolean;
  /** Whether the first record names the columns. */
  header: boolean;
  /** Lines that start with this character are comments; '' for none. */
  comment: string;
  /** Lines before the table that are no part of it. */
  skip: number;
  encoding: Encoding;
}

/** A character that is not set, where the kernels take characters. */
const none = 256;

/** The dialect as the kernels take it: character codes, 256 for none. */
export interface DialectCodes {
  delimiter: number;
  quote: number;
  escape: number;
  comment: number;
  anyNewline: number;
  blanks: number;
}

export function dialectCodes(dialect: CsvDialect): DialectCodes {
  const code = (character: string): number => (character === '' ? none : character.charCodeAt(0));
  return {
    delimiter: code(dialect.delimiter),
    quote: code(dialect.quote),
    escape: dialect.escape === '\\' && dialect.quote !== '' ? code('\\') : none,
    comment: code(dialect.comment),
    anyNewline: dialect.newline === '\r' ? 1 : 0,
    blanks: dialect.blanks ? 1 : 0,
  };
}
