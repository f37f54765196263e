import { isUtf8 } from 'node:buffer';
import { DatagpuError } from '../errors.js';
import type { TextFile } from './chunk.js';
import { readUpTo, withSource } from './source-file.js';

/** Encodings of text sources. `latin1` is only ever given: what is detected as such is its superset windows-1252. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'latin1' | 'macintosh';

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
 * UTF-8; `given` wins. Refuses what is no text. A file that shows an odd byte only between the samples is read as UTF-8, and the
 * records with such bytes are malformed.
 */
export function detectEncoding(file: TextFile, given: string | null, name: string): FoundEncoding {
  const samples = readSamples(file, name);
  const head = samples[0]!;
  if (given !== null) return { encoding: given as Encoding, warnings: [] };
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
  refuseBinary(head.subarray(0, pieceBytes), name);
  const odd = samples.filter((s, i) => !validUtf8(s, i === 0, i === samples.length - 1));
  if (odd.length === 0) return { encoding: 'utf-8', warnings: [] };
  const encoding = singleByteEncoding(samples);
  if (encoding === 'utf-8') return { encoding, warnings: [] };
  return {
    encoding,
    warnings: [`${name}: not UTF-8; read as ${encoding}. If that is wrong, pass --encoding`],
  };
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

/** Refuses what can't be text: more than a tenth of zero bytes and more than a few, or a fifth of control characters. */
function refuseBinary(head: Uint8Array, name: string): void {
  let zeros = 0;
  let controls = 0;
  for (const b of head) {
    if (b === 0) zeros++;
    else if (b < 32 && !(b >= 7 && b <= 13) && !(b >= 27 && b <= 31)) controls++;
  }
  if (zeros > Math.max(4, head.length * 0.1) || controls > head.length * 0.2)
    throw new DatagpuError('input', 'the content is binary, not text', {
      file: name,
      hint: 'Pass --encoding if it is text after all',
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

/**
 * Which encoding of one byte a character the samples are in: the one whose reading puts letters where words are. UTF-8 when
 * no reading is likely, or when most sequences are UTF-8: then the others are damage.
 */
function singleByteEncoding(samples: readonly Uint8Array[]): Encoding {
  let sequences = 0;
  let others = 0;
  const score = { 'windows-1252': 0, macintosh: 0 };
  for (const sample of samples) {
    for (let i = 0; i < sample.length; i++) {
      const b = sample[i]!;
      if (b < 0x80) continue;
      const length = sequenceLength(sample, i);
      if (length > 0) {
        sequences++;
        i += length - 1;
        continue;
      }
      others++;
      const before = sample[i - 1] ?? 32;
      score['windows-1252'] += likelihood(windows1252.charCodeAt(b - 128), before);
      score.macintosh += likelihood(macintosh.charCodeAt(b - 128), before);
    }
  }
  if (sequences > others * 4) return 'utf-8';
  if (score.macintosh > score['windows-1252'] && score.macintosh > 0) return 'macintosh';
  return score['windows-1252'] >= 0 ? 'windows-1252' : 'utf-8';
}

/** Bytes of a well-formed sequence of more than one at `at`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** Whether a character fits behind a byte: 1 for a letter or a usual mark, 0 for a doubtful one, -1 for an odd one. */
function likelihood(code: number, before: number): number {
  const character = String.fromCharCode(code);
  const afterLower = before >= 97 && before <= 122;
  if (code >= 0x80 && code < 0xa0) return -1;
  if (character === 'ÿ' || character === 'þ') return -1;
  if (/\p{Lu}/u.test(character)) return afterLower ? -1 : 1;
  if (/\p{Ll}/u.test(character)) return 1;
  return /[\u00a0‘’“”–—…•€£©®™°«»§±¿¡·]/.test(character) ? 1 : 0;
}

/** Turns bytes of another encoding into UTF-8, piece by piece. A result may be overwritten by the next one. */
export interface Transcoder {
  write(bytes: Uint8Array): Uint8Array;
  /** The rest, after the last piece. */
  end(): Uint8Array;
  /** Bytes that stand for no character in the encoding so far; they became the control character of their number. */
  readonly undecodable: number;
}

/** Makes a transcoder to UTF-8. A byte order mark is left out. Throws 'input' at a surrogate without its other half. */
export function transcode(encoding: Encoding, name: string): Transcoder {
  switch (encoding) {
    case 'utf-8':
      return { write: (bytes) => bytes, end: () => new Uint8Array(0), undecodable: 0 };
    case 'utf-16le':
    case 'utf-16be':
      return wideTranscoder(encoding === 'utf-16be', name);
    case 'windows-1252':
      return byteTranscoder(windows1252);
    case 'macintosh':
      return byteTranscoder(macintosh);
    case 'latin1':
      return byteTranscoder(null);
  }
}

/** `table` has the characters of 0x80 to 0xff; null for the ones of that number. */
function byteTranscoder(table: string | null): Transcoder {
  const encoded = Array.from({ length: 128 }, (_, i) => Buffer.from(table?.[i] ?? String.fromCharCode(128 + i)));
  let target = new Uint8Array(0);
  let undecodable = 0;
  return {
    get undecodable() {
      return undecodable;
    },
    write(bytes) {
      if (target.length < bytes.length * 3) target = new Uint8Array(bytes.length * 3);
      const out = target;
      let n = 0;
      for (let i = 0; i < bytes.length; i++) {
        const b = bytes[i]!;
        if (b < 128) {
          out[n++] = b;
          continue;
        }
        const e = encoded[b - 128]!;
        // Only the characters 0x80 to 0x9f begin with this pair: bytes that the encoding has no character for.
        if (table !== null && e[0] === 0xc2 && e[1]! < 0xa0) undecodable++;
        out[n++] = e[0]!;
        out[n++] = e[1]!;
        if (e.length === 3) out[n++] = e[2]!;
      }
      return out.subarray(0, n);
    },
    end: () => new Uint8Array(0),
  };
}

function wideTranscoder(bigEndian: boolean, name: string): Transcoder {
  // Node's decoder for big-endian needs full ICU: swap the bytes instead.
  let kept = Buffer.alloc(0);
  let done = 0;
  let first = true;
  const convert = (bytes: Buffer): Uint8Array => {
    const units = Buffer.from(bytes);
    if (bigEndian) units.swap16();
    let text = units.toString('utf16le');
    const broken = text.search(/\p{Surrogate}/u);
    if (broken >= 0)
      throw new DatagpuError('input', `byte ${done + broken * 2} begins a surrogate without its other half`, {
        file: name,
        hint: 'The file is damaged, or not UTF-16: see --encoding',
      });
    done += bytes.length;
    if (first && text.length > 0) {
      first = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    return Buffer.from(text);
  };
  return {
    undecodable: 0,
    write(bytes) {
      const all = Buffer.concat([kept, bytes]);
      let whole = all.length & ~1;
      // A pair of surrogates stays together.
      if (whole >= 2 && (all[whole - (bigEndian ? 2 : 1)]! & 0xfc) === 0xd8) whole -= 2;
      kept = Buffer.from(all.subarray(whole));
      return convert(all.subarray(0, whole));
    },
    end() {
      if (kept.length === 1)
        throw new DatagpuError('input', 'an odd number of bytes, but UTF-16 has two a character', { file: name });
      return convert(kept);
    },
  };
}

// The characters of 0x80 to 0xff (https://encoding.spec.whatwg.org/#legacy-single-byte-encodings); 81, 8D, 8F, 90 and 9D of
// windows-1252 stand for none.
const upperLatin1 = Array.from({ length: 96 }, (_, i) => String.fromCharCode(160 + i)).join('');
const windows1252 = `€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ${upperLatin1}`;
const macintosh =
  'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ';
