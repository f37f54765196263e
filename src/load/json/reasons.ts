// What the parse kernel's error codes mean (kernels/assembly/ingest/json-errors.ts), in words that name the byte and the rule.

import { quoteValue } from '../../errors.js';

/** The codes that the callers tell apart. */
export const code = { notObject: 12, utf8: 13 } as const;

/**
 * What is wrong with a record. `bytes` are those from the error on, none when it is at the end of what there is;
 * `position` is its 1-based byte in the record or line.
 */
export function reasonOf(errorCode: number, bytes: Uint8Array, position: number): string {
  const where = `at byte ${position}`;
  const found = bytes.length === 0 ? 'the end' : tokenOf(bytes);
  switch (errorCode) {
    case 2:
      return `a string that isn't closed, ${where}`;
    case 3:
      return `an unescaped control character U+${hex(bytes[0])} in a string, ${where}`;
    case 4:
      return `an unknown escape in a string, ${where}: ${quoteBytes(bytes.subarray(0, 6))}`;
    case 5:
      return `not a JSON number, ${where}: ${found}`;
    case 6:
      return `not a JSON value, ${where}: ${found}${literalHint(bytes)}`;
    case 7:
      return `values nested deeper than 512, ${where}`;
    case 8:
      return `expected ":" after a key, got ${found}, ${where}`;
    case 9:
      return `expected "," or the end of the object or array, got ${found}, ${where}`;
    case 10:
      return `expected a key in double quotes, got ${found}, ${where}`;
    case 11:
      return bytes[0] === 0x7b
        ? `a second object on the line, ${where}`
        : `text after the end of the value, ${where}: ${found}`;
    case code.notObject:
      return `${kindOf(bytes[0])}, not an object`;
    case code.utf8:
      return `a byte that is not UTF-8 (0x${hex(bytes[0]).slice(-2)}), ${where}`;
    case 14:
      return `a comma with nothing after it, before ${found}, ${where}`;
    default:
      return `expected a value, got ${found}, ${where}`;
  }
}

/** The kind of a JSON value by its first byte, with its article. */
export function kindOf(first: number | undefined): string {
  switch (first) {
    case 0x7b:
      return 'an object';
    case 0x5b:
      return 'an array';
    case 0x22:
      return 'a string';
    case 0x74:
    case 0x66:
      return 'a boolean';
    case 0x6e:
      return 'null';
    default:
      return 'a number';
  }
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** The word at the start of the bytes, or else one character. */
function tokenOf(bytes: Uint8Array): string {
  let end = 0;
  while (end < bytes.length && end < 40 && /[\w.+-]/.test(String.fromCharCode(bytes[end]!))) end++;
  if (end > 0) return quoteBytes(bytes.subarray(0, end));
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, 4));
  return quoteValue(String.fromCodePoint(text.codePointAt(0)!));
}

function quoteBytes(bytes: Uint8Array): string {
  return quoteValue(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

function literalHint(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, 9));
  if (/^-?(NaN|Infinity)/.test(text)) return ' (JSON has no such number; --json-nan null or --json-nan text reads it)';
  if (/^(True|False|None)/.test(text)) return ' (a Python literal)';
  return '';
}
