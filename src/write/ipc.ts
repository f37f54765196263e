import { Builder } from 'flatbuffers';
import type { ArrowNode } from './arrow.js';
import type { ReusedBuffer } from './native-memory.js';
import { type ArrowField, writeSchema } from './schema.js';

/**
 * Arrow IPC files of one record batch (https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format), the form in
 * which columns are handed to polars. Of the two forms the file costs less: polars reads each buffer where it is, while
 * it copies the body of a stream once more.
 */

const magic = new TextEncoder().encode('ARROW1');
const alignment = 8;
/** Of the union `MessageHeader`. */
const headerTag = { schema: 1, recordBatch: 3 } as const;
/** Version 5 of the format. */
const metadataVersion = 4;

/** Encodes columns of `rows` rows as an Arrow IPC file. Each buffer is copied once; the result lies in `memory`. */
export function encodeIpc(
  schema: readonly ArrowField[],
  nodes: readonly ArrowNode[],
  rows: number,
  memory: ReusedBuffer,
): Buffer {
  const buffers: Uint8Array[] = [];
  const counts: { rows: number; nulls: number }[] = [];
  for (const node of nodes) flatten(node, buffers, counts);
  let bodyBytes = 0;
  const places = buffers.map((b) => {
    const offset = bodyBytes;
    bodyBytes += padded(b.length);
    return { offset, length: b.length };
  });

  const schemaMessage = message(headerTag.schema, 0, (b) => writeSchema(b, schema));
  const batchMessage = message(headerTag.recordBatch, bodyBytes, (b) => writeBatch(b, rows, counts, places));
  const batchAt = padded(magic.length) + schemaMessage.length;
  const bodyAt = batchAt + batchMessage.length;
  const end = bodyAt + bodyBytes;
  const footer = writeFooter(schema, batchAt, batchMessage.length, bodyBytes);

  const length = end + 8 + footer.length + 4 + magic.length;
  const file = memory.reserve(length).subarray(0, length);
  file.fill(0, 0, padded(magic.length));
  file.set(magic, 0);
  file.set(schemaMessage, padded(magic.length));
  file.set(batchMessage, batchAt);
  buffers.forEach((b, i) => {
    const at = bodyAt + places[i]!.offset;
    file.set(b, at);
    file.fill(0, at + b.length, at + padded(b.length));
  });
  // End of stream, footer, its length, magic.
  file.writeUInt32LE(0xffffffff, end);
  file.writeUInt32LE(0, end + 4);
  file.set(footer, end + 8);
  file.writeInt32LE(footer.length, end + 8 + footer.length);
  file.set(magic, end + 12 + footer.length);
  return file;
}

const noBytes = new Uint8Array(0);

/** The buffers of a node and its children in the order that the format asks for: depth first. */
function flatten(node: ArrowNode, buffers: Uint8Array[], counts: { rows: number; nulls: number }[]): void {
  counts.push({ rows: node.rows, nulls: node.nulls });
  if (node.type.name === 'null') return;
  buffers.push(node.validity ?? noBytes);
  if (node.offsets !== null)
    buffers.push(new Uint8Array(node.offsets.buffer, node.offsets.byteOffset, node.offsets.byteLength));
  if (node.values !== null) buffers.push(node.values);
  for (const child of node.children) flatten(child, buffers, counts);
}

/** An encapsulated message: a continuation mark, the length of the metadata, the metadata, padded to 8. */
function message(tag: number, bodyBytes: number, write: (builder: Builder) => number): Uint8Array {
  const builder = new Builder(1024);
  const header = write(builder);
  builder.startObject(5);
  builder.addFieldInt16(0, metadataVersion, 0);
  builder.addFieldInt8(1, tag, 0);
  builder.addFieldOffset(2, header, 0);
  builder.addFieldInt64(3, BigInt(bodyBytes), 0n);
  builder.finish(builder.endObject());
  const metadata = builder.asUint8Array();
  const bytes = Buffer.alloc(8 + padded(metadata.length));
  bytes.writeUInt32LE(0xffffffff, 0);
  bytes.writeUInt32LE(padded(metadata.length), 4);
  bytes.set(metadata, 8);
  return bytes;
}

function writeBatch(
  builder: Builder,
  rows: number,
  counts: readonly { rows: number; nulls: number }[],
  places: readonly { offset: number; length: number }[],
): number {
  builder.startVector(16, places.length, 8);
  for (const place of places.toReversed()) writeInt64Pair(builder, place.offset, place.length);
  const buffers = builder.endVector();
  builder.startVector(16, counts.length, 8);
  for (const count of counts.toReversed()) writeInt64Pair(builder, count.rows, count.nulls);
  const nodes = builder.endVector();
  builder.startObject(5);
  builder.addFieldInt64(0, BigInt(rows), 0n);
  builder.addFieldOffset(1, nodes, 0);
  builder.addFieldOffset(2, buffers, 0);
  return builder.endObject();
}

/** A struct of two int64; builders grow downwards. */
function writeInt64Pair(builder: Builder, first: number, second: number): void {
  builder.prep(8, 16);
  builder.writeInt64(BigInt(second));
  builder.writeInt64(BigInt(first));
}

function writeFooter(
  schema: readonly ArrowField[],
  batchAt: number,
  metadataBytes: number,
  bodyBytes: number,
): Uint8Array {
  const builder = new Builder(1024);
  const schemaTable = writeSchema(builder, schema);
  builder.startVector(24, 1, 8);
  builder.prep(8, 24);
  builder.writeInt64(BigInt(bodyBytes));
  builder.pad(4);
  builder.writeInt32(metadataBytes);
  builder.writeInt64(BigInt(batchAt));
  const batches = builder.endVector();
  builder.startVector(24, 0, 8);
  const dictionaries = builder.endVector();
  builder.startObject(5);
  builder.addFieldInt16(0, metadataVersion, 0);
  builder.addFieldOffset(1, schemaTable, 0);
  builder.addFieldOffset(2, dictionaries, 0);
  builder.addFieldOffset(3, batches, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

const padded = (n: number): number => Math.ceil(n / alignment) * alignment;

/**
 * The schema as a message in base64: what Parquet writers keep under `ARROW:schema` for types that Parquet lacks. Readers
 * that find it take the schema's metadata from there too, and not from the file's.
 */
export function schemaKey(
  schema: readonly ArrowField[],
  metadata: readonly (readonly [key: string, value: string])[] = [],
): string {
  return Buffer.from(message(headerTag.schema, 0, (b) => writeSchema(b, schema, metadata))).toString('base64');
}
