import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../../dist/compile.js';
import { fingerprint } from '../../dist/load/fingerprint.js';
import { scratchFolder } from '../write/files.js';

const mask = 2n ** 64n - 1n;
const [prime1, prime2] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn];

/** What a lane of XXH64 is after a word of the input (its specification, "Process stripes"). */
const round = (lane: bigint, word: bigint): bigint => {
  const sum = (lane + word * prime2) & mask;
  return (((sum << 31n) | (sum >> 33n)) * prime1) & mask;
};

/** The inverse of an odd number modulo 2^64, by Newton's method. */
function inverse(odd: bigint): bigint {
  let x = odd;
  for (let i = 0; i < 6; i++) x = (x * (2n - odd * x)) & mask;
  return x;
}

/**
 * Changes digits in the first two stripes of a text so that its XXH64 stays what it was: the second word of the first lane takes
 * back what the first one does. Both are of 8 bytes that a CSV cell may have.
 */
function collide(bytes: Buffer): Buffer {
  const back = inverse(prime2);
  // The seed is 0: lanes begin with sums of the primes.
  const start = (prime1 + prime2) & mask;
  const [first, second] = [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(32)];
  const before = round(start, first);
  const changed = Buffer.from(bytes);
  for (let n = 0; ; n++) {
    changed.write(`a,b\n${String(n).padStart(4, 'x')}`.slice(0, 8), 0, 'latin1');
    for (let k = n, at = 4; at < 8; at++, k = Math.floor(k / 26)) changed[at] = 0x61 + (k % 26);
    const after = round(start, changed.readBigUInt64LE(0));
    const word = (second + (before - after) * back) & mask;
    changed.writeBigUInt64LE(word, 32);
    const isText = changed.subarray(32, 40).every((byte) => byte >= 0x23 && byte < 0x7f && byte !== 0x2c);
    if (isText && !changed.equals(bytes)) return changed;
    if (n > 26 ** 4) throw new Error('no collision of plain letters found');
  }
}

/** A text of at least so many bytes, whose first two stripes are one header and one long cell. */
const textOf = (rows: number): Buffer =>
  Buffer.from(`a,b\n${'q'.repeat(60)},1\n${Array.from({ length: rows }, (_, i) => `row ${i},${i % 7}\n`).join('')}`);

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 2200));

// Small sources are known by SHA-256, those above 32 MiB by their stamps.
test.each([
  ['small', 100],
  ['large', 2_800_000],
])(
  'another file with the XXH64 of a %s source is no cache hit, with its time put back too',
  async (_, rows) => {
    const cwd = scratchFolder();
    const file = path.join(cwd, 'a.csv');
    const right = textOf(rows);
    expect(right.length > 32 * 2 ** 20).toBe(rows > 100_000);
    const other = collide(right);
    fs.writeFileSync(path.join(cwd, 'other.csv'), other);
    fs.writeFileSync(file, right);
    fs.utimesSync(file, 1000, 1000);
    expect(await fingerprint(path.join(cwd, 'other.csv'))).toBe(await fingerprint(file));
    await settled();
    const options = { cwd, rank: false } as const;
    const first = await compile(['a.csv'], options);
    expect((await compile(['a.csv'], options)).outcome).toBe('cached');

    // In place, by another file moved there, and by one whose stamps could not be trusted when it was compiled.
    const changes = [
      () => fs.writeFileSync(file, other),
      () => {
        fs.writeFileSync(`${file}~`, right);
        fs.renameSync(`${file}~`, file);
      },
      () => fs.writeFileSync(file, other),
    ];
    let { hash } = first.manifest;
    for (const change of changes) {
      change();
      fs.utimesSync(file, 1000, 1000);
      const { outcome, manifest } = await compile(['a.csv'], options);
      expect(outcome).toBe('compiled');
      expect(manifest.hash).not.toBe(hash);
      expect(manifest.sources[0]!.hash).toBe(first.manifest.sources[0]!.hash);
      hash = manifest.hash;
    }
  },
  120_000,
);

test('a source that another one of the same XXH64 takes the place of while it is read is refused', async () => {
  const cwd = scratchFolder();
  const file = path.join(cwd, 'a.csv');
  const right = textOf(100);
  fs.writeFileSync(file, right);
  fs.utimesSync(file, 1000, 1000);
  await new Promise((passed) => setTimeout(passed, 50));
  const onProgress = (): void => {
    fs.writeFileSync(file, collide(right));
    fs.utimesSync(file, 1000, 1000);
  };
  const running = compile(['a.csv'], { cwd, cache: false, threads: 0, onProgress });
  await expect(running).rejects.toMatchObject({ code: 'input', message: 'the file changed while it was read' });
});
