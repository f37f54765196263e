import type { Vector } from 'apache-arrow';
import { DataFile } from '../load/datafile.js';
import type { OpenSet } from './open.js';

/** Decoded columns of row groups that are kept. */
const keptBytes = 160 * 2 ** 20;

interface Place {
  file: number;
  group: number;
  /** Row within the group. */
  row: number;
}

/** Reads values by their place in the data set: a column of a row group at a time, the latest of which are kept. */
export class RowGroups {
  private readonly files: DataFile[] = [];
  private readonly kept: Map<string, { vector: Vector; bytes: number }> = new Map();
  private bytes = 0;
  /** Where each row group begins. */
  private readonly starts: { first: number; file: number; group: number }[] = [];

  private constructor(private readonly set: OpenSet) {}

  static async open(set: OpenSet): Promise<RowGroups> {
    const groups = new RowGroups(set);
    let first = 0;
    for (const [index, { path, name, bytes }] of set.files.entries()) {
      const file = await DataFile.open(path, name, bytes);
      groups.files.push(file);
      for (let group = 0; group < file.groups; group++) {
        groups.starts.push({ first, file: index, group });
        first += file.rowsOf(group);
      }
    }
    return groups;
  }

  /** Values of a column at places, in the order of the places. */
  async values(column: number, places: ArrayLike<number>): Promise<unknown[]> {
    const found = new Array<unknown>(places.length);
    const byGroup = new Map<string, { place: Place; at: number }[]>();
    for (let i = 0; i < places.length; i++) {
      const place = this.placeOf(places[i]!);
      const key = `${place.file}:${place.group}`;
      const list = byGroup.get(key) ?? [];
      list.push({ place, at: i });
      byGroup.set(key, list);
    }
    for (const list of byGroup.values()) {
      const vector = await this.vector(column, list[0]!.place);
      for (const { place, at } of list) found[at] = vector.get(place.row);
    }
    return found;
  }

  async close(): Promise<void> {
    for (const file of this.files) await file.close();
  }

  private placeOf(position: number): Place {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]!.first <= position) low = middle;
      else high = middle - 1;
    }
    const { first, file, group } = this.starts[low]!;
    return { file, group, row: position - first };
  }

  private async vector(column: number, { file, group }: Place): Promise<Vector> {
    const key = `${file}:${group}:${column}`;
    const known = this.kept.get(key);
    if (known !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, known);
      return known.vector;
    }
    const table = await this.files[file]!.read(group, [this.set.fields[column]!.name]);
    const vector = table.getChildAt(0)!;
    const bytes = vector.byteLength;
    this.kept.set(key, { vector, bytes });
    this.bytes += bytes;
    for (const [old, { bytes: freed }] of this.kept) {
      if (this.bytes <= keptBytes || old === key) break;
      this.kept.delete(old);
      this.bytes -= freed;
    }
    return vector;
  }
}
