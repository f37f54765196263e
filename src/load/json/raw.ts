import type { JsonDialect } from './dialect.js';

const [lf, cr, quote, comma, backslash] = [10, 13, 0x22, 0x2c, 0x5c];

/**
 * The bytes that the records of a chunk stand in, one after the other, without what is between them: `to` is not included.
 * Of a chunk that was parsed: elements are well-formed there, and so are lines, or they are rejects as a whole.
 */
export function jsonRecordRanges(chunk: Uint8Array, { layout }: JsonDialect): Generator<{ from: number; to: number }> {
  return layout === 'lines' ? lineRanges(chunk) : elementRanges(chunk);
}

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 9 || byte === cr || byte === lf;

function* lineRanges(chunk: Uint8Array): Generator<{ from: number; to: number }> {
  for (let at = 0; at < chunk.length; ) {
    const found = chunk.indexOf(lf, at);
    const end = found < 0 ? chunk.length : found;
    let from = at;
    // Where files were put one behind the other, a line begins with a byte order mark.
    if (chunk[from] === 0xef && chunk[from + 1] === 0xbb && chunk[from + 2] === 0xbf) from += 3;
    while (from < end && isSpace(chunk[from])) from++;
    let to = end;
    while (to > from && chunk[to - 1] === cr) to--;
    if (from < end) yield { from, to };
    at = end + 1;
  }
}

/** Of an array, whose elements have commas between them, or of objects that follow each other. */
function* elementRanges(chunk: Uint8Array): Generator<{ from: number; to: number }> {
  for (let p = 0; p < chunk.length; ) {
    if (isSpace(chunk[p]) || chunk[p] === comma) {
      p++;
      continue;
    }
    // The bracket that closes the array of records.
    if (chunk[p] === 0x5d) return;
    const from = p;
    p = elementEnd(chunk, from);
    yield { from, to: p };
  }
}

/** The byte behind the value at `from`: behind the bracket that closes it, or else at what ends a scalar. */
function elementEnd(chunk: Uint8Array, from: number): number {
  let depth = 0;
  for (let p = from; p < chunk.length; p++) {
    const byte = chunk[p]!;
    if (byte === quote) {
      for (p++; p < chunk.length && chunk[p] !== quote; p++) if (chunk[p] === backslash) p++;
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      // A scalar is the last element, and the array ends behind it.
      if (depth === 0) return p;
      if (--depth === 0) return p + 1;
    } else if (depth === 0 && (byte === comma || isSpace(byte))) return p;
  }
  return chunk.length;
}
