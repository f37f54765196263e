import type { Executor } from '../engine/executor.js';
import { ByteGate, Sequence } from '../engine/sequence.js';
import { ShingleFeed } from './shingle-feed.js';
import type { LaneTasks, Seen, Sentence, Settled } from './tasks.js';
import type { Border, ChunkRef, ChunkWalk } from './walk.js';

/** What is done with the chunks of a pass, always in chunk order, whatever order the lanes finish in. */
export interface PassHooks {
  /** Whether `judge` is given the shingles of a chunk's rows. */
  compares: boolean;
  /** Decides what becomes of a chunk's rows; null stops the pass. */
  judge(ref: ChunkRef, seen: Seen, shingles: ShingleFeed | null): Promise<Sentence | null>;
  /** All chunks were judged; what is left is what lanes make of the last ones. */
  allJudged(): void;
  /** How many of so many lanes that have nothing left to do may pack pages of others. */
  helpers(idle: number): number;
  /** Takes what a lane made of the rows. */
  take(ref: ChunkRef, settled: Settled, lane: number): Promise<void>;
}

/** Bytes of blocks whose results may be under way or wait for an earlier chunk. */
const waitingBytes = 256 * 2 ** 20;

/**
 * Sends every chunk through its lane: read, type, clean and digest it (`ingest`), judge its rows in chunk order, let the
 * lane finish it (`settle`), take the result in chunk order. A lane goes on with the next chunk while its result waits.
 * `border` is told where each chunk ends; `prepare` is called while lanes read the first ones. Returns what it made, or null
 * if `judge` stopped the pass.
 */
export async function runPass<H extends PassHooks>(
  executor: Executor<LaneTasks>,
  walk: ChunkWalk,
  border: (ref: ChunkRef, border: Border) => void,
  prepare: () => H,
): Promise<H | null> {
  const judging = new Sequence();
  const taking = new Sequence();
  const gate = new ByteGate(waitingBytes);
  const results: Promise<void>[] = [];
  let handedOut = 0;
  let idle = 0;
  let isJudged = false;
  let stopped = false;
  let hasFailed = false;
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = (error) => {
      hasFailed = true;
      reject(error);
    };
  });
  failure.catch(() => undefined);
  const prepared = new Promise((turn) => setImmediate(turn)).then(prepare);
  prepared.catch(fail);

  const tellJudged = (hooks: PassHooks): void => {
    if (stopped || isJudged || !walk.isEmpty || judging.passed < handedOut) return;
    isJudged = true;
    try {
      hooks.allJudged();
    } catch (error) {
      fail(error);
    }
  };

  const takeInTurn = async (ref: ChunkRef, settled: Settled, lane: number, bytes: number): Promise<void> => {
    const hooks = await prepared;
    // The lane is given its next chunk before the result is written.
    await new Promise((turn) => setImmediate(turn));
    await taking.turn(ref.id);
    // Of a pass that has ended nothing is wanted: what it wrote may be gone by now, and another pass may write in its place.
    if (!stopped && !hasFailed) await hooks.take(ref, settled, lane);
    gate.release(bytes);
    taking.leave(ref.id);
  };

  const work = async (lane: number): Promise<void> => {
    while (!stopped && !hasFailed) {
      const ref = await walk.next();
      if (ref === null) {
        idle++;
        return;
      }
      handedOut++;
      const seen = await executor.run(lane, 'ingest', ref, (found) => {
        walk.found(found);
        border(ref, found);
      });
      if (!('start' in ref.piece)) border(ref, { records: seen.records, next: null });
      const hooks = await prepared;
      const shingles = hooks.compares ? new ShingleFeed(executor, lane) : null;
      await judging.turn(ref.id);
      if (stopped) {
        // Lanes with later chunks wait for their turn to hear of it.
        judging.leave(ref.id);
        return;
      }
      const sentence = await hooks.judge(ref, seen, shingles);
      if (sentence === null) stopped = true;
      // Room is asked for in chunk order, or a later chunk could hold what the one before it waits for.
      const room = gate.acquire(seen.bytes);
      judging.leave(ref.id);
      if (sentence === null) return;
      await room;
      const settling = executor.run(lane, 'settle', { ...sentence, idle: idle === 0 ? 0 : hooks.helpers(idle) });
      tellJudged(hooks);
      const settled = await settling;
      const taken = takeInTurn(ref, settled, lane, seen.bytes);
      taken.catch(fail);
      results.push(taken);
    }
  };

  const lanes = Promise.all(Array.from({ length: executor.lanes }, (_, lane) => work(lane)));
  // After a result that can't be taken, lanes may wait for room that is never given back.
  try {
    await Promise.race([lanes, failure]);
  } catch (error) {
    hasFailed = true;
    throw error;
  }
  const hooks = await prepared;
  // Where there was no chunk at all.
  tellJudged(hooks);
  // Where the pass was stopped, for the one that was being taken: the next pass must not begin beside it.
  await Promise.all(results);
  return stopped ? null : hooks;
}
