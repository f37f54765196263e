import { parentPort } from 'node:worker_threads';
import { DatagpuError } from '../errors.js';
import type { OpenSet } from './open.js';
import { Desk, type Questions } from './questions.js';
import { Superseded } from './turn.js';

/** A question, and what comes back; or that its answer is not wanted any more. */
export type Asked = { id: number; question: keyof Questions; set: OpenSet; asked: unknown } | { cancel: number };
export type Reply = { id: number; answer: unknown } | { id: number; code: 'usage' | 'input' | 'bug'; problem: string };

const desk = new Desk();
const wanted = new Map<number, AbortController>();

parentPort?.on('message', (message: Asked) => {
  if ('cancel' in message) {
    wanted.get(message.cancel)?.abort();
    wanted.delete(message.cancel);
    return;
  }
  const control = new AbortController();
  wanted.set(message.id, control);
  // Questions take turns between row groups; the thread is never blocked for longer than one takes.
  void replyTo(message, control.signal).then((reply) => {
    wanted.delete(message.id);
    if (reply !== null) parentPort?.postMessage(reply);
  });
});

// Loaded before they are asked for: half a second that nobody waits for.
void Promise.all([import('parquet-wasm'), import('apache-arrow')]);

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
