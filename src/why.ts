import fs from 'node:fs';
import path from 'node:path';
import { sha256Of } from './cache/lookup.js';
import { DatagpuError, quoteValue } from './errors.js';
import { lineagePath, startsOf } from './ledger/lineage.js';
import { LineageReader, type LineageRow } from './ledger/lineage-read.js';
import { readConsistently } from './load/consistent.js';
import { type OutputRow, readRow } from './load/datarow.js';
import { scoreColumn } from './load/unify.js';
import type { Manifest } from './manifest/manifest.js';
import type { LocatedManifest } from './manifest/read.js';
import { explainRow, type RowTerm } from './rank/explain.js';
import { readRankRecord } from './rank/record-read.js';
import { rowTexts } from './rank/rowtexts.js';
import { reasonOf } from './stages/pipeline.js';
import { didYouMean } from './suggest.js';
import { byValueText } from './why/by-value.js';
import { malformedText } from './why/malformed.js';

export type { OutputRow, RowTerm };

/** What a compile keeps of its ranking. */
const recordPath = '.datagpu/ranking.json';

/** A record of a source. */
export interface SourceRow {
  source: string;
  /** 1-based record number in the source. */
  row: number;
}

/** What became of a record, and why. */
export interface Why extends SourceRow {
  /** "kept", or the reason why it is not in the data set. */
  fate: string;
  /** The stage that dropped it: read, clean, filter, dedupe, rank; null for a kept row. */
  stage: string | null;
  /** One sentence for people. */
  because: string;
  /** Where a kept row is. */
  output: OutputRow | null;
  /** Of a duplicate: the row that was kept in its stead, and where that is now; null there when it is below the top. */
  duplicate_of: (SourceRow & { fate: string; output: OutputRow | null }) | null;
  /** Score of a kept row; null without ranking. */
  score: number | null;
  /** With targets: the one that the row is closest to, whose terms made its score. */
  target: string | null;
  /** The terms that made the score, the largest part first; null where no term decided. */
  terms: RowTerm[] | null;
  /** Of a near duplicate: the exact Jaccard similarity with that row. */
  similarity: number | null;
}

/**
 * What became of a record of a source. `target` is a manifest or the folder that holds it, `row` the 1-based record number,
 * `source` one of the manifest's sources (needed if there are several).
 *
 * @throws DatagpuError `usage` for a record or source that was not read, `input` when the data set can't be read or its manifest
 * is not the one that was written
 */
export function why(target: string, row: number, source?: string): Promise<Why> {
  return readConsistently(target, (located) => whyIn(located, row, source));
}

async function whyIn(located: LocatedManifest, row: number, source: string | undefined): Promise<Why> {
  const { manifest, folder } = located;
  requireSealed(located);
  const index = sourceIndex(located, source);
  const { path: name, rows } = manifest.sources[index]!;
  if (!Number.isInteger(row) || row < 1 || row > rows)
    throw new DatagpuError('usage', `there is no record ${row}: it has ${rows}`, {
      file: name,
      hint: 'Records are counted from 1, the header left out',
    });
  const starts = startsOf(manifest.sources.map((s) => ({ path: s.path, records: s.rows })));
  await requireBeside(located);
  const lineage = await LineageReader.open(path.resolve(folder, lineagePath));
  try {
    const record = await lineage.at(starts[index]! + row - 1);
    if (record.row !== row || record.source !== name)
      throw new DatagpuError('input', 'lineage and manifest are not of the same data set', { file: lineagePath });
    const twin = await twinOf(record, manifest, starts, lineage);
    const output = await outputRow(located, record.position);
    return {
      source: name,
      row,
      fate: record.fate,
      stage: reasonOf(record.fate)?.stage.name ?? null,
      because: await sentence(record, twin, located),
      output,
      duplicate_of:
        twin === null
          ? null
          : { source: twin.source, row: twin.row, fate: twin.fate, output: await outputRow(located, twin.position) },
      similarity: record.similarity,
      ...scoreOf(located, output),
    };
  } finally {
    await lineage.close();
  }
}

/** An answer is put together from what the manifest says of sources, options and files: from a changed one it could be wrong. */
function requireSealed({ path: file, broken }: LocatedManifest): void {
  if (broken === null) return;
  throw new DatagpuError('input', `${broken}: answers made from it could be wrong`, {
    file: path.basename(file),
    hint: 'Compile the data set again, or put the manifest back; datagpu info shows it as it is',
  });
}

