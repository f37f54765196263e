import fs from 'node:fs';
import path from 'node:path';
import type { Table } from 'apache-arrow';
import type { Block } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import { DataFile } from '../load/datafile.js';
import { writing } from '../write/output-error.js';
import type { EncodedRows } from '../write/rowgroup.js';
import { ParquetSplicer } from '../write/splicer.js';
import type { FateLog } from './fates.js';
import { lineageBlocks, lineageFields, lineageGroup, type SourceSpan } from './lineage.js';

/** Encodes rows as Parquet, wherever that is done. */
export type Encode = (block: Block, fields: readonly Field[]) => Promise<EncodedRows> | EncodedRows;

/**
 * Writes the lineage of all records, whose kept rows have their places, to `target`, and syncs it. Uses a folder beside
 * `target` meanwhile.
 *
 * @throws DatagpuError `output` when it can't be written
 */
export async function writeLineage(
  target: string,
  log: FateLog,
  sources: readonly SourceSpan[],
  compilerVersion: string,
  encode: Encode,
): Promise<void> {
  const blocks = lineageBlocks(log, sources);
  await writeParquet(target, lineageFields, blocks, compilerVersion, encode);
}

/** Writes blocks as one Parquet file, a row group each. */
export async function writeParquet(
  target: string,
  fields: readonly Field[],
  blocks: Iterable<Block>,
  compilerVersion: string,
  encode: Encode,
): Promise<void> {
  const folder = writing(target, () => fs.mkdtempSync(`${target}-`));
  const splicer = new ParquetSplicer(folder, fields, {
    compression: 'zstd',
    shardBytes: Number.MAX_SAFE_INTEGER,
    compilerVersion,
  });
  try {
    for (const block of blocks) splicer.append(await encode(block, fields));
    const [file] = await splicer.finish();
    writing(target, () => fs.renameSync(file!.path, target));
  } catch (error) {
    splicer.abort();
    throw error;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What lineage says of a record. */
export interface LineageRow {
  source: string;
  row: number;
  fate: string;
  position: number | null;
  keptSource: string | null;
  keptRow: number | null;
  similarity: number | null;
}

/** lineage.parquet, read a row group at a time; the last one is kept. */
export class LineageReader {
  private last: { group: number; table: Table } | null = null;

  private constructor(private readonly file: DataFile) {}

  /** @throws DatagpuError `input` when it is missing or damaged */
  static async open(file: string): Promise<LineageReader> {
    const bytes = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return new LineageReader(await DataFile.open(file, path.basename(file), bytes));
  }

  /** The record with this ordinal, counted from 0 over all sources. */
  async at(ordinal: number): Promise<LineageRow> {
    const group = Math.floor(ordinal / lineageGroup);
    if (this.last?.group !== group) this.last = { group, table: await this.file.read(group, null) };
    const { table } = this.last;
    const value = (name: string): unknown => table.getChild(name)!.get(ordinal - group * lineageGroup);
    return {
      source: value('source') as string,
      row: value('row') as number,
      fate: value('fate') as string,
      position: value('position') as number | null,
      keptSource: value('kept_source') as string | null,
      keptRow: value('kept_row') as number | null,
      similarity: value('similarity') as number | null,
    };
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
