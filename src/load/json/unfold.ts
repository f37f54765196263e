import type { Column } from '../../engine/block.js';
import type { ArrowType } from '../../engine/types.js';
import { type ArrowNode, packBits } from '../../write/arrow.js';
import { keyText } from './keytext.js';

/**
 * Unfolds a column of canonical JSON text into its nested Arrow type. Takes memory of its own, about the size of the text.
 * The column's type is `json` with the `arrow` that `shapeToArrow` gave for all of its values.
 */
export function unfoldJson(column: Column, rows: number): ArrowNode {
  const { type, offsets, values, validity } = column;
  if (type.kind !== 'json' || type.arrow === null || offsets === null)
    throw new Error('not a column of unfoldable JSON');
  const builder = builderOf(type.arrow);
  const text: Text = { bytes: values, at: 0 };
  for (let row = 0; row < rows; row++) {
    if (validity !== null && validity[row] === 0) builder.addNull();
    else {
      text.at = offsets[row]!;
      builder.add(text);
    }
  }
  return builder.finish();
}

/** Canonical JSON text and the position of the next value in it. */
interface Text {
  bytes: Uint8Array;
  at: number;
}

/** Collects the values of one node of a nested type. */
abstract class Builder {
  rows = 0;
  private valid: Uint8Array = new Uint8Array(256);
  private nulls = 0;

  constructor(readonly type: ArrowType) {}

  /** Reads the value at the text's position, and moves it behind the value. */
  add(text: Text): void {
    if (text.bytes[text.at] === 0x6e) {
      text.at += 4;
      this.addNull();
      return;
    }
    this.mark(1);
    this.read(text);
    this.rows++;
  }

  addNull(): void {
    this.mark(0);
    this.nulls++;
    this.skip();
    this.rows++;
  }

  finish(): ArrowNode {
    const validity = this.nulls === 0 ? null : packBits(this.valid.subarray(0, this.rows)).bits;
    return { type: this.type, rows: this.rows, nulls: this.nulls, validity, ...this.buffers() };
  }

  private mark(bit: number): void {
    if (this.rows === this.valid.length) this.valid = grown(this.valid, this.rows + 1);
    this.valid[this.rows] = bit;
  }

  /** Takes the value of row `this.rows`. */
  protected abstract read(text: Text): void;
  /** Makes room for a null at row `this.rows`. */
  protected abstract skip(): void;
  protected abstract buffers(): Pick<ArrowNode, 'offsets' | 'values' | 'children'>;
}

function builderOf(type: ArrowType): Builder {
  switch (type.name) {
    case 'utf8':
      return new TextBuilder(type);
    case 'bool':
      return new BooleanBuilder(type);
    case 'int':
    case 'float':
      return new NumberBuilder(type, type.name === 'int');
    case 'list':
      return new ListBuilder(type, builderOf(type.item));
    case 'struct':
      return new StructBuilder(
        type,
        type.fields.map((f) => builderOf(f.type)),
        type.fields.map((f) => f.name),
      );
    default:
      throw new Error(`JSON has no values of type ${type.name}`);
  }
}

/** A copy with room for at least `size`, and twice as much as before. */
function grown<T extends Uint8Array | Int32Array | Float64Array>(array: T, size: number): T {
  const copy = new (array.constructor as new (n: number) => T)(Math.max(size, array.length * 2));
  copy.set(array as never);
  return copy;
}

class TextBuilder extends Builder {
  private offsets: Int32Array = new Int32Array(257);
  private values: Uint8Array = new Uint8Array(1024);
  private used = 0;

  protected read(text: Text): void {
    const { bytes } = text;
    const from = text.at + 1;
    let end = from;
    let escapes = false;
    for (let c = bytes[end]; c !== 0x22; c = bytes[end]) {
      if (c === 0x5c) {
        escapes = true;
        end++;
      }
      end++;
    }
    if (this.used + end - from > this.values.length) this.values = grown(this.values, this.used + end - from);
    if (escapes) this.used = decode(bytes, from, end, this.values, this.used);
    else {
      const length = end - from;
      if (length > 64) this.values.set(bytes.subarray(from, end), this.used);
      else for (let p = from, o = this.used; p < end; ) this.values[o++] = bytes[p++]!;
      this.used += length;
    }
    text.at = end + 1;
    this.close();
  }

