import { type Kind, kindOf } from './kinds.js';
import type { RowGroups } from './row-groups.js';
import { goesOn, type Keys, presence, writeKeys } from './sort-keys.js';
import { turn } from './turn.js';

/** Ranges below this are sorted by inserting. */
const few = 24;

/**
 * Places of rows in the order of a column, null at the end, ties in the order of the data set. Texts are in the order of
 * their code points: all rows by the first bytes, then those that are equal in them by the next, and so on. Holds 16 bytes
 * a row.
 *
 * @param places the rows to sort, ascending; null: all
 */
export async function sortedBy(
  groups: RowGroups,
  { column, type, descending }: { column: number; type: string; descending: boolean },
  rows: number,
  places: Uint32Array | null,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  const kind = kindOf(type);
  const keys: Keys = { high: new Uint32Array(rows), low: new Uint32Array(rows) };
  const order = new Uint32Array(places === null ? rows : places.length);
  const nulls: number[] = [];
  let filled = 0;
  let at = 0;
  for (let group = 0; group < groups.count; group++) {
    const { first, rows: here } = groups.extent(group);
    const from = at;
    if (places !== null) while (at < places.length && places[at]! < first + here) at++;
    if (places !== null && at === from) continue;
    const piece = await groups.piece(column, group);
    writeKeys(piece, kind, type, keys, 0);
    const present = presence(piece);
    const count = places === null ? here : at - from;
    for (let i = 0; i < count; i++) {
      const place = places === null ? first + i : places[from + i]!;
      if (present === null || present[place - first] === 1) order[filled++] = place;
      else nulls.push(place);
    }
    await turn(signal);
  }
  order.set(nulls, filled);
  const sorter = new Sorter(keys, order, descending ? 0xffffffff : 0);
  sorter.sort(0, filled);
  if (kind === 'text' || type.startsWith('decimal')) {
    let ties = sorter.ties([0, filled], (low) => goesOn(low, type, 0));
    for (let depth = 1; ties.length > 0; depth++) {
      await rewrite(groups, { column, kind, type, depth }, keys, tiedGroups(groups, order, ties), signal);
      for (let i = 0; i < ties.length; i += 2) sorter.sort(ties[i]!, ties[i + 1]!);
      ties = sorter.ties(ties, (low) => goesOn(low, type, depth));
    }
  }
  return order;
}

async function rewrite(
  groups: RowGroups,
  { column, kind, type, depth }: { column: number; kind: Kind; type: string; depth: number },
  keys: Keys,
  wanted: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const group of wanted) {
    writeKeys(await groups.piece(column, group), kind, type, keys, depth);
    await turn(signal);
  }
}

/** The row groups of rows that are still equal. */
function tiedGroups(groups: RowGroups, order: Uint32Array, ties: readonly number[]): Set<number> {
  const wanted = new Set<number>();
  for (let i = 0; i < ties.length; i += 2)
    for (let k = ties[i]!; k < ties[i + 1]! && wanted.size < groups.count; k++) wanted.add(groups.groupOf(order[k]!));
  return wanted;
}

/** Sorts ranges of an order by the keys of its rows; `flip` turns the order of keys, and leaves that of ties. */
class Sorter {
  private spare: Uint32Array | null = null;

  constructor(
    private readonly keys: Keys,
    private readonly order: Uint32Array,
    private readonly flip: number,
  ) {}

  sort(from: number, to: number): void {
    if (to - from <= few) this.insert(from, to);
    else if (to - from < 2 ** 14) this.merge(from, to);
    else this.distribute(from, to);
  }

  /** Ranges of rows within `ranges` whose keys are equal and whose values go on: pairs of begin and end. */
  ties(ranges: readonly number[], continues: (low: number) => boolean): number[] {
    const { high, low } = this.keys;
    const { order } = this;
    const found: number[] = [];
    for (let r = 0; r < ranges.length; r += 2) {
      const end = ranges[r + 1]!;
      for (let i = ranges[r]!; i < end; ) {
        const place = order[i]!;
        let j = i + 1;
        while (j < end && high[order[j]!] === high[place] && low[order[j]!] === low[place]) j++;
        if (j - i > 1 && continues(low[place]!)) found.push(i, j);
        i = j;
      }
    }
    return found;
  }

  private insert(from: number, to: number): void {
    const { order } = this;
    for (let i = from + 1; i < to; i++) {
      const place = order[i]!;
      let j = i;
      for (; j > from && this.compare(order[j - 1]!, place) > 0; j--) order[j] = order[j - 1]!;
      order[j] = place;
    }
  }

  private merge(from: number, to: number): void {
    this.order.subarray(from, to).sort((a, b) => this.compare(a, b) || a - b);
  }

  private compare(a: number, b: number): number {
    const { high, low } = this.keys;
    const by = high[a] === high[b] ? low[a]! - low[b]! : high[a]! - high[b]!;
    return this.flip === 0 ? by : -by;
  }

  /** By 16 bits at a time from the lowest on; stable. */
  private distribute(from: number, to: number): void {
    const { high, low } = this.keys;
    this.spare ??= new Uint32Array(this.order.length);
    let source = this.order;
    let target = this.spare;
    for (const [words, shift] of [
      [low, 0],
      [low, 16],
      [high, 0],
      [high, 16],
    ] as const) {
      const counts = new Uint32Array(2 ** 16 + 1);
      for (let i = from; i < to; i++) counts[(((words[source[i]!]! ^ this.flip) >>> shift) & 0xffff) + 1]!++;
      // Equal in these bits: nothing moves.
      if (counts.includes(to - from)) continue;
      for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!;
      for (let i = from; i < to; i++) {
        const place = source[i]!;
        target[from + counts[((words[place]! ^ this.flip) >>> shift) & 0xffff]!++] = place;
      }
      [source, target] = [target, source];
    }
    if (source !== this.order) this.order.set(source.subarray(from, to), from);
  }
}
