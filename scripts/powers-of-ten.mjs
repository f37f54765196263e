// Writes src/kernels/assembly/ingest/powers.ts: 128-bit approximations of the powers of ten, for reading decimals
// (Lemire, "Number parsing at a gigabyte per second", 2021) and for their shortest form (Giulietti, "The Schubfach way to
// render doubles", 2020).
import fs from 'node:fs';
import path from 'node:path';

const from = -342n;
const to = 324n;
const lines = [];
for (let k = from; k <= to; k++) {
  const [numerator, denominator] = k < 0n ? [1n, 10n ** -k] : [10n ** k, 1n];
  // The binary exponent that brings the quotient into [2^127, 2^128), rounded down.
  let shift = 128n - BigInt(numerator.toString(2).length) + BigInt(denominator.toString(2).length);
  let value = (numerator << (shift > 0n ? shift : 0n)) / (denominator << (shift < 0n ? -shift : 0n));
  if (value >= 1n << 128n) {
    shift--;
    value = (numerator << (shift > 0n ? shift : 0n)) / (denominator << (shift < 0n ? -shift : 0n));
  }
  // Small negative powers are rounded up, so that products that are exact come out exact.
  if (k < 0n && k >= -27n) value++;
  const hex = value.toString(16).padStart(32, '0');
  lines.push(`  0x${hex.slice(0, 16)}, 0x${hex.slice(16)},`);
}
fs.writeFileSync(
  path.join(path.dirname(import.meta.dirname), 'src/kernels/assembly/ingest/powers.ts'),
  `// Made by scripts/powers-of-ten.mjs. Do not edit.

export const smallestPower: i32 = ${from};
export const largestPower: i32 = ${to};

/**
 * 10^k for k from ${from} to ${to}: the 128 most significant bits, high half first, rounded down but for k in [-27, -1], where
 * they are rounded up. Exact for k in [0, 55].
 */
export const powersOfTen: usize = memory.data<u64>([
${lines.join('\n')}
]);
`,
);