/** Refuses what is beside the data when it is not what this compile wrote: what it says would be of other rows. */
async function requireBeside({ manifest, folder }: LocatedManifest): Promise<void> {
  for (const { path: name, bytes, hash } of manifest.beside ?? []) {
    if (name !== lineagePath && name !== recordPath) continue;
    const file = path.resolve(folder, name);
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size;
    // Without the record a score has no explanation, which is said; what became of rows is as it was.
    if (size === undefined && name === recordPath) continue;
    if (size === bytes && (await sha256Of(file)) === hash) continue;
    const what = size === undefined ? 'there is no such file' : 'it is not the file that the manifest describes';
    throw new DatagpuError('input', what, { file: name, hint: 'Compile the data set again' });
  }
}

async function twinOf(
  record: LineageRow,
  manifest: Manifest,
  starts: readonly number[],
  lineage: LineageReader,
): Promise<LineageRow | null> {
  if (record.keptRow === null) return null;
  const source = manifest.sources.findIndex((s) => s.path === record.keptSource);
  return lineage.at(starts[source]! + record.keptRow - 1);
}

async function sentence(record: LineageRow, twin: LineageRow | null, located: LocatedManifest): Promise<string> {
  const { manifest } = located;
  const named = twin === null ? '' : `row ${twin.row}${twin.source === record.source ? '' : ` of ${twin.source}`}`;
  const cut = twin?.fate === 'below top' ? ', which --top left out' : '';
  if (record.fate === 'malformed') return malformedText(record, located);
  if (record.fate === 'kept') return `row ${record.position} of the output`;
  const found = reasonOf(record.fate);
  if (found === null)
    throw new DatagpuError('input', `it names a fate that this datagpu does not know: ${quoteValue(record.fate)}`, {
      file: lineagePath,
    });
  const { number, similarity } = record;
  return found.reason.explain({
    number,
    similarity,
    kept: named,
    cut,
    byValue: twin === null || record.fate !== 'exact duplicate' ? '' : await byValueText(record, twin, located),
    config: manifest.config,
  });
}

/** The score of a row of the output, and how it came about. */
function scoreOf(
  { manifest, folder }: LocatedManifest,
  row: OutputRow | null,
): Pick<Why, 'score' | 'target' | 'terms'> {
  if (row === null || manifest.config.rank !== true) return { score: null, target: null, terms: null };
  const score = Number(row.content[scoreColumn]);
  const record = readRankRecord(path.resolve(folder, recordPath), recordPath);
  if (record === null) return { score, target: null, terms: null };
  const wanted = manifest.config['rank-target'];
  const targets = Array.isArray(wanted) ? wanted.map(String) : [];
  const { target, terms } = explainRow(record, rowTexts(record.columns, row.content), targets);
  return { score, target: target === null ? null : targets[target]!, terms };
}

/** The source meant: by its path as the manifest has it, by the file it is, or by the end of its path if no other has it. */
function sourceIndex({ manifest, folder }: LocatedManifest, wanted: string | undefined): number {
  const paths = manifest.sources.map((s) => s.path);
  if (wanted === undefined) {
    if (paths.length === 1) return 0;
    throw new DatagpuError('usage', `the data set has ${paths.length} sources`, {
      hint: `Say which one with --source, for example --source ${paths[0]}`,
    });
  }
  const exact = paths.indexOf(wanted);
  if (exact !== -1) return exact;
  const file = paths.findIndex((p) => path.resolve(folder, p) === path.resolve(wanted));
  if (file !== -1) return file;
  const ends = paths.flatMap((p, i) => (p.endsWith(`/${wanted}`) ? [i] : []));
  if (ends.length === 1) return ends[0]!;
  throw new DatagpuError('usage', `"${wanted}" is not a source of the data set`, {
    hint: didYouMean(wanted, paths) ?? `Its sources are ${paths.slice(0, 10).join(', ')}`,
  });
}

function outputRow({ manifest, folder }: LocatedManifest, position: number | null): Promise<OutputRow | null> {
  if (position === null) return Promise.resolve(null);
  const files = manifest.files.map((f) => ({ ...f, name: f.path, path: path.resolve(folder, f.path) }));
  return readRow(files, manifest.fields[0]!.name, position);
}
