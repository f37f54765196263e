import { DatagpuError } from '../errors.js';
import type { View } from './answers.js';
import { searchOf, type Test, testOf } from './filters.js';
import { kindOf } from './kinds.js';
import type { OpenSet } from './open.js';
import type { RowGroups } from './row-groups.js';
import { sortedBy } from './sorted.js';
import { turn } from './turn.js';

/** Orders kept: 4 bytes a row each. */
const keptBytes = 128 * 2 ** 20;

interface Making {
  order: Promise<Uint32Array>;
  /** Who waits for it: when nobody does any more, it is given up. */
  waiting: number;
  control: AbortController;
}

/** Places of the rows of views, in their order; the latest are kept. */
export class Orders {
  private readonly kept: Map<string, Uint32Array> = new Map();
  private readonly making: Map<string, Making> = new Map();

  /** Null: all rows, in the order of the data set. */
  async of(set: OpenSet, groups: RowGroups, view: View, signal?: AbortSignal): Promise<Uint32Array | null> {
    if (view.sort === null && view.filters.length === 0 && view.search === '') return null;
    const key = JSON.stringify([set.folder, set.hash, view]);
    const known = this.kept.get(key);
    if (known !== undefined) {
      this.keep(key, known);
      return known;
    }
    const making = this.making.get(key) ?? this.make(set, groups, view, key);
    making.waiting++;
    const leave = (): void => {
      if (--making.waiting > 0) return;
      this.forget(key, making);
      making.control.abort();
    };
    signal?.addEventListener('abort', leave);
    try {
      return await making.order;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  private make(set: OpenSet, groups: RowGroups, view: View, key: string): Making {
    const control = new AbortController();
    const order = this.orderOf(set, groups, view, control.signal);
    const making: Making = { waiting: 0, control, order };
    this.making.set(key, making);
    order.then(
      (made) => {
        this.keep(key, made);
        this.forget(key, making);
      },
      () => this.forget(key, making),
    );
    return making;
  }

  private forget(key: string, making: Making): void {
    if (this.making.get(key) === making) this.making.delete(key);
  }

  private keep(key: string, order: Uint32Array): void {
    this.kept.delete(key);
    this.kept.set(key, order);
    let bytes = 0;
    for (const [name, { byteLength }] of [...this.kept].reverse()) {
      bytes += byteLength;
      if (bytes > keptBytes && name !== key) this.kept.delete(name);
    }
  }

  private async orderOf(set: OpenSet, groups: RowGroups, view: View, signal: AbortSignal): Promise<Uint32Array> {
    const { sort } = view;
    if (sort !== null) requireSortable(set, sort.column);
    const places = view.filters.length > 0 || view.search !== '' ? await placesOf(set, groups, view, signal) : null;
    if (sort === null) return places!;
    return sortedBy(groups, { ...sort, type: set.fields[sort.column]!.type }, set.rows, places, signal);
  }
}

/** Rows that pass, in the order of the data set. */
async function placesOf(set: OpenSet, groups: RowGroups, view: View, signal: AbortSignal): Promise<Uint32Array> {
  const tests = view.filters.map((filter): [number, Test] => [filter.column, testOf(set, filter)]);
  const searched = set.fields.flatMap(({ type }, column): [number, Test][] =>
    view.search !== '' && ['text', 'nested'].includes(kindOf(type)) ? [[column, searchOf(type, view.search)]] : [],
  );
  let places = new Uint32Array(1024);
  let found = 0;
  for (let group = 0; group < groups.count; group++) {
    const { first, rows } = groups.extent(group);
    const passing = new Uint8Array(rows).fill(1);
    for (const [column, test] of tests) {
      const mask = test(await groups.piece(column, group));
      for (let i = 0; i < rows; i++) passing[i]! &= mask[i]!;
    }
    if (view.search !== '') {
      const any = new Uint8Array(rows);
      for (const [column, test] of searched) {
        const mask = test(await groups.piece(column, group));
        for (let i = 0; i < rows; i++) any[i]! |= mask[i]!;
      }
      for (let i = 0; i < rows; i++) passing[i]! &= any[i]!;
    }
    if (found + rows > places.length) {
      const wider = new Uint32Array(Math.max(places.length * 2, found + rows));
      wider.set(places.subarray(0, found));
      places = wider;
    }
    for (let i = 0; i < rows; i++) if (passing[i] === 1) places[found++] = first + i;
    await turn(signal);
  }
  return places.slice(0, found);
}

function requireSortable(set: OpenSet, column: number): void {
  const { type, name } = set.fields[column]!;
  const kind = kindOf(type);
  if (kind === 'nested' || kind === 'other')
    throw new DatagpuError('usage', `rows can not be sorted by "${name}": its values are nested`);
}
