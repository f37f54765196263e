// What becomes of the places of a JSON column: where values of several kinds stand, and where the keys of objects are data.

import type { ArrowType, ColumnType } from '../../engine/types.js';
import { DatagpuError, quoteValue } from '../../errors.js';
import { kind } from '../../kernels/cells.js';
import { typeFromKinds } from '../lattice.js';
import { cut, type Group, groups, maxDepth, maxFields, otherNumber, type Shape } from './shape.js';

/** What a user can say of a place with `--types`. */
export type PlaceType = 'json' | 'text' | 'struct';

/** What was decided about a place of the data: for the manifest's `fields`, its warnings and the dry run. */
export interface Place {
  /** From the column on: `messages[].content`. */
  path: string;
  /** `text`: strings as they are, other values as their JSON text. `json`: JSON text. `nested`: what is not is malformed. */
  as: 'text' | 'json' | 'nested';
  why: string;
  /** Rows that have a value of each kind there. */
  rows: Partial<Record<Group, number>>;
  /** The first row of the rarest kind: its record number in its source. */
  first: { kind: Group; row: number; source: number } | null;
}

/** A column's type, and how it came about. */
export interface Settled {
  type: ColumnType;
  /** Records whose value is not of this group are malformed. */
  only: 'object' | 'array' | null;
  places: Place[];
  /** Which of the declared places there are. */
  met: Set<string>;
}

/** Rows of a hundred with a value that have to be lists, or objects, for the others to be malformed. */
const overwhelming = 99;
/** Places of a nested column, beyond which it stays JSON text. */
const maxPlaces = 8192;

/** A surrogate in canonical text is an escape only where it has no partner. */
const loneSurrogate = /(?<!\\)(\\\\)*\\ud[89a-f]/;

const nestedKinds = kind.object | kind.array;
const numberKinds = kind.integer | kind.bigInteger | kind.float | otherNumber;

/**
 * The type that holds all values of a JSON column, `kinds` being those of its single values. `declared` has what is said of
 * places by their path within the column, '' for the column itself.
 *
 * @throws DatagpuError `usage` where a place was declared to be a struct and has values of other kinds
 */
export function settleColumn(
  name: string,
  kinds: number,
  shape: Shape | null,
  declared: ReadonlyMap<string, PlaceType> = new Map(),
): Settled {
  const settler = new Settler(name, declared);
  const { type, only } = settler.column(kinds, shape);
  return { type, only, places: settler.places, met: settler.met };
}

/** The nested type of a shape's lists and objects. */
export function shapeToArrow(shape: Shape): ArrowType {
  return new Settler('', new Map()).place(shape, '', shape.kinds);
}

class Settler {
  readonly places: Place[] = [];
  readonly met: Set<string> = new Set();

  constructor(
    private readonly name: string,
    private readonly declared: ReadonlyMap<string, PlaceType>,
  ) {}

  column(kinds: number, shape: Shape | null): Pick<Settled, 'type' | 'only'> {
    this.met.add('');
    const said = this.declared.get('');
    const seen = kinds | (shape === null ? 0 : shape.kinds & nestedKinds);
    const nested = seen & nestedKinds;
    const single = seen & (kind.jsonNumber | kind.jsonBoolean | kind.jsonString);
    if (said === 'json') {
      if (shape !== null) this.note('', shape, 'json', 'declared');
      return { type: textOf(shape), only: null };
    }
    if (nested === 0) {
      if (said === 'struct' && single !== 0) this.refuse('', shape, 'it has no lists and no objects');
      // A power of two, or none: of one kind.
      if (said !== 'text' && (single & (single - 1)) === 0) {
        const type = typeFromKinds(seen);
        if (type.kind === 'text' && single === kind.jsonNumber && shape !== null)
          this.note('', shape, 'text', whyNoNumber((seen & kind.text) !== 0));
        return { type, only: null };
      }
      if (shape !== null && (single & (single - 1)) !== 0) this.note('', shape, 'text', 'values of several kinds');
      return { type: { kind: 'text' }, only: null };
    }
    if (shape === null) throw new Error('nested values without a shape');
    if (said === 'text') {
      this.note('', shape, 'text', 'declared');
      return { type: { kind: 'text', nested: true }, only: null };
    }
    if (single === 0 && nested !== nestedKinds) return { type: this.nested(shape, nested), only: null };
    const count = (group: Group): number => shape.tallies[groups.indexOf(group)]?.rows ?? 0;
    const rows = groups.reduce((n, group) => n + count(group), 0);
    const major = count('object') > count('array') ? 'object' : 'array';
    if (said === 'struct' || (rows > 0 && count(major) * 100 >= rows * overwhelming)) {
      const why =
        said === 'struct'
          ? 'declared'
          : `at least ${overwhelming} of 100 rows have ${aKind(major)}; others are malformed`;
      this.note('', shape, 'nested', why);
      const type = this.nested(shape, major === 'object' ? kind.object : kind.array);
      return { type, only: type.kind === 'json' && type.arrow === null ? null : major };
    }
    const hasText = (single & kind.jsonString) !== 0;
    this.note('', shape, hasText ? 'text' : 'json', 'values of several kinds');
    return { type: hasText ? { kind: 'text', nested: true } : textOf(shape), only: null };
  }

