import { Builder } from 'flatbuffers';
import type { ArrowType, ColumnType, Field } from '../engine/types.js';

/**
 * Arrow schemas as FlatBuffers (https://github.com/apache/arrow/blob/main/format/Schema.fbs): tables are written by slot
 * number, unions as a tag and a table.
 */

/** A column of an Arrow schema. */
export interface ArrowField {
  name: string;
  type: ArrowType;
}

/** Tags of the union `Type`. */
const typeTag = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixed: 15,
  fixedList: 16,
  duration: 18,
} as const satisfies Record<ArrowType['name'], number>;

const timeUnit = { ms: 1, us: 2, ns: 3 } as const;

/** The Arrow type that a column has in the output. */
export function arrowOf(type: ColumnType): ArrowType {
  switch (type.kind) {
    case 'null':
    case 'text':
      return { name: 'utf8' };
    case 'boolean':
      return { name: 'bool' };
    case 'int64':
      return { name: 'int', bits: 64, signed: true };
    case 'float64':
      return { name: 'float', bits: 64 };
    case 'date':
      return { name: 'date' };
    case 'datetime':
      return { name: 'timestamp', unit: 'us', zone: 'UTC' };
    case 'json':
      return type.arrow === null ? { name: 'utf8', holds: 'json' } : storedType(type.arrow);
    case 'arrow':
    case 'nested':
      return storedType(type.arrow);
  }
}

/**
 * The nearest type that is stored: a type without values becomes text, half floats become floats and times
 * nanoseconds (all without loss), binary of one width becomes binary, a time in a zone
 * the same time in UTC (Parquet keeps no zone, and readers fail on names that they don't know), and a struct without a field, which Parquet
 * can't hold, the text `{}`.
 */
export function storedType(type: ArrowType): ArrowType {
  switch (type.name) {
    case 'null':
      return { name: 'utf8' };
    case 'float':
      return type.bits === 16 ? { name: 'float', bits: 32 } : type;
    case 'time':
      return { name: 'time', unit: 'ns' };
    case 'timestamp':
      return { ...type, zone: type.zone === null ? null : 'UTC' };
    case 'fixed':
      return { name: 'binary' };
    case 'list':
      return { name: 'list', item: storedType(type.item) };
    case 'fixedList':
      return { name: 'fixedList', item: storedType(type.item), size: type.size };
    case 'struct':
      if (type.fields.length === 0) return { name: 'utf8' };
      return { name: 'struct', fields: type.fields.map((f) => ({ name: f.name, type: storedType(f.type) })) };
    default:
      return type;
  }
}

/** The Arrow schema of the output. */
export function schemaOf(fields: readonly Field[]): ArrowField[] {
  return fields.map((f) => ({ name: f.name, type: arrowOf(f.type) }));
}

/** Of the union `MessageHeader`. */
const schemaTag = 1;
/** Version 5 of the format. */
const metadataVersion = 4;

/**
 * The schema as an encapsulated message (a continuation mark, the length of the metadata, the metadata, padded to 8) in base64: what Parquet
 * writers keep under `ARROW:schema` for types that Parquet lacks. Readers that find it take the schema's metadata from there
 * too, and not from the file's.
 */
export function schemaKey(
  schema: readonly ArrowField[],
  metadata: readonly (readonly [key: string, value: string])[] = [],
): string {
  const builder = new Builder(1024);
  const header = writeSchema(builder, schema, metadata);
  builder.startObject(5);
  builder.addFieldInt16(0, metadataVersion, 0);
  builder.addFieldInt8(1, schemaTag, 0);
  builder.addFieldOffset(2, header, 0);
  builder.addFieldInt64(3, 0n, 0n);
  builder.finish(builder.endObject());
  const message = builder.asUint8Array();
  const padded = Math.ceil(message.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded);
  bytes.writeUInt32LE(0xffffffff, 0);
  bytes.writeUInt32LE(padded, 4);
  bytes.set(message, 8);
  return bytes.toString('base64');
}

/** Writes a table `Schema`, with key-value metadata of its own if there is any, and returns its offset. */
function writeSchema(
  builder: Builder,
  fields: readonly ArrowField[],
  metadata: readonly (readonly [key: string, value: string])[],
): number {
  const vector = offsetVector(
    builder,
    fields.map((f) => writeField(builder, f)),
  );
  const pairs =
    metadata.length === 0
      ? 0
      : offsetVector(
          builder,
          metadata.map((pair) => writePair(builder, pair)),
        );
  builder.startObject(4);
  builder.addFieldOffset(1, vector, 0);
  builder.addFieldOffset(2, pairs, 0);
  return builder.endObject();
}

function writePair(builder: Builder, [key, value]: readonly [string, string]): number {
  const keyText = builder.createString(key);
  const valueText = builder.createString(value);
  builder.startObject(2);
  builder.addFieldOffset(0, keyText, 0);
  builder.addFieldOffset(1, valueText, 0);
  return builder.endObject();
}

function writeField(builder: Builder, { name, type }: ArrowField): number {
  const children = offsetVector(
    builder,
    childrenOf(type).map((child) => writeField(builder, child)),
  );
  const label = builder.createString(name);
  const table = writeType(builder, type);
  builder.startObject(7);
  builder.addFieldOffset(0, label, 0);
  builder.addFieldInt8(1, 1, 0);
  builder.addFieldInt8(2, typeTag[type.name], 0);
  builder.addFieldOffset(3, table, 0);
  builder.addFieldOffset(5, children, 0);
  return builder.endObject();
}

function childrenOf(type: ArrowType): ArrowField[] {
  if (type.name === 'list' || type.name === 'fixedList') return [{ name: 'item', type: type.item }];
  return type.name === 'struct' ? type.fields : [];
}

function writeType(builder: Builder, type: ArrowType): number {
  const zone = type.name === 'timestamp' && type.zone !== null ? builder.createString(type.zone) : 0;
  builder.startObject(3);
  switch (type.name) {
    case 'int':
      builder.addFieldInt32(0, type.bits, 0);
      builder.addFieldInt8(1, type.signed ? 1 : 0, 0);
      break;
    case 'float':
      builder.addFieldInt16(0, type.bits >> 5, 0);
      break;
    case 'decimal':
      builder.addFieldInt32(0, type.precision, 0);
      builder.addFieldInt32(1, type.scale, 0);
      break;
    case 'date':
      // Days; the schema's default is milliseconds.
      builder.addFieldInt16(0, 0, 1);
      break;
    case 'time':
      builder.addFieldInt16(0, timeUnit[type.unit], 1);
      builder.addFieldInt32(1, type.unit === 'ms' ? 32 : 64, 32);
      break;
    case 'timestamp':
      builder.addFieldInt16(0, timeUnit[type.unit], 0);
      builder.addFieldOffset(1, zone, 0);
      break;
    case 'duration':
      builder.addFieldInt16(0, timeUnit[type.unit], 1);
      break;
    case 'fixed':
      builder.addFieldInt32(0, type.width, 0);
      break;
    case 'fixedList':
      builder.addFieldInt32(0, type.size, 0);
      break;
  }
  return builder.endObject();
}

function offsetVector(builder: Builder, offsets: number[]): number {
  builder.startVector(4, offsets.length, 4);
  for (let i = offsets.length - 1; i >= 0; i--) builder.addOffset(offsets[i]!);
  return builder.endVector();
}
