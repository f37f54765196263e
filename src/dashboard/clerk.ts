import { Worker } from 'node:worker_threads';
import { DatagpuError } from '../errors.js';
import type { OpenSet } from './open.js';
import type { Questions } from './questions.js';
import { Superseded } from './turn.js';
import type { Asked, Reply } from './worker.js';

type Answer<Q extends keyof Questions> = Awaited<ReturnType<Questions[Q]>>;

/** The thread that reads rows: it is started with the first question, and again if it dies. */
export class Clerk {
  private worker: Worker | null = null;
  private next = 0;
  private readonly waiting: Map<number, { done: (answer: unknown) => void; fail: (error: Error) => void }> = new Map();

  /** @throws Superseded when the signal says that nobody waits for the answer any more */
  ask<Q extends keyof Questions>(
    question: Q,
    set: OpenSet,
    asked: Parameters<Questions[Q]>[1],
    signal?: AbortSignal,
  ): Promise<Answer<Q>> {
    const id = this.next++;
    return new Promise<unknown>((done, fail) => {
      if (signal?.aborted) return fail(new Superseded('superseded'));
      const giveUp = (): void => {
        this.waiting.delete(id);
        this.post({ cancel: id });
        fail(new Superseded('superseded'));
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      const end = (): void => signal?.removeEventListener('abort', giveUp);
      this.waiting.set(id, {
        done: (answer) => {
          end();
          done(answer);
        },
        fail: (error) => {
          end();
          fail(error);
        },
      });
      this.post({ id, question, set, asked });
    }) as Promise<Answer<Q>>;
  }

  /** Loads what the first question needs, so that it need not wait for that. */
  warm(): void {
    this.started();
  }

  private started(): Worker {
    if (this.worker !== null) return this.worker;
    // Named from one folder below dist/, where bundles are.
    const worker = new Worker(new URL('../dashboard/worker.js', import.meta.url));
    worker.on('message', (reply: Reply) => this.settle(reply));
    const died = (why: string): void => {
      if (this.worker === worker) this.worker = null;
      for (const { fail } of this.waiting.values()) fail(new Error(`the thread that reads rows ended: ${why}`));
      this.waiting.clear();
    };
    worker.on('error', (error) => died(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => died(`exit code ${code}`));
    this.worker = worker;
    return worker;
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  private post(message: Asked): void {
    this.started().postMessage(message);
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('answer' in reply) waiting?.done(reply.answer);
    else if (reply.code === 'bug') waiting?.fail(new Error(reply.problem));
    else waiting?.fail(new DatagpuError(reply.code, reply.problem));
  }
}
