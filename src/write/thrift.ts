import { ThriftReader, wire } from '../load/parquet/thrift.js';

/**
 * Thrift structures as trees: what was read is written again as it was, known or not, but for the fields that were
 * changed in between. Compact protocol, as Parquet uses it.
 */

/** A structure: its fields by number, in the order of writing. */
export type ThriftStruct = Map<number, ThriftField>;

export interface ThriftField {
  /** Wire type (load/parquet/thrift.ts); a boolean's value is its wire type. */
  type: number;
  value: ThriftValue;
}

/** Integers as doubles, exact up to 2^53; doubles as their 8 bytes; structures may be given in their encoded form. */
export type ThriftValue = number | Uint8Array | ThriftList | ThriftStruct | null;

export interface ThriftList {
  /** Wire type of the elements. */
  element: number;
  items: ThriftValue[];
}

/** Reads a structure at `at`; returns it with the position behind it. Binary values are views. */
export function readStruct(bytes: Uint8Array, at: number): { struct: ThriftStruct; end: number } {
  const reader = new ThriftReader(bytes, at);
  const struct = readTree(reader, bytes);
  return { struct, end: reader.at };
}

function readTree(reader: ThriftReader, bytes: Uint8Array): ThriftStruct {
  const struct: ThriftStruct = new Map();
  reader.struct((id, type) => {
    struct.set(id, { type, value: readValue(reader, bytes, type) });
  });
  return struct;
}

function readValue(reader: ThriftReader, bytes: Uint8Array, type: number): ThriftValue {
  switch (type) {
    case wire.true:
    case wire.false:
      return null;
    case wire.byte:
      return reader.i8();
    case wire.i16:
    case wire.i32:
    case wire.i64:
      return reader.zigzag();
    case wire.double:
      reader.at += 8;
      return bytes.subarray(reader.at - 8, reader.at);
    case wire.binary:
      return reader.binary();
    case wire.list: {
      let element = 0;
      const items = reader.list((t) => {
        element = t;
        return t === wire.true || t === wire.false ? reader.i8() : readValue(reader, bytes, t);
      });
      return { element, items };
    }
    case wire.struct:
      return readTree(reader, bytes);
    default:
      throw new Error(`a Thrift value of wire type ${type} in metadata`);
  }
}

/** Writes structures one behind the other into bytes that grow. */
export class ThriftWriter {
  private buffer: Buffer = Buffer.alloc(256);
  private at = 0;

  struct(struct: ThriftStruct): void {
    let last = 0;
    for (const [id, { type, value }] of struct) {
      if (id > last && id - last < 16) this.byte(((id - last) << 4) | type);
      else {
        this.byte(type);
        this.zigzag(id);
      }
      this.value(type, value);
      last = id;
    }
    this.byte(wire.stop);
  }

  /** What was written since the last call. */
  take(): Uint8Array {
    const bytes = this.buffer.subarray(0, this.at);
    this.buffer = Buffer.alloc(256);
    this.at = 0;
    return bytes;
  }

  private value(type: number, value: ThriftValue): void {
    if (typeof value === 'number') {
      if (type === wire.byte) this.byte(value);
      else this.zigzag(value);
    } else if (value instanceof Uint8Array) {
      if (type === wire.binary) this.unsigned(value.length);
      this.bytes(value);
    } else if (value instanceof Map) this.struct(value);
    else if (value !== null) this.list(value);
  }

  private list({ element, items }: ThriftList): void {
    if (items.length < 15) this.byte((items.length << 4) | element);
    else {
      this.byte(0xf0 | element);
      this.unsigned(items.length);
    }
    const isBoolean = element === wire.true || element === wire.false;
    for (const item of items) this.value(isBoolean ? wire.byte : element, item);
  }

  private zigzag(n: number): void {
    this.unsigned(n >= 0 ? n * 2 : -n * 2 - 1);
  }

  private unsigned(n: number): void {
    let rest = n;
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  private byte(n: number): void {
    this.reserve(1);
    this.buffer[this.at++] = n;
  }

  private bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.at + bytes, this.buffer.length * 2));
    larger.set(this.buffer.subarray(0, this.at));
    this.buffer = larger;
  }
}

/** A structure in its encoded form. */
export function encodeStruct(struct: ThriftStruct): Uint8Array<ArrayBuffer> {
  const writer = new ThriftWriter();
  writer.struct(struct);
  return Uint8Array.from(writer.take());
}

/** Makers and getters for the fields of a structure. */
export const i32 = (value: number): ThriftField => ({ type: wire.i32, value });
export const i64 = (value: number): ThriftField => ({ type: wire.i64, value });
export const binary = (value: Uint8Array | string): ThriftField => ({
  type: wire.binary,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});
export const structs = (items: readonly (ThriftStruct | Uint8Array)[]): ThriftField => ({
  type: wire.list,
  value: { element: wire.struct, items: [...items] },
});

/** A field's integer, or undefined when it is not there. */
export function integer(struct: ThriftStruct, id: number): number | undefined {
  const value = struct.get(id)?.value;
  return typeof value === 'number' ? value : undefined;
}

export function bytesOf(struct: ThriftStruct, id: number): Uint8Array | undefined {
  const value = struct.get(id)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

export function structOf(struct: ThriftStruct, id: number): ThriftStruct | undefined {
  const value = struct.get(id)?.value;
  return value instanceof Map ? value : undefined;
}

export function structsOf(struct: ThriftStruct, id: number): ThriftStruct[] {
  const value = struct.get(id)?.value;
  if (value === null || value === undefined || typeof value !== 'object' || !('items' in value)) return [];
  return value.items as ThriftStruct[];
}
