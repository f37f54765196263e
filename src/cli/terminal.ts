/** Where a command's words go, so that a test can catch them. */
export interface Terminal {
  /** Results: standard output. */
  out: (text: string) => void;
  /** Progress, prose and errors: standard error. */
  err: (text: string) => void;
  /** True when a person watches standard error, in a window of a known width in which lines can be redrawn. */
  isInteractive: boolean;
  /** Letters that fit a line of standard error. */
  columns: number;
  /** Letters that fit a line of standard output; infinite where that is no terminal. */
  outColumns: number;
  /** Whether colours are wanted there. */
  hasColour: boolean;
  style: Style;
}

/** Weight and colour of text for one stream; every function gives its text unchanged where there is no colour. */
export type Style = Record<'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan', (text: string) => string>;

const plain: Style = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same };

function same(text: string): string {
  return text;
}

/** The terminal of this process. Colours only where standard error is a terminal and NO_COLOR is not set. */
export async function openTerminal(): Promise<Terminal> {
  const { stdout, stderr, env } = process;
  // Some pseudo-terminals are 0 columns wide; a spinner would clear lines there for ever.
  const isInteractive = stderr.isTTY === true && stderr.columns > 0 && env.TERM !== 'dumb';
  const hasColour = stderr.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    out: (text) => stdout.write(`${text}\n`),
    err: (text) => stderr.write(`${text}\n`),
    isInteractive,
    columns: stderr.columns || 80,
    outColumns: stdout.isTTY === true && stdout.columns > 0 ? stdout.columns : Number.POSITIVE_INFINITY,
    hasColour,
    style: hasColour ? await chalkStyle() : plain,
  };
}

async function chalkStyle(): Promise<Style> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const { bold, dim, red, yellow, green, cyan } = chalk;
  return { bold, dim, red, yellow, green, cyan };
}
