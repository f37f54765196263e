import { setImmediate as nextTurn } from 'node:timers/promises';

/** Nobody waits for the answer any more. */
export class Superseded extends Error {}

/** Lets other questions have a turn between two pieces of work, and ends work that nobody waits for. */
export async function turn(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  if (signal?.aborted) throw new Superseded('superseded');
}
