import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Compression } from '../config/options.js';
import type { Field } from '../engine/types.js';
import { wire } from '../load/parquet/thrift.js';
import { emptyMetadata } from './empty.js';
import { schemaKey } from './ipc.js';
import { writing } from './output-error.js';
import { columnChunk, columnMetadata, fileMetadata, keyValue, magic, rowGroup } from './parquet.js';
import type { EncodedRows } from './rowgroup.js';
import { schemaOf } from './schema.js';
import {
  binary,
  i32,
  i64,
  integer,
  readStruct,
  structOf,
  structs,
  structsOf,
  type ThriftField,
  type ThriftStruct,
  ThriftWriter,
} from './thrift.js';

/** A finished data file in the staging folder. */
export interface StagedFile {
  /** Where it is. */
  path: string;
  /** What it is to be called: `data.parquet`, or `data-00000-of-00002.parquet` when there are several. */
  name: string;
  rows: number;
  bytes: number;
  /** `sha256:...` of its bytes. */
  hash: string;
}

/** How files are written. */
export interface SpliceOptions {
  compression: Compression;
  /** A file that would grow beyond this many bytes of pages is finished, and another begun. */
  shardBytes: number;
  /** Goes into the file's metadata, with the schema and nothing else. */
  compilerVersion: string;
}

/** An open file. */
interface Shard {
  path: string;
  fd: number;
  bytes: number;
  rows: number;
  groups: ThriftStruct[];
  hash: ReturnType<typeof createHash>;
}

/**
 * Makes Parquet files out of encoded rows, in the order in which they come: copies the pages, shifts their positions and
 * writes the footer. Its bytes depend on the encoded rows and the options only. Holds one row group's pages at a time,
 * and about 100 bytes a column chunk.
 */
export class ParquetSplicer {
  private readonly closed: (Shard & { digest: string })[] = [];
  private open: Shard | null = null;
  private schema: ThriftField | null = null;
  private orders: ThriftField | null = null;

  constructor(
    private readonly folder: string,
    private readonly fields: readonly Field[],
    private readonly options: SpliceOptions,
  ) {}

  /** Bytes written so far. */
  get bytes(): number {
    return this.closed.reduce((n, shard) => n + shard.bytes, this.open?.bytes ?? 0);
  }

  /** @throws DatagpuError `output` when it can't be written */
  append(encoded: EncodedRows): void {
    const { struct: metadata } = readStruct(encoded.metadata, 0);
    this.checkSchema(metadata);
    if (encoded.rows === 0) return;
    if (this.open !== null && this.open.rows > 0 && this.open.bytes + encoded.bytes.length > this.options.shardBytes) {
      this.close(this.open);
      this.open = null;
    }
    this.open ??= this.begin();
    const shard = this.open;
    const shift = shard.bytes;
    for (const group of structsOf(metadata, fileMetadata.groups)) {
      moveGroup(group, shift, shard.groups.length);
      shard.groups.push(group);
    }
    this.write(shard, encoded.bytes);
    shard.rows += encoded.rows;
  }

  /** Writes the footers and syncs the files. Without any row there is one file, with the schema only. */
  finish(): StagedFile[] {
    if (this.open === null && this.closed.length === 0) {
      if (this.fields.length > 0) this.checkSchema(emptyMetadata(this.fields));
      this.open = this.begin();
    }
    if (this.open !== null) this.close(this.open);
    this.open = null;
    const count = this.closed.length;
    return this.closed.map((shard, i) => ({
      path: shard.path,
      name: shardName(i, count),
      rows: shard.rows,
      bytes: shard.bytes,
      hash: `sha256:${shard.digest}`,
    }));
  }

  /** Closes what is open; the staging folder is the caller's to remove. */
  abort(): void {
    if (this.open !== null) fs.closeSync(this.open.fd);
    this.open = null;
  }

  /** Closes and removes everything written so far, so that another splicer can begin in the folder. */
  discard(): void {
    const written = [...this.closed, ...(this.open === null ? [] : [this.open])];
    this.abort();
    for (const { path } of written) fs.rmSync(path, { force: true });
  }

