import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import type { Config } from '../../dist/config/options.js';
import { createIngestKernel, type IngestKernel } from '../../dist/kernels/ingest.js';
import type { ChunkLimits, ChunkStart, TextFile } from '../../dist/load/chunk.js';
import type { CsvDialect } from '../../dist/load/csv/dialect.js';
import { parseCsv } from '../../dist/load/csv/parse.js';
import { scanCsv } from '../../dist/load/csv/scan.js';
import { type SniffedCsv, sniffCsv } from '../../dist/load/csv/sniff.js';
import type { Reject } from '../../dist/load/reject-log.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'csv-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

export const kernel: IngestKernel = createIngestKernel();

export const readOptions = {
  format: null,
  delimiter: null,
  quote: null,
  encoding: null,
  header: null,
  comment: null,
} as Config['read'];

export const plain: CsvDialect = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  newline: '\n',
  blanks: false,
  header: false,
  comment: '',
  skip: 0,
  encoding: 'utf-8',
};

let files = 0;
/** A file with this content, removed after the tests. */
export function fileOf(content: string | Uint8Array): TextFile {
  const file = path.join(folder, `${files++}.csv`);
  fs.writeFileSync(file, content);
  return { path: file, bytes: fs.statSync(file).size };
}

export const sniff = (content: string | Uint8Array, options: Partial<Config['read']> = {}): SniffedCsv =>
  sniffCsv(fileOf(content), { ...readOptions, ...options }, 'x.csv');

/** A cell as it was found: null for a padded one. */
export interface ReadCell {
  text: string;
  quoted: boolean;
}

export interface ReadCsv {
  rows: (ReadCell | null)[][];
  rejects: (Reject & { row: number })[];
  changed: Record<string, number>;
  records: number;
  chunks: { start: ChunkStart; records: number; exact: boolean }[];
}

export interface HowToRead {
  limits?: ChunkLimits;
  pieceBytes?: number;
  exact?: boolean;
  start?: ChunkStart;
  /** The kernel that parses, of the same memory as the one that scans. */
  parser?: IngestKernel;
}

/** Reads all chunks of a file. */
export function readCsv(file: TextFile, dialect: CsvDialect, columns: number, how: HowToRead = {}): ReadCsv {
  const limits = how.limits ?? { bytes: 32 * 1024 * 1024, records: 1e6 };
  const all: ReadCsv = { rows: [], rejects: [], changed: {}, records: 0, chunks: [] };
  const fd = fs.openSync(file.path, 'r');
  try {
    let start: ChunkStart | null = how.start ?? { byte: 0, record: 1, line: 1 };
    while (start !== null) {
      kernel.reset();
      const scanned = scanCsv(kernel, fd, file, start, dialect, columns, limits, 'x.csv', {
        pieceBytes: how.pieceBytes,
      });
      const { cells, rejects, changed, exact } = parseCsv(how.parser ?? kernel, scanned, dialect, columns, {
        exact: how.exact,
      });
      const starts = kernel.u32(cells.starts, cells.rows * columns);
      const metas = kernel.u32(cells.metas, cells.rows * columns);
      for (let r = 0; r < cells.rows; r++)
        all.rows.push(
          Array.from({ length: columns }, (_, c) => {
            const meta = metas[c * cells.rows + r]!;
            if ((meta & 2) !== 0) return null;
            const bytes = kernel.u8(starts[c * cells.rows + r]!, meta >>> 4).slice();
            return {
              text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
              quoted: (meta & 1) === 1,
            };
          }),
        );
      all.rejects.push(...[...rejects].map((r) => ({ ...r, row: scanned.start.record + r.index })));
      for (const [rule, n] of Object.entries(changed)) all.changed[rule] = (all.changed[rule] ?? 0) + n;
      all.records += scanned.records;
      all.chunks.push({ start, records: scanned.records, exact });
      start = scanned.next;
    }
  } finally {
    fs.closeSync(fd);
  }
  return all;
}

/** The texts of the cells. */
export const textsOf = (read: ReadCsv): (string | null)[][] => read.rows.map((row) => row.map((c) => c?.text ?? null));
