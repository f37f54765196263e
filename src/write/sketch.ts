import type { ReadBlock } from '../engine/block.js';
import type { PlacedColumn } from '../engine/kernel-column.js';
import { widthOf } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import type { Lent } from '../kernels/lent.js';

/**
 * How many distinct values that are not null a column has over some rows: plain data, the same for any order of the
 * rows, and joined over chunks by `DistinctCount`.
 */
export interface Sketch {
  /**
   * Two 64-bit hashes of each value, lower halves first, when there are at most 1,000 of them: the count is exact. Otherwise
   * null. By the first one, under the secret of the compile, values are told apart; the second one is for the registers.
   */
  hashes: Uint32Array<ArrayBuffer> | null;
  /** HyperLogLog registers, when there are more. */
  registers: Uint8Array<ArrayBuffer> | null;
}

/** Up to this many distinct values are counted exactly. The kernel has the same number. */
const mostExact = 1000;
const registerBits = 12;
const registerCount = 1 << registerBits;
const registersAt = 8;
const slotsAt = registersAt + registerCount;
/** Of a value: its two hashes. */
const valueWords = 4;

/** Bytes of the secret that values are told apart under. */
export const sketchSecretBytes = 32;

/** Has a kernel tell values apart under this secret: that of all sketches that are joined. */
export function setSketchSecret(kernel: IngestKernel, secret: Uint8Array): void {
  const words = new DataView(secret.buffer, secret.byteOffset, sketchSecretBytes);
  const at = (i: number): bigint => words.getBigUint64(i * 8, true);
  kernel.exports.sketchSecret(at(0), at(1), at(2), at(3));
}

/** A sketch of each column of a block, which lies in the kernel's memory as `placed` says. The results are copies. */
export function sketchColumns(kernel: IngestKernel, block: ReadBlock, placed: readonly PlacedColumn[]): Sketch[] {
  return block.columns.map(({ type }, c) =>
    sketchValues(kernel, placed[c]!, widthOf(type), type.kind === 'float64', block.rows),
  );
}

/** A sketch of so many values of a column; `width` 0 without offsets says that it has none. */
export function sketchValues(
  kernel: IngestKernel,
  { validity, offsets, values }: PlacedColumn,
  width: number,
  isFloat: boolean,
  rows: number,
): Sketch {
  const exports = kernel.exports;
  const mark = kernel.mark();
  const bytes = exports.sketchBytes();
  const state = kernel.alloc(bytes);
  kernel.u8(state, bytes).fill(0);
  if (offsets !== 0) exports.sketchVariable(state, validity, offsets, values, rows);
  else if (width > 0) exports.sketchFixed(state, validity, width, isFloat, values, rows);
  const [, isOver] = kernel.u32(state, 2);
  const sketch: Sketch = isOver
    ? { hashes: null, registers: kernel.u8(state + registersAt, registerCount).slice() }
    : { hashes: compact(kernel.u32(state + slotsAt, (bytes - slotsAt) / 4)), registers: null };
  kernel.reset(mark);
  return sketch;
}

/** The exact count of distinct values, or an estimate. */
export function distinctOf({ hashes, registers }: Sketch): number {
  return hashes !== null ? hashes.length / valueWords : Math.round(cardinality(registers!));
}

/** The slots that are in use. */
function compact(slots: Lent<Uint32Array>): Uint32Array<ArrayBuffer> {
  const out: number[] = [];
  for (let i = 0; i < slots.length; i += valueWords) {
    if (slots[i] !== 0 || slots[i + 1] !== 0) out.push(slots[i]!, slots[i + 1]!, slots[i + 2]!, slots[i + 3]!);
  }
  return Uint32Array.from(out);
}

/** Joins sketches of the chunks of a column, in any order. */
export class DistinctCount {
  /** Open addressing over values; null once there were more than 1,000. */
  private slots: Uint32Array | null = new Uint32Array(64);
  private used = 0;
  private registers: Uint8Array | null = null;

