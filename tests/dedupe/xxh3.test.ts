import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hashBytes } from '../../dist/dedupe/digest.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';

interface Answers {
  seeds: string[];
  answers: [length: number, ...hex: string[]][];
}
const known = JSON.parse(fs.readFileSync(new URL('xxh3-128.json', import.meta.url), 'utf8')) as Answers;

/** The byte stream that the answers are for. */
function stream(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let x = 1n;
  for (let i = 0; i < length; i++) {
    x = (x * 1103515245n + 12345n) % 2n ** 31n;
    bytes[i] = Number((x >> 16n) & 255n);
  }
  return bytes;
}

/** The canonical form of a digest: the high half first, both big-endian. */
const canonical = (digest: Uint8Array): string => Buffer.from(digest).reverse().toString('hex');

describe('XXH3-128', () => {
  const bytes = stream(65536);
  const kernel = createIngestKernel();

  test.each(known.seeds.map((seed, i) => [seed, i] as const))('gives the known answers with seed %s', (seed, i) => {
    const got = known.answers.map(([length]) => [
      length,
      canonical(hashBytes(kernel, bytes.subarray(0, length), BigInt(seed))),
    ]);
    expect(got).toEqual(known.answers.map((a) => [a[0], a[i + 1]]));
  });

  test('does not depend on where the bytes lie', () => {
    const padded = new Uint8Array(400);
    for (let shift = 0; shift < 16; shift++) {
      padded.fill(255);
      padded.set(bytes.subarray(0, 300), shift);
      kernel.reset();
      const at = kernel.put(padded);
      expect(canonical(hashBytes(kernel, kernel.u8(at + shift, 300)))).toBe(known.answers[300]![1]);
    }
  });
});
