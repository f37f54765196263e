import type { IngestKernel } from '../kernels/ingest.js';
import { during } from '../kernels/lent.js';

/**
 * Puts the null tokens (in lower case) where the kernel looks for them: 256 bytes, 1 for each first byte of one in either
 * case; uint32 count; and for each a uint32 length and its bytes. With '' among them a quoted empty cell is null too.
 */
export function placeTokens(kernel: IngestKernel, tokens: readonly string[]): void {
  const encoded = tokens.map((t) => Buffer.from(t)).filter((t) => t.length > 0);
  const address = kernel.alloc(encoded.reduce((n, t) => n + 4 + t.length, 260));
  const first = kernel.u8(address, 256).fill(0);
  const view = new DataView(during(first).buffer);
  view.setUint32(address + 256, encoded.length, true);
  let at = address + 260;
  for (const token of encoded) {
    const byte = token[0]!;
    first[byte] = 1;
    if (byte >= 97 && byte <= 122) first[byte - 32] = 1;
    view.setUint32(at, token.length, true);
    kernel.u8(at + 4, token.length).set(token);
    at += 4 + token.length;
  }
  kernel.exports.setNullTokens(address, tokens.includes(''));
}
