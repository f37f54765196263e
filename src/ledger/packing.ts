/**
 * The encodings of Parquet that lineage.parquet uses (https://github.com/apache/parquet-format/blob/master/Encodings.md):
 * the hybrid of runs and bit packing for definition levels and dictionary indices, and packed deltas for numbers.
 */

/** Bytes that grow. */
export class ByteSink {
  private buffer = new Uint8Array(1024);
  length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.reserve(values.length);
    this.buffer.set(values, this.length);
    this.length += values.length;
  }

  /** The first bytes of a short array, one by one: a call of `set` costs more than they do. */
  few(values: Uint8Array, count: number): void {
    this.reserve(count);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < count; i++) buffer[at++] = values[i]!;
    this.length = at;
  }

  uint32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 255);
  }

  /** A ULEB128 number below 2^53. */
  unsigned(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    this.byte(rest);
  }

  take(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const wider = new Uint8Array(Math.max(this.buffer.length * 2, this.length + bytes));
    wider.set(this.buffer);
    this.buffer = wider;
  }
}

const packed = new Uint32Array(33);
const packedBytes = new Uint8Array(packed.buffer);

/** Packs up to 32 numbers of `width` bits, from the lowest bit of the first byte on, as `bytes` bytes. */
function pack(
  sink: ByteSink,
  values: Uint32Array | Int32Array | Uint8Array,
  from: number,
  count: number,
  base: number,
  width: number,
  bytes: number,
): void {
  if (width === 0) return;
  packed.fill(0, 0, width + 1);
  for (let i = 0, bit = 0; i < count; i++, bit += width) {
    const value = (values[from + i]! - base) >>> 0;
    const word = bit >>> 5;
    const shift = bit & 31;
    packed[word]! |= value << shift;
    if (shift + width > 32) packed[word + 1]! |= value >>> (32 - shift);
  }
  sink.few(packedBytes, bytes);
}

/** Bits that numbers up to `most` take. */
export const bitWidth = (most: number): number => 32 - Math.clz32(most);

/** Numbers of `width` bits: one run if they are all the same, else bit-packed. */
export function hybrid(sink: ByteSink, values: Uint32Array | Uint8Array, width: number): void {
  const count = values.length;
  if (count === 0) return;
  let same = true;
  for (let i = 1; i < count && same; i++) same = values[i] === values[0];
  if (same) {
    sink.unsigned(count * 2);
    for (let shift = 0; shift < width; shift += 8) sink.byte((values[0]! >>> shift) & 255);
    return;
  }
  const groups = Math.ceil(count / 8);
  sink.unsigned(groups * 2 + 1);
  for (let i = 0; i < count; i += 32) {
    const part = Math.min(32, count - i);
    pack(sink, values, i, part, 0, width, Math.ceil(part / 8) * width);
  }
}

const blockValues = 128;
const miniBlocks = 4;
const miniValues = 32;

/** 32-bit numbers as DELTA_BINARY_PACKED; differences wrap around, as readers let them. */
export function deltas(sink: ByteSink, values: Uint32Array): void {
  const zigzag = (n: number): void => sink.unsigned(((n << 1) ^ (n >> 31)) >>> 0);
  sink.unsigned(blockValues);
  sink.unsigned(miniBlocks);
  sink.unsigned(values.length);
  zigzag((values[0] ?? 0) | 0);
  const block = new Int32Array(blockValues);
  for (let from = 1; from < values.length; from += blockValues) {
    const count = Math.min(blockValues, values.length - from);
    let least = 0x7fffffff;
    for (let i = 0; i < count; i++) {
      const delta = (values[from + i]! - values[from + i - 1]!) | 0;
      block[i] = delta;
      if (delta < least) least = delta;
    }
    zigzag(least);
    block.fill(least, count);
    const widths: number[] = [];
    for (let m = 0; m < miniBlocks; m++) {
      let any = 0;
      for (let i = m * miniValues; i < (m + 1) * miniValues; i++) any |= block[i]! - least;
      widths.push(bitWidth(any >>> 0));
    }
    for (const width of widths) sink.byte(width);
    for (let m = 0; m * miniValues < count; m++)
      pack(sink, block, m * miniValues, miniValues, least, widths[m]!, 4 * widths[m]!);
  }
}
