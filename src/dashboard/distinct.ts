/**
 * Counts values by a hash of 64 bits: that two of a hundred million differ and share one has a chance of one in 3,700. Holds
 * about 32 bytes a distinct value, however long they are.
 */
export class Distinct {
  /** Distinct values so far. */
  count = 0;
  private slots: Int32Array = new Int32Array(2 ** 12).fill(-1);
  private highs: Uint32Array = new Uint32Array(2 ** 11);
  private lows: Uint32Array = new Uint32Array(2 ** 11);
  private rows: Uint32Array = new Uint32Array(2 ** 11);
  private firsts: Uint32Array = new Uint32Array(2 ** 11);

  addBytes(bytes: Uint8Array, from: number, to: number, place: number): void {
    let a = 0x9e3779b9 ^ (to - from);
    let b = 0x41c6ce57;
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      a = Math.imul(a ^ byte, 0x9e3779b1);
      b = Math.imul(b ^ byte, 0x5f356495);
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
    b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
    this.add(a >>> 0, b >>> 0, place);
  }

  /** A value that these 64 bits are, or stand for. */
  add(high: number, low: number, place: number): void {
    let slot = mixed(high, low) & (this.slots.length - 1);
    for (;;) {
      const entry = this.slots[slot]!;
      if (entry === -1) break;
      if (this.highs[entry] === high && this.lows[entry] === low) {
        this.rows[entry]!++;
        return;
      }
      slot = (slot + 1) & (this.slots.length - 1);
    }
    if (this.count === this.rows.length) {
      this.widen();
      this.add(high, low, place);
      return;
    }
    this.slots[slot] = this.count;
    this.highs[this.count] = high;
    this.lows[this.count] = low;
    this.rows[this.count] = 1;
    this.firsts[this.count++] = place;
  }

  /** The values of the most rows, each by its first place; of equally many rows, the earlier one. */
  most(wanted: number): { place: number; rows: number }[] {
    const best: number[] = [];
    for (let entry = 0; entry < this.count; entry++) {
      const last = best.at(-1);
      if (best.length === wanted && this.rows[entry]! <= this.rows[last!]!) continue;
      if (best.length === wanted) best.pop();
      let at = best.length;
      while (at > 0 && this.rows[best[at - 1]!]! < this.rows[entry]!) at--;
      best.splice(at, 0, entry);
    }
    return best.map((entry) => ({ place: this.firsts[entry]!, rows: this.rows[entry]! }));
  }

  private widen(): void {
    const wider = (old: Uint32Array): Uint32Array => {
      const array = new Uint32Array(old.length * 2);
      array.set(old);
      return array;
    };
    const { highs, lows, count } = this;
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    this.highs = wider(highs);
    this.lows = wider(lows);
    this.rows = wider(this.rows);
    this.firsts = wider(this.firsts);
    for (let entry = 0; entry < count; entry++) {
      let slot = mixed(highs[entry]!, lows[entry]!) & (this.slots.length - 1);
      while (this.slots[slot] !== -1) slot = (slot + 1) & (this.slots.length - 1);
      this.slots[slot] = entry;
    }
  }
}

/** Bits that spread over the slots, also of numbers that follow each other. */
function mixed(high: number, low: number): number {
  const bits = Math.imul(high ^ (low >>> 15), 0x2c1b3c6d) ^ low;
  const spread = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return spread ^ (spread >>> 15);
}
