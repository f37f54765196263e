import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Compression } from '../config/options.js';
import type { Field } from '../engine/types.js';
import { moveGroup } from './chunk.js';
import { featuresKey } from './features.js';
import { metadataOf } from './metadata.js';
import { offsetIndexes, withIndexes } from './offset-index.js';
import { outputError, writing } from './output-error.js';
import { fileMetadata, keyValue, magic, rowGroup, schemaElement } from './parquet.js';
import type { EncodedRows } from './rowgroup.js';
import { schemaKey, schemaOf } from './schema.js';
import {
  binary,
  encodeStruct,
  i32,
  i64,
  integer,
  readStruct,
  structs,
  structsOf,
  type ThriftField,
  type ThriftStruct,
} from './thrift.js';

/** A finished data file in the staging folder. */
export interface StagedFile {
  /** Where it is. */
  path: string;
  /** What it is to be called: `data.parquet`, or `data-00000-of-00002.parquet` when there are several; of a split by its name. */
  name: string;
  /** The split that its rows are of; null or not there without splits. */
  split?: string | null;
  /** Those of its row groups, as they were encoded. */
  rows: number;
  bytes: number;
  /** `sha256:...` of its bytes. */
  hash: string;
}

const fsync = (fd: number): Promise<void> => promisify(fs.fsync)(fd);
const fdatasync = (fd: number): Promise<void> => promisify(fs.fdatasync)(fd);

/** How files are written. */
export interface SpliceOptions {
  compression: Compression;
  /** A file that would grow beyond this many bytes of pages is finished, and another begun. */
  shardBytes: number;
  /** Goes into the file's metadata, with the schema (for Arrow, and for `datasets`) and nothing else. */
  compilerVersion: string;
  /** The split that the rows are of. @default none */
  split?: string | null;
}

/** An open file. */
interface Shard {
  path: string;
  fd: number;
  bytes: number;
  rows: number;
  /** Encoded `RowGroup` structures. */
  groups: Uint8Array[];
  /** Encoded `OffsetIndex` structures of the columns of each row group. */
  indexes: Uint8Array[][];
  hash: ReturnType<typeof createHash>;
  /** Bytes that were synced, or are being synced by `syncing`. */
  synced: number;
  syncing: Promise<void> | null;
}

/** The disk is set to work each time so many bytes were written, so that little is left to sync at the end. */
const syncEveryBytes = 16 * 2 ** 20;

/**
 * Makes Parquet files out of encoded rows, in the order in which they come: copies the pages, shifts their positions and
 * writes the footer. Its bytes depend on the encoded rows and the options only. Holds one row group's pages at a time,
 * and some 250 bytes a column chunk.
 */
export class ParquetSplicer {
  /** With a footer, perhaps not synced and closed yet. */
  private readonly closed: Shard[] = [];
  private open: Shard | null = null;
  /** After an abort: rows may still be under way to it. */
  private isOver = false;
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

  /**
   * Does nothing after an abort.
   *
   * @throws DatagpuError `output` when it can't be written
   */
  append(encoded: EncodedRows): void {
    if (this.isOver) return;
    const { struct: metadata } = readStruct(encoded.metadata, 0);
    this.checkSchema(metadata);
    if (encoded.rows === 0) return;
    if (this.open !== null && this.open.bytes + encoded.bytes.length > this.options.shardBytes)
      this.endShard(this.open);
    this.open ??= this.begin();
    const shard = this.open;
    let rows = 0;
    let page = 0;
    for (const group of structsOf(metadata, fileMetadata.groups)) {
      rows += integer(group, rowGroup.rows)!;
      moveGroup(group, shard.bytes, shard.groups.length);
      shard.groups.push(encodeStruct(group));
      const { indexes, end } = offsetIndexes(group, encoded.pages, page);
      shard.indexes.push(indexes);
      page = end;
    }
    if (rows !== encoded.rows) throw new Error(`row groups of ${rows} rows for ${encoded.rows} rows`);
    this.write(shard, encoded.bytes);
    shard.rows += rows;
    if (shard.bytes - shard.synced > syncEveryBytes) this.beginSync(shard);
  }

