import { DatagpuError } from '../errors.js';
import type { Encoding } from './encoding.js';

/** Turns bytes of another encoding into UTF-8, piece by piece. A result may be overwritten by the next one. */
export interface Transcoder {
  write(bytes: Uint8Array): Uint8Array;
  /** The rest, after the last piece. */
  end(): Uint8Array;
  /**
   * Bytes, or sequences of them, that stand for no character in the encoding so far. Those of windows-1252 became the control
   * character of their number, others a byte that is not UTF-8 either: their records are malformed.
   */
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
    case 'utf-32le':
    case 'utf-32be':
      return fourByteTranscoder(encoding === 'utf-32be', name);
    default:
      return decoderTranscoder(encoding, name);
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

/** Four bytes a character. */
function fourByteTranscoder(bigEndian: boolean, name: string): Transcoder {
  let kept = Buffer.alloc(0);
  let first = true;
  let undecodable = 0;
  const convert = (bytes: Buffer): Uint8Array => {
    const parts: string[] = [];
    for (let i = 0; i < bytes.length; i += 4) {
      const code = bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i);
      if (first && code === 0xfeff) {
        first = false;
        continue;
      }
      first = false;
      const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      if (!isCharacter) undecodable++;
      parts.push(isCharacter ? String.fromCodePoint(code) : '\ufffd');
    }
    return withoutReplacements(Buffer.from(parts.join('')));
  };
  return {
    get undecodable() {
      return undecodable;
    },
    write(bytes) {
      const all = Buffer.concat([kept, bytes]);
      const whole = all.length & ~3;
      kept = Buffer.from(all.subarray(whole));
      return convert(all.subarray(0, whole));
    },
    end() {
      if (kept.length > 0)
        throw new DatagpuError('input', 'the number of bytes is no multiple of four, but UTF-32 has four a character', {
          file: name,
        });
      return new Uint8Array(0);
    },
  };
}

/** Any encoding that TextDecoder knows. */
function decoderTranscoder(encoding: Encoding, name: string): Transcoder {
  const decoder = openDecoder(encoding, name);
  let undecodable = 0;
  const convert = (text: string): Uint8Array => {
    const bytes = Buffer.from(text);
    if (!text.includes('\ufffd')) return bytes;
    undecodable += text.split('\ufffd').length - 1;
    return withoutReplacements(bytes);
  };
  return {
    get undecodable() {
      return undecodable;
    },
    write: (bytes) => convert(decoder.decode(bytes, { stream: true })),
    end: () => convert(decoder.decode()),
  };
}

/** Node.js can be built with few encodings. */
function openDecoder(encoding: Encoding, name: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch (cause) {
    throw new DatagpuError('input', `this Node.js can't decode ${encoding}`, {
      file: name,
      hint: 'Use one that is built with full ICU, or convert the file to UTF-8',
      cause,
    });
  }
}

/** A byte that is never UTF-8 in the place of each replacement character, so that its record is malformed like any other. */
function withoutReplacements(bytes: Buffer): Uint8Array {
  const replacement = Buffer.from('\ufffd');
  let to = bytes.indexOf(replacement);
  if (to < 0) return bytes;
  for (let from = to; from < bytes.length; ) {
    if (bytes[from] === 0xef && bytes[from + 1] === 0xbf && bytes[from + 2] === 0xbd) {
      bytes[to++] = 0xff;
      from += 3;
    } else bytes[to++] = bytes[from++]!;
  }
  return bytes.subarray(0, to);
}

// The characters of 0x80 to 0xff (https://encoding.spec.whatwg.org/#legacy-single-byte-encodings); 81, 8D, 8F, 90 and 9D of
// windows-1252 stand for none.
const upperLatin1 = Array.from({ length: 96 }, (_, i) => String.fromCharCode(160 + i)).join('');
const windows1252 = `€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ${upperLatin1}`;
const macintosh =
  'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ';