  protected skip(): void {
    this.close();
  }

  protected buffers(): Pick<ArrowNode, 'offsets' | 'values' | 'children'> {
    return {
      offsets: this.offsets.subarray(0, this.rows + 1),
      values: this.values.subarray(0, this.used),
      children: [],
    };
  }

  private close(): void {
    if (this.rows + 1 >= this.offsets.length) this.offsets = grown(this.offsets, this.rows + 2);
    if (this.used > 0x7fffffff) throw new Error('more than 2 GB of text in one field of a chunk');
    this.offsets[this.rows + 1] = this.used;
  }
}

/** Decodes the inside of a canonical string to `target` at `to`, and returns where it ends. */
function decode(bytes: Uint8Array, from: number, end: number, target: Uint8Array, to: number): number {
  let o = to;
  for (let p = from; p < end; p++) {
    const c = bytes[p]!;
    if (c !== 0x5c) {
      target[o++] = c;
      continue;
    }
    const letter = bytes[++p]!;
    if (letter !== 0x75) target[o++] = escaped(letter);
    else if (bytes[p + 1] === 0x64) {
      // A lone surrogate stays as it is: its digits are copied by the loop.
      target[o++] = c;
      target[o++] = letter;
    } else {
      target[o++] = (hexValue(bytes[p + 3]!) << 4) | hexValue(bytes[p + 4]!);
      p += 4;
    }
  }
  return o;
}

function hexValue(c: number): number {
  return c < 58 ? c - 48 : (c | 32) - 87;
}

/** The byte that a two-character escape of canonical JSON stands for. */
function escaped(letter: number): number {
  switch (letter) {
    case 0x6e:
      return 10;
    case 0x74:
      return 9;
    case 0x72:
      return 13;
    case 0x62:
      return 8;
    case 0x66:
      return 12;
    default:
      return letter;
  }
}

class BooleanBuilder extends Builder {
  private values: Uint8Array = new Uint8Array(256);

  protected read(text: Text): void {
    const yes = text.bytes[text.at] === 0x74;
    text.at += yes ? 4 : 5;
    this.put(yes ? 1 : 0);
  }

  protected skip(): void {
    this.put(0);
  }

  protected buffers(): Pick<ArrowNode, 'offsets' | 'values' | 'children'> {
    return { offsets: null, values: packBits(this.values.subarray(0, this.rows)).bits, children: [] };
  }

  private put(value: number): void {
    if (this.rows === this.values.length) this.values = grown(this.values, this.rows + 1);
    this.values[this.rows] = value;
  }
}

/** 10^0 to 10^22, each of which is exactly a double. */
const powers: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** int64 or float64. */
class NumberBuilder extends Builder {
  private floats: Float64Array = new Float64Array(256);
  /** The same memory, for integers: low and high half. */
  private halves: Int32Array = new Int32Array(this.floats.buffer);

  constructor(
    type: ArrowType,
    private readonly integers: boolean,
  ) {
    super(type);
  }

  protected read(text: Text): void {
    this.room();
    const { bytes } = text;
    const from = text.at;
    const negative = bytes[from] === 0x2d;
    let p = negative ? from + 1 : from;
    let digits = 0;
    let point = -1;
    for (; ; p++) {
      const c = bytes[p]! - 48;
      if (c >= 0 && c <= 9) digits = digits * 10 + c;
      else if (c === -2) point = p;
      else break;
    }
    const plain = bytes[p] === 0x2c || bytes[p] === 0x7d || bytes[p] === 0x5d;
    const places = point < 0 ? 0 : p - point - 1;
    if (plain && digits <= Number.MAX_SAFE_INTEGER && places <= 22) {
      // Both parts are exact, so that the quotient is rounded once (Clinger 1990).
      const value = places === 0 ? digits : digits / powers[places]!;
      if (this.integers) this.putInteger(negative ? -value : value);
      else this.floats[this.rows] = negative ? -value : value;
      text.at = p;
      return;
    }
    while (bytes[p] !== 0x2c && bytes[p] !== 0x7d && bytes[p] !== 0x5d) p++;
    const token = String.fromCharCode(...bytes.subarray(from, p));
    if (this.integers) {
      const value = BigInt(token);
      this.halves[this.rows * 2] = Number(BigInt.asIntN(32, value));
      this.halves[this.rows * 2 + 1] = Number(value >> 32n);
    } else this.floats[this.rows] = Number(token);
    text.at = p;
  }

