/**
 * Stages say what is done, executors say where. A task is a name and plain data; a lane is a place that runs one task at
 * a time and keeps state between them (a kernel's memory, the blocks of its chunks), so a chunk stays on its lane.
 */

/** What a handler gives back: plain data, and the buffers in it that are moved rather than copied. */
export interface Reply<T> {
  value: T;
  transfer?: ArrayBuffer[];
}

/** Sends something to the coordinator before a task is done, and moves the buffers of `transfer` there. */
export type Emit<E> = (event: E, transfer?: ArrayBuffer[]) => void;

/** Runs one kind of task. */
// biome-ignore lint/suspicious/noExplicitAny: payloads are typed by the task table of the caller
export type Handler = (payload: any, emit: Emit<unknown>) => Promise<Reply<unknown>> | Reply<unknown>;

/** A lane's handlers by task name, and how to let go of what it holds. */
export interface Lane {
  handlers: Record<string, Handler>;
  /** Takes back a buffer that it moved to the coordinator. */
  reuse(buffer: ArrayBuffer): void;
  close(): void;
}

/** Maps task names to their payload, result and event types. */
export type TaskTable = Record<string, { payload: unknown; result: unknown; event: unknown }>;

/** Runs tasks on lanes. */
export interface Executor<T extends TaskTable> {
  /** How many lanes there are; they are numbered from 0. */
  readonly lanes: number;
  /** Runs a task on a lane, after the tasks given to that lane before. Rejects with what the handler threw. */
  run<K extends keyof T & string>(
    lane: number,
    task: K,
    payload: T[K]['payload'],
    onEvent?: (event: T[K]['event']) => void,
  ): Promise<T[K]['result']>;
  /** Gives a lane back a buffer that came with one of its results, for results to come. The buffer is lost to the caller. */
  reuse(lane: number, buffer: ArrayBuffer): void;
  /** Ends all lanes but the first `lanes`; none of those that end may have been given a task. */
  keep(lanes: number): Promise<void>;
  /** Ends all lanes, whatever they are doing. */
  close(): Promise<void>;
}
