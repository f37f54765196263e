/**
 * Reading of Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md),
 * in which a Parquet file's footer and page headers are written. Every read is checked against the end of the bytes, and
 * nesting and element counts are bounded, so that damaged bytes end in an exception and never in a long loop.
 */

/** Element types on the wire. */
export const wire = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

/** The bytes end in the middle of a value: with more of them it might be read. */
export class ThriftEnd extends Error {}
/** The bytes are no Thrift structure. */
export class ThriftError extends Error {}

const maxDepth = 32;

export class ThriftReader {
  private depth = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** Position of the next byte. */
    public at = 0,
  ) {}

  /**
   * Reads a structure: `field` is called with each field's number and wire type, and reads the value or returns false,
   * upon which it is skipped. A boolean's value is its wire type.
   */
  struct(field: (id: number, type: number) => unknown): void {
    if (++this.depth > maxDepth) throw new ThriftError('structures are nested too deeply');
    for (let id = 0; ; ) {
      const head = this.byte();
      if (head === wire.stop) break;
      const delta = head >> 4;
      id = delta === 0 ? this.zigzag() : id + delta;
      const type = head & 15;
      if (type > wire.struct) throw new ThriftError(`unknown wire type ${type}`);
      if (field(id, type) === false) this.skip(type);
    }
    this.depth--;
  }

  /** Reads a list or set and returns what `element` makes of each value. */
  list<T>(element: (type: number) => T): T[] {
    const head = this.byte();
    const type = head & 15;
    const size = head >> 4 === 15 ? this.unsigned() : head >> 4;
    // An element takes a byte at least.
    if (size > this.bytes.length - this.at) throw new ThriftEnd('a list is longer than the rest of the bytes');
    const values: T[] = [];
    for (let i = 0; i < size; i++) values.push(element(type));
    return values;
  }

  /** An i16 or i32. */
  zigzag(): number {
    const n = this.unsigned();
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
  }

  /** A byte. */
  i8(): number {
    return (this.byte() << 24) >> 24;
  }

  /** An i64 as a double: exact up to 2^53. */
  long(): number {
    return this.zigzag();
  }

  /** Bytes with their length before them: a view. */
  binary(): Uint8Array {
    const length = this.unsigned();
    if (length > this.bytes.length - this.at) throw new ThriftEnd('a string is longer than the rest of the bytes');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  string(): string {
    const raw = this.binary();
    return Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('utf8');
  }

  skip(type: number): void {
    switch (type) {
      case wire.true:
      case wire.false:
        return;
      case wire.byte:
        this.byte();
        return;
      case wire.i16:
      case wire.i32:
      case wire.i64:
        this.unsigned();
        return;
      case wire.double:
        this.advance(8);
        return;
      case wire.binary:
        this.binary();
        return;
      case wire.list:
      case wire.set:
        this.list((t) => this.skipElement(t));
        return;
      case wire.map: {
        const size = this.unsigned();
        if (size === 0) return;
        const types = this.byte();
        if (size > this.bytes.length - this.at) throw new ThriftEnd('a map is longer than the rest of the bytes');
        for (let i = 0; i < size; i++) {
          this.skipElement(types >> 4);
          this.skipElement(types & 15);
        }
        return;
      }
      case wire.struct:
        this.struct(() => false);
        return;
      default:
        throw new ThriftError(`unknown wire type ${type}`);
    }
  }

  /** Booleans inside lists and maps take a byte, those in structures none. */
  private skipElement(type: number): void {
    if (++this.depth > maxDepth) throw new ThriftError('structures are nested too deeply');
    if (type === wire.true || type === wire.false) this.byte();
    else this.skip(type);
    this.depth--;
  }

  private advance(bytes: number): void {
    this.at += bytes;
    if (this.at > this.bytes.length) throw new ThriftEnd('the bytes end in the middle of a value');
  }

  private byte(): number {
    if (this.at >= this.bytes.length) throw new ThriftEnd('the bytes end in the middle of a value');
    return this.bytes[this.at++]!;
  }

  /** A varint of at most ten bytes as a double; beyond 2^53 it is only near. */
  private unsigned(): number {
    let n = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.byte();
      n += (byte & 127) * scale;
      if (byte < 128) return n;
      scale *= 128;
    }
    throw new ThriftError('an integer is longer than ten bytes');
  }
}
