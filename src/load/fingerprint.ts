import fs from 'node:fs';
import type { XXHash } from 'xxhash-wasm';
import { formatXxh64 } from './passing-hash.js';
import { closeSource, openSource, unreadable } from './source-file.js';

/** What tells, without reading it, that a file is the one seen before. Decimal strings: they exceed 2^53. */
export interface StatSignature {
  dev: string;
  ino: string;
  size: string;
  mtimeNs: string;
  ctimeNs: string;
}

/** Bytes hashed in one call: measured, 256 KB to 1 MB is the fastest (the buffer stays in the L2 cache). */
const sliceBytes = 512 * 1024;
/** Slices between two turns of the event loop, so that an interrupt is answered: 16 MB, about 5 ms. */
const slicesPerTurn = 32;

/** `xxh64:` and 16 hexadecimal digits of a file's bytes. Reads in place and keeps half a megabyte of it; `signal` ends it. */
export async function fingerprint(file: string, shown: string = file, signal?: AbortSignal): Promise<string> {
  const hash = await startHash();
  const fd = openSource(file, shown);
  try {
    const slice = Buffer.allocUnsafe(sliceBytes);
    for (let count = 1; ; count++) {
      const read = fs.readSync(fd, slice, 0, sliceBytes, null);
      if (read === 0) break;
      hash.update(read === sliceBytes ? slice : slice.subarray(0, read));
      if (count % slicesPerTurn !== 0) continue;
      await new Promise((turn) => setImmediate(turn));
      signal?.throwIfAborted();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(shown, cause);
  } finally {
    closeSource(fd);
  }
  return formatHash(hash);
}

/** A running XXH64 for bytes that pass by. */
export async function startHash(): Promise<XXHash<bigint>> {
  const { default: xxhash } = await import('xxhash-wasm');
  return (await xxhash()).create64();
}

/** The manifest's form of a finished hash. */
export function formatHash(hash: XXHash<bigint>): string {
  return formatXxh64(hash.digest());
}

/** The signature of a file as it is now. */
export function statSignature(file: string, shown: string = file): StatSignature {
  try {
    const s = fs.statSync(file, { bigint: true });
    return { dev: `${s.dev}`, ino: `${s.ino}`, size: `${s.size}`, mtimeNs: `${s.mtimeNs}`, ctimeNs: `${s.ctimeNs}` };
  } catch (cause) {
    throw unreadable(shown, cause);
  }
}
