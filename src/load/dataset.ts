import path from 'node:path';
import type { RecordBatch, Schema, Table } from 'apache-arrow';
import type { DataFrame } from 'nodejs-polars';
import { DatagpuError } from '../errors.js';
import type { Manifest, ManifestFile } from '../manifest/manifest.js';
import { isSafe } from '../rowtypes/shape.js';
import { readerOf } from '../rowtypes/values.js';
import { batchRows } from './batch-rows.js';
import { type IsCurrent, readConsistently } from './consistent.js';
import { DataFile } from './datafile.js';
import { frameOf } from './frame.js';

/** What is read of a data set. */
export interface ReadOptions {
  /** Columns, by their name in the data set and in the order of the data set; default: all. */
  columns?: readonly string[];
  /** The first row, counted from 0, and the one behind the last; default: all. Row groups without any of them are not read. */
  rows?: readonly [from: number, to: number];
}

/**
 * A compiled data set, open for reading. Rows come in the order of the data set, a row group at a time, as Arrow: nothing
 * is read before it is asked for, and no more than a row group is held.
 */
export interface Dataset<Row = Record<string, unknown>> {
  readonly manifest: Manifest;
  /** The folder of the manifest, absolute. */
  readonly folder: string;
  /** Number of rows. */
  readonly rows: number;
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** The Arrow schema. */
  schema(): Promise<Schema>;
  /** Record batches of at most a row group (about 131,072 rows). */
  batches(options?: ReadOptions): AsyncGenerator<RecordBatch, void, undefined>;
  /** Everything in one Arrow table: in memory. */
  table(options?: ReadOptions): Promise<Table>;
  /** The same as a frame of nodejs-polars, which reads the files by itself. */
  toPolars(options?: ReadOptions): Promise<DataFrame>;
  /**
   * Rows as plain objects by column: convenient and slow. Integers are numbers in a column of which all values are within 2^53, dates
   * and times of day `Date`s; `datagpu info --types` prints what they are, and `Row` is taken on trust.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined>;
}

/** How a data set is opened. */
export interface LoadOptions {
  /** Read the rows of this split only. @default all rows, one split after another */
  split?: string | undefined;
}

/**
 * Opens a data set by its manifest or the folder that holds it. A commit that was interrupted is finished first.
 *
 * @throws DatagpuError `input` when the manifest or a data file is missing or not what the manifest says, `usage` when there
 * is no such split
 */
export async function load<Row = Record<string, unknown>>(
  manifest: string,
  { split }: LoadOptions = {},
): Promise<Dataset<Row>> {
  return readConsistently(
    manifest,
    (located, isCurrent) =>
      new OpenDataset<Row>(located.manifest, located.folder, filesOf(located.manifest, split), isCurrent),
  );
}

/** The files of a split; all of them without one. */
function filesOf({ files }: Manifest, split: string | undefined): readonly ManifestFile[] {
  if (split === undefined) return files;
  const found = files.filter((file) => file.split === split);
  if (found.length > 0) return found;
  const splits = [...new Set(files.flatMap((file) => file.split ?? []))];
  throw new DatagpuError('usage', `there is no split "${split}" in the data set`, {
    hint: splits.length === 0 ? 'It was compiled without --split' : `Its splits are ${splits.join(', ')}`,
  });
}

class OpenDataset<Row> implements Dataset<Row> {
  readonly rows: number;
  readonly columns: readonly string[];

  constructor(
    readonly manifest: Manifest,
    readonly folder: string,
    private readonly files: readonly ManifestFile[],
    private readonly isCurrent: IsCurrent,
  ) {
    this.rows = files.reduce((n, file) => n + file.rows, 0);
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
    const [first, end] = this.range(options);
    // All at once: what is open stays, when another compile replaces the data set while it is read.
    const files: DataFile[] = [];
    try {
      for (let i = 0; i < this.files.length; i++) files.push(await this.open(i));
      let at = 0;
      for (const file of files)
        for (let group = 0; group < file.groups; group++) {
          const rows = file.rowsOf(group);
          const [from, to] = [Math.max(first - at, 0), Math.min(end - at, rows)];
          at += rows;
          if (from >= to) continue;
          yield* batchRows((await file.read(group, columns)).batches, from, to);
        }
    } finally {
      for (const file of files) await file.close();
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

  async toPolars(options: ReadOptions = {}): Promise<DataFrame> {
    const columns = this.chosen(options);
    const range = this.range(options);
    // Looked at as for every other reader: whether they are there, and of this data set.
    for (let i = 0; i < this.files.length; i++) await (await this.open(i)).close();
    const files = this.files.map((file) => ({ path: path.resolve(this.folder, file.path), rows: file.rows }));
    const frame = await frameOf(files, columns ?? this.columns, range);
    if (!this.isCurrent()) throw this.replaced();
    return frame;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    const arrow = await import('apache-arrow');
    const safe = new Map(this.manifest.fields.map((field) => [field.name, isSafe(field)]));
    for await (const batch of this.batches()) {
      const columns = batch.schema.fields.map(({ name, type }, c) => ({
        name,
        of: readerOf(type, arrow, safe.get(name) ?? null),
        values: batch.getChildAt(c)!,
      }));
      for (let i = 0; i < batch.numRows; i++)
        yield Object.fromEntries(columns.map(({ name, of, values }) => [name, of(values.get(i))])) as Row;
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

  private range({ rows = [0, this.rows] }: ReadOptions): readonly [number, number] {
    const [from, to] = rows;
    if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= this.rows) return rows;
    throw new DatagpuError('usage', `there are no rows ${from} to ${to} in the data set`, {
      hint: `It has ${this.rows}; the first is 0, and the end of a range is the row behind its last`,
    });
  }

  private replaced(): DatagpuError {
    return new DatagpuError('input', 'the data set was replaced by another compile after it was loaded', {
      file: this.folder,
      hint: 'Load it again',
    });
  }

  private async open(index: number): Promise<DataFile> {
    const { path: name, bytes, rows } = this.files[index]!;
    let file: DataFile;
    try {
      file = await DataFile.open(path.resolve(this.folder, name), name, bytes, rows);
    } catch (error) {
      throw this.isCurrent() ? error : this.replaced();
    }
    if (this.isCurrent()) return file;
    await file.close();
    throw this.replaced();
  }
}
