import type { SourceFormat } from '../config/options.js';

/** How a source's bytes are packed. */
export type SourceCompression = 'none' | 'gzip' | 'zstd';

/** What a file's name says about its content. */
export interface NamedFormat {
  /** Null when the extension is not a known one. */
  format: SourceFormat | null;
  compression: SourceCompression;
  /** The extension as it is written, with the dot; '' without one. */
  extension: string;
}

const extensions: ReadonlyMap<string, SourceFormat> = new Map<string, SourceFormat>([
  ['.csv', 'csv'],
  ['.tsv', 'tsv'],
  ['.tab', 'tsv'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.json', 'json'],
  ['.parquet', 'parquet'],
  ['.pq', 'parquet'],
]);
const packings: ReadonlyMap<string, SourceCompression> = new Map<string, SourceCompression>([
  ['.gz', 'gzip'],
  ['.zst', 'zstd'],
]);

/** The extensions that are known, for messages. */
export const knownExtensions: string = `${[...extensions.keys()].join(' ')}, and ${[...packings.keys()].join(' or ')} after those of text`;

const extensionOf = (name: string): string => /(?!^)\.[^.\s]{1,16}$/.exec(name)?.[0] ?? '';

/** Format and compression by a file's name, in any case of its letters: `train.CSV`, `train.jsonl.gz`. */
export function formatOfName(name: string): NamedFormat {
  const outer = extensionOf(name);
  const compression = packings.get(outer.toLowerCase());
  if (compression === undefined)
    return { format: extensions.get(outer.toLowerCase()) ?? null, compression: 'none', extension: outer };
  const inner = extensionOf(name.slice(0, -outer.length));
  return { format: extensions.get(inner.toLowerCase()) ?? null, compression, extension: `${inner}${outer}` };
}

/** Contents that begin with known bytes, and what they are. */
const signatures: readonly { bytes: readonly number[]; what: string }[] = [
  { bytes: [0x1f, 0x8b, 0x08], what: 'gzip data' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'zstd data' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'a ZIP archive' },
  { bytes: [0x50, 0x4b, 0x05, 0x06], what: 'a ZIP archive' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], what: 'an old Microsoft Office file' },
  { bytes: [0x25, 0x50, 0x44, 0x46, 0x2d], what: 'a PDF' },
  { bytes: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31, 0, 0], what: 'an Arrow file' },
  { bytes: [0x4f, 0x62, 0x6a, 0x01], what: 'an Avro file' },
  {
    bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66, 0x6f, 0x72, 0x6d, 0x61, 0x74, 0x20],
    what: 'an SQLite database',
  },
  { bytes: [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59], what: 'bzip2 data' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: 'xz data' },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: 'a 7z archive' },
  { bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a], what: 'a PNG image' },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], what: 'a program' },
  { bytes: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a], what: 'an HDF5 file' },
];

const beginsWith = (head: Uint8Array, bytes: readonly number[]): boolean => bytes.every((b, i) => head[i] === b);

/** `PAR1` or, with an encrypted footer, `PARE`, at both ends. A text may begin so, but does not end so as well. */
function looksLikeParquet(head: Uint8Array, tail: Uint8Array): boolean {
  const magic = (b: Uint8Array): string => String.fromCharCode(...b.subarray(0, 4));
  return /^PAR[1E]$/.test(magic(head)) && /^PAR[1E]$/.test(magic(tail.subarray(-4)));
}

/** The compression that bytes begin with; a zstd stream may begin with skippable frames. */
export function compressionOfContent(head: Uint8Array): SourceCompression {
  if (beginsWith(head, [0x1f, 0x8b, 0x08])) return 'gzip';
  if (beginsWith(head, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  const skippable = head.length >= 8 && (head[0]! & 0xf0) === 0x50 && beginsWith(head.subarray(1), [0x2a, 0x4d, 0x18]);
  return skippable ? 'zstd' : 'none';
}

/**
 * What is wrong with a text source's (decompressed) content, from its first bytes and the last four; null when nothing
 * speaks against the format. Only what is certain is said: everything else is for the readers to find out.
 */
export function contentConflict(
  head: Uint8Array,
  tail: Uint8Array,
  format: SourceFormat,
): { what: string; hint: string } | null {
  if (format === 'parquet') return null;
  if (looksLikeParquet(head, tail))
    return {
      what: `the content is Parquet, not ${format.toUpperCase()}`,
      hint: 'Pass --format parquet, or rename the file',
    };
  const known = signatures.find((s) => beginsWith(head, s.bytes));
  if (known !== undefined) {
    const packed = known.what === 'gzip data' ? '.gz' : known.what === 'zstd data' ? '.zst' : null;
    const hint = packed === null ? `Export it as one of ${knownExtensions}` : `Add ${packed} to the file's name`;
    return { what: `the content is ${known.what}, not ${format.toUpperCase()}`, hint };
  }
  if ((format === 'csv' || format === 'tsv') && firstLineIsObject(head))
    return { what: `the content is JSON, not ${format.toUpperCase()}`, hint: 'Pass --format jsonl or --format json' };
  return null;
}

/** True when the first line that is not empty is a whole JSON object with a key: no header of a table looks like that. */
function firstLineIsObject(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (!/^\{\s*"/.test(text)) return false;
  try {
    const value: unknown = JSON.parse(text.split(/[\r\n]/, 1)[0]!);
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  } catch {
    return false;
  }
}
