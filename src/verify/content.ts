import fs from 'node:fs';
import path from 'node:path';
import type { ArrowType } from '../engine/types.js';
import { readContent, storedFields } from '../load/content-read.js';
import { DataFile } from '../load/datafile.js';
import type { Manifest } from '../manifest/manifest.js';
import { arrowTypeName } from '../manifest/type-name.js';
import { splitsOf } from '../write/fingerprint.js';
import { ColumnBounds } from './column-bounds.js';
import { count, type FileVerdict } from './verdict.js';

const wrong = (file: string, why: string): FileVerdict[] => [{ kind: 'data', path: file, verdict: 'changed', why }];

/** Makes the fingerprint again from the values, and compares rows, types, nulls and bounds. Nothing where all is well. */
export async function verifyContent({ files, fields, hash }: Manifest, folder: string): Promise<FileVerdict[]> {
  const placed = files.map((f) => ({ path: path.resolve(folder, f.path), name: f.path, bytes: f.bytes }));
  if (fields.length === 0) return [];
  const bounds = fields.map(() => new ColumnBounds());
  const found = await readContent(placed, splitsOf(files), (node, column) => bounds[column]?.add(node));
  const short = files.findIndex((f, i) => f.rows !== found.rows[i]);
  if (short !== -1) return wrong(files[short]!.path, rowsText(found.rows[short]!, files[short]!.rows));
  const other = otherColumn(found.schema, fields);
  if (other !== null) return wrong(files[0]!.path, other);
  const nulls = fields.findIndex((f, c) => f.nulls !== found.nulls[c] || f.nullable !== f.nulls > 0);
  if (nulls !== -1) {
    const { name, nulls: due } = fields[nulls]!;
    return wrong(files[0]!.path, `column "${name}" has ${count(found.nulls[nulls]!)} nulls, not ${count(due)}`);
  }
  for (const [c, { name, min, max }] of fields.entries()) {
    const shown = bounds[c]!.shown(found.schema[c]!.type);
    if (shown.min !== min || shown.max !== max)
      return wrong(
        files[0]!.path,
        `column "${name}" has values from ${String(shown.min)} to ${String(shown.max)}, not from ${String(min)} to ${String(max)}`,
      );
  }
  return found.hash === hash ? [] : wrong(files[0]!.path, 'its rows are not those of the fingerprint');
}

/** Compares rows and columns as the footers have them; reads nothing else. All files that differ. */
export async function verifyFooters({ files, fields }: Manifest, folder: string): Promise<FileVerdict[]> {
  const verdicts: FileVerdict[] = [];
  for (const known of files) {
    const file = await DataFile.open(path.resolve(folder, known.path), known.path, known.bytes);
    try {
      const rows = file.rows();
      const other = rows === known.rows && fields.length > 0 ? otherColumn(await storedFields(file), fields) : null;
      if (rows !== known.rows) verdicts.push(...wrong(known.path, rowsText(rows, known.rows)));
      else if (other !== null) verdicts.push(...wrong(known.path, other));
    } finally {
      await file.close();
    }
  }
  return verdicts;
}

/** Data files in the folder that a reader of all of them would take for some of this data set. */
export function strayFiles(manifest: Manifest, folder: string): string[] {
  const known = new Set(manifest.files.map((f) => f.path));
  // Of a split that this data set does not have, a file is only told by the names of its shards.
  const stems = ['data', ...manifest.files.flatMap((f) => f.split ?? [])];
  const pattern = new RegExp(`^(${stems.join('|')})(-.*)?\\.parquet$|^[a-z][a-z0-9_]*-\\d{5,}-of-\\d{5,}\\.parquet$`);
  return fs.readdirSync(folder).filter((name) => pattern.test(name) && !known.has(name));
}

export const rowsText = (rows: number, due: number): string => `it has ${count(rows)} rows, not ${count(due)}`;

/** The first column that is another one than the manifest says. */
function otherColumn(found: readonly { name: string; type: ArrowType }[], fields: Manifest['fields']): string | null {
  if (found.length !== fields.length) return `it has ${count(found.length)} columns, not ${count(fields.length)}`;
  // Parquet readers see texts where the manifest says that they are JSON.
  const plain = (name: string, type: string): string => `${name}: ${type.replace(/\bjson\b/g, 'utf8')}`;
  const other = fields.findIndex(
    (f, c) => plain(f.name, f.type) !== plain(found[c]!.name, arrowTypeName(found[c]!.type)),
  );
  if (other === -1) return null;
  const { name, type } = found[other]!;
  return `column ${other + 1} is "${name}: ${arrowTypeName(type)}", not "${fields[other]!.name}: ${fields[other]!.type}"`;
}
