const stepBytes = 2 ** 18;

/**
 * Memory that another thread can read where it is, used again for result after result: whoever is handed the bytes must
 * have read them before the next ones are asked for.
 */
export class SharedBytes {
  private buffer = new SharedArrayBuffer(0);

  /** `bytes` bytes whose contents are undefined. */
  take(bytes: number): Uint8Array<SharedArrayBuffer> {
    if (bytes > this.buffer.byteLength)
      this.buffer = new SharedArrayBuffer(Math.ceil((bytes * 1.125) / stepBytes) * stepBytes);
    return new Uint8Array(this.buffer, 0, bytes);
  }
}
