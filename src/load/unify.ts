import { snakeCase, uniqueNames } from '../clean/names.js';
import type { Config, DeclaredType } from '../config/options.js';
import type { ColumnType, Field } from '../engine/types.js';
import { DatagpuError, quoteValue } from '../errors.js';
import { kind } from '../kernels/cells.js';
import { arrowTypeName } from '../manifest/type-name.js';
import { type Absence, absenceNotes, listed } from './absences.js';
import { resolveColumn, resolveColumns } from './columns.js';
import { describePlace, type Place, type PlaceType, type Settled, settleColumn } from './json/places.js';
import { joinShapes, type Shape } from './json/shape.js';
import { declaredColumnType, kindsOfType, mixesZones, sameType } from './lattice.js';
import { cutName, mostNameLetters, requireNarrow } from './width.js';

/** A column as one source has it. */
export interface SourceColumn {
  /** As it is in the source; '' if it has none. */
  name: string;
  /** Kinds of its values; of a typed source, those found when they were converted to another type. */
  kinds: number;
  /** Its type, where the source says it (Parquet); null for text sources. */
  type: ColumnType | null;
  /** Of JSON: the shape of its nested values, and how many rows have values of each kind, where that is of interest. */
  shape: Shape | null;
  /** Why it can't be read, if it can't. */
  unreadable?: string | null;
}

/** The columns of a source, in its order. */
export interface SourceColumns {
  /** The source as the user named it. */
  name: string;
  columns: SourceColumn[];
  /** Its columns are those of JSON records. */
  json?: boolean;
}

/** The sources' columns put together. */
export interface Union {
  fields: Field[];
  /** For each source and field: the source's column, -1 where it has none, -2 for the name of the source. */
  maps: number[][];
  /** Kinds of each field's values over all sources. */
  kinds: number[];
  /** Which fields were declared with `--types`. */
  declared: (DeclaredType | null)[];
  /** By field: records of JSON whose value is not this are malformed. */
  only: Settled['only'][];
  /** What was decided about places of JSON columns, by field. */
  places: Place[][];
  /** Paths of `--types` that no record seen so far has. */
  unmet: string[];
  /** What differs between the sources, and what was decided about places of JSON, a sentence each. */
  notes: string[];
}

/** The score's column when rows are ranked; a source's own column of that name gets another. */
export const scoreColumn: string = 'quality_score';

/** In a map: the source has no such column. */
export const absent: number = -1;
/** In a map: the field holds the source's name. */
export const nameOfSource: number = -2;

/** Decisions about places of a column that are warned of one by one. */
const mostNotes = 20;

/** A column of the union while it is put together. */
interface Entry {
  sourceName: string;
  base: string;
  /** Column by source. */
  columns: (number | undefined)[];
}

/**
 * The union of the sources' columns, matched by exact name and then by cleaned name, in the order of first appearance; named,
 * typed, selected and dropped as configured. `config` is not changed.
 */