  protected skip(): void {
    this.room();
    this.floats[this.rows] = 0;
  }

  protected buffers(): Pick<ArrowNode, 'offsets' | 'values' | 'children'> {
    return { offsets: null, values: new Uint8Array(this.floats.buffer, 0, this.rows * 8), children: [] };
  }

  private putInteger(value: number): void {
    this.halves[this.rows * 2] = value;
    this.halves[this.rows * 2 + 1] = Math.floor(value / 2 ** 32);
  }

  private room(): void {
    if (this.rows < this.floats.length) return;
    this.floats = grown(this.floats, this.rows + 1);
    this.halves = new Int32Array(this.floats.buffer);
  }
}

class ListBuilder extends Builder {
  private offsets: Int32Array = new Int32Array(257);

  constructor(
    type: ArrowType,
    private readonly items: Builder,
  ) {
    super(type);
  }

  protected read(text: Text): void {
    text.at++;
    if (text.bytes[text.at] === 0x5d) text.at++;
    else {
      do {
        this.items.add(text);
        text.at++;
      } while (text.bytes[text.at - 1] === 0x2c);
    }
    this.skip();
  }

  protected skip(): void {
    if (this.rows + 1 >= this.offsets.length) this.offsets = grown(this.offsets, this.rows + 2);
    this.offsets[this.rows + 1] = this.items.rows;
  }

  protected buffers(): Pick<ArrowNode, 'offsets' | 'values' | 'children'> {
    return { offsets: this.offsets.subarray(0, this.rows + 1), values: null, children: [this.items.finish()] };
  }
}

class StructBuilder extends Builder {
  /** Each name as the bytes that a key most likely has, and its closing quote. */
  private readonly keys: Uint8Array[];
  private readonly places: Map<string, number>;

  constructor(
    type: ArrowType,
    private readonly fields: Builder[],
    names: string[],
  ) {
    super(type);
    const encoder = new TextEncoder();
    this.keys = names.map((n) => encoder.encode(JSON.stringify(n).slice(1)));
    this.places = new Map(names.map((n, i) => [n, i]));
  }

  protected read(text: Text): void {
    const { bytes } = text;
    const { fields } = this;
    let found = 0;
    let due = 0;
    text.at++;
    if (bytes[text.at] === 0x7d) text.at++;
    else {
      do {
        let place = due;
        const from = text.at + 1;
        if (due < fields.length && matches(bytes, from, this.keys[due]!)) text.at = from + this.keys[due]!.length + 1;
        else place = this.lookUp(text);
        fields[place]!.add(text);
        found++;
        due = place + 1;
        text.at++;
      } while (bytes[text.at - 1] === 0x2c);
    }
    if (found < fields.length) this.fill();
  }

  protected skip(): void {
    for (const field of this.fields) field.addNull();
  }

  protected buffers(): Pick<ArrowNode, 'offsets' | 'values' | 'children'> {
    return { offsets: null, values: null, children: this.fields.map((f) => f.finish()) };
  }

  /** Gives the fields that the object didn't have a null. */
  private fill(): void {
    for (const field of this.fields) if (field.rows === this.rows) field.addNull();
  }

  /** The field of the key at the text's position, which is moved behind the colon. */
  private lookUp(text: Text): number {
    const from = text.at + 1;
    let p = from;
    while (text.bytes[p] !== 0x22) p += text.bytes[p] === 0x5c ? 2 : 1;
    const name = keyText(Buffer.from(text.bytes.buffer, text.bytes.byteOffset + from, p - from).toString('utf8'));
    const place = this.places.get(name);
    if (place === undefined)
      throw new Error(`a key that the shape of the column doesn't have: ${JSON.stringify(name)}`);
    text.at = p + 2;
    return place;
  }
}

function matches(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false;
  return true;
}
