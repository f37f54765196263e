import { parentPort } from 'node:worker_threads';
import { DatagpuError } from '../errors.js';
import { polars } from './frames.js';
import type { OpenSet } from './open.js';
import { Desk, type Questions } from './questions.js';

/** A question, and what comes back. */
export interface Asked {
  id: number;
  question: keyof Questions;
  set: OpenSet;
  asked: unknown;
}
export type Reply = { id: number; answer: unknown } | { id: number; code: 'usage' | 'input' | 'bug'; problem: string };

const desk = new Desk();
/** One after the other: each of them may block the thread anyway. */
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (message: Asked) => {
  last = last.then(async () => parentPort?.postMessage(await replyTo(message)));
});

// Loaded before they are asked for: half a second that nobody waits for.
void Promise.all([import('parquet-wasm'), import('apache-arrow')]).then(polars);

async function replyTo({ id, question, set, asked }: Asked): Promise<Reply> {
  try {
    const ask = desk[question] as (set: OpenSet, asked: unknown) => Promise<unknown>;
    return { id, answer: await ask.call(desk, set, asked) };
  } catch (error) {
    if (error instanceof DatagpuError)
      return { id, code: error.code === 'usage' ? 'usage' : 'input', problem: error.describe() };
    return { id, code: 'bug', problem: error instanceof Error ? error.message : String(error) };
  }
}
