/** Where a command's words go, so that a test can catch them. */
export interface Terminal {
  /** Results: standard output. */
  out: (text: string) => void;
  /** Progress, prose and errors: standard error. */
  err: (text: string) => void;
  /** True when a person watches standard error. */
  isInteractive: boolean;
  /** Letters that fit a line of standard error. */
  columns: number;
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
  const isInteractive = stderr.isTTY === true;
  const hasColour = isInteractive && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    out: (text) => stdout.write(`${text}\n`),
    err: (text) => stderr.write(`${text}\n`),
    isInteractive,
    columns: stderr.columns ?? 80,
    style: hasColour ? await chalkStyle() : plain,
  };
}

async function chalkStyle(): Promise<Style> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const { bold, dim, red, yellow, green, cyan } = chalk;
  return { bold, dim, red, yellow, green, cyan };
}
