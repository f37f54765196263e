import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hashBytes, setDigestSecret } from '../../dist/dedupe/digest.js';
import { compile } from '../../dist/index.js';
import { createIngestKernel, digestSecretBytes } from '../../dist/kernels/ingest.js';

const kernel = createIngestKernel();
const mask = 2n ** 64n - 1n;
const low32 = 2n ** 32n - 1n;

/** What keyed-hash.ts says, in BigInt. */
function oracle(bytes: Uint8Array, secret: Buffer): string {
  const mix = (sum: bigint): bigint => {
    const h = ((sum ^ (sum >> 37n)) * 0x165667919e3779f9n) & mask;
    return h ^ (h >> 32n);
  };
  const padded = Buffer.alloc(Math.ceil(bytes.length / 32) * 32);
  padded.set(bytes);
  const sums = Array.from({ length: 4 }, () => [BigInt(bytes.length), BigInt(bytes.length)]);
  for (let at = 0; at < padded.length; at += 32) {
    sums.forEach((sum, t) => {
      const key = (at % 256) + t * 32;
      for (let word = 0; word < 4; word++) {
        const one = (BigInt(padded.readUInt32LE(at + word * 4)) + BigInt(secret.readUInt32LE(key + word * 4))) & low32;
        const two =
          (BigInt(padded.readUInt32LE(at + 16 + word * 4)) + BigInt(secret.readUInt32LE(key + 16 + word * 4))) & low32;
        sum[word % 2] = (sum[word % 2]! + one * two) & mask;
      }
    });
    if (at % 256 === 224) for (const sum of sums) for (const lane of [0, 1]) sum[lane] = mix(sum[lane]!);
  }
  const out = Buffer.alloc(16);
  [0, 1].forEach((half) => {
    let total = 0n;
    sums.forEach((sum, t) => {
      for (const lane of [0, 1])
        total += sum[lane]! * (secret.readBigUInt64LE(352 + half * 64 + t * 16 + lane * 8) | 1n);
    });
    out.writeBigUInt64LE(mix(total & mask), half * 8);
  });
  return out.toString('hex');
}

const hex = (bytes: Uint8Array): string => Buffer.from(hashBytes(kernel, bytes)).toString('hex');

describe('the hash under a secret', () => {
  const secret = randomBytes(digestSecretBytes);

  test('is what it says it is, for inputs of any length', () => {
    setDigestSecret(kernel, secret);
    const bytes = randomBytes(2000);
    for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 64, 240, 255, 256, 257, 288, 511, 512, 513, 2000])
      expect(hex(bytes.subarray(0, length))).toBe(oracle(bytes.subarray(0, length), secret));
  });

  test('depends on every bit, and on the secret', () => {
    setDigestSecret(kernel, secret);
    const bytes = randomBytes(600);
    const seen = new Set([hex(bytes)]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const other = Buffer.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      seen.add(hex(other));
    }
    expect(seen.size).toBe(bytes.length * 8 + 1);
    setDigestSecret(kernel, randomBytes(digestSecretBytes));
    expect(seen.has(hex(bytes))).toBe(false);
  });

  test('keeps words apart of which two differ in their uppermost bit, whatever the words are', () => {
    setDigestSecret(kernel, secret);
    const seen = new Set<string>();
    const words = 96;
    const base = randomBytes(words * 8);
    for (let a = 0; a < words; a++) {
      for (let b = 0; b <= a; b++) {
        const other = Buffer.from(base);
        other[a * 8 + 7]! ^= 128;
        other[b * 8 + 7]! ^= 128;
        if (a !== b) seen.add(hex(other));
      }
    }
    expect(seen.size).toBe((words * (words - 1)) / 2);
  });
});

describe('rows that collide under XXH3-128 with its own secret', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'collisions-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  /** Groups of three texts whose words multiply to nothing with XXH3's constants. */
  function texts(): string[] {
    return Array.from({ length: 1000 }, (_, i) =>
      [0, 1, 2].map((d) => {
        const row = Buffer.alloc(704, 'a');
        row.write(String(i).padStart(8, '0'), 5);
        row.set([0x62, 0x63 + d, 0x64, 0xc3, 0x81, 0x3a, 0x26, 0x4c], 448);
        row.set([0x6d, 0x6e - d, 0x6f, 0x70, 0x78, 0x73, 0x64, 0xea, 0x80, 0x80], 640);
        return row.subarray(5).toString();
      }),
    ).flat();
  }

  test('are all kept', async () => {
    const all = texts();
    expect(new Set(all).size).toBe(3000);
    const source = path.join(folder, 'collide.csv');
    fs.writeFileSync(source, `t\n${all.join('\n')}\n`);
    const { manifest } = await compile([source], {
      out: path.join(folder, 'out'),
      rank: false,
      cache: false,
      threads: 0,
    });
    expect(manifest.rows).toBe(3000);
  });
});
