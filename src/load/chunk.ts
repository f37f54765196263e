import type { CellTable } from '../kernels/cells.js';
import type { RejectLog } from './reject-log.js';

/** Where a chunk of a text source begins. */
export interface ChunkStart {
  /** Byte of the decoded file. */
  byte: number;
  /** 1-based number of its first record in the source. */
  record: number;
  /** 1-based physical line of its first byte. */
  line: number;
  /** State of the hash of all bytes before it (passing-hash.ts), where they were hashed. */
  hash?: Uint8Array;
}

/** Borders of chunks: after the record in which either is reached. They depend on source and config only. */
export interface ChunkLimits {
  /** @default 32 MiB */
  bytes: number;
  /** So that records times columns stay within 4 million cells, and for a million records at most. */
  records: number;
}

/** A chunk that was read into the ingest kernel's memory and whose record borders are known: the first count. */
export interface ScannedChunk {
  start: ChunkStart;
  /** Address and length of its bytes. */
  ptr: number;
  bytes: number;
  /** How many records the scan found. */
  records: number;
  /** How many line ends, where they are counted. */
  lines?: number;
  /** Start of the chunk after it; null at the end of the source. */
  next: ChunkStart | null;
}

/** A rejected record's raw bytes are kept up to here. */
export const maxRawBytes = 65536;

/** What is to be warned of in a chunk of a CSV source. */
export interface CsvNotes {
  /** Lines that are comments. */
  comments: number;
  /**
   * Records with a quoted cell whose lines look like records, which a quote may have taken in by mistake; of the first one its
   * 0-based position among the chunk's records, and the lines of the cell.
   */
  swallowed: { records: number; index: number; lines: number } | null;
  /** Records that are the header once more, and the 0-based position of the first one among the chunk's records. */
  headers?: { records: number; index: number } | undefined;
}

/** A chunk whose cells are found: the second count. `cells.rows + rejects.length` records, rejected ones not in `cells`. */
export interface ParsedChunk {
  cells: CellTable;
  /** In order of `index`. */
  rejects: RejectLog;
  /** Cells changed by a rule while parsing ("padded", "trimmed empty cells", "undecodable bytes", ...). */
  changed: Record<string, number>;
  /** True when the fast parser's count differed and the exact parser made the cells. */
  exact: boolean;
  /** Of a CSV source only. */
  notes?: CsvNotes;
}

/** What a text file holds: a range of decoded UTF-8 bytes on disk, spooled where the source could not be sought. */
export interface TextFile {
  /** The file to read from (the source itself, or a spool file). */
  path: string;
  /** Decoded bytes in it. */
  bytes: number;
}
