import { parentPort, workerData } from 'node:worker_threads';
import { DatagpuError } from '../errors.js';
import { polars } from './frames.js';
import type { OpenSet } from './open.js';
import { Desk, type Questions } from './questions.js';
import { Superseded } from './turn.js';

/** What a thread is for: reading rows, between which it takes turns, or counting, which may block it for seconds. */
export type Trade = 'reading' | 'counting';

/** A question, and what comes back; or that its answer is not wanted any more. */
export type Asked = { id: number; question: keyof Questions; set: OpenSet; asked: unknown } | { cancel: number };
export type Reply = { id: number; answer: unknown } | { id: number; code: 'usage' | 'input' | 'bug'; problem: string };

const trade = workerData as Trade;
const desk = new Desk();
const wanted = new Map<number, AbortController>();
/** Counting: one after the other. */
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (message: Asked) => {
  if ('cancel' in message) {
    wanted.get(message.cancel)?.abort();
    wanted.delete(message.cancel);
    return;
  }
  const control = new AbortController();
  wanted.set(message.id, control);
  const answer = async (): Promise<void> => {
    // Given up while it stood in the line.
    if (control.signal.aborted) return;
    const reply = await replyTo(message, control.signal);
    wanted.delete(message.id);
    if (reply !== null) parentPort?.postMessage(reply);
  };
  if (trade === 'reading') void answer();
  // A turn of its own, so that what was given up meanwhile is known.
  else last = last.then(() => new Promise((next) => setImmediate(next))).then(answer);
});

// Loaded before they are asked for: half a second that nobody waits for.
if (trade === 'reading') void Promise.all([import('parquet-wasm'), import('apache-arrow')]);
else polars();

async function replyTo(
  { id, question, set, asked }: Exclude<Asked, { cancel: number }>,
  signal: AbortSignal,
): Promise<Reply | null> {
  try {
    const ask = desk[question] as (set: OpenSet, asked: unknown, signal: AbortSignal) => Promise<unknown>;
    return { id, answer: await ask.call(desk, set, asked, signal) };
  } catch (error) {
    if (error instanceof Superseded) return null;
    if (error instanceof DatagpuError)
      return { id, code: error.code === 'usage' ? 'usage' : 'input', problem: error.describe() };
    return { id, code: 'bug', problem: error instanceof Error ? error.message : String(error) };
  }
}
