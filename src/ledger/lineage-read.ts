import fs from 'node:fs';
import path from 'node:path';
import type { Table } from 'apache-arrow';
import { DataFile } from '../load/datafile.js';
import { lineageGroup } from './lineage.js';

/** What lineage says of a record; see lineage-write.ts for the columns. */
export interface LineageRow {
  source: string;
  row: number;
  fate: string;
  position: number | null;
  keptSource: string | null;
  keptRow: number | null;
  similarity: number | null;
  /** What a stage counted of a row that it dropped. */
  number: number | null;
}

/** lineage.parquet, read a row group at a time; the last one is kept. */
export class LineageReader {
  private last: { group: number; table: Table } | null = null;
  private readonly file: DataFile;

  private constructor(file: DataFile) {
    this.file = file;
  }

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
      number: (table.getChild('number')?.get(ordinal - group * lineageGroup) ?? null) as number | null,
    };
  }

  /** How many records it has, by its footer. */
  rows(): number {
    return this.file.rows();
  }

  /** Columns of all records in order, a row group at a time. */
  async *tables(columns: readonly string[]): AsyncGenerator<Table> {
    for (let group = 0; group < this.file.groups; group++) yield await this.file.read(group, [...columns]);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