export function unify(sources: readonly SourceColumns[], config: Pick<Config, 'read' | 'clean' | 'rank'>): Union {
  const { read } = config;
  const entries = matchColumns(sources, config.clean.enabled && config.clean.names);
  requireNarrow(entries.length, null);
  const reserved = config.rank.enabled ? [scoreColumn] : [];
  if (read.sourceColumn !== null) reserved.push(read.sourceColumn);
  const names = uniqueNames(
    entries.map((e) => cutName(e.base)),
    reserved,
  );
  const notes: string[] = [];
  const cut = entries.filter((e) => e.base.length > mostNameLetters);
  if (cut.length > 0) notes.push(cutNote(cut.map((e) => e.base)));
  const absences: Absence[] = [];
  const named = entries.map(
    (entry, i): Field => ({ name: names[i]!, sourceName: entry.sourceName, type: { kind: 'null' } }),
  );

  const { declared, places: said } = declarations(read.types, named);
  const kept = selectFields(named, read);
  const kinds: number[] = [];
  const only: Settled['only'][] = [];
  const places: Place[][] = [];
  const unmet: string[] = [];
  const sourceNames = sources.map((source) => source.name);
  const fields = kept.map((i): Field => {
    requireReadable(entries[i]!, sources);
    const given: DeclaredType | null = declared[i] ?? null;
    const found = joinColumns(entries[i]!, sources, said[i]!);
    // What is declared is not decided by what nearly all rows have.
    const joined = given === null ? found : { ...found, only: null, places: [] };
    kinds.push(joined.kinds);
    only.push(joined.only);
    // A declared type leaves nothing to decide.
    const decided = given === null ? joined.places : [];
    places.push(decided);
    notes.push(...decided.slice(0, mostNotes).map((place) => `column ${describePlace(place, sourceNames)}`));
    if (decided.length > mostNotes)
      notes.push(`column ${names[i]}: ${decided.length - mostNotes} more places; fields in the manifest has them`);
    for (const [path, type] of said[i]!)
      if (!joined.met.has(path)) unmet.push(`${named[i]!.sourceName}${path}=${type}`);
    const missing = sources.filter((s, at) => entries[i]!.columns[at] === undefined && s.columns.length > 0);
    if (missing.length > 0) absences.push({ column: names[i]!, sources: missing.map((s) => s.name) });
    if (given === null && joined.differ !== null) notes.push(`column ${names[i]}: ${joined.differ}`);
    if (said[i]!.size > 0) requireJson(entries[i]!, sources, said[i]!);
    if (given !== null) requireText(entries[i]!, sources, given);
    if (mixesZones(joined.kinds) && (given === null ? joined.differ === null : given === 'datetime'))
      notes.push(mixedZones(names[i]!, given));
    return { ...named[i]!, type: given === null ? joined.type : declaredColumnType(given, joined.kinds) };
  });
  const maps = sources.map((_, s) => kept.map((i) => entries[i]!.columns[s] ?? absent));
  const declaredKept = kept.map((i) => declared[i] ?? null);

  if (read.sourceColumn !== null) {
    const at = sourceColumnPlace(read, named, kept);
    fields.splice(at, 0, { name: read.sourceColumn, sourceName: read.sourceColumn, type: { kind: 'text' } });
    for (const map of maps) map.splice(at, 0, nameOfSource);
    only.splice(at, 0, null);
    places.splice(at, 0, []);
    kinds.splice(at, 0, kind.text);
    declaredKept.splice(at, 0, null);
  }
  return {
    fields,
    maps,
    kinds,
    declared: declaredKept,
    only,
    places,
    unmet,
    notes: [...absenceNotes(absences), ...notes],
  };
}

/** What `--types` says of columns, and of places of JSON columns by their path within the column. */
function declarations(
  types: Config['read']['types'],
  fields: readonly Field[],
): { declared: (DeclaredType | null)[]; places: Map<string, PlaceType>[] } {
  const declared: (DeclaredType | null)[] = fields.map(() => null);
  const places = fields.map(() => new Map<string, PlaceType>());
  for (const [name, type] of Object.entries(types)) {
    const [at, path] = placeOf(name, fields);
    if (type === 'json' || type === 'struct' || (type === 'text' && path !== '')) places[at]!.set(path, type);
    else if (path === '') declared[at] = type;
    else
      throw new DatagpuError(
        'usage',
        `--types: ${quoteValue(name)} is a place within a column, which can't be ${type}`,
        {
          hint: 'Declare it as json, text or struct, or leave it out of --types',
        },
      );
  }
  return { declared, places };
}

/** The field and the path within it that a name of `--types` stands for: `messages[].content` is in the column messages. */
function placeOf(name: string, fields: readonly Field[]): [field: number, path: string] {
  const isColumn = (column: string): boolean => fields.some((f) => f.sourceName === column || f.name === column);
  if (!isColumn(name))
    for (const { index } of name.matchAll(/\.|\[\]/g))
      if (index > 0 && isColumn(name.slice(0, index)))
        return [resolveColumn(name.slice(0, index), fields, '--types'), name.slice(index)];
  return [resolveColumn(name, fields, '--types'), ''];
}

/** What is said of places needs a source of JSON. */
function requireJson(entry: Entry, sources: readonly SourceColumns[], said: ReadonlyMap<string, PlaceType>): void {
  const other = sources.find((source, s) => entry.columns[s] !== undefined && source.json !== true);
  if (other === undefined) return;
  const [path, type] = [...said][0]!;
  throw new DatagpuError(
    'usage',
    `--types: ${quoteValue(`${entry.sourceName}${path}`)} can't be ${type} in ${other.name}, which is no JSON`,
    {
      hint: 'Leave it out of --types',
    },
  );
}

