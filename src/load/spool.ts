import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { DatagpuError } from '../errors.js';
import { withoutPrivate } from '../private-path.js';
import type { TextFile } from './chunk.js';
import { formatHash, startHash } from './fingerprint.js';
import { compressionOfContent, contentConflict } from './formats.js';
import { gunzipFile, readPieces, unzstdFile } from './inflate.js';
import { closeSource, openSource, readFully, readUpTo, unreadable, withSource } from './source-file.js';
import type { Source } from './sources.js';

/** A source as a file that can be sought: the source itself, or a decoded copy of it in scratch. */
export interface Spooled extends TextFile {
  /** True for a copy, which whoever asked for it removes when it is done. */
  owned: boolean;
  /** What was read of a source that can't be read twice (standard input, a pipe); null for the others. */
  stream: { bytes: number; hash: string } | null;
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
}

/** Where copies go: a folder that is asked for, and made, when there is something to be put in it. */
export interface Scratch {
  readonly path: string;
}

/** Bytes of scratch after which the free space is looked at again. */
const spaceCheckBytes = 64 * 1024 * 1024;

/**
 * Makes a source seekable: decompresses `.gz` and `.zst`, and keeps what comes from standard input or a pipe. Streamed:
 * a few hundred kilobytes are in memory (64 MB for the worst gzip data). Stops with 'output' before scratch is full, and
 * leaves nothing behind when it fails.
 */
export async function spool(source: Source, scratch: Scratch, options: SpoolOptions = {}): Promise<Spooled> {
  let file: Spooled = { path: source.absolute, bytes: source.bytes, owned: false, stream: null };
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
  async function* pieces(fd: number): AsyncGenerator<Uint8Array> {
    for (const piece of readPieces(fd, 256 * 1024, shown)) yield transcoder.write(piece);
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
  const copy = await land(pieces(), scratch, options);
  return { ...copy, owned: true, stream: { bytes: copy.bytes, hash: formatHash(hash) } };
}

function inflate(
  file: Spooled,
  compression: 'gzip' | 'zstd',
  source: Source,
  scratch: Scratch,
  options: SpoolOptions,
): Promise<Spooled> {
  if (source.format === 'parquet') {
    if (file.owned) fs.rmSync(file.path, { force: true });
    throw new DatagpuError('input', `${compression} around Parquet is not read`, {
      file: source.path,
      hint: 'Decompress it first',
    });
  }
  const pieces = compression === 'gzip' ? gunzipFile : unzstdFile;
  return rewrite(file, source.path, scratch, options, (fd) => pieces(fd, source.path));
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
    return { ...(await land(pieces(fd), scratch, options)), owned: true, stream: file.stream };
  } finally {
    closeSource(fd);
    if (file.owned) fs.rmSync(file.path, { force: true });
  }
}

/** Writes pieces to a new file in scratch, as long as there is space. */
async function land(pieces: AsyncIterable<Uint8Array>, scratch: Scratch, options: SpoolOptions): Promise<TextFile> {
  const scratchDir = scratch.path;
  const target = path.join(scratchDir, `spool-${randomUUID()}`);
  let out: fs.promises.FileHandle | null = null;
  let bytes = 0;
  try {
    await fs.promises.mkdir(scratchDir, { recursive: true, mode: 0o700 }).catch(failOutput(scratchDir));
    out = await fs.promises.open(target, 'wx', 0o600).catch(failOutput(scratchDir));
    let unchecked = spaceCheckBytes;
    for await (const piece of pieces) {
      options.signal?.throwIfAborted();
      unchecked += piece.length;
      if (unchecked >= spaceCheckBytes) {
        await requireSpace(scratchDir, piece.length + spaceCheckBytes);
        unchecked = 0;
      }
      for (let at = 0; at < piece.length; )
        at += (await out.write(piece, at, piece.length - at).catch(failOutput(scratchDir))).bytesWritten;
      bytes += piece.length;
    }
    await out.close().catch(failOutput(scratchDir));
    return { path: target, bytes };
  } catch (error) {
    if (out !== null) {
      await out.close().catch(() => {});
      fs.rmSync(target, { force: true });
    }
    throw error;
  }
}

/** Leaves some of the disk free: 2 % of it, at most 256 MB. What expands without end stops here. */
async function requireSpace(scratchDir: string, bytes: number): Promise<void> {
  const disk = await fs.promises.statfs(scratchDir).catch(failOutput(scratchDir));
  const reserve = Math.min(256 * 1024 * 1024, disk.blocks * disk.bsize * 0.02);
  const free = disk.bavail * disk.bsize;
  // A disk smaller than the step between two checks may be filled to its end: writing says so then.
  if (free < reserve + Math.min(bytes, disk.blocks * disk.bsize * 0.1)) throw diskFull(scratchDir);
}

const diskFull = (dir: string, cause?: unknown): DatagpuError =>
  new DatagpuError('output', 'no space left for scratch', {
    file: withoutPrivate(dir),
    hint: 'Free space there, or name another folder with --scratch',
    cause,
  });

function failOutput(dir: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') throw diskFull(dir, cause);
    throw new DatagpuError('output', `scratch can't be written (${cause.code})`, {
      file: withoutPrivate(dir),
      hint: 'Name another folder with --scratch',
      cause,
    });
  };
}

/** The same checks that a file gets before it is opened, for one whose content shows only now. */
function checkContent(file: Spooled, source: Source): void {
  const shown = source.path === '-' ? 'standard input' : source.path;
  if (file.bytes === 0) throw new DatagpuError('input', 'there is nothing in it', { file: shown });
  withSource(file.path, shown, (fd) => {
    const tail = Buffer.alloc(Math.min(4, file.bytes));
    readFully(fd, tail, file.bytes - tail.length, shown);
    const conflict = contentConflict(readUpTo(fd, Buffer.alloc(65536), 0, shown), tail, source.format);
    if (conflict !== null) throw new DatagpuError('input', conflict.what, { file: shown, hint: conflict.hint });
  });
}
