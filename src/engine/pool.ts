/** Buffers that are kept for the next result, at most, and how large one may be. */
const mostKept = 2;
const mostKeptBytes = 32 * 2 ** 20;
const stepBytes = 2 ** 20;

/**
 * Memory for results that are moved to another thread, which gives it back when it has read them: the system maps its pages
 * once, and not for every result.
 */
export class BufferPool {
  private readonly free: ArrayBuffer[] = [];

  /** `bytes` bytes at the beginning of a buffer, whose contents are undefined; from here on the caller's. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const fitting = this.free.findIndex((buffer) => buffer.byteLength >= bytes);
    const [buffer] = fitting < 0 ? [] : this.free.splice(fitting, 1);
    return new Uint8Array(buffer ?? new ArrayBuffer(roomFor(bytes)), 0, bytes);
  }

  /** Takes a buffer back that nobody reads any more. */
  put(buffer: ArrayBuffer): void {
    if (buffer.byteLength > mostKeptBytes) return;
    if (this.free.length === mostKept) this.free.shift();
    this.free.push(buffer);
  }
}

/** Results differ in size: an eighth more than this one takes. */
const roomFor = (bytes: number): number => Math.ceil((bytes * 1.125) / stepBytes) * stepBytes;
