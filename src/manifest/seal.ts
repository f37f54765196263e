import { createHash } from 'node:crypto';

const key = 'manifest_hash: ';

/** `sha256:...` of a text. */
export const sealHash = (text: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** The last line of a manifest, by which it can be seen that no byte above it was changed. */
export const sealLine = (hash: string): string => `${key}${hash}\n`;

/** What is wrong with the seal of a manifest; null if it fits. Bytes are compared: other bytes can be decoded to the same text. */
export function sealProblem(bytes: Buffer): string | null {
  const at = bytes.lastIndexOf(`\n${key}`) + 1;
  if (at === 0) return 'it has no "manifest_hash", as if an older datagpu had written it';
  const isWhole = bytes.subarray(at).equals(Buffer.from(sealLine(sealHash(bytes.subarray(0, at)))));
  return isWhole ? null : 'its text is not the one that was written';
}
