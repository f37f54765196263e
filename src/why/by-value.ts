import type { DuplicateSummary } from '../ledger/groups.js';
import type { LineageRow } from '../ledger/lineage-read.js';
import { type Written, writtenApart, writtenAs } from '../ledger/written.js';
import { resolveColumns } from '../load/columns.js';
import type { Manifest } from '../manifest/manifest.js';
import type { LocatedManifest } from '../manifest/read.js';
import { fromSource } from './source.js';

/**
 * Whether an exact duplicate is written as the row that it equals. The manifest names the first hundred that are not; how they
 * are written, and whether others are, the sources say, as long as they are unchanged.
 */
export async function byValueText(record: LineageRow, twin: LineageRow, located: LocatedManifest): Promise<string> {
  const twins = located.manifest.dedupe?.by_value as DuplicateSummary['by_value'];
  if (twins === undefined) return '';
  const isNamed = twins.first.some(({ source, row }) => source === record.source && row === record.row);
  if (!isNamed && twins.rows <= twins.first.length) return '';
  const written = await writtenOf(record, twin, located);
  if (written === null)
    return ` by value, ${isNamed ? 'but is' : 'and may be'} written in another way (as 1.10 and 1.1)`;
  if (written.length === 0) return '';
  const types = written.map(({ column }) => `${column}=text`).join(',');
  return (
    ` by value, but is written in another way: it has ${writtenAs(written, 'text')}, and that row ` +
    `${writtenAs(written, 'kept')}; to keep such rows, use --types ${types}`
  );
}

/** Null where the sources can't say. */
async function writtenOf(record: LineageRow, twin: LineageRow, located: LocatedManifest): Promise<Written[] | null> {
  const { recordTexts } = await import('../flow/one-record.js');
  const columns = comparedColumns(located.manifest);
  const texts = ({ source, row }: LineageRow): ReturnType<typeof fromSource<Map<string, string | null> | null>> =>
    fromSource(located, source, row, ({ plan, start }) => recordTexts(plan, start, row, columns));
  const mine = await texts(record);
  if (mine === null || typeof mine === 'string') return null;
  const kept = await texts(twin);
  return kept === null || typeof kept === 'string' ? null : writtenApart(mine, kept);
}

/** Columns in which rows that are equal can be written in different ways: those of text can't. */
function comparedColumns({ fields, config }: Manifest): { name: string; sourceName: string }[] {
  const all = fields.map(({ name, source_name }) => ({
    name,
    sourceName: source_name ?? name,
    type: { kind: 'null' } as const,
  }));
  const named = (option: unknown): number[] => (Array.isArray(option) ? resolveColumns(option.map(String), all) : []);
  const on = new Set(Array.isArray(config['dedupe-on']) ? named(config['dedupe-on']) : all.keys());
  const ignored = new Set(named(config.ignore));
  return all.filter(
    (_, f) => on.has(f) && !ignored.has(f) && fields[f]!.source_name !== null && isPlain(fields[f]!.type),
  );
}

const isPlain = (type: string): boolean => /^(int|float|bool|date|timestamp)/.test(type);
