import { Worker } from 'node:worker_threads';
import { DatagpuError } from '../errors.js';
import type { OpenSet } from './open.js';
import type { Questions } from './questions.js';
import { Superseded } from './turn.js';
import type { Asked, Reply, Trade } from './worker.js';

type Answer<Q extends keyof Questions> = Awaited<ReturnType<Questions[Q]>>;

/** Counting a column blocks a thread for seconds: rows must not wait for it. */
const counting: ReadonlySet<keyof Questions> = new Set(['column', 'nulls']);

/** The threads that read rows and count: started with the first question, and again if they die. */
export class Clerk {
  private readonly desks: Record<Trade, DeskThread> = {
    reading: new DeskThread('reading'),
    counting: new DeskThread('counting'),
  };

  /** @throws Superseded when the signal says that nobody waits for the answer any more */
  ask<Q extends keyof Questions>(
    question: Q,
    set: OpenSet,
    asked: Parameters<Questions[Q]>[1],
    signal?: AbortSignal,
  ): Promise<Answer<Q>> {
    const desk = this.desks[counting.has(question) ? 'counting' : 'reading'];
    return desk.ask({ question, set, asked }, signal) as Promise<Answer<Q>>;
  }

  /** Loads what the first question needs, so that it need not wait for that. */
  warm(): void {
    this.desks.reading.started();
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.desks).map((desk) => desk.close()));
  }
}

class DeskThread {
  private worker: Worker | null = null;
  private next = 0;
  private readonly waiting: Map<number, { done: (answer: unknown) => void; fail: (error: Error) => void }> = new Map();

  constructor(private readonly trade: Trade) {}

  ask(question: { question: keyof Questions; set: OpenSet; asked: unknown }, signal?: AbortSignal): Promise<unknown> {
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
      this.post({ id, ...question });
    });
  }

  started(): Worker {
    if (this.worker !== null) return this.worker;
    // Named from one folder below dist/, where bundles are.
    const worker = new Worker(new URL('../dashboard/worker.js', import.meta.url), { workerData: this.trade });
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