  add(sketch: Sketch): void {
    const { hashes, registers } = sketch;
    if (registers !== null) {
      const own = this.spill();
      for (let i = 0; i < registerCount; i++) if (registers[i]! > own[i]!) own[i] = registers[i]!;
    }
    if (hashes !== null) for (let i = 0; i < hashes.length; i += valueWords) this.addValue(hashes, i);
  }

  /** The exact count, or null when there are more than 1,000. */
  get exact(): number | null {
    return this.slots === null ? null : this.used;
  }

  /** The exact count, or an estimate (standard error 1.6 %). */
  get estimate(): number {
    return this.registers === null ? this.used : Math.round(cardinality(this.registers));
  }

  private addValue(values: Uint32Array, at: number): void {
    if (this.slots === null) {
      raise(this.registers!, values[at + 2]!, values[at + 3]!);
      return;
    }
    if (!insert(this.slots, values, at)) return;
    this.used++;
    if (this.used > mostExact) this.spill();
    else if (this.used * valueWords * 2 > this.slots.length) {
      const larger = new Uint32Array(this.slots.length * 2);
      for (let i = 0; i < this.slots.length; i += valueWords) if (isTaken(this.slots, i)) insert(larger, this.slots, i);
      this.slots = larger;
    }
  }

  /** Turns the set into registers. */
  private spill(): Uint8Array {
    this.registers ??= new Uint8Array(registerCount);
    const { slots } = this;
    if (slots !== null) {
      for (let i = 0; i < slots.length; i += valueWords)
        if (isTaken(slots, i)) raise(this.registers, slots[i + 2]!, slots[i + 3]!);
    }
    this.slots = null;
    return this.registers;
  }
}

const isTaken = (slots: Uint32Array, at: number): boolean => slots[at] !== 0 || slots[at + 1] !== 0;

/** Puts in the value that is at `from` of `values`; true when it was not there. */
function insert(slots: Uint32Array, values: Uint32Array, from: number): boolean {
  const mask = slots.length - 1;
  const [low, high] = [values[from]!, values[from + 1]!];
  let at = (low * valueWords) & mask;
  while (isTaken(slots, at)) {
    if (slots[at] === low && slots[at + 1] === high) return false;
    at = (at + valueWords) & mask;
  }
  for (let i = 0; i < valueWords; i++) slots[at + i] = values[from + i]!;
  return true;
}

function raise(registers: Uint8Array, low: number, high: number): void {
  const index = high >>> (32 - registerBits);
  const upper = ((high << registerBits) | (low >>> (32 - registerBits))) >>> 0;
  const lower = ((low << registerBits) | (1 << (registerBits - 1))) >>> 0;
  const rank = (upper !== 0 ? Math.clz32(upper) : 32 + Math.clz32(lower)) + 1;
  if (rank > registers[index]!) registers[index] = rank;
}

/**
 * The number of distinct values behind registers, without bias over the whole range: Ertl, "New cardinality estimation
 * algorithms for HyperLogLog sketches" (2017), algorithm 6.
 */
function cardinality(registers: Uint8Array): number {
  const q = 64 - registerBits;
  const m = registerCount;
  const counts = new Array<number>(q + 2).fill(0);
  for (const rank of registers) counts[rank]!++;
  let z = m * tau(1 - counts[q + 1]! / m);
  for (let k = q; k >= 1; k--) z = 0.5 * (z + counts[k]!);
  z += m * sigma(counts[0]! / m);
  return (m * m) / (2 * Math.LN2 * z);
}

function sigma(start: number): number {
  if (start === 1) return Number.POSITIVE_INFINITY;
  let x = start;
  let y = 1;
  let z = x;
  for (let last = -1; z !== last; ) {
    x *= x;
    last = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let x = start;
  let y = 1;
  let z = 1 - x;
  for (let last = -1; z !== last; ) {
    x = Math.sqrt(x);
    last = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