  private nested(shape: Shape, kinds: number): ColumnType {
    const before = this.places.length;
    let arrow = this.place(shape, '', kinds);
    if (countPlaces(arrow) > maxPlaces) {
      this.places.length = before;
      this.note('', shape, 'json', `more than ${maxPlaces} different places`);
      arrow = jsonText;
    }
    return arrow.name === 'utf8' ? textOf(shape) : { kind: 'json', arrow };
  }

  /** The type of a place where values of `kinds` stand; `path` is that within the column. */
  place(shape: Shape, path: string, all: number): ArrowType {
    const kinds = all & ~(kind.null | cut);
    this.met.add(path);
    const said = this.declared.get(path);
    const several =
      [kind.text, kind.boolean, kind.object, kind.array].filter((bit) => kinds & bit).length +
        (kinds & numberKinds ? 1 : 0) >
      1;
    if (said === 'json') {
      this.note(path, shape, 'json', 'declared');
      return jsonText;
    }
    if (said === 'text' || (several && said !== 'struct')) {
      // Without a string or a list or an object among them it is simple values that become text.
      const asText = said === 'text' || (kinds & kind.text) !== 0 || (kinds & nestedKinds) === 0;
      if (kinds !== kind.text || said !== 'text')
        this.note(path, shape, asText ? 'text' : 'json', said === 'text' ? 'declared' : 'values of several kinds');
      return asText ? mixedText : jsonText;
    }
    if (said === 'struct' && (several || (kinds !== 0 && (kinds & nestedKinds) === 0)))
      this.refuse(path, shape, 'it has values of other kinds');
    if (kinds === 0 || kinds === kind.text) return { name: 'utf8' };
    if (kinds === kind.boolean) return { name: 'bool' };
    if ((kinds & numberKinds) !== 0) {
      if ((kinds & ~(kind.integer | kind.bigInteger)) === 0) return { name: 'int', bits: 64, signed: true };
      if ((kinds & ~(kind.integer | kind.float)) === 0) return { name: 'float', bits: 64 };
      this.note(path, shape, 'text', whyNoNumber((kinds & otherNumber) !== 0));
      return mixedText;
    }
    // What is said of a key says that it is a field.
    const isField = said === 'struct' || [...this.declared.keys()].some((other) => other.startsWith(`${path}.`));
    const why = kinds === kind.array ? this.whyNoList(shape) : whyNoStruct(shape, isField);
    if (why !== null) {
      if (said === 'struct') this.refuse(path, shape, why);
      this.note(path, shape, 'json', why);
      return jsonText;
    }
    if (kinds === kind.array)
      return {
        name: 'list',
        item: shape.item === null ? { name: 'utf8' } : this.place(shape.item, `${path}[]`, shape.item.kinds),
      };
    const hasName = shape.fields.some(([key, { kinds }]) => key === 'name' && kinds & kind.text);
    return {
      name: 'struct',
      fields: shape.fields.map(([key, field]) => {
        const inner = `${path}.${nameOf(key)}`;
        const isCall = hasName && key === 'arguments' && (field.kinds & ~kind.null) === kind.object;
        if (isCall && !this.declared.has(inner)) {
          this.met.add(inner);
          this.note(inner, field, 'json', 'keys are data: the arguments of a call');
          return { name: nameOf(key), type: jsonText };
        }
        return { name: nameOf(key), type: this.place(field, inner, field.kinds) };
      }),
    };
  }

  private whyNoList(shape: Shape): string | null {
    return shape.kinds & cut ? `values nested deeper than ${maxDepth}` : null;
  }

