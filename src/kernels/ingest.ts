import { randomBytes } from 'node:crypto';
import { during } from './lent.js';
import { Kernel } from './module.js';
import { toNfc } from './nfc.js';
import { randomNumbers } from './random.js';

/**
 * The module that makes rows of bytes: record scans, cell indexes, types, cleaning, digests.
 */
export type IngestKernel = Kernel<'ingest'>;

/** Bytes of the secret that digests are made under; assembly/shared/keyed-hash.ts has the same number. */
export const digestSecretBytes = 480;

/** A kernel of its own memory, one per worker. Its secrets are its own until those of a compile are set. */
export function createIngestKernel(): IngestKernel {
  const kernel: IngestKernel = new Kernel(
    'ingest',
    hostFunctions(() => kernel),
  );
  const { jsonSecret, sketchSecret, digestSecret } = kernel.exports;
  const [a, b, c, d, e, f, g] = randomNumbers(7);
  jsonSecret(a!, b!, c!);
  sketchSecret(d!, e!, f!, g!);
  digestSecret(kernel.put(randomBytes(digestSecretBytes)));
  kernel.reset();
  return kernel;
}

/** What the module asks of its host: rare slow paths that JavaScript does exactly. */
function hostFunctions(kernel: () => IngestKernel): Record<string, WebAssembly.ImportValue> {
  const text = (ptr: number, length: number): string => {
    const bytes = during(kernel().u8(ptr >>> 0, length));
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString();
  };
  return {
    /** The double nearest to a decimal of any length. */
    number: (ptr: number, length: number): number => Number(text(ptr, length)),
    /** Brings UTF-8 text into NFC in place, at most three times as long; its new length, or -1 if it was NFC already. */
    normalise: (ptr: number, length: number): number => {
      const before = text(ptr, length);
      const after = toNfc(before);
      if (after === before) return -1;
      const bytes = during(kernel().u8(ptr >>> 0, length * 3));
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).write(after);
    },
  };
}
