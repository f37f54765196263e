import { expect, test } from 'vitest';
import { countRuns, requireFew } from '../../dist/rank/planruns.js';
import { defaults, rank } from './rank.js';

/** Rows of more words than a dense table has lines, so that most of their runs are seen once and some often. */
function makeRows(count: number, words: number): string[] {
  let x = 11;
  const next = (n: number): number => {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    return (x >>> 8) % n;
  };
  const word = (): string => `w${Math.min(next(words), next(words))}`;
  // Some rows are longer than a table of runs is large.
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: i % 60 === 3 ? 6000 : next(40) }, word).join(' '),
  );
}

const rows = makeRows(300, 2600);

for (const ngrams of [
  [1, 2],
  [2, 2],
  [1, 3],
  [2, 3],
] as [number, number][]) {
  for (const maxFeatures of [2000, 20_000, 1_000_000]) {
    test(`runs counted in parts are the same: ${ngrams}, ${maxFeatures} terms`, () => {
      const options = { ngrams, maxFeatures };
      const whole = rank([rows], options);
      const parts = rank([rows], { ...options, runBytes: 2 ** 17, keepBytes: 2 ** 17 }, { workers: 2, chunkRows: 7 });
      expect(whole.ranking!.vocabulary.length).toBeGreaterThan(100);
      expect(parts.ranking).toEqual(whole.ranking);
      expect(parts.scores).toEqual(whole.scores);
    });
  }
}

test('a part that is full is counted as two', () => {
  const asked: string[] = [];
  const run = { words: null, edges: new Uint32Array(0), length: 2, left: 9, right: 9, floor: 0, inRange: true };
  const plan = countRuns(defaults, 1, run);
  let step = plan.next();
  while (!step.done) {
    const request = step.value;
    if (request.ask === 'runs') asked.push(`${request.part.number} of ${2 ** request.part.bits}`);
    const full =
      request.ask === 'runs' && (request.part.bits < 1 || (request.part.bits < 2 && request.part.number > 0));
    const reply = { rows: 0, tokens: 0, lost: 0, full, reached: 0 };
    step = plan.next([request.ask === 'runs' ? reply : { ...reply, runs: new Uint32Array(0) }]);
  }
  expect(asked).toEqual(['0 of 1', '0 of 2', '1 of 2', '2 of 4', '3 of 4']);
  expect(step.value).toEqual([]);
});

test('what can never be counted is refused with advice', () => {
  const run = { words: null, edges: new Uint32Array(0), length: 3, left: 9, right: 9, floor: 0, inRange: true };
  const plan = countRuns(defaults, 1, run);
  const refusal = {
    code: 'input',
    message: expect.stringContaining('runs of 3 words'),
    hint: expect.stringContaining('--min-df'),
  };
  const advance = (): void => {
    for (let step = plan.next(); !step.done; step = plan.next([{ rows: 0, tokens: 0, lost: 0, full: true }]));
  };
  expect(advance).toThrow(expect.objectContaining(refusal));
  expect(() => requireFew(2 ** 21 + 1, 1)).toThrow(expect.objectContaining({ code: 'input' }));
  expect(() => requireFew(2 ** 21, 1)).not.toThrow();
});

test('a vocabulary may be larger than what a call takes as arguments', () => {
  const words = Array.from({ length: 150_000 }, (_, i) => `w${i}`);
  const texts = [words.join(' '), words.join(' ')];
  const { ranking, scores } = rank([texts], { maxFeatures: 1_000_000 }, { targets: [texts[0]!] });
  expect(ranking!.vocabulary.length).toBe(299_999);
  expect(scores![0]).toBeCloseTo(1, 9);
});
