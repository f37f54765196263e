import path from 'node:path';
import { quoteValue } from '../errors.js';
import type { LineageRow } from '../ledger/lineage-read.js';
import { readRejected } from '../load/rejected.js';
import type { LocatedManifest } from '../manifest/read.js';
import { fromSource } from './source.js';

/** What `--rejects` leaves. */
const rejectsPath = '.datagpu/rejects.parquet';
/** Characters that are shown of a malformed record. */
const shownRaw = 200;

interface Found {
  why: string;
  /** 1-based physical line; 0 where it is not known. */
  line: number;
  raw: Uint8Array | null;
}

/** What is wrong with a malformed record, and how it reads: of the file of dropped rows, or of the source if it is unchanged. */
export async function malformedText(record: LineageRow, located: LocatedManifest): Promise<string> {
  const { manifest } = located;
  const named = manifest.malformed?.find(({ source, row }) => source === record.source && row === record.row);
  const rejected = await rejectedOf(record, located);
  const read = rejected ?? (await readAgain(record, located));
  const found = typeof read === 'string' ? null : read;
  const why = named?.why ?? found?.why;
  const missing = typeof read === 'string' ? read : null;
  if (why === undefined)
    return `it is not a well-formed record, or does not fit a declared type; ${missing}. Compile with --rejects to keep what is wrong with every one`;
  const line = named?.line || found?.line || 0;
  const where = line > 0 ? `line ${line}: ` : '';
  const text = found?.raw ? `: ${quoteValue(Buffer.from(found.raw).toString(), shownRaw)}` : '';
  return `${where}${why}${text}${missing === null ? '' : ` (${missing})`}`;
}

async function rejectedOf(record: LineageRow, { manifest, folder }: LocatedManifest): Promise<Found | null> {
  if (manifest.config.rejects !== true) return null;
  const rejected = await readRejected(
    path.resolve(folder, rejectsPath),
    rejectsPath,
    manifest.fields.map((field) => field.name),
    record.source,
    record.row,
  );
  return rejected === null ? null : { why: rejected.detail, line: 0, raw: rejected.raw };
}

/** The record as it is in the source; a string that says why it can't be shown. */
async function readAgain({ source, row }: LineageRow, located: LocatedManifest): Promise<Found | string> {
  const { malformedRecord } = await import('../flow/reread.js');
  const found = await fromSource(located, source, row, (look) => malformedRecord(look, located.manifest, row));
  return found ?? 'its text was not found in the source';
}
