import fs from 'node:fs';
import path from 'node:path';
import { lineagePath } from '../ledger/lineage.js';
import { LineageReader } from '../ledger/lineage-read.js';
import { DataFile } from '../load/datafile.js';
import type { Manifest } from '../manifest/manifest.js';
import { rowsText } from './content.js';
import { count, type FileVerdict } from './verdict.js';

const rejectsPath = '.datagpu/rejects.parquet';
const wrong = (name: string, why: string): FileVerdict[] => [{ kind: 'beside', path: name, verdict: 'changed', why }];

/** Compares lineage with the ledger: rows by fate, and a place of its own for each row of the output. */
export async function verifyLineage(manifest: Manifest, folder: string): Promise<FileVerdict[]> {
  const { ledger, rows, sources } = manifest;
  if (!(manifest.beside ?? []).some((b) => b.path === lineagePath)) return [];
  const lineage = await LineageReader.open(path.resolve(folder, lineagePath));
  try {
    const { fates, positions } = await lineage.account(rows);
    const records = [...fates.values()].reduce((n, m) => n + m, 0);
    if (records !== ledger.read || sources.reduce((n, s) => n + s.rows, 0) !== records)
      return wrong(lineagePath, `${count(records)} records, ${count(ledger.read)} are due`);
    for (const [reason, dropped] of [...Object.entries(ledger.dropped), ['kept', ledger.kept] as const])
      if ((fates.get(reason) ?? 0) !== dropped)
        return wrong(lineagePath, `${count(fates.get(reason) ?? 0)} rows are "${reason}", ${count(dropped)} are due`);
    return positions === rows
      ? []
      : wrong(lineagePath, `${count(positions)} rows have a place, ${count(rows)} are due`);
  } finally {
    await lineage.close();
  }
}

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
