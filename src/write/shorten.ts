/** Bounds of texts in statistics, cut to a length and still bounds. */

/** A prefix of at most `limit` bytes that ends with a whole character: no greater than the value. */
export function shortenMin(value: Uint8Array, limit: number): Uint8Array {
  if (value.length <= limit) return value;
  let end = limit;
  while (end > 0 && isContinuation(value[end]!)) end--;
  return value.subarray(0, end);
}

/** A text of at most `limit` bytes that is no less than the value, or null when there is none. */
export function shortenMax(value: Uint8Array, limit: number): Uint8Array | null {
  if (value.length <= limit) return value;
  const prefix = [...Buffer.from(shortenMin(value, limit)).toString('utf8')];
  while (prefix.length > 0) {
    const code = prefix.pop()!.codePointAt(0)!;
    // The next code point takes as many bytes but at the four borders of UTF-8; then the character before it is raised.
    const next = code === 0xd7ff ? 0xe000 : code + 1;
    if (code === 0x7f || code === 0x7ff || code === 0xffff || code >= 0x10ffff) continue;
    return Buffer.from(prefix.join('') + String.fromCodePoint(next));
  }
  return null;
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;
