import { isUtf8 } from 'node:buffer';
import { DatagpuError, quoteValue } from '../errors.js';
import type { TextFile } from './chunk.js';
import { type Guess, guessEncoding } from './encoding-guess.js';
import { readUpTo, withSource } from './source-file.js';

/**
 * An encoding of text sources: one that TextDecoder knows, under its own name, utf-32le, utf-32be or latin1, which is only ever
 * given: what is detected as such is its superset windows-1252.
 */
export type Encoding = string;

/** What a text source's bytes mean. */
export interface FoundEncoding {
  encoding: Encoding;
  /** Said when it is not UTF-8 and was not given. */
  warnings: string[];
}

/** Bytes looked at: the first ones, and as many pieces spread over the rest. */
const headBytes = 1024 * 1024;
const pieceBytes = 64 * 1024;
const pieces = 16;

/**
 * Finds a text source's encoding by its byte order mark, by where its zero bytes stand, or by whether samples of it are
 * UTF-8 and which language they are likely in if not; `given` wins. Refuses what is no text, and what several encodings read as
 * text. A file that shows an odd byte only between the samples is read as UTF-8, and the
 * records with such bytes are malformed.
 */
export function detectEncoding(
  file: TextFile,
  given: string | null,
  name: string,
  delimiter: string | null = null,
): FoundEncoding {
  const samples = readSamples(file, name);
  const head = samples[0]!;
  if (given !== null) return { encoding: given, warnings: [] };
  if (head[0] === 0 && head[1] === 0 && head[2] === 0xfe && head[3] === 0xff)
    return { encoding: 'utf-32be', warnings: [] };
  if (head[0] === 0xff && head[1] === 0xfe && head[2] === 0 && head[3] === 0)
    return { encoding: 'utf-32le', warnings: [] };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', warnings: [] };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', warnings: [] };
  const wide = wideOrder(head.subarray(0, pieceBytes));
  if (wide !== null)
    return {
      encoding: wide,
      warnings: [
        `${name}: read as ${wide.toUpperCase()}, because every second byte is zero; it has no byte order mark`,
      ],
    };
  refuseBinary(head.subarray(0, pieceBytes), delimiter, name);
  const odd = samples.filter((s, i) => !validUtf8(s, i === 0, i === samples.length - 1));
  if (odd.length === 0) return switchesSets(head) ? readAs('iso-2022-jp', name) : { encoding: 'utf-8', warnings: [] };
  const guess = isMostlyUtf8(samples) ? null : guessEncoding(samples);
  if (guess === null) return { encoding: 'utf-8', warnings: [] };
  if (guess.candidates.length > 1) throw undecided(guess, name);
  return readAs(guess.candidates[0]!.encoding, name);
}

const readAs = (encoding: Encoding, name: string): FoundEncoding => ({
  encoding,
  warnings: [`${name}: not UTF-8; read as ${encoding}. If that is wrong, pass --encoding`],
});

/** ISO-2022-JP is ASCII to look at: escape sequences switch to Japanese and back. */
function switchesSets(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length);
  const to = text.indexOf('\x1b$');
  return to >= 0 && (text[to + 2] === 0x42 || text[to + 2] === 0x40) && text.indexOf('\x1b(', to) > 0;
}

function readSamples(file: TextFile, name: string): Uint8Array[] {
  return withSource(file.path, name, (fd) => {
    const read = (at: number, bytes: number): Uint8Array =>
      readUpTo(fd, Buffer.alloc(Math.max(0, Math.min(bytes, file.bytes - at))), at, name);
    const rest = file.bytes - headBytes;
    if (rest <= pieces * pieceBytes) return [read(0, file.bytes)];
    const samples = [read(0, headBytes)];
    for (let i = 1; i <= pieces; i++)
      samples.push(read(Math.floor(headBytes + (rest * i) / pieces - pieceBytes), pieceBytes));
    return samples;
  });
}

/** Which half of each 16 bits is zero in almost all of the sample: Latin text in UTF-16 without its mark. */
function wideOrder(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = head.length >> 1;
  if (pairs < 4) return null;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs * 2; i += 2) {
    if (head[i] === 0) even++;
    if (head[i + 1] === 0) odd++;
  }
  if (odd > pairs * 0.7 && even < pairs * 0.05) return 'utf-16le';
  if (even > pairs * 0.7 && odd < pairs * 0.05) return 'utf-16be';
  return null;
}

/**
 * Refuses what can't be text: more than a tenth of zero bytes and more than a few, or a fifth of control characters. The given
 * delimiter counts as none: exports of Hive separate cells by U+0001, and most of the cells may be empty.
 */
function refuseBinary(head: Uint8Array, delimiter: string | null, name: string): void {
  const counts = new Uint32Array(32);
  for (const b of head) if (b < 32) counts[b]!++;
  const zeros = counts[0]!;
  const isControl = (_: number, b: number): boolean =>
    b > 0 && !(b >= 7 && b <= 13) && b < 27 && String.fromCharCode(b) !== delimiter;
  const controls = counts.filter(isControl);
  const sum = controls.reduce((n, one) => n + one, 0);
  if (zeros <= Math.max(4, head.length * 0.1) && sum <= head.length * 0.2) return;
  const most = counts.findIndex((n, b) => isControl(n, b) && n === sum);
  throw new DatagpuError('input', 'the content is binary, not text', {
    file: name,
    hint:
      most > 0 && zeros === 0
        ? `If its cells are separated by the character ${most}, pass --delimiter '\\x${most.toString(16).padStart(2, '0')}'`
        : 'Pass --encoding if it is text after all',
  });
}

/** Whether a sample is UTF-8, apart from the characters that its ends cut. */
function validUtf8(sample: Uint8Array, first: boolean, last: boolean): boolean {
  let from = 0;
  let to = sample.length;
  if (!first) while (from < 3 && from < to && (sample[from]! & 0xc0) === 0x80) from++;
  if (!last) {
    // At most three bytes of a sequence can be before the cut.
    for (let back = 1; back <= 3 && back <= to; back++) {
      const b = sample[to - back]!;
      if (b >= 0xc0) {
        to -= back;
        break;
      }
      if (b < 0x80) break;
    }
  }
  return isUtf8(sample.subarray(from, to));
}

/** Whether most sequences of bytes above ASCII are UTF-8: then the others are damage. */
function isMostlyUtf8(samples: readonly Uint8Array[]): boolean {
  let sequences = 0;
  let others = 0;
  for (const sample of samples) {
    for (let i = 0; i < sample.length; i++) {
      if (sample[i]! < 0x80) continue;
      const length = sequenceLength(sample, i);
      if (length > 0) {
        sequences++;
        i += length - 1;
      } else others++;
    }
  }
  return sequences > others * 4;
}

/** Bytes of a well-formed sequence of more than one at `at`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** Several readings fit, and a wrong one would go unnoticed: the user says which it is. */
function undecided({ candidates, line }: Guess, name: string): DatagpuError {
  const readings = candidates.map(({ encoding, cell }) => `${encoding} (${quoteValue(cell)})`);
  const all = `${readings.slice(0, -1).join(', ')} or ${readings.at(-1)}`;
  return new DatagpuError('input', `it is not UTF-8; line ${line} may be ${all}`, {
    file: name,
    hint: `Pass --encoding ${candidates[0]!.encoding}, or the one that is right`,
  });
}