  /**
   * Writes the footers and syncs the files. Without any row there is one file, with the schema only.
   *
   * @throws DatagpuError `output` when it can't be written
   */
  async finish(): Promise<StagedFile[]> {
    if (this.isOver) throw new Error('files that were given up were to be finished');
    if (this.open === null && this.closed.length === 0) {
      if (this.fields.length > 0) this.checkSchema(metadataOf(this.fields, 0, []));
      this.open = this.begin();
    }
    if (this.open !== null) this.endShard(this.open);
    for (const shard of this.closed) await settle(shard);
    const count = this.closed.length;
    const { split = null } = this.options;
    return this.closed.map((shard, i) => ({
      path: shard.path,
      name: shardName(i, count, split ?? 'data'),
      split,
      rows: shard.rows,
      bytes: shard.bytes,
      hash: `sha256:${shard.hash.digest('hex')}`,
    }));
  }

  /** Closes what is open; the staging folder is the caller's to remove. */
  abort(): void {
    this.isOver = true;
    const shards = this.open === null ? this.closed : [...this.closed, this.open];
    for (const shard of shards) {
      const close = (): void => (shard.fd >= 0 ? fs.closeSync(shard.fd) : undefined);
      if (shard.syncing === null) close();
      else shard.syncing.then(close, close);
    }
    this.open = null;
    this.closed.length = 0;
  }

  /** Closes and removes everything written so far, so that another splicer can begin in the folder. */
  discard(): void {
    const written = [...this.closed, ...(this.open === null ? [] : [this.open])];
    this.abort();
    for (const { path } of written) fs.rmSync(path, { force: true });
  }

  private begin(): Shard {
    const file = path.join(
      this.folder,
      `${this.options.split ?? 'part'}-${String(this.closed.length).padStart(5, '0')}.parquet`,
    );
    const fd = writing(file, () => fs.openSync(file, 'wx'));
    const hash = createHash('sha256');
    const shard: Shard = { path: file, fd, bytes: 0, rows: 0, groups: [], indexes: [], hash, synced: 0, syncing: null };
    this.write(shard, magic);
    return shard;
  }

  private write(shard: Shard, bytes: Uint8Array): void {
    writing(shard.path, () => writeAll(shard.fd, bytes));
    shard.hash.update(bytes);
    shard.bytes += bytes.length;
  }

  /** One sync at a time a file; a failure comes out in `finish`. */
  private beginSync(shard: Shard): void {
    if (shard.syncing !== null) return;
    shard.synced = shard.bytes;
    shard.syncing = fdatasync(shard.fd).then(() => {
      shard.syncing = null;
    });
    shard.syncing.catch(() => {});
  }

  /** Writes the indexes of pages and the footer; the file is synced and closed later. */
  private endShard(shard: Shard): void {
    shard.groups = shard.groups.map((group, g) => {
      const indexes = shard.indexes[g]!;
      const placed = withIndexes(group, indexes, shard.bytes);
      this.write(shard, Buffer.concat(indexes));
      return placed;
    });
    const footer = encodeStruct(this.footer(shard));
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(footer.length, 0);
    tail.set(magic, 4);
    this.write(shard, footer);
    this.write(shard, tail);
    shard.groups = [];
    shard.indexes = [];
    this.closed.push(shard);
    this.open = null;
    void settle(shard).catch(() => {});
  }

  private footer(shard: Shard): ThriftStruct {
    const schema = schemaOf(this.fields);
    const features = ['huggingface', featuresKey(schema)] as const;
    const pairs = [['ARROW:schema', schemaKey(schema, [features])] as const, features];
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

/** `data.parquet`, or `data-00000-of-00002.parquet` and so on; `stem` is `data` or the split. */
export function shardName(index: number, count: number, stem = 'data'): string {
  if (count === 1) return `${stem}.parquet`;
  const pad = (n: number): string => String(n).padStart(5, '0');
  return `${stem}-${pad(index)}-of-${pad(count)}.parquet`;
}

/** The root alone: a file without columns. */
function emptySchema(): ThriftField {
  return structs([
    new Map([
      [schemaElement.name, binary('root')],
      [schemaElement.children, i32(0)],
    ]),
  ]);
}

function sameBytes(a: ThriftField, b: ThriftField): boolean {
  const [left, right] = [a, b].map((field) => encodeStruct(new Map([[1, field]])));
  return Buffer.compare(left!, right!) === 0;
}

/** Syncs and closes a file with a footer, once. */
async function settle(shard: Shard): Promise<void> {
  try {
    while (shard.syncing !== null) await shard.syncing;
    if (shard.fd < 0) return;
    shard.syncing = fsync(shard.fd).then(() => {
      shard.syncing = null;
      fs.closeSync(shard.fd);
      shard.fd = -1;
    });
    await shard.syncing;
  } catch (error) {
    throw outputError(error, shard.path);
  }
}

/** Writes all of it: the system may take less than it is given. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, bytes.length - at);
}
