import { sourceContents } from '../why/contents.js';
import type { GroupsAnswer, RemovedAnswer, RemovedRecord } from './answers.js';
import { Distinct } from './distinct.js';
import type { Line, LineageRows } from './lineage-rows.js';
import type { OpenSet } from './open.js';
import { type Content, contentText, rejectsOf } from './rejects-rows.js';
import type { RowGroups } from './row-groups.js';

const shownColumns = 30;
const shownGroups = 20;
/** Lines whose kept rows are counted between two turns. */
const countedAtOnce = 100_000;

/**
 * Records of a reason, from the lineage. What they held comes from the rejects file, or, of an exact duplicate over all
 * columns, from the row that was kept, which it equals, or from the sources where those are as they were.
 */
export async function removedAnswer(
  set: OpenSet,
  groups: RowGroups,
  lineage: LineageRows,
  asked: { reason: string; from: number; count: number; areEqual: boolean },
): Promise<RemovedAnswer> {
  const { reason, from, count, areEqual } = asked;
  const places = await lineage.where({ fate: reason });
  const lines = await lineage.lines(places.subarray(from, from + count));
  const kept = await keptOf(set, groups, lineage, lines);
  const known = (await rejectsOf(set, lines, shownColumns)) ?? new Map<string, Content>();
  if (areEqual)
    for (const [i, line] of lines.entries()) {
      const values = known.has(nameOf(line)) ? null : unscored(set, kept[i]?.values ?? null);
      if (values !== null) known.set(nameOf(line), { values, detail: null, raw: null });
    }
  const missing = await addFromSources(
    set,
    lines.filter((line) => !known.has(nameOf(line))),
    reason === 'malformed',
    known,
  );
  const records = lines.map((line, i): RemovedRecord => {
    const { values = null, detail = null, raw = null } = known.get(nameOf(line)) ?? {};
    const { source, row, similarity } = line;
    return { source, row, similarity, values, detail, raw, kept: kept[i]! };
  });
  return { total: places.length, from, records, missing };
}

/** Adds what the sources hold of these records; what it says is why that of some could not be read. */
async function addFromSources(
  set: OpenSet,
  lines: readonly Line[],
  areMalformed: boolean,
  known: Map<string, Content>,
): Promise<string | null> {
  const problems: string[] = [];
  for (const source of new Set(lines.map((line) => line.source))) {
    const rows = lines.flatMap((line) => (line.source === source ? [line.row] : []));
    const found = await sourceContents(set.folder, source, rows, areMalformed);
    if (typeof found === 'string') {
      problems.push(`${source}: ${found}`);
      continue;
    }
    for (const [row, { values, detail, raw }] of found) {
      const shown = set.fields.slice(0, shownColumns).map(({ name }) => contentText(values?.get(name)));
      known.set(`${row} ${source}`, { values: values === null ? null : shown, detail, raw: contentText(raw) });
    }
    if (found.size < rows.length) problems.push(`${source}: not all of them were found there`);
  }
  if (problems.length === 0) return null;
  return `What some of these records held is missing. ${problems.join('. ')}. A compile with --rejects keeps it.`;
}

/** Kept rows by how many records were dropped as their duplicates. */
export async function groupsAnswer(lineage: LineageRows, { reason }: { reason: string }): Promise<GroupsAnswer> {
  const places = await lineage.where({ fate: reason });
  const counted = new Distinct();
  for (let from = 0; from < places.length; from += countedAtOnce) {
    const some = places.subarray(from, from + countedAtOnce);
    const { sources, rows } = await lineage.kept(some);
    for (let i = 0; i < some.length; i++) {
      const row = rows[i];
      const source = sources[i];
      if (row !== null && source !== null) counted.add(0, lineage.placeOf(source!, row!), some[i]!);
    }
  }
  const most = counted.most(shownGroups);
  const lines = await lineage.lines(most.map(({ place }) => place));
  return {
    groups: most.map(({ rows: duplicates }, i) => ({
      source: lines[i]!.kept_source!,
      row: lines[i]!.kept_row!,
      duplicates,
    })),
  };
}

const nameOf = ({ row, source }: { row: number; source: string }): string => `${row} ${source}`;

/** The values of a row as its duplicate had them, which never got a score. */
function unscored(set: OpenSet, values: (string | null)[] | null): (string | null)[] | null {
  return values?.map((value, i) => (set.fields[i]!.name === set.score ? null : value)) ?? null;
}

/** The rows that were kept in stead of these records. */
async function keptOf(
  set: OpenSet,
  groups: RowGroups,
  lineage: LineageRows,
  lines: readonly Line[],
): Promise<RemovedRecord['kept'][]> {
  const twins = lines.flatMap((line, at) => (line.kept_row === null ? [] : [{ at, ...line }]));
  const kept = await lineage.lines(twins.map((twin) => lineage.placeOf(twin.kept_source!, twin.kept_row!)));
  const placed = kept.flatMap(({ position }, i) => (position === null ? [] : [{ i, position }]));
  const columns: unknown[][] = [];
  for (let column = 0; placed.length > 0 && column < Math.min(set.fields.length, shownColumns); column++)
    columns.push(
      await groups.values(
        column,
        placed.map(({ position }) => position),
      ),
    );
  const found: RemovedRecord['kept'][] = lines.map(() => null);
  for (const [i, { at, kept_source: source, kept_row: row }] of twins.entries())
    found[at] = { source: source!, row: row!, position: kept[i]!.position, values: null };
  for (const [k, { i }] of placed.entries())
    found[twins[i]!.at]!.values = columns.map((values) => contentText(values[k]));
  return found;
}
