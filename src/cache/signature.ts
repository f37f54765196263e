import type { StatSignature } from '../load/fingerprint.js';

/**
 * A file that changed less than this before it was read can change again without a new stamp. File systems with stamps
 * finer than a millisecond take them from a clock that ticks every 10 ms or faster; others step by up to 2 s (FAT).
 */
const settleMs = { fine: 100, coarse: 2000 };

/**
 * A signature as text, to compare with a later one; null when the file changed so shortly before `observedMs` (when its
 * reading began, as `Date.now()`) that a later change could leave the same stamp. That is git's rule for "racily clean"
 * entries (https://git-scm.com/docs/racy-git): such a file is compared by its content next time.
 */
export function signatureText(signature: StatSignature, observedMs: number): string | null {
  const { mtimeNs, ctimeNs } = signature;
  const newestMs = Math.max(Number(mtimeNs), Number(ctimeNs)) / 1e6;
  const wait = mtimeNs.endsWith('000000') ? settleMs.coarse : settleMs.fine;
  return newestMs + wait < observedMs ? ownSignatureText(signature) : null;
}

/**
 * A signature as text for a file that datagpu itself has just finished: the rule above is left out, since only somebody who
 * rewrites a data file to the same size within a tick of the clock would go unseen (`verify` sees that too).
 */
export function ownSignatureText({ dev, ino, size, mtimeNs, ctimeNs }: StatSignature): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** True when a file that has `signature` now is the one that was remembered with `known`, as far as stamps can tell. */
export function sameSignature(known: string | null, signature: StatSignature): boolean {
  return known === ownSignatureText(signature);
}
