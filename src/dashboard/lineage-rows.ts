import fs from 'node:fs';
import path from 'node:path';
import { lineagePath } from '../ledger/lineage.js';
import type { Filter } from './answers.js';
import type { KeptColumns } from './kept-columns.js';
import type { OpenSet } from './open.js';
import { RowGroups } from './row-groups.js';
import { Orders } from './view.js';

const columns = {
  source: 'utf8',
  row: 'uint32',
  fate: 'utf8',
  position: 'uint32',
  kept_source: 'utf8',
  kept_row: 'uint32',
  similarity: 'float64',
} as const;
type Column = keyof typeof columns;
const names = Object.keys(columns) as Column[];

/** What became of a record. */
export interface Line {
  source: string;
  row: number;
  fate: string;
  position: number | null;
  kept_source: string | null;
  kept_row: number | null;
  similarity: number | null;
}

/** The lineage of a data set: a row for each record that was read, in their order; filtered and read as rows are. */
export class LineageRows {
  private readonly orders: Orders = new Orders();

  private constructor(
    private readonly set: OpenSet,
    readonly groups: RowGroups,
    /** Where the records of a source begin. */
    private readonly starts: ReadonlyMap<string, number>,
  ) {}

  /** @throws DatagpuError `input` when it is missing or damaged */
  static async open(set: OpenSet, kept: KeptColumns): Promise<LineageRows> {
    const file = path.resolve(set.folder, lineagePath);
    const bytes = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const starts = new Map<string, number>();
    let rows = 0;
    for (const source of set.sources) {
      starts.set(source.path, rows);
      rows += source.rows;
    }
    const lineage: OpenSet = {
      ...set,
      rows,
      files: [{ path: file, name: lineagePath, rows, bytes }],
      fields: names.map((name) => ({ name, type: columns[name], nulls: 0, distinct: null })),
    };
    return new LineageRows(lineage, await RowGroups.open(lineage, kept), starts);
  }

  /** Places of lines whose columns have these values. */
  async where(wanted: Partial<Record<Column, string>>, signal?: AbortSignal): Promise<Uint32Array> {
    const filters = Object.entries(wanted).map(
      ([name, value]): Filter => ({ column: names.indexOf(name as Column), op: 'is', value }),
    );
    return (await this.orders.of(this.set, this.groups, { sort: null, filters, search: '' }, signal))!;
  }

  /** The place of a record of a source. */
  placeOf(source: string, row: number): number {
    return (this.starts.get(source) ?? 0) + row - 1;
  }

  async lines(places: ArrayLike<number>): Promise<Line[]> {
    const values: unknown[][] = [];
    for (const column of names.keys()) values.push(await this.groups.values(column, places));
    return Array.from(places, (_, i) => {
      const line = Object.fromEntries(names.map((name, column) => [name, values[column]![i] ?? null]));
      return line as unknown as Line;
    });
  }

  /** The records that were kept in stead of those at these places; null of records that have none. */
  async kept(places: ArrayLike<number>): Promise<{ sources: (string | null)[]; rows: (number | null)[] }> {
    const sources = await this.groups.values(names.indexOf('kept_source'), places);
    const rows = await this.groups.values(names.indexOf('kept_row'), places);
    return { sources: sources as (string | null)[], rows: rows as (number | null)[] };
  }

  close(): Promise<void> {
    return this.groups.close();
  }
}
