import type { Config } from '../config/options.js';
import { joinShapes, type Shape, shapeToArrow } from '../load/json/shape.js';
import { sameType } from '../load/lattice.js';
import { type Union, unify } from '../load/unify.js';
import type { Look } from './look.js';
import type { Kinds, Seen } from './tasks.js';

const shapeRules = { join: joinShapes, toArrow: shapeToArrow };

/**
 * The schema as it is known so far. Types are settled over all rows: a pass begins with what the samples say, every chunk
 * adds what its values are, and when that changes a type the pass is of no use and another begins.
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
      shapeRules,
    );
  }

  private hasChanged(): boolean {
    const { fields } = this.unite();
    const now = this.union.fields;
    return fields.length !== now.length || fields.some((f, i) => !sameType(f.type, now[i]!.type));
  }

  /** True when it was not known before. */
  private add(source: number, column: number, kinds: number, shape: Shape | null): boolean {
    if (column < 0) return false;
    const known = this.looks[source]!.columns.columns[column]!;
    let isNew = (known.kinds | kinds) !== known.kinds;
    known.kinds |= kinds;
    if (shape !== null) {
      const joined = known.shape === null ? shape : joinShapes(known.shape, shape);
      isNew ||= JSON.stringify(joined) !== JSON.stringify(known.shape);
      known.shape = joined;
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