/** A column that can't be read is none that the data set can have; the others of its file are not lost for it. */
function requireReadable(entry: Entry, sources: readonly SourceColumns[]): void {
  sources.forEach((source, s) => {
    const at = entry.columns[s];
    const column = at === undefined ? undefined : source.columns[at];
    if (typeof column?.unreadable !== 'string') return;
    const name = quoted(column.name);
    throw new DatagpuError('input', `it can't be read: ${column.unreadable}`, {
      file: source.name,
      column: column.name,
      hint: `Leave it out with --drop ${name}`,
    });
  });
}

/** A column's name as a shell takes it. */
const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`);

/** A declared type is read from a value's text, which nested values and bytes of Parquet don't have. */
function requireText(entry: Entry, sources: readonly SourceColumns[], given: DeclaredType): void {
  sources.forEach((source, s) => {
    const at = entry.columns[s];
    const type = at === undefined ? null : source.columns[at]!.type;
    if (type !== null && kindsOfType(type) === null)
      throw new DatagpuError(
        'usage',
        `--types: column ${quoteValue(entry.sourceName)} is ${typeName(type)} in ${source.name}, which can't be read as ${given}`,
        { hint: 'Leave it out of --types' },
      );
  });
}

/** Finds which columns of the sources are the same one. */
function matchColumns(sources: readonly SourceColumns[], clean: boolean): Entry[] {
  const entries: Entry[] = [];
  const byName = new Map<string, Entry[]>();
  const byBase = new Map<string, Entry[]>();
  const enter = (map: Map<string, Entry[]>, key: string, entry: Entry): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [entry]);
    else list.push(entry);
  };
  sources.forEach((source, s) => {
    const bases = source.columns.map((c, i) => (clean ? snakeCase(c.name) || `column_${i + 1}` : c.name));
    const left: number[] = [];
    const added: number[] = [];
    const take = (list: Entry[] | undefined, i: number): boolean => {
      const entry = list?.find((e) => e.columns[s] === undefined && e.base === bases[i]);
      if (entry !== undefined) entry.columns[s] = i;
      return entry !== undefined;
    };
    // Exact names first, so that "a b" of one source is not taken for the "a_b" of another that has both.
    source.columns.forEach((column, i) => {
      if (!take(byName.get(column.name), i)) left.push(i);
    });
    for (const i of left) if (!take(byBase.get(bases[i]!), i)) added.push(i);
    for (const i of added) {
      const columns: (number | undefined)[] = [];
      columns[s] = i;
      const entry: Entry = { sourceName: source.columns[i]!.name, base: bases[i]!, columns };
      entries.push(entry);
      enter(byName, entry.sourceName, entry);
      enter(byBase, entry.base, entry);
    }
  });
  return entries;
}

/** Positions of the fields that `--select` and `--drop` leave, in output order. */
function selectFields(fields: readonly Field[], read: Config['read']): number[] {
  const others = (names: readonly string[]): string[] => names.filter((name) => name !== read.sourceColumn);
  const dropped = new Set(resolveColumns(read.drop, fields, '--drop'));
  const chosen =
    read.select === null ? fields.map((_, i) => i) : resolveColumns(others(read.select), fields, '--select');
  const kept = chosen.filter((i) => !dropped.has(i));
  if (kept.length === 0 && fields.length > 0 && read.sourceColumn === null)
    throw new DatagpuError('usage', 'no column is left', { hint: 'Select more columns, or drop fewer' });
  return kept;
}

/** Last, or where `--select` puts it. */
function sourceColumnPlace(read: Config['read'], fields: readonly Field[], kept: readonly number[]): number {
  const at = read.select?.indexOf(read.sourceColumn!) ?? -1;
  if (at < 0) return kept.length;
  const before = new Set(resolveColumns(read.select!.slice(0, at), fields, '--select'));
  return kept.filter((i) => before.has(i)).length;
}

