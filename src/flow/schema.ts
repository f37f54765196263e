import type { Config } from '../config/options.js';
import type { ColumnType } from '../engine/types.js';
import { DatagpuError, quoteValue } from '../errors.js';
import { addShape, emptyShape, forgetCounts, type Shape } from '../load/json/shape.js';
import { sameType } from '../load/lattice.js';
import { type Union, unify } from '../load/unify.js';
import type { Look } from './look.js';
import type { Kinds, Seen } from './tasks.js';

/**
 * The schema as it is known so far. Types are settled over all rows: a pass begins with what the samples say, every chunk
 * adds what its values are, and when that changes a type the pass is of no use and another begins. Where shares of rows decide
 * (load/json/places.ts), they are those of all rows: each pass counts anew, and its end is where they are known.
 */
export class SchemaState {
  readonly looks: readonly Look[];
  private readonly config: Config;
  /** What the current pass works with. */
  union: Union;

  constructor(looks: readonly Look[], config: Config) {
    this.looks = looks;
    this.config = config;
    this.union = this.unite();
  }

  /** A pass over all rows begins. */
  beginPass(): void {
    for (const { columns } of this.looks)
      for (const { shape } of columns.columns) if (shape !== null) forgetCounts(shape);
  }

  /**
   * True at the end of a pass if its types are those that all rows ask for. What was decided is then told with the counts of
   * all rows.
   *
   * @throws DatagpuError `usage` for a path of `--types` that no record has
   */
  holds(): boolean {
    const now = this.unite();
    if (differ(now, this.union)) return false;
    const [unmet] = now.unmet;
    if (unmet !== undefined)
      throw new DatagpuError('usage', `--types: no record has ${quoteValue(unmet.slice(0, unmet.lastIndexOf('=')))}`, {
        hint: 'Name a place as messages[].content, with the keys that the records have',
      });
    this.union = now;
    return true;
  }

  /** Adds what a typed chunk showed. False when the pass's fields no longer hold every value. */
  observe(source: number, seen: Seen): boolean {
    const map = this.union.maps[source]!;
    const isNew = map.map((column, f) => this.add(source, column, seen.kinds[f]!, seen.shapes[f]!));
    const added = this.addKeys(source, seen.newKeys);
    return !added && !(isNew.some((n) => n) && this.hasChanged());
  }

  /** Adds what a kinds-only look at a chunk showed. */
  learn(source: number, { columns, newKeys }: Kinds): void {
    columns.forEach(({ kinds, shape }, column) => {
      this.add(source, column, kinds, shape);
    });
    this.addKeys(source, newKeys);
  }

  /** Begins anew with everything that is known. */
  settle(): void {
    this.union = this.unite();
  }

  private unite(): Union {
    return unify(
      this.looks.map((l) => l.columns),
      this.config,
    );
  }

  private hasChanged(): boolean {
    return differ(this.unite(), this.union);
  }

  /** True when it was not known before. */
  private add(source: number, column: number, kinds: number, shape: Shape | null): boolean {
    if (column < 0) return false;
    const known = this.looks[source]!.columns.columns[column]!;
    let isNew = (known.kinds | kinds) !== known.kinds;
    known.kinds |= kinds;
    if (shape !== null) {
      known.shape ??= emptyShape();
      isNew = addShape(known.shape, shape) || isNew;
    }
    return isNew;
  }

  /** True when a key was not known before. */
  private addKeys(source: number, keys: readonly string[]): boolean {
    const look = this.looks[source]!;
    const known = new Set(look.plan.columns);
    let isNew = false;
    for (const name of keys) {
      if (known.has(name)) continue;
      isNew = true;
      look.plan.columns.push(name);
      look.columns.columns.push({ name, kinds: 0, type: null, shape: null });
    }
    return isNew;
  }
}

/** Whether lanes would have to be told something else. */
function differ(a: Union, b: Union): boolean {
  return (
    a.fields.length !== b.fields.length ||
    a.fields.some(
      ({ type }, i) =>
        !sameType(type, b.fields[i]!.type) || a.only[i] !== b.only[i] || hasChats(type) !== hasChats(b.fields[i]!.type),
    )
  );
}

const hasChats = (type: ColumnType): boolean => type.kind === 'json' && type.messages === true;
