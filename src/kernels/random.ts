import { randomBytes } from 'node:crypto';

/** Random 64-bit numbers, for tables whose order reaches no output. */
export function randomNumbers(count: number): bigint[] {
  const bytes = randomBytes(count * 8);
  return Array.from({ length: count }, (_, i) => bytes.readBigUInt64LE(i * 8));
}
