import fs from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { badScratch } from '../engine/checksum.js';
import { DatagpuError } from '../errors.js';
import type { TextFile } from './chunk.js';
import { type Extent, ExtentCounter } from './extent.js';
import { formatHash, startHash } from './fingerprint.js';
import { compressionOfContent, contentConflict } from './formats.js';
import { gunzipFile, readPieces, unzstdFile } from './inflate.js';
import { type Scratch, ScratchCopy } from './scratch-copy.js';
import { closeSource, openSource, readFully, readUpTo, unreadable, withSource } from './source-file.js';
import type { Source } from './sources.js';

/** A source as a file that can be sought: the source itself, or a decoded copy of it in scratch. */
export interface Spooled extends TextFile {
  /** True for a copy, which whoever asked for it removes when it is done. */
  owned: boolean;
  /** What was read of a source that can't be read twice (standard input, a pipe); null for the others. */
  stream: { bytes: number; hash: string } | null;
  /** False where an extent was reached before the end. */
  whole: boolean;
  /** Of a whole copy: the hash of what was written to it, which whoever reads it must find. */
  written: string | null;
}

/** Turns bytes of another encoding into UTF-8, piece by piece. A result may be overwritten by the next one. */
export interface ByteTranscoder {
  write(bytes: Uint8Array): Uint8Array;
  /** The rest, after the last piece. */
  end(): Uint8Array;
}

/** What spooling can be given besides the source. */
export interface SpoolOptions {
  /** @default process.stdin */
  stdin?: Readable;
  /** Ends the copying between two pieces by throwing its reason. */
  signal?: AbortSignal;
  /** What is copied of the decoded text of a source that is not read in place. @default all of it */
  extent?: Extent;
}

/**
 * Makes a source seekable: decompresses `.gz` and `.zst`, and keeps what comes from standard input or a pipe. Streamed:
 * a few hundred kilobytes are in memory (64 MB for the worst gzip data). Stops with 'output' before scratch is full, and
 * leaves nothing behind when it fails.
 */
export async function spool(source: Source, scratch: Scratch, options: SpoolOptions = {}): Promise<Spooled> {
  let file: Spooled = {
    path: source.absolute,
    bytes: source.bytes,
    owned: false,
    stream: null,
    whole: true,
    written: null,
  };
  let compression = source.compression;
  if (!source.seekable) {
    file = await keepStream(source, scratch, options);
    compression = withSource(file.path, source.path, (fd) =>
      compressionOfContent(readUpTo(fd, Buffer.alloc(8), 0, source.path)),
    );
  }
  if (compression !== 'none') file = await inflate(file, compression, source, scratch, options);
  if (file.owned) {
    try {
      checkContent(file, source);
    } catch (error) {
      fs.rmSync(file.path, { force: true });
      throw error;
    }
  }
  return file;
}

/** Rewrites a file of another encoding as UTF-8; the given file is removed if it was a copy. */
export async function transcodeFile(
  file: Spooled,
  transcoder: ByteTranscoder,
  shown: string,
  scratch: Scratch,
  options: SpoolOptions = {},
): Promise<Spooled> {
  const { written } = file;
  const hash = written === null ? null : await startHash();
  async function* pieces(fd: number): AsyncGenerator<Uint8Array> {
    const end = file.whole ? Number.POSITIVE_INFINITY : file.bytes;
    for (const piece of readPieces(fd, 256 * 1024, shown, end)) {
      hash?.update(piece);
      yield transcoder.write(piece);
    }
    if (hash !== null && formatHash(hash) !== written) throw badScratch(file.path);
    yield transcoder.end();
  }
  return rewrite(file, shown, scratch, options, pieces);
}

async function keepStream(source: Source, scratch: Scratch, options: SpoolOptions): Promise<Spooled> {
  const stream = source.absolute === '-' ? (options.stdin ?? process.stdin) : fs.createReadStream(source.absolute);
  if (options.signal !== undefined) addAbortSignal(options.signal, stream);
  const hash = await startHash();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of stream) {
        hash.update(piece as Buffer);
        yield piece as Buffer;
      }
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw unreadable(source.path, cause);
    }
  }
  const copy = await land(pieces(), scratch, options.signal === undefined ? {} : { signal: options.signal });
  return { ...copy, owned: true, stream: { bytes: copy.bytes, hash: formatHash(hash) } };
}

/** Unpacks a file into scratch; one that `isCut` as far as that goes. The file is removed if it was a copy. */
export function inflate(
  file: Spooled,
  compression: 'gzip' | 'zstd',
  source: Source,
  scratch: Scratch,
  options: SpoolOptions,
  isCut = false,
): Promise<Spooled> {
  if (source.format === 'parquet') {
    if (file.owned) fs.rmSync(file.path, { force: true });
    throw new DatagpuError('input', `${compression} around Parquet is not read`, {
      file: source.path,
      hint: 'Decompress it first',
    });
  }
  const pieces = compression === 'gzip' ? gunzipFile : unzstdFile;
  return rewrite(file, source.path, scratch, options, (fd) => pieces(fd, source.path, isCut));
}

/** Writes what `pieces` makes of a file into scratch, and removes the file if it was a copy. */
async function rewrite(
  file: Spooled,
  shown: string,
  scratch: Scratch,
  options: SpoolOptions,
  pieces: (fd: number) => AsyncGenerator<Uint8Array>,
): Promise<Spooled> {
  const fd = openSource(file.path, shown);
  try {
    const copy = await land(pieces(fd), scratch, options);
    return { ...copy, whole: copy.whole && file.whole, owned: true, stream: file.stream };
  } finally {
    closeSource(fd);
    if (file.owned) fs.rmSync(file.path, { force: true });
  }
}

/** Writes pieces to a new file in scratch, as long as there is space; says whether the extent ended before them. */
async function land(
  pieces: AsyncIterable<Uint8Array>,
  scratch: Scratch,
  { signal, extent }: SpoolOptions,
): Promise<Pick<Spooled, 'path' | 'bytes' | 'whole' | 'written'>> {
  const hash = extent === undefined ? await startHash() : null;
  let copy: ScratchCopy | null = null;
  const counter = extent === undefined ? null : new ExtentCounter(extent);
  try {
    copy = await ScratchCopy.create(scratch);
    for await (const piece of pieces) {
      signal?.throwIfAborted();
      hash?.update(piece);
      await copy.append(counter === null ? piece : piece.subarray(0, counter.take(piece)));
      if (counter?.isReached) break;
    }
    await copy.close();
    const whole = !counter?.isReached;
    const bytes = whole ? copy.bytes : counter!.whole(counter!.wholeLines || copy.bytes);
    return { path: copy.path, bytes, whole, written: hash === null ? null : formatHash(hash) };
  } catch (error) {
    await copy?.remove();
    throw error;
  }
}

/** The same checks that a file gets before it is opened, for one whose content shows only now. */
export function checkContent(file: Spooled, source: Source): void {
  const shown = source.path === '-' ? 'standard input' : source.path;
  if (file.bytes === 0) throw new DatagpuError('input', 'there is nothing in it', { file: shown });
  withSource(file.path, shown, (fd) => {
    const tail = Buffer.alloc(Math.min(4, file.bytes));
    readFully(fd, tail, file.bytes - tail.length, shown);
    const conflict = contentConflict(readUpTo(fd, Buffer.alloc(65536), 0, shown), tail, source.format);
    if (conflict !== null) throw new DatagpuError('input', conflict.what, { file: shown, hint: conflict.hint });
  });
}
