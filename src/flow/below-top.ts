import type { Executor } from '../engine/executor.js';
import { Sequence } from '../engine/sequence.js';
import { type FateLog, fate } from '../ledger/fates.js';
import type { HeldChunk } from './ranked.js';
import type { RejectsFile } from './rejects-file.js';
import type { LaneTasks, RejectOrder } from './tasks.js';

/**
 * Writes out the rows that `--top` leaves out, in source order; `order` has the others, counted over all kept rows in source
 * order. Lanes encode a chunk's rows each. Must come before those rows get their fate. Holds a bit a kept row, and 5 bytes a
 * row of a chunk.
 */
export async function rejectBelowTop(
  executor: Executor<LaneTasks>,
  chunks: readonly HeldChunk[],
  order: Uint32Array,
  fates: FateLog,
  sources: readonly { name: string; records: number }[],
  rejects: RejectsFile,
): Promise<void> {
  const orders = ordersOf(chunks, order, fates, sources);
  const turns = new Sequence();
  let next = 0;
  const work = async (lane: number): Promise<void> => {
    for (let found = orders.next(); !found.done; found = orders.next()) {
      const id = next++;
      const encoded = await executor.run(lane, 'reject', { ...found.value, fields: rejects.fields });
      await turns.turn(id);
      for (const rows of encoded) rejects.append(rows);
      turns.leave(id);
    }
  };
  await Promise.all(Array.from({ length: executor.lanes }, (_, lane) => work(lane)));
}

/** Which rows of each chunk are left out, and which records they are. Chunks of which none is are passed over. */
function* ordersOf(
  chunks: readonly HeldChunk[],
  order: Uint32Array,
  fates: FateLog,
  sources: readonly { name: string; records: number }[],
): Generator<Omit<RejectOrder, 'fields'>> {
  const isIn = new Uint8Array(Math.ceil(chunks.reduce((n, c) => n + c.rows, 0) / 8));
  for (const row of order) isIn[row >>> 3]! |= 1 << (row & 7);
  let row = 0;
  let ordinal = 0;
  let source = 0;
  let begin = 0;
  for (const { held, rows } of chunks) {
    const mask = new Uint8Array(rows);
    const records = new Uint32Array(rows);
    let count = 0;
    for (let r = 0; r < rows; r++, row++, ordinal++) {
      while (fates.fateOf(ordinal) !== fate.kept) ordinal++;
      // A chunk's rows are of one source.
      while (ordinal >= begin + sources[source]!.records) begin += sources[source++]!.records;
      if (isIn[row >>> 3]! & (1 << (row & 7))) continue;
      mask[r] = 1;
      records[count++] = ordinal - begin + 1;
    }
    if (count > 0) yield { held, mask, records: records.slice(0, count), source: sources[source]!.name };
  }
}
