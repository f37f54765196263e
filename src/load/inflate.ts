import zlib from 'node:zlib';
import { DatagpuError } from '../errors.js';
import { readUpTo } from './source-file.js';

/** Packed bytes given to the decoder at once: at gzip's highest ratio (1032) one piece expands to 64 MB. */
const gzipPieceBytes = 64 * 1024;
const zstdPieceBytes = 128 * 1024;

/**
 * The content of a gzip file, piece by piece. Several members are one content; checksums are verified; after the last
 * member nothing but zero padding may follow. Of a file that `isCut`, all that can be decoded. Throws 'input' naming `shown`.
 */
export async function* gunzipFile(fd: number, shown: string, isCut = false): AsyncGenerator<Uint8Array> {
  const gunzip = zlib.createGunzip({ chunkSize: 256 * 1024 });
  let out: Uint8Array[] = [];
  let failure: Error | null = null;
  let ended = false;
  let settle: () => void = () => {};
  gunzip.on('data', (piece: Uint8Array) => out.push(piece));
  gunzip.on('error', (error) => {
    failure = error;
    settle();
  });
  gunzip.on('end', () => {
    ended = true;
    settle();
  });
  /** Settles when the decoder took what it was given, came to its end (after which it never calls back), or failed. */
  const feed = (give: () => void): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve;
      give();
    });
  let fed = 0;
  try {
    for (const piece of readPieces(fd, gzipPieceBytes, shown)) {
      fed += piece.length;
      if (ended) {
        requireZeros(piece, shown);
        continue;
      }
      await feed(() => gunzip.write(piece, () => settle()));
      if (failure !== null) throw failure;
      yield* out;
      out = [];
      if (ended) requireZeros(piece.subarray(piece.length - (fed - gunzip.bytesWritten)), shown);
    }
    if (!ended && !isCut) await feed(() => gunzip.end());
    if (failure !== null) throw failure;
    yield* out;
  } catch (cause) {
    if (cause instanceof DatagpuError) throw cause;
    const why = /unexpected end/.test((cause as Error).message) ? 'it ends in the middle' : (cause as Error).message;
    throw new DatagpuError('input', `the gzip data is damaged: ${why}`, {
      file: shown,
      hint: 'Fetch or write the file again',
      cause,
    });
  } finally {
    gunzip.destroy();
  }
}

function requireZeros(bytes: Uint8Array, shown: string): void {
  if (bytes.some((b) => b !== 0))
    throw new DatagpuError('input', 'the gzip data is damaged: something else follows its end', { file: shown });
}

/**
 * The content of a zstd file, piece by piece. Several frames are one content, checksums are verified where there are
 * any, and windows are bounded to 128 MB as in the zstd command. Of a file that `isCut`, all that can be decoded. Throws 'input'
 * naming `shown`.
 */
export async function* unzstdFile(fd: number, shown: string, isCut = false): AsyncGenerator<Uint8Array> {
  const { ZSTDDecoder } = await import('zstddec/stream');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const damaged = (why: string): DatagpuError =>
    new DatagpuError('input', `the zstd data is damaged: ${why}`, {
      file: shown,
      hint: 'Fetch or write the file again',
    });
  // The library does not look at error codes: on an error it makes no progress and would go on for ever. The smallest
  // frame that gives no output has 8 bytes.
  const mostSilent = zstdPieceBytes / 8 + 16;
  let silent = 0;
  let isWanted = true;
  function* packed(): Generator<Uint8Array> {
    for (const piece of readPieces(fd, zstdPieceBytes, shown)) {
      if (!isWanted) return;
      silent = 0;
      yield piece;
    }
  }
  const unpacked = decoder.decodeStreaming(packed());
  let isBroken = false;
  try {
    for (let next = unpacked.next(); next.done !== true; next = unpacked.next()) {
      const piece = next.value;
      silent = piece.length === 0 ? silent + 1 : 0;
      if (silent > mostSilent) {
        isBroken = true;
        throw damaged('a frame is broken, its checksum is wrong, or its window is larger than 128 MB');
      }
      if (piece.length > 0) yield piece;
    }
  } catch (cause) {
    if (cause instanceof DatagpuError) throw cause;
    const isShort = /Incomplete/.test((cause as Error).message);
    if (isShort && isCut) return;
    throw damaged(isShort ? 'it ends in the middle' : (cause as Error).message);
  } finally {
    // The library gives its memory back at the end of what it is given, and only there.
    isWanted = false;
    if (!isBroken) finish(unpacked, mostSilent);
  }
}

/** Takes what is left of pieces of which none is wanted any more, as long as they are not all empty. */
function finish(pieces: Iterable<Uint8Array>, mostSilent: number): void {
  let silent = 0;
  try {
    for (const { length } of pieces) {
      silent = length === 0 ? silent + 1 : 0;
      if (silent > mostSilent) return;
    }
  } catch {}
}

/** A file's bytes from its start up to `end`, in pieces of a buffer that is overwritten by the next one. */
export function* readPieces(
  fd: number,
  bytes: number,
  shown: string,
  end: number = Number.POSITIVE_INFINITY,
): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let at = 0; ; ) {
    const piece = readUpTo(fd, buffer.subarray(0, Math.min(bytes, end - at)), at, shown);
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}
