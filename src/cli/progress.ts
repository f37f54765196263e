import type { Ora } from 'ora';
import { escapeControls } from '../errors.js';
import type { ProgressEvent } from '../options/compile-options.js';
import { count, duration, percent } from './quantities.js';
import { shorten } from './table.js';
import type { Terminal } from './terminal.js';

/** A compile that ends sooner shows no progress, and does not load the spinner either. */
const patienceMs = 400;
/** Without a terminal to redraw, a line appears at most this often. */
const plainEveryMs = 5000;

/** Shows how far a compile is. */
export interface Progress {
  update: (event: ProgressEvent) => void;
  /** Clears what is shown; later updates show nothing. */
  stop: () => void;
}

/** Progress on standard error: one line that is redrawn on a terminal, plain lines elsewhere, nothing when quiet. */
export function showProgress(
  terminal: Terminal,
  isQuiet: boolean,
  now: () => number = () => performance.now(),
): Progress {
  if (isQuiet) return { update: () => {}, stop: () => {} };
  return terminal.isInteractive ? spinner(terminal, now) : plainLines(terminal, now);
}

function spinner(terminal: Terminal, now: () => number): Progress {
  const started = now();
  const rate = new Rate(now);
  let text = 'starting';
  let ora: Ora | null = null;
  let isStopped = false;
  const timer = setTimeout(async () => {
    const { default: start } = await import('ora');
    // Standard input may be a source, and raw mode would take Ctrl-C from the terminal: it is left alone.
    const colour = terminal.hasColour ? {} : { color: false as const };
    if (!isStopped)
      ora = start({ text, stream: process.stderr, discardStdin: false, hideCursor: false, ...colour }).start();
  }, patienceMs);
  return {
    update: (event) => {
      text = shorten(line(event, rate.of(event), (now() - started) / 1000, true), terminal.columns - 4);
      if (ora !== null) ora.text = text;
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      ora?.stop();
    },
  };
}

function plainLines(terminal: Terminal, now: () => number): Progress {
  const started = now();
  const rate = new Rate(now);
  let last = started;
  let isStopped = false;
  return {
    update: (event) => {
      const rowsPerSecond = rate.of(event);
      if (isStopped || now() - last < plainEveryMs) return;
      last = now();
      terminal.err(line(event, rowsPerSecond, (last - started) / 1000, false));
    },
    stop: () => {
      isStopped = true;
    },
  };
}

/** Rows a second in the stage that is running: since the start in the first one, since its first event in later ones. */
class Rate {
  private stage: string | null = null;
  private began: number;
  private before = 0;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
    this.began = now();
  }

  of(event: ProgressEvent): number {
    if (this.stage !== null && event.stage !== this.stage) {
      this.began = this.now();
      this.before = event.rows;
    }
    this.stage = event.stage;
    const seconds = (this.now() - this.began) / 1000;
    return seconds > 0 ? (event.rows - this.before) / seconds : 0;
  }
}

/** `read  ━━━━━━──────  45.0%  1,204,000 rows  412,000 rows/s  3.10 s left`. */
function line(event: ProgressEvent, rowsPerSecond: number, elapsed: number, hasBar: boolean): string {
  const share = Math.min(1, Math.max(0, event.share));
  const parts = [escapeControls(event.stage)];
  if (hasBar) parts.push(bar(share, 24));
  parts.push(percent(share));
  if (event.rows > 0) parts.push(`${count(event.rows)} rows`);
  if (rowsPerSecond > 0) parts.push(`${count(rowsPerSecond)} rows/s`);
  if (share > 0.02 && share < 1) parts.push(`${duration((elapsed * (1 - share)) / share)} left`);
  return parts.join('  ');
}

function bar(share: number, width: number): string {
  const done = Math.round(share * width);
  return '━'.repeat(done) + '─'.repeat(width - done);
}
