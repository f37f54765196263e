import type { Vector } from 'apache-arrow';
import { type ColumnPage, DataFile } from '../load/datafile.js';
import type { KeptColumns } from './kept-columns.js';
import type { OpenSet } from './open.js';
import { textsOf } from './text-pages.js';

let opened = 0;

/** A column of a row group: one batch that begins at row `first` of the data set. */
export interface Piece {
  first: number;
  rows: number;
  vector: Vector;
}

interface Start {
  first: number;
  rows: number;
  file: number;
  group: number;
}

/** Reads values by their place in the data set: a column of a row group at a time, the latest of which are kept. */
export class RowGroups {
  private readonly files: DataFile[] = [];
  private readonly reading: Map<string, Promise<Vector>> = new Map();
  private readonly pages: Map<string, ColumnPage[] | null> = new Map();
  private readonly starts: Start[] = [];

  /** Of the keys of what is kept. */
  private readonly beginning: string = `${opened++}:`;

  private constructor(
    private readonly set: OpenSet,
    private readonly kept: KeptColumns,
  ) {}

  static async open(set: OpenSet, kept: KeptColumns): Promise<RowGroups> {
    const groups = new RowGroups(set, kept);
    let first = 0;
    for (const [index, { path, name, bytes }] of set.files.entries()) {
      const file = await DataFile.open(path, name, bytes);
      groups.files.push(file);
      for (let group = 0; group < file.groups; group++) {
        const rows = file.rowsOf(group);
        groups.starts.push({ first, rows, file: index, group });
        first += rows;
      }
    }
    return groups;
  }

  get count(): number {
    return this.starts.length;
  }

  /** Where a row group begins, and its rows. */
  extent(group: number): { first: number; rows: number } {
    return this.starts[group]!;
  }

  /** The row group that holds a place. */
  groupOf(position: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]!.first <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Values of a column at places, in the order of the places. */
  async values(column: number, places: ArrayLike<number>): Promise<unknown[]> {
    const found = new Array<unknown>(places.length);
    const byGroup = new Map<number, number[]>();
    for (let i = 0; i < places.length; i++) {
      const group = this.groupOf(places[i]!);
      const list = byGroup.get(group) ?? [];
      list.push(i);
      byGroup.set(group, list);
    }
    for (const [group, list] of byGroup) {
      const { first } = this.starts[group]!;
      const rows = list.map((at) => places[at]! - first);
      const values = await this.valuesIn(column, group, rows);
      for (const [i, at] of list.entries()) found[at] = values[i];
    }
    return found;
  }

  /** Of a row group that is not kept, the pages alone are read that have one of the rows, if they are few. */
  private async valuesIn(column: number, group: number, rows: readonly number[]): Promise<unknown[]> {
    const key = this.keyOf(column, group);
    const pages = this.kept.has(key) || this.reading.has(key) ? null : await this.pagesOf(column, group);
    const wanted = new Set(rows.map((row) => pages?.findLastIndex((page) => page.first <= row) ?? 0));
    if (pages === null || wanted.size * 3 > pages.length) {
      const vector = await this.vector(column, group, true);
      return rows.map((row) => vector.get(row));
    }
    const vectors = new Map<number, Vector>();
    for (const page of wanted) vectors.set(page, await this.page(column, group, page, pages[page]!));
    return rows.map((row) => {
      const page = pages.findLastIndex(({ first }) => first <= row);
      return vectors.get(page)!.get(row - pages[page]!.first);
    });
  }

  private async pagesOf(column: number, group: number): Promise<ColumnPage[] | null> {
    const key = this.keyOf(column, group);
    const known = this.pages.get(key);
    if (known !== undefined) return known;
    const { file, group: inFile } = this.starts[group]!;
    const pages = await this.files[file]!.pages(inFile, this.set.fields[column]!.name);
    this.pages.set(key, pages);
    return pages;
  }

  private async page(column: number, group: number, index: number, page: ColumnPage): Promise<Vector> {
    const key = `${this.keyOf(column, group)}:${index}`;
    const known = this.kept.get(key);
    if (known !== null) return known;
    const { file, group: inFile } = this.starts[group]!;
    const table = await this.files[file]!.readPage(inFile, this.set.fields[column]!.name, page);
    const vector = table.getChildAt(0)!;
    this.kept.keep(key, vector, true);
    return vector;
  }

  /** A column of a row group, for a scan: what is kept for others stays, and it is kept too while there is room. */
  async piece(column: number, group: number): Promise<Piece> {
    const { first, rows } = this.starts[group]!;
    return { first, rows, vector: await this.vector(column, group, false) };
  }

  /** Reads a column of a row group ahead. False: there is no room for more. */
  async ahead(column: number, group: number): Promise<boolean> {
    if (this.kept.isFull) return false;
    const known = this.kept.has(this.keyOf(column, group));
    if (!known) await this.vector(column, group, false);
    return known || this.kept.has(this.keyOf(column, group));
  }

  async close(): Promise<void> {
    this.kept.forgetAll(this.beginning);
    for (const file of this.files) await file.close();
  }

  private vector(column: number, group: number, mayEvict: boolean): Promise<Vector> {
    const key = this.keyOf(column, group);
    const known = this.kept.get(key);
    if (known !== null) return Promise.resolve(known);
    const reading = this.reading.get(key) ?? this.read(column, group, key, mayEvict);
    this.reading.set(key, reading);
    return reading;
  }

  private async read(column: number, group: number, key: string, mayEvict: boolean): Promise<Vector> {
    const start = this.starts[group]!;
    try {
      const file = this.files[start.file]!;
      const { name, type } = this.set.fields[column]!;
      const pages = type === 'utf8' ? await this.pagesOf(column, group) : null;
      const vector =
        pages !== null && pages.length > 1
          ? await textsOf(pages, (page) => file.readPage(start.group, name, page))
          : (await file.read(start.group, [name])).getChildAt(0)!;
      this.kept.keep(key, vector, mayEvict);
      return vector;
    } finally {
      this.reading.delete(key);
    }
  }

  private keyOf(column: number, group: number): string {
    return `${this.beginning}${column}:${group}`;
  }
}
