import { keyOf } from './table.mjs';

const apart = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}])+/gu;

/** The runs of three words of a text. */
function shingles(text) {
  const words = text.toLowerCase().match(apart) ?? [];
  if (words.length === 0) return null;
  if (words.length < 3) return new Set([words.join(' ')]);
  return new Set(Array.from({ length: words.length - 2 }, (_, i) => words.slice(i, i + 3).join(' ')));
}

function similarity(a, b) {
  let shared = 0;
  for (const one of a) if (b.has(one)) shared++;
  return shared / (a.size + b.size - shared);
}

/** Says whether a set is similar enough to an earlier one that was kept; keeps it otherwise. */
function nearJudge(threshold) {
  if (threshold === 1) {
    const seen = new Set();
    return (set) => {
      const key = [...set].sort().join('|');
      if (seen.has(key)) return true;
      seen.add(key);
      return false;
    };
  }
  const kept = [];
  return (set) => {
    if (kept.some((other) => similarity(set, other) >= threshold)) return true;
    kept.push(set);
    return false;
  };
}

/**
 * What becomes of each row, by the rules as the design states them and the plainest way to carry them out: the reason it is
 * dropped for, null if it is kept.
 */
export function fatesOf(table, { clean, dedupe, near }) {
  const seen = new Set();
  const isNear = near === null ? null : nearJudge(near.threshold);
  return Array.from({ length: table.rows }, (_, row) => {
    const values = table.expected(row, clean);
    if (clean && values.every((v) => v === null || v === '')) return 'empty row';
    const key = dedupe ? keyOf(values) : null;
    if (dedupe && seen.has(key)) return 'exact duplicate';
    const text = near === null ? null : values[near.column];
    const set = text === null ? null : shingles(text);
    if (set !== null && isNear(set)) return 'near duplicate';
    // Rows are compared with those that were kept: one that equals a near duplicate is a near duplicate itself.
    if (dedupe) seen.add(key);
    return null;
  });
}
