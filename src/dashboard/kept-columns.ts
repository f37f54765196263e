import type { Vector } from 'apache-arrow';

/** Decoded columns of row groups, the latest of which are kept, of all data sets together. */
export class KeptColumns {
  private readonly kept: Map<string, { vector: Vector; bytes: number }> = new Map();
  private bytes = 0;

  constructor(private readonly most: number) {}

  get isFull(): boolean {
    return this.bytes >= this.most;
  }

  has(key: string): boolean {
    return this.kept.has(key);
  }

  get(key: string): Vector | null {
    const known = this.kept.get(key);
    if (known === undefined) return null;
    this.kept.delete(key);
    this.kept.set(key, known);
    return known.vector;
  }

  /** Keeps it in stead of what was not used for longest; or, if that is not to go, only where there is room. */
  keep(key: string, vector: Vector, mayEvict: boolean): void {
    const bytes = vector.byteLength;
    if (!mayEvict && this.bytes + bytes > this.most) return;
    this.kept.set(key, { vector, bytes });
    this.bytes += bytes;
    for (const old of this.kept.keys()) {
      if (this.bytes <= this.most || old === key) break;
      this.forget(old);
    }
  }

  /** Forgets what has a key that begins so. */
  forgetAll(beginning: string): void {
    for (const key of this.kept.keys()) if (key.startsWith(beginning)) this.forget(key);
  }

  private forget(key: string): void {
    this.bytes -= this.kept.get(key)!.bytes;
    this.kept.delete(key);
  }
}
