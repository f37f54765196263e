import v8 from 'node:v8';
import vm from 'node:vm';

let collect: ((options?: { type: 'minor' | 'major' }) => void) | null | undefined;

/**
 * Collects the young generation, so that polars frames that nothing refers to any more are freed at the next turn of the
 * event loop. A frame holds the memory of a whole row group while V8 counts a few bytes for it: left to itself it
 * collects so rarely that frames pile up, and each new one is built on fresh pages, whose mapping costs as much as
 * the compression does.
 */
export function freeFrames(): void {
  if (collect === undefined) {
    v8.setFlagsFromString('--expose-gc');
    const found: unknown = vm.runInNewContext('typeof gc === "function" ? gc : null');
    collect = typeof found === 'function' ? (found as (options?: { type: 'minor' | 'major' }) => void) : null;
  }
  collect?.({ type: 'minor' });
}

const mostKeptBytes = 128 * 2 ** 20;

/** Memory that is used again by call after call, so that its pages are mapped once a thread and not once a call. */
export class ReusedBuffer {
  private bytes: Buffer = Buffer.alloc(0);

  /** At least `length` bytes, of which the first `kept` are as they were. Earlier results may become stale. */
  reserve(length: number, kept = 0): Buffer {
    if (this.bytes.length < length) {
      const larger = Buffer.allocUnsafeSlow(Math.ceil((length * 1.25) / 2 ** 20) * 2 ** 20);
      larger.set(this.bytes.subarray(0, kept));
      this.bytes = larger;
    }
    return this.bytes;
  }

  /** Gives memory back when it is more than what ordinary row groups need. */
  trim(): void {
    if (this.bytes.length > mostKeptBytes) this.bytes = Buffer.alloc(0);
  }
}
