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
