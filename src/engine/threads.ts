import { parentPort, Worker, workerData } from 'node:worker_threads';
import { DatagpuError, type ErrorCode, type ErrorDetail } from '../errors.js';
import type { Emit, Executor, Lane, TaskTable } from './executor.js';

interface Request {
  id: number;
  task: string;
  payload: unknown;
}

interface GivenBack {
  buffer: ArrayBuffer;
}

type Response = { id: number; event: unknown } | { id: number; value: unknown } | { id: number; error: FlatError };

/** An error as plain data: a structured clone of an Error loses its class and its fields. */
type FlatError =
  | { expected: true; code: ErrorCode; message: string; detail: ErrorDetail }
  | { expected: false; name: string; message: string; stack: string | undefined };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onEvent: ((event: never) => void) | undefined;
}

/** N lanes, each a worker thread that runs `entry`; `entry` must call `serveLane`. */
export class ThreadExecutor<T extends TaskTable> implements Executor<T> {
  private readonly workers: Worker[] = [];
  private readonly waiting: Map<number, Waiting>[] = [];
  /** Why a lane ended before its time. */
  private readonly broken: Map<number, unknown> = new Map();
  private nextId = 0;
  private closed = false;
  private ended: Promise<unknown> = Promise.resolve();

  /** `setup` is handed to every lane as plain data. */
  constructor(entry: URL, lanes: number, setup: unknown) {
    for (let lane = 0; lane < lanes; lane++) this.start(entry, setup);
  }

  get lanes(): number {
    return this.workers.length;
  }

  private start(entry: URL, setup: unknown): void {
    const waiting = new Map<number, Waiting>();
    const lane = this.workers.length;
    const worker = new Worker(entry, { workerData: setup });
    const fail = (error: unknown): void => {
      if (!this.broken.has(lane)) this.broken.set(lane, error);
      for (const w of waiting.values()) w.reject(error);
      waiting.clear();
    };
    worker.on('message', (response: Response) => {
      const w = waiting.get(response.id);
      if (w === undefined) return;
      if ('event' in response) {
        w.onEvent?.(response.event as never);
        return;
      }
      waiting.delete(response.id);
      if ('error' in response) w.reject(unflatten(response.error));
      else w.resolve(response.value);
    });
    worker.on('error', fail);
    worker.on('exit', (code) => {
      if (!this.closed) fail(new Error(`a worker thread ended with code ${code}`));
    });
    this.workers.push(worker);
    this.waiting.push(waiting);
  }

  run<K extends keyof T & string>(
    lane: number,
    task: K,
    payload: T[K]['payload'],
    onEvent?: (event: T[K]['event']) => void,
  ): Promise<T[K]['result']> {
    if (this.closed) return Promise.reject(new DatagpuError('interrupted', 'interrupted'));
    if (this.broken.has(lane)) return Promise.reject(this.broken.get(lane));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting[lane]!.set(id, { resolve: resolve as (value: unknown) => void, reject, onEvent });
      this.workers[lane]!.postMessage({ id, task, payload } satisfies Request);
    });
  }

  reuse(lane: number, buffer: ArrayBuffer): void {
    if (!this.closed && !this.broken.has(lane))
      this.workers[lane]!.postMessage({ buffer } satisfies GivenBack, [buffer]);
  }

  async keep(lanes: number): Promise<void> {
    if (this.closed) return;
    await Promise.all(this.workers.splice(lanes).map((worker) => worker.terminate()));
  }

  async close(): Promise<void> {
    if (!this.closed) this.end();
    // Who calls this a second time must not go on while a lane still writes.
    await this.ended;
  }

  private end(): void {
    this.closed = true;
    for (const waiting of this.waiting) {
      for (const w of waiting.values()) w.reject(new DatagpuError('interrupted', 'interrupted'));
      waiting.clear();
    }
    this.ended = Promise.all(this.workers.map((w) => w.terminate()));
  }
}

/** What a worker thread's entry calls: answers requests one after the other with the handlers of its lane. */
export function serveLane(open: (setup: never) => Lane): void {
  const port = parentPort;
  if (port === null) throw new Error('serveLane runs in worker threads only');
  const lane = open(workerData as never);
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: Request | GivenBack) => {
    if ('buffer' in message) {
      lane.reuse(message.buffer);
      return;
    }
    const { id, task, payload } = message;
    last = last.then(async () => {
      try {
        const emit: Emit<unknown> = (event, transfer) =>
          port.postMessage({ id, event } satisfies Response, transfer ?? []);
        const reply = await lane.handlers[task]!(payload, emit);
        port.postMessage({ id, value: reply.value } satisfies Response, reply.transfer ?? []);
      } catch (error) {
        port.postMessage({ id, error: flatten(error) } satisfies Response);
      }
    });
  });
}

function flatten(error: unknown): FlatError {
  if (error instanceof DatagpuError) {
    const detail: ErrorDetail = {};
    if (error.file !== undefined) detail.file = error.file;
    if (error.row !== undefined) detail.row = error.row;
    if (error.line !== undefined) detail.line = error.line;
    if (error.column !== undefined) detail.column = error.column;
    if (error.hint !== undefined) detail.hint = error.hint;
    return { expected: true, code: error.code, message: error.message, detail };
  }
  if (error instanceof Error) return { expected: false, name: error.name, message: error.message, stack: error.stack };
  return { expected: false, name: 'Error', message: String(error), stack: undefined };
}

function unflatten(flat: FlatError): Error {
  if (flat.expected) return new DatagpuError(flat.code, flat.message, flat.detail);
  const error = new Error(flat.message);
  error.name = flat.name;
  if (flat.stack !== undefined) error.stack = flat.stack;
  return error;
}
