import path from 'node:path';
import type { Column } from '../../dist/engine/block.js';
import { RankCounter } from '../../dist/rank/counter.js';
import type { Ranking } from '../../dist/rank/model.js';
import { planRanking } from '../../dist/rank/plan.js';
import type { RankSettings } from '../../dist/rank/protocol.js';
import { wordsOf } from '../../dist/rank/words.js';

export const defaults: RankSettings = {
  method: 'relevance',
  language: null,
  ngrams: [1, 2],
  minDf: 2,
  maxFeatures: 1000,
  keepBytes: 2 ** 28,
  maxTerms: 2 ** 20,
  runBytes: 2 ** 26,
};

export function textColumn(texts: readonly string[]): Column {
  const encoded = texts.map((text) => Buffer.from(text));
  const offsets = new Int32Array(texts.length + 1);
  for (let i = 0; i < encoded.length; i++) offsets[i + 1] = offsets[i]! + encoded[i]!.length;
  return { type: { kind: 'text' }, validity: null, offsets, values: Buffer.concat(encoded) };
}

/**
 * Ranks columns of texts in chunks of `chunkRows` over `workers` counters; raw scores, null when there is no term. Token ids
 * beyond `keepBytes` are made again for each pass, or, with a folder `spillTo`, written there. `again` says how often a chunk's
 * text was asked for again.
 */
export function rank(
  columns: readonly (readonly string[])[],
  changed: Partial<RankSettings> = {},
  { targets = [] as string[], workers = 1, chunkRows = 2 ** 30, spillTo = null as string | null } = {},
): { ranking: Ranking | null; scores: Float64Array | null; again: number } {
  let again = 0;
  const settings = { ...defaults, ...changed };
  const rows = columns[0]!.length;
  const chunks = new Map<number, Column[]>();
  for (let id = 0; id * chunkRows < rows || id === 0; id++)
    chunks.set(
      id,
      columns.map((c) => textColumn(c.slice(id * chunkRows, (id + 1) * chunkRows))),
    );
  const counters = Array.from(
    { length: workers },
    () =>
      new RankCounter(settings, (id) => {
        again++;
        return { columns: chunks.get(id)!, rows: chunks.get(id)![0]!.offsets!.length - 1 };
      }),
  );
  for (const [id, chunk] of chunks) {
    const file = spillTo === null ? null : path.join(spillTo, `ids-${id}`);
    counters[id % workers]!.countChunk(id, chunk, chunk[0]!.offsets!.length - 1, file);
  }
  const plan = planRanking(settings, wordsOf(targets, settings.language), workers);
  let step = plan.next();
  // What crosses threads is cloned, as it would be.
  while (!step.done)
    step = plan.next(counters.map((c) => structuredClone(c.answer(structuredClone(step.value as never)))));
  const ranking = step.value as Ranking | null;
  if (ranking === null) return { ranking, scores: null, again };
  for (const counter of counters) counter.setModel(structuredClone(ranking.model));
  const scores = new Float64Array(rows);
  for (const id of chunks.keys()) scores.set(counters[id % workers]!.score(id), id * chunkRows);
  return { ranking, scores, again };
}