  private begin(): Shard {
    const file = path.join(this.folder, `part-${String(this.closed.length).padStart(5, '0')}.parquet`);
    const fd = writing(file, () => fs.openSync(file, 'wx'));
    const shard: Shard = { path: file, fd, bytes: 0, rows: 0, groups: [], hash: createHash('sha256') };
    this.write(shard, magic);
    return shard;
  }

  private write(shard: Shard, bytes: Uint8Array): void {
    writing(shard.path, () => writeAll(shard.fd, bytes));
    shard.hash.update(bytes);
    shard.bytes += bytes.length;
  }

  private close(shard: Shard): void {
    const writer = new ThriftWriter();
    writer.struct(this.footer(shard));
    const footer = writer.take();
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(footer.length, 0);
    tail.set(magic, 4);
    this.write(shard, footer);
    this.write(shard, tail);
    writing(shard.path, () => {
      fs.fsyncSync(shard.fd);
      fs.closeSync(shard.fd);
    });
    this.closed.push({ ...shard, digest: shard.hash.digest('hex') });
  }

  private footer(shard: Shard): ThriftStruct {
    const pairs = [['ARROW:schema', schemaKey(schemaOf(this.fields))]] as const;
    const footer: ThriftStruct = new Map([
      [fileMetadata.version, i32(1)],
      [fileMetadata.schema, this.schema ?? emptySchema()],
      [fileMetadata.rows, i64(shard.rows)],
      [fileMetadata.groups, structs(shard.groups)],
      [
        fileMetadata.keyValues,
        structs(
          pairs.map(
            ([key, value]) =>
              new Map([
                [keyValue.key, binary(key)],
                [keyValue.value, binary(value)],
              ]),
          ),
        ),
      ],
      [fileMetadata.createdBy, binary(`datagpu version ${this.options.compilerVersion}`)],
    ]);
    if (this.orders !== null) footer.set(fileMetadata.orders, this.orders);
    return footer;
  }

  /** Every row group has the schema of the first. */
  private checkSchema(metadata: ThriftStruct): void {
    const schema = metadata.get(fileMetadata.schema)!;
    if (this.schema === null) {
      this.schema = schema;
      this.orders = metadata.get(fileMetadata.orders) ?? null;
    } else if (!sameBytes(schema, this.schema)) throw new Error('row groups of different schemas in one data set');
  }
}

/** `data.parquet`, or `data-00000-of-00002.parquet` and so on. */
export function shardName(index: number, count: number): string {
  if (count === 1) return 'data.parquet';
  const pad = (n: number): string => String(n).padStart(5, '0');
  return `data-${pad(index)}-of-${pad(count)}.parquet`;
}

function moveGroup(group: ThriftStruct, shift: number, ordinal: number): void {
  const move = (struct: ThriftStruct, id: number): void => {
    const at = integer(struct, id);
    if (at !== undefined) struct.set(id, i64(at + shift));
  };
  move(group, rowGroup.fileOffset);
  // A 16-bit number; without it readers count for themselves.
  if (ordinal < 0x8000) group.set(rowGroup.ordinal, { type: wire.i16, value: ordinal });
  for (const chunk of structsOf(group, rowGroup.columns)) {
    const column = structOf(chunk, columnChunk.metadata)!;
    move(column, columnMetadata.dataPage);
    move(column, columnMetadata.dictionaryPage);
  }
}

/** The root alone: a file without columns. */
function emptySchema(): ThriftField {
  return structs([
    new Map([
      [4, binary('root')],
      [5, i32(0)],
    ]),
  ]);
}

function sameBytes(a: ThriftField, b: ThriftField): boolean {
  const [left, right] = [a, b].map((field) => {
    const writer = new ThriftWriter();
    writer.struct(new Map([[1, field]]));
    return writer.take();
  });
  return Buffer.compare(left!, right!) === 0;
}

/** Writes all of it: the system may take less than it is given. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, bytes.length - at);
}
