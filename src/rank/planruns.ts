import { DatagpuError } from '../errors.js';
import { randomNumbers } from '../kernels/random.js';
import type { CountedTerm, Node } from './plan.js';
import type { RankReply, RankSettings } from './protocol.js';
import { type Asking, addCounts } from './replies.js';
import { RunSums } from './runsums.js';
import { packTerms } from './terms.js';

/** Words, and runs of words, that may lead to a term: they are held as objects. */
const mostCandidates = 2 ** 21;
/** A part is one of at most 2 to this power. */
const mostBits = 12;

/** Which runs are asked for. */
export interface RunRequest {
  words: CountedTerm[] | null;
  edges: Uint32Array;
  length: number;
  left: number;
  right: number;
  /** Runs that occur less often are not in the vocabulary. */
  floor: number;
  /** Runs of this length are terms. */
  inRange: boolean;
}

type Run = Omit<Node, 'key'>;

/**
 * Runs of one length in enough rows that can be in the vocabulary or lead to a longer one, in order of (prefix, word). A
 * worker that has no room to count them all makes them be counted in parts, twice as many as before.
 */
export function* countRuns(settings: RankSettings, workers: number, run: RunRequest): Asking<Run[]> {
  const { edges, length, left, right } = run;
  const limit = settings.maxFeatures;
  let words = run.words === null ? null : packTerms(run.words.map((word) => word.key));
  let found: Run[] = [];
  let floor = run.floor;
  let bits = 0;
  const [a, b] = randomNumbers(2);
  const secret = [a!, b!] as const;
  for (let number = 0; number < 2 ** bits; ) {
    const counted = yield { ask: 'runs', words, edges, length, left, right, limit, part: { secret, bits, number } };
    words = null;
    if (counted.some((reply) => reply.full)) {
      bits++;
      if (bits > mostBits) throw tooManyCandidates(length);
      number *= 2;
      continue;
    }
    found = found.concat(yield* runsOfPart(settings, workers, { ...run, floor }, counted));
    if (run.inRange && found.length > limit) {
      floor = found.sort((a, b) => b.count - a.count)[limit - 1]!.count;
      found = found.filter(({ count }) => count >= floor);
    }
    requireFew(found.length, length);
    number++;
  }
  return found.sort((a, b) => a.prefix - b.prefix || a.word - b.word);
}

/** Runs of the part that was counted last. */
function* runsOfPart(
  settings: RankSettings,
  workers: number,
  { floor, inRange, length, right }: RunRequest,
  counted: readonly RankReply[],
): Asking<Run[]> {
  let least = Math.max(floor, inRange ? Math.max(...counted.map((r) => r.reached!)) : 0);
  const atLeast = Math.max(1, Math.ceil(least / workers));
  const replies = yield { ask: 'runsAbove', count: atLeast };
  const sums = new RunSums(replies.map(({ runs }) => runs!));
  // What the workers may have left out of a sum.
  const missing = (workers - 1) * (atLeast - 1);
  if (inRange) least = Math.max(least, sums.reached(settings.maxFeatures, settings.minDf));
  const runs = sums.above(Math.max(1, least - missing), right);
  const counts = missing === 0 ? sums.counts(runs) : addCounts(yield { ask: 'runCounts', runs });
  const found: Run[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const [count, rows] = [counts[i]!, counts[i + 1]!];
    if (rows < settings.minDf || count < least) continue;
    found.push({ prefix: runs[i]!, word: runs[i + 1]!, count, rows });
    requireFew(found.length, length);
  }
  return found;
}

/**
 * Refuses more candidates of a length than can be held.
 *
 * @throws DatagpuError `input`
 */
export function requireFew(candidates: number, length: number): void {
  if (candidates > mostCandidates) throw tooManyCandidates(length);
}

function tooManyCandidates(length: number): DatagpuError {
  const what = length === 1 ? 'words' : `runs of ${length} words`;
  return new DatagpuError(
    'input',
    `ranking: more than ${mostCandidates.toLocaleString('en')} ${what} can be a term, or the beginning of one`,
    { hint: 'Raise --min-df, lower --max-features, let --ngrams begin with 1, or name fewer columns with --rank-on' },
  );
}
