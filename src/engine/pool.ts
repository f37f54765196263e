/** Bytes that wait for the next result, at most. */
const mostKeptBytes = 64 * 2 ** 20;
/** A result does not get a buffer of more than so many times its size: a larger result may need it. */
const mostTimes = 4;
/** Buffers are of a multiple of this. */
const stepBytes = 2 ** 16;

/**
 * Memory for results that are moved to another thread, which gives it back when it has read them: the system maps its pages
 * once, and not for every result, and there is nothing for the garbage collector to do.
 */
export class BufferPool {
  private free: ArrayBuffer[] = [];
  private freeBytes = 0;

  /** `bytes` bytes at the beginning of a buffer, whose contents are undefined; from here on the caller's. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const most = Math.max(bytes, stepBytes) * mostTimes;
    let best = -1;
    for (const [i, { byteLength }] of this.free.entries())
      if (byteLength >= bytes && byteLength <= most && (best < 0 || byteLength < this.free[best]!.byteLength)) best = i;
    return new Uint8Array(best < 0 ? new ArrayBuffer(roomFor(bytes)) : this.drop(best), 0, bytes);
  }

  /** Takes a buffer back that nobody reads any more. */
  put(buffer: ArrayBuffer): void {
    if (buffer.byteLength > mostKeptBytes) return;
    this.free.push(buffer);
    this.freeBytes += buffer.byteLength;
    while (this.freeBytes > mostKeptBytes) this.drop(0);
  }

  private drop(at: number): ArrayBuffer {
    const [buffer] = this.free.splice(at, 1);
    this.freeBytes -= buffer!.byteLength;
    return buffer!;
  }
}

/** Results differ in size: an eighth more than this one takes. */
const roomFor = (bytes: number): number => Math.ceil((bytes * 1.125) / stepBytes) * stepBytes;
