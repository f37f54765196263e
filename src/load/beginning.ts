import fs from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { type Extent, ExtentCounter } from './extent.js';
import { formatHash, startHash } from './fingerprint.js';
import { compressionOfContent, type SourceCompression } from './formats.js';
import { type Scratch, ScratchCopy } from './scratch-copy.js';
import { readUpTo, unreadable, withSource } from './source-file.js';
import type { Source } from './sources.js';
import { checkContent, inflate, type Spooled, type SpoolOptions, spool } from './spool.js';

/** Bytes of packed data that are unpacked first, to see how far they reach. */
const firstPackedBytes = 64 * 1024;

/** The beginning of a source, which need not be read to its end: a longer one each time that one is asked for. */
export class Beginning {
  private stream: StreamCopy | null = null;
  private compression: SourceCompression = 'none';
  private packedBytes = firstPackedBytes;
  private last: Spooled | null = null;

  constructor(
    private readonly source: Source,
    private readonly scratch: Scratch,
    private readonly options: SpoolOptions,
  ) {}

  /** A file with at least the extent of decoded text, or all there is; what it returned before is removed. */
  async upTo(extent: Extent): Promise<Spooled> {
    if (this.last?.owned) fs.rmSync(this.last.path, { force: true });
    const { source, scratch, options } = this;
    this.last = source.seekable ? await spool(source, scratch, { ...options, extent }) : await this.ofStream(extent);
    return this.last;
  }

  /** Lets go of a stream: whoever feeds it is told that nobody reads any more. */
  async close(): Promise<void> {
    await this.stream?.close();
  }

  private async ofStream(extent: Extent): Promise<Spooled> {
    const { source, scratch, options } = this;
    if (this.stream === null) {
      const stream = await StreamCopy.open(source, scratch, options);
      this.stream = stream;
      const first = await stream.upTo({ lines: Number.POSITIVE_INFINITY, bytes: 8 });
      this.compression = withSource(first.path, source.path, (fd) =>
        compressionOfContent(readUpTo(fd, Buffer.alloc(8), 0, source.path)),
      );
    }
    let file: Spooled;
    if (this.compression === 'none') {
      file = await this.stream.upTo(extent);
    } else {
      for (; ; this.packedBytes *= 4) {
        const packed = await this.stream.upTo({ lines: Number.POSITIVE_INFINITY, bytes: this.packedBytes });
        const cut = { ...packed, whole: true };
        file = await inflate(cut, this.compression, source, scratch, { ...options, extent }, !packed.whole);
        if (!file.whole || packed.whole) break;
        fs.rmSync(file.path, { force: true });
      }
    }
    checkContent(file, source);
    return file;
  }
}

/** What was read so far of a stream, kept in scratch. */
class StreamCopy {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private readonly counter = new ExtentCounter({ lines: 0, bytes: 0 });
  /** Read and not yet wanted. */
  private rest: Uint8Array | null = null;
  private isEnded = false;

  private constructor(
    private readonly source: Source,
    private readonly input: Readable,
    private readonly copy: ScratchCopy,
    private readonly hash: Awaited<ReturnType<typeof startHash>>,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.pieces = input[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  static async open(source: Source, scratch: Scratch, { stdin, signal }: SpoolOptions): Promise<StreamCopy> {
    const input = source.absolute === '-' ? (stdin ?? process.stdin) : fs.createReadStream(source.absolute);
    if (signal !== undefined) addAbortSignal(signal, input);
    return new StreamCopy(source, input, await ScratchCopy.create(scratch), await startHash(), signal);
  }

  async upTo(extent: Extent): Promise<Spooled> {
    const { counter, copy } = this;
    counter.extend(extent);
    while (!counter.isReached) {
      const piece = this.rest ?? (await this.next());
      this.rest = null;
      if (piece === null) break;
      const wanted = piece.subarray(0, counter.take(piece));
      if (wanted.length < piece.length) this.rest = piece.subarray(wanted.length);
      this.hash.update(wanted);
      await copy.append(wanted);
    }
    const whole = this.isEnded && this.rest === null;
    return {
      path: copy.path,
      bytes: whole ? copy.bytes : counter.whole(counter.wholeLines || copy.bytes),
      owned: false,
      stream: { bytes: copy.bytes, hash: formatHash(this.hash) },
      whole,
      written: null,
    };
  }

  async close(): Promise<void> {
    await this.pieces.return?.();
    this.input.destroy();
    await this.copy.close();
  }

  private async next(): Promise<Uint8Array | null> {
    try {
      this.signal?.throwIfAborted();
      const { done, value } = await this.pieces.next();
      this.isEnded = done === true;
      return this.isEnded ? null : value;
    } catch (cause) {
      this.signal?.throwIfAborted();
      throw unreadable(this.source.path, cause);
    }
  }
}