  private note(path: string, shape: Shape, as: Place['as'], why: string): void {
    const rows: Place['rows'] = {};
    let rarest: Place['first'] = null;
    let fewest = Number.POSITIVE_INFINITY;
    groups.forEach((group, g) => {
      const tally = shape.tallies[g];
      if (tally === undefined || tally.rows === 0) return;
      rows[group] = tally.rows;
      if (tally.rows >= fewest) return;
      fewest = tally.rows;
      rarest = { kind: group, row: tally.first, source: tally.source };
    });
    this.places.push({ path: `${this.name}${path}`, as, why, rows, first: rarest });
  }

  private refuse(path: string, shape: Shape | null, why: string): never {
    const where = quoteValue(`${this.name}${path}`);
    const rows = groups.flatMap((group, g) => {
      const tally = shape?.tallies[g];
      return tally === undefined || tally.rows === 0 ? [] : [`${aKind(group)} first in row ${tally.first}`];
    });
    const found = rows.length === 0 ? '' : ` (${rows.join(', ')})`;
    throw new DatagpuError('usage', `--types: ${where} can't be a struct: ${why}${found}`, {
      hint: 'Declare it as json or text, or leave it out of --types',
    });
  }
}

const jsonText: ArrowType = { name: 'utf8', holds: 'json' };
const mixedText: ArrowType = { name: 'utf8', holds: 'mixed' };

/** Why numbers become their text. */
const whyNoNumber = (hasBeyond: boolean): string =>
  hasBeyond ? 'numbers beyond 64 bits or 17 digits' : 'integers beyond 2^53 beside fractions';

/** Why objects are not to become structs: the rule of README.md, "JSON". */
function whyNoStruct(shape: Shape, declared: boolean): string | null {
  if (shape.kinds & cut)
    return `keys are data: more than ${maxFields} of them, or values nested deeper than ${maxDepth}`;
  const { fields } = shape;
  if (fields.length === 0) return 'objects without keys';
  if (fields.some(([key]) => loneSurrogate.test(key))) return 'a key with an unpaired surrogate';
  if (declared) return null;
  const has = (key: string, kinds: number): boolean =>
    fields.some(([name, field]) => name === key && (field.kinds & kinds) !== 0);
  if (has('type', kind.text) && has('properties', kind.object)) return 'keys are data: a JSON Schema';
  if (has('role', kind.text) && fields.some(([key]) => key === 'content')) return null;
  const { objects } = shape;
  if (objects === 0) return null;
  const most = fields.reduce((n, [, { present }]) => Math.max(n, present), 0);
  const all = fields.reduce((n, [, { present }]) => n + present, 0);
  // Counted keys only: those of rows that have been rejected since may have none.
  const keys = fields.filter(([, { present }]) => present > 0).length;
  if (most * 10 >= objects * 9 || all * 2 > objects * keys) return null;
  return `keys are data: none of ${keys} is in 9 of 10 objects, which have at most half of them on average`;
}

/** A column of JSON text. */
function textOf(shape: Shape | null): ColumnType {
  const keys = shape?.item?.fields.map(([key]) => key) ?? [];
  const isChat = keys.includes('role') && keys.includes('content');
  return isChat ? { kind: 'json', arrow: null, messages: true } : { kind: 'json', arrow: null };
}

function countPlaces(type: ArrowType): number {
  if (type.name === 'list') return 1 + countPlaces(type.item);
  return type.name === 'struct' ? type.fields.reduce((n, f) => n + countPlaces(f.type), 1) : 1;
}

const nameOf = (key: string): string => (loneSurrogate.test(key) ? key : (JSON.parse(`"${key}"`) as string));

/** A kind with its article. */
export const aKind = (group: Group): string => (/^[oa]/.test(group) ? `an ${group}` : `a ${group}`);

/** A decision as a sentence, for warnings. `sources` are the names of the sources, if there are several. */
export function describePlace(place: Place, sources: readonly string[]): string {
  const { path, as, why, rows, first } = place;
  const counts = Object.entries(rows).map(([group, n]) => `${n.toLocaleString('en')} with ${aKind(group as Group)}`);
  const where = first !== null && sources.length > 1 ? ` of ${sources[first.source]}` : '';
  const seen =
    counts.length === 0
      ? ''
      : ` (rows: ${counts.join(', ')}; the first ${counts.length > 1 ? `with ${aKind(first!.kind)} ` : ''}is ${first!.row}${where})`;
  const outcome =
    as === 'nested'
      ? 'other values make their record malformed'
      : as === 'json'
        ? 'kept as JSON text'
        : 'text, in which values that are no strings are their JSON text';
  return `${path}: ${why}${seen}: ${outcome}. --types ${path}=json, text or struct decides otherwise`;
}