/** The kinds and the type of a column over all sources that have it, and how they differ if they do. */
function joinColumns(
  entry: Entry,
  sources: readonly SourceColumns[],
  said: ReadonlyMap<string, PlaceType>,
): Settled & { kinds: number; differ: string | null } {
  const found = sources.flatMap((source, s) => {
    const at = entry.columns[s];
    return at === undefined ? [] : [{ source: source.name, column: source.columns[at]! }];
  });
  const own = ({ column }: (typeof found)[number]): ColumnType =>
    column.type ?? settleColumn(entry.sourceName, column.kinds, column.shape).type;
  const plain = { only: null, places: [], met: new Set<string>() };
  const settled = found.filter((f) => own(f).kind !== 'null');
  const first = settled[0];
  if (first === undefined)
    return { ...plain, kinds: found.reduce((k, f) => k | f.column.kinds, 0), type: { kind: 'null' }, differ: null };

  // Types of Parquet that have no kinds can only meet their like.
  const foreign = settled.find((f) => f.column.type !== null && kindsOfType(f.column.type) === null);
  const other = foreign && settled.find((f) => !sameType(own(f), own(foreign)));
  if (foreign !== undefined && other !== undefined)
    throw notJoined(entry, foreign.source, own(foreign), other, own(other));

  // Of Parquet alone, or with columns of nothing but null: the type as it is.
  if (settled.every((f) => f.column.type !== null && sameType(own(f), own(first))))
    return {
      ...plain,
      // With what reading a declared column has shown.
      kinds: found.reduce((k, f) => k | f.column.kinds, kindsOfType(own(first)) ?? 0),
      type: own(first),
      differ: null,
    };
  let kinds = 0;
  let shape: Shape | null = null;
  for (const { column } of found) {
    // Of a typed source, what converting its values has shown.
    kinds |= column.kinds | (column.type === null ? 0 : (kindsOfType(column.type) ?? 0));
    if (column.shape !== null) shape = shape === null ? column.shape : joinShapes(shape, column.shape);
  }
  const joined = settleColumn(entry.sourceName, kinds, shape, said);
  const { type } = joined;
  const differs = (type: ColumnType): boolean =>
    type.kind !== own(first).kind || (type.kind === 'arrow' && !sameType(type, own(first)));
  const differ = settled.some((f) => differs(own(f)))
    ? `${byType(settled.map((f) => ({ type: typeName(own(f)), source: f.source })))}; ${typeName(type)} in the data set`
    : null;
  return { ...joined, kinds, differ };
}

/** The error for a column of Parquet beside one of another type, or one of the same that is of JSON. */
function notJoined(
  entry: Entry,
  source: string,
  type: ColumnType,
  other: { source: string; column: SourceColumn },
  otherType: ColumnType,
): DatagpuError {
  const [name, otherName] = [typeName(type), typeName(otherType)];
  const isJson = other.column.type === null && name === otherName;
  const what = isJson
    ? `is ${name} in ${source} and in ${other.source}, and a nested column of Parquet is not joined with one of JSON`
    : `is ${name} in ${source} and ${otherName} in ${other.source}`;
  const way = isJson
    ? `compile ${other.source} first, and then the data sets of both`
    : 'compile the sources on their own';
  return new DatagpuError('input', what, {
    column: entry.sourceName,
    hint: `Leave the column out with --drop, or ${way}`,
  });
}

function mixedZones(name: string, given: DeclaredType | null): string {
  return given === null
    ? `column ${name} has times with an offset and times without one, which are not the same kind of time: kept as text. ` +
        `--types ${name}=datetime reads those without one as UTC`
    : `column ${name} has times with an offset and times without one: those without one are read as UTC`;
}

function cutNote([first, ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more names too`;
  const length = first!.length.toLocaleString('en-US');
  return `the name of a column has ${length} characters and is cut after ${mostNameLetters}: ${quoteValue(first!)}${more}`;
}

/** `int64 in a.csv and b.csv, text in c.csv`. */
function byType(found: readonly { type: string; source: string }[]): string {
  const sources = new Map<string, string[]>();
  for (const { type, source } of found) sources.set(type, [...(sources.get(type) ?? []), source]);
  return [...sources].map(([type, names]) => `${type} in ${listed(names)}`).join(', ');
}

function typeName(type: ColumnType): string {
  if (type.kind === 'datetime') return 'timestamp[us, UTC]';
  return 'arrow' in type && type.arrow !== null ? arrowTypeName(type.arrow) : type.kind;
}
