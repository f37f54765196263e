import fs from 'node:fs/promises';
import path from 'node:path';
import type { RecordBatch, Schema, Table } from 'apache-arrow';
import { DatagpuError } from '../errors.js';
import type { Manifest } from '../manifest/manifest.js';
import { readManifest } from '../manifest/read.js';
import { recover } from '../write/commit.js';
import { DataFile } from './datafile.js';

/** What is read of a data set. */
export interface ReadOptions {
  /** Columns, by their name in the data set and in the order of the data set; default: all. */
  columns?: readonly string[];
}

/**
 * A compiled data set, open for reading. Rows come in the order of the data set, a row group at a time, as Arrow: nothing
 * is read before it is asked for, and no more than a row group is held.
 */
export interface Dataset {
  readonly manifest: Manifest;
  /** The folder of the manifest, absolute. */
  readonly folder: string;
  /** Number of rows. */
  readonly rows: number;
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** The Arrow schema. */
  schema(): Promise<Schema>;
  /** Record batches, one a row group (of about 131,072 rows). */
  batches(options?: ReadOptions): AsyncGenerator<RecordBatch, void, undefined>;
  /** Everything in one Arrow table: in memory. */
  table(options?: ReadOptions): Promise<Table>;
  /** Rows as plain objects by column: convenient and slow. Integers of 64 bits are bigint. */
  [Symbol.asyncIterator](): AsyncGenerator<Record<string, unknown>, void, undefined>;
}

/**
 * Opens a data set by its manifest or the folder that holds it. A commit that was interrupted is finished first.
 *
 * @throws DatagpuError `input` when the manifest or a data file is missing or not what the manifest says
 */
export async function load(manifest: string): Promise<Dataset> {
  const before = await folderOf(manifest);
  if (before !== null) recover(before);
  const located = await readManifest(manifest);
  return new OpenDataset(located.manifest, located.folder);
}

async function folderOf(manifest: string): Promise<string | null> {
  const absolute = path.resolve(manifest);
  const stat = await fs.stat(absolute).catch(() => null);
  if (stat?.isDirectory()) return absolute;
  // A data set whose manifest has not been renamed yet has its folder all the same.
  const folder = path.dirname(absolute);
  return (await fs.stat(folder).catch(() => null)) === null ? null : folder;
}

class OpenDataset implements Dataset {
  readonly rows: number;
  readonly columns: readonly string[];

  constructor(
    readonly manifest: Manifest,
    readonly folder: string,
  ) {
    this.rows = manifest.rows;
    this.columns = manifest.fields.map((field) => field.name);
  }

  async schema(): Promise<Schema> {
    const file = await this.open(0);
    try {
      return (await file.schemaOnly()).schema;
    } finally {
      await file.close();
    }
  }

  async *batches(options: ReadOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    const columns = this.chosen(options);
    for (let i = 0; i < this.manifest.files.length; i++) {
      const file = await this.open(i);
      try {
        for (let group = 0; group < file.groups; group++) yield* (await file.read(group, columns)).batches;
      } finally {
        await file.close();
      }
    }
  }

  async table(options: ReadOptions = {}): Promise<Table> {
    const batches: RecordBatch[] = [];
    for await (const batch of this.batches(options)) batches.push(batch);
    if (batches.length > 0) return new (await import('apache-arrow')).Table(batches);
    const file = await this.open(0);
    try {
      return await file.schemaOnly(this.chosen(options));
    } finally {
      await file.close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Record<string, unknown>, void, undefined> {
    for await (const batch of this.batches()) {
      for (let i = 0; i < batch.numRows; i++) yield batch.get(i)!.toJSON() as Record<string, unknown>;
    }
  }

  private chosen({ columns }: ReadOptions): string[] | null {
    if (columns === undefined) return null;
    const unknown = columns.find((name) => !this.columns.includes(name));
    if (unknown === undefined) return this.columns.filter((name) => columns.includes(name));
    throw new DatagpuError('usage', `there is no column "${unknown}" in the data set`, {
      hint: `Its columns are ${this.columns.slice(0, 20).join(', ')}${this.columns.length > 20 ? ', ...' : ''}`,
    });
  }

  private open(index: number): Promise<DataFile> {
    const { path: name, bytes } = this.manifest.files[index]!;
    return DataFile.open(path.resolve(this.folder, name), name, bytes);
  }
}
