import { memoryFailure } from '../engine/memory-failure.js';
import { DatagpuError, escapeControls, exitCodes } from '../errors.js';
import type { Terminal } from './terminal.js';

/** Exit code of a bug in datagpu. */
const bugCode = 1;

/** Prints what was thrown as one line, with the stack behind it in debug mode, and gives the exit code. */
export function reportFailure(thrown: unknown, terminal: Terminal, isDebug: boolean): number {
  const error = memoryFailure(thrown) ?? thrown;
  const { err, style } = terminal;
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  if (error instanceof DatagpuError) {
    err(`${style.red('error:')} ${error.describe()}`);
    if (isDebug) err(traceOf(error));
    return exitCodes[error.code];
  }
  const what = escapeControls(error instanceof Error ? error.message : String(error));
  const advice = isDebug ? 'Please report it with the lines below' : 'Please report it with what --debug shows';
  err(`${style.red('error:')} this is a bug in datagpu: ${what}. ${advice}.`);
  if (isDebug) err(stack);
  return bugCode;
}

/** Stacks of an error and of what caused it. */
function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${traceOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
