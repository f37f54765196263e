/** The exit code of each class of expected failure (see README, "Exit codes"). */
export const exitCodes = { usage: 2, input: 3, output: 4, verification: 5, interrupted: 130 } as const;

/** What kind of failure it was: wrong usage or config, input refused, output or disk, verification, interrupt. */
export type ErrorCode = keyof typeof exitCodes;

/** Where a failure happened, and what to do about it. Every field is optional. */
export interface ErrorDetail {
  /** The file as the user named it. */
  file?: string;
  /** 1-based record number in that file. */
  row?: number;
  /** 1-based physical line in that file. */
  line?: number;
  /** The column as it is named in the source. */
  column?: string;
  /** One sentence that says what to do, without the final stop. */
  hint?: string;
  cause?: unknown;
}

/**
 * A failure that is not a bug in datagpu: its message is one line for people, its `code` is stable for programs.
 * Anything else that is thrown is reported as a bug.
 */
export class DatagpuError extends Error {
  override readonly name = 'DatagpuError';
  readonly code: ErrorCode;
  readonly file: string | undefined;
  readonly row: number | undefined;
  readonly line: number | undefined;
  readonly column: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.file = detail.file;
    this.row = detail.row;
    this.line = detail.line;
    this.column = detail.column;
    this.hint = detail.hint;
  }

  /** `<file>[ row N][ (line L)][, column "c"]: <what>. <hint>.` with control characters escaped, always one line. */
  describe(): string {
    let where = this.file ?? '';
    if (this.row !== undefined) where += ` row ${this.row}`;
    if (this.line !== undefined) where += ` (line ${this.line})`;
    if (this.column !== undefined) where += `${where === '' ? '' : ', '}column "${this.column}"`;
    const what = where === '' ? this.message : `${where.trimStart()}: ${this.message}`;
    const stop = /[.!?]$/.test(what) ? '' : '.';
    return escapeControls(
      this.hint === undefined ? what : `${what}${stop} ${this.hint}${/[.!?]$/.test(this.hint) ? '' : '.'}`,
    );
  }
}

/** Escapes C0, DEL, C1, line and direction control characters as `\u....`, so that text of the input can't act on a terminal. */
export function escapeControls(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * JSON for standard output: what `escapeControls` escapes is escaped in it too, so that it can't act on a terminal, and means
 * the same to whoever parses it.
 */
export function terminalJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** At most `limit` characters of a value of the input, quoted and with control characters escaped. */
export function quoteValue(text: string, limit = 60): string {
  return `"${escapeControls(text.length > limit ? `${text.slice(0, limit)}…` : text)}"`;
}
