import fs from 'node:fs';
import path from 'node:path';
import { lineagePath } from '../ledger/lineage.js';
import { DataFile } from '../load/datafile.js';
import type { Manifest } from '../manifest/manifest.js';
import { rowsText } from './content.js';
import type { FileVerdict } from './verdict.js';

const rejectsPath = '.datagpu/rejects.parquet';
const wrong = (name: string, why: string): FileVerdict[] => [{ kind: 'beside', path: name, verdict: 'changed', why }];

/** Compares the rows that the footer of a Parquet file beside the data has; other files have no footer. */
export async function verifyBesideFooter(name: string, manifest: Manifest, folder: string): Promise<FileVerdict[]> {
  const { read, kept } = manifest.ledger;
  const due = name === lineagePath ? read : name === rejectsPath ? read - kept : null;
  if (due === null) return [];
  const absolute = path.resolve(folder, name);
  const file = await DataFile.open(absolute, name, fs.statSync(absolute).size);
  try {
    return file.rows() === due ? [] : wrong(name, rowsText(file.rows(), due));
  } finally {
    await file.close();
  }
}
