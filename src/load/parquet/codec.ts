import zlib from 'node:zlib';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';

/** Codecs by their number in the format (parquet.thrift, `CompressionCodec`). */
const codec = { none: 0, snappy: 1, gzip: 2, lzo: 3, brotli: 4, lz4: 5, zstd: 6, lz4Raw: 7 } as const;

/** The codec of pages that are not packed. */
export const noCodec: number = codec.none;

/** Whether a codec is unpacked outside the kernel's memory, and copied there. */
export const isUnpackedOutside = (id: number): boolean => id === codec.gzip || id === codec.brotli;

/** True for a codec that `unpack` knows; `name` says which it is, for messages. */
export function codecName(id: number): { known: boolean; name: string } {
  const name = Object.entries(codec).find(([, n]) => n === id)?.[0] ?? `number ${id}`;
  return { known: id !== codec.lzo && id >= 0 && id <= codec.lz4Raw, name };
}

/**
 * Unpacks a block in the kernel's memory: `packed` bytes at `from` become exactly `bytes` bytes at `out`, where slack of 32
 * bytes may be written over. Throws a plain Error that says what is wrong.
 */
export function unpack(
  kernel: IngestKernel,
  id: number,
  from: number,
  packed: number,
  out: number,
  bytes: number,
): void {
  if (bytes === 0) return;
  const source = during(kernel.u8(from, packed));
  switch (id) {
    case codec.none:
      if (packed < bytes) throw new Error(`a page has ${packed} bytes instead of ${bytes}`);
      kernel.u8(out, bytes).set(source.subarray(0, bytes));
      return;
    case codec.snappy:
      check(kernel.exports.unpackSnappy(from, from + packed, out, bytes), bytes, 'snappy');
      return;
    case codec.lz4Raw:
      check(kernel.exports.unpackLz4(from, from + packed, out, bytes), bytes, 'lz4');
      return;
    case codec.lz4:
      check(unpackHadoopLz4(kernel, from, packed, out, bytes), bytes, 'lz4');
      return;
    case codec.gzip:
      place(
        kernel,
        attempt('gzip', () => zlib.unzipSync(source, atOnce(bytes))),
        out,
        bytes,
        'gzip',
      );
      return;
    case codec.brotli:
      place(
        kernel,
        attempt('brotli', () => zlib.brotliDecompressSync(source, atOnce(bytes))),
        out,
        bytes,
        'brotli',
      );
      return;
    case codec.zstd:
      check(kernel.exports.unpackZstd(from, from + packed, out, bytes), bytes, 'zstd');
      return;
    default:
      throw new Error(`the codec ${codecName(id).name} is not supported`);
  }
}

/** Output in one buffer: many small ones would be joined in another of the same size. */
const atOnce = (bytes: number): zlib.ZlibOptions & zlib.BrotliOptions => ({
  maxOutputLength: bytes,
  chunkSize: bytes + 64,
});

function attempt(name: string, decode: () => Uint8Array): Uint8Array {
  try {
    return decode();
  } catch (cause) {
    throw new Error(`a page is no valid ${name} data`, { cause });
  }
}

function check(written: number, bytes: number, name: string): void {
  if (written !== bytes) throw new Error(`a page is no valid ${name} data`);
}

function place(kernel: IngestKernel, unpacked: Uint8Array, out: number, bytes: number, name: string): void {
  check(unpacked.length, bytes, name);
  kernel.u8(out, bytes).set(unpacked);
}

/**
 * The deprecated codec LZ4: Hadoop's frames (big-endian unpacked and packed size before each block), or, as some writers
 * have it, a bare block or the LZ4 frame format without checksums. Returns the bytes written.
 */
function unpackHadoopLz4(kernel: IngestKernel, from: number, packed: number, out: number, bytes: number): number {
  const { unpackLz4 } = kernel.exports;
  const view = new DataView(during(kernel.u8(from, packed)).buffer, from, packed);
  let at = 0;
  let written = 0;
  while (at + 8 <= packed) {
    const size = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (length > packed - at - 8 || size > bytes - written) break;
    const block = from + at + 8;
    if (unpackLz4(block, block + length, out + written, size) !== size) break;
    written += size;
    at += 8 + length;
  }
  if (at === packed && written === bytes) return bytes;
  return unpackLz4(from, from + packed, out, bytes);
}
