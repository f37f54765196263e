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

  /** Records by fate, and how many different places below `rows` they have. */
  async account(rows: number): Promise<{ fates: Map<string, number>; positions: number }> {
    const fates = new Map<string, number>();
    const seen = new Uint8Array(Math.ceil(rows / 8));
    let positions = 0;
    for (let group = 0; group < this.file.groups; group++) {
      const table = await this.file.read(group, ['fate', 'position']);
      const fate = table.getChild('fate')!;
      const position = table.getChild('position')!;
      for (let i = 0; i < table.numRows; i++) {
        const became = fate.get(i) as string;
        fates.set(became, (fates.get(became) ?? 0) + 1);
        const place = position.get(i) as number | null;
        if (place === null || place >= rows || (seen[place >>> 3]! & (1 << (place & 7))) !== 0) continue;
        seen[place >>> 3]! |= 1 << (place & 7);
        positions++;
      }
    }
    return { fates, positions };
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
