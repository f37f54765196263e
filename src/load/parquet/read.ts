import type { ReadBlock } from '../../engine/block.js';
import { KernelColumn } from '../../engine/kernel-column.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { withSource } from '../source-file.js';
import { readFlat } from './flat.js';
import type { PlacedColumn } from './leaf.js';
import type { ParquetFile } from './look.js';
import { readNested } from './nested.js';
import { listPages } from './pages.js';
import type { ParquetPiece } from './pieces.js';
import { PageReader } from './reader.js';
import type { Leaf, ParquetColumn } from './schema.js';
import { type LeafPages, PageScratch } from './scratch.js';

/**
 * Decodes a piece of a Parquet file into the kernel's memory: the columns at these positions of the file's columns, in that
 * order. Throws 'input' for damaged pages.
 */
export function readParquetChunk(
  kernel: IngestKernel,
  file: ParquetFile,
  piece: ParquetPiece,
  columns: readonly number[],
): ReadBlock {
  const { name, meta } = file;
  const group = meta.groups[piece.group]!;
  file.memo.begin();
  return withSource(file.path, name, (fd) => {
    const wanted = columns.map((index) => file.columns[index]!);
    const parts = new Map<Leaf, LeafPages>();
    for (const column of wanted) {
      for (const leaf of column.leaves) {
        const pages = listPages(fd, group.columns[leaf.index]!, meta.end, name, column.name);
        parts.set(leaf, { leaf, pages });
      }
    }
    const scratch = new PageScratch(kernel, [...parts.values()]);
    const placed = wanted.map((column) => {
      const at = { name, column: column.name, record: piece.record };
      const readerOf = (leaf: Leaf): PageReader =>
        new PageReader(kernel, fd, group.columns[leaf.index]!, parts.get(leaf)!, scratch, file.memo, at);
      if (column.shape !== null) return { column, ...readNested(kernel, readerOf, column, piece, at) };
      return { column, ...readFlat(kernel, readerOf(column.leaves[0]!), piece) };
    });
    const rows = piece.to - piece.from;
    return { rows, columns: placed.map((p) => columnOf(kernel, p, rows)) };
  });
}

function columnOf(kernel: IngestKernel, placed: PlacedColumn & { column: ParquetColumn }, rows: number): KernelColumn {
  const { column, validity, offsets, values, bytes } = placed;
  const empty = column.type.kind === 'null';
  if (empty) kernel.u8(validity, rows).fill(0);
  return new KernelColumn(kernel, column.type, {
    validity: validity === 0 ? null : { at: validity, length: rows },
    offsets: offsets === 0 ? null : { at: offsets, length: rows + 1 },
    values: { at: values, length: empty ? 0 : bytes },
  });
}
