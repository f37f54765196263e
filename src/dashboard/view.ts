import type { Expr } from 'nodejs-polars';
import { DatagpuError } from '../errors.js';
import type { Filter, View } from './answers.js';
import { columnName, type Kind, kindOf, placeName, polars, scanPlaces } from './frames.js';
import type { OpenSet } from './open.js';

/** Orders kept: 4 bytes a row each. */
const keptBytes = 128 * 2 ** 20;

/** Places of the rows of views, in their order; the latest are kept. */
export class Orders {
  private readonly kept: Map<string, Uint32Array> = new Map();

  /** Null: all rows, in the order of the data set. */
  of(set: OpenSet, view: View): Uint32Array | null {
    if (view.sort === null && view.filters.length === 0 && view.search === '') return null;
    const key = JSON.stringify([set.folder, set.hash, view]);
    const order = this.kept.get(key) ?? orderOf(set, view);
    this.kept.delete(key);
    this.kept.set(key, order);
    let bytes = 0;
    for (const [name, { byteLength }] of [...this.kept].reverse()) {
      bytes += byteLength;
      if (bytes > keptBytes && name !== key) this.kept.delete(name);
    }
    return order;
  }
}

function orderOf(set: OpenSet, view: View): Uint32Array {
  const pl = polars();
  let frame = scanPlaces(set);
  for (const filter of view.filters) frame = frame.filter(expressionOf(set, filter));
  if (view.search !== '') frame = frame.filter(searchOf(set, view.search));
  if (view.sort !== null) {
    const { column, descending } = view.sort;
    requireSortable(set, column);
    const name = columnName(column);
    // Stable: ties stay in the order of the data set.
    frame = frame.select(pl.col(placeName), pl.col(name)).sort(pl.col(name), descending, true, true);
  }
  const places = frame.select(pl.col(placeName)).collectSync().getColumns()[0]!.toTypedArray() as Uint32Array;
  // A copy of its own: polars' memory goes with the frame.
  return Uint32Array.from(places);
}

function requireSortable(set: OpenSet, column: number): void {
  const kind = kindOf(set.fields[column]!.type);
  if (kind === 'nested' || kind === 'other')
    throw new DatagpuError('usage', `rows can not be sorted by "${set.fields[column]!.name}": its values are nested`);
}

/** True of rows that the filter lets pass. */
function expressionOf(set: OpenSet, { column, op, value }: Filter): Expr {
  const pl = polars();
  const { type, name } = set.fields[column]!;
  const kind = kindOf(type);
  const cell = pl.col(columnName(column));
  if (op === 'null') return cell.isNull();
  if (op === 'some') return cell.isNotNull();
  if (op === 'has') return contains(textOf(column, kind), value);
  if (kind === 'nested' || kind === 'other')
    throw new DatagpuError('usage', `"${name}" has nested values, which can be searched, not compared`);
  const [left, right] = comparable(cell, kind, value, name);
  if (op === 'is') return left.eq(right);
  if (op === 'not') return left.neq(right);
  if (op === 'lt') return left.lt(right);
  if (op === 'le') return left.ltEq(right);
  return op === 'gt' ? left.gt(right) : left.gtEq(right);
}

function comparable(cell: Expr, kind: Kind, value: string, column: string): [Expr, Expr] {
  const pl = polars();
  if (kind === 'boolean') return [cell, pl.lit(/^(true|1)$/i.test(value.trim()))];
  if (kind === 'time') return [cell.cast(pl.Utf8), pl.lit(value.trim().replace('T', ' ').replace(/Z$/, ''))];
  if (kind !== 'number') return [cell, pl.lit(value)];
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number))
    throw new DatagpuError('usage', `"${value}" is no number`, { hint: `Compare ${column} with a number` });
  return [cell, pl.lit(number)];
}

function searchOf(set: OpenSet, text: string): Expr {
  const parts = set.fields.flatMap(({ type }, i) => {
    const kind = kindOf(type);
    return kind === 'text' || kind === 'nested' ? [contains(textOf(i, kind), text).fillNull(polars().lit(false))] : [];
  });
  return parts.reduce((all, part) => all.or(part), polars().lit(false) as Expr);
}

function textOf(column: number, kind: Kind): { text: Expr; isJson: boolean } {
  const pl = polars();
  const cell = pl.col(columnName(column));
  if (kind === 'text') return { text: cell, isJson: false };
  if (kind !== 'nested') return { text: cell.cast(pl.Utf8), isJson: false };
  return { text: (pl.struct([cell]) as unknown as Expr).struct.jsonEncode(), isJson: true };
}

/** Whatever the case of letters; nothing in `wanted` is a pattern. */
function contains({ text, isJson }: { text: Expr; isJson: boolean }, wanted: string): Expr {
  const inner = isJson ? JSON.stringify(wanted).slice(1, -1) : wanted;
  return text.str.contains(`(?i)${inner.replace(/[\\^$.*+?()[\]{}|#&~-]/g, '\\$&')}`);
}
