import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Compression } from '../config/options.js';
import { DatagpuError } from '../errors.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { during } from '../kernels/lent.js';

/**
 * What packs pages, to the same bytes whenever it is done: zstd by one version of the native library, Snappy by a kernel, and gzip by
 * the zlib of Node.js, which gave the same bytes in Node.js 20 and 24.
 */

/** The binding to zstd: packs a view of memory that isn't shared into memory of its own. */
interface ZstdEncoder {
  encodeSync(bytes: Buffer): Buffer;
  /** On a thread of Node.js's pool; the bytes must stay as they are until then. */
  encode(bytes: Buffer): Promise<Buffer>;
}

/**
 * One below zstd's default, which others write: four fifths of its time, and texts apart from their lengths make up for what it
 * packs less (docs/performance.md, "Where the time goes").
 */
const zstdLevel = 2;
/** Less than half the time of the default, 6, and 3 % larger. */
const gzipLevel = 4;
const gzipOptions = { level: gzipLevel };
const snappyTableBytes = 2 ** 15;

let zstd: ZstdEncoder | null = null;

/**
 * Loaded when it is first needed, by each thread.
 *
 * @throws DatagpuError `output` where there is no build of it for the platform
 */
function zstdEncoder(): ZstdEncoder {
  if (zstd === null) {
    const require = createRequire(import.meta.url);
    try {
      const { Encoder } = require('@toondepauw/node-zstd') as { Encoder: new (level: number) => ZstdEncoder };
      zstd = new Encoder(zstdLevel);
    } catch (cause) {
      throw new DatagpuError('output', `zstd can't be loaded on ${process.platform} ${process.arch}`, {
        hint: 'Install the packages again, without leaving out optional ones.',
        cause,
      });
    }
  }
  return zstd;
}

/** Packs `bytes` at `ptr` in the memory of the kernel, which may grow. The result is a copy. */
export function pack(kernel: IngestKernel, compression: Compression, ptr: number, bytes: number): Uint8Array {
  switch (compression) {
    case 'zstd':
      return zstdEncoder().encodeSync(bufferOf(during(kernel.u8(ptr, bytes))));
    case 'gzip':
      return packGzip(bufferOf(during(kernel.u8(ptr, bytes))));
    case 'snappy':
      return packSnappy(kernel, ptr, bytes);
  }
}

/** Whether `packAside` knows it. */
export const packsAside = (compression: Compression): boolean => compression !== 'snappy';

/** Packs bytes to what `pack` makes of them, on another thread. They must stay as they are until it is done. */
export async function packAside(compression: Compression, bytes: Buffer): Promise<Uint8Array> {
  switch (compression) {
    case 'zstd':
      return zstdEncoder().encode(bytes);
    case 'gzip':
      return withoutSystem(await promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip)(bytes, gzipOptions));
    case 'snappy':
      throw new Error('Snappy is packed by the thread that has the kernel');
  }
}

const bufferOf = (view: Uint8Array): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

/** Where the header names the operating system, and what it says when that is unknown (RFC 1952). */
const systemAt = 9;
const unknownSystem = 255;

const packGzip = (bytes: Buffer): Uint8Array => withoutSystem(zlib.gzipSync(bytes, gzipOptions));

function withoutSystem(packed: Buffer): Uint8Array {
  packed[systemAt] = unknownSystem;
  return packed;
}

function packSnappy(kernel: IngestKernel, ptr: number, bytes: number): Uint8Array {
  const exports = kernel.exports;
  const mark = kernel.mark();
  const table = kernel.alloc(snappyTableBytes);
  const to = kernel.alloc(exports.snappyBytes(bytes));
  const length = exports.packSnappy(ptr, bytes, table, to);
  const packed = kernel.u8(to, length).slice();
  kernel.reset(mark);
  return packed;
}
