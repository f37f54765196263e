import type { ReadColumn } from '../engine/block.js';
import type { RankKernel } from '../kernels/rank.js';
import type { TermTable } from './terms.js';

/** Text of about this many bytes is in the kernel at a time, so that it stays in the L2 cache. */
const batchBytes = 128 * 1024;
const batchRows = 4096;

/**
 * Where the ids of rows go: the rows up to address `top` are complete (0 at first); gives memory for at least `bytes`
 * more, 0 when there are no more rows.
 */
export type RowSink = (top: number, bytes: number) => { at: number; end: number };

/** Moves text columns through the kernel, a batch of rows at a time. */
export class Tokeniser {
  private buffer = 0;
  private bufferBytes = 0;

  constructor(
    private readonly kernel: RankKernel,
    private readonly table: TermTable,
  ) {}

  /** Tokenises `rows` rows of the columns, joined by a space; with `counting` the term table counts them. */
  run(columns: readonly ReadColumn[], rows: number, counting: boolean, sink: RowSink): void {
    const { exports } = this.kernel;
    exports.setCounting(counting);
    let out = sink(0, 16);
    exports.setOutput(out.at, out.end);
    for (let from = 0; from < rows; ) {
      const to = batchEnd(columns, from, rows);
      const described = this.copyIn(columns, from, to);
      let row = 0;
      while (true) {
        row = exports.tokenise(described, columns.length, row, to - from);
        if (row === to - from) break;
        const bytes = rowBytes(columns, from + row, from + row + 1);
        const reason = exports.stopReason();
        if (reason === 2) this.table.grow(exports.distinctIn(bytes, (bytes >> 1) + 3));
        else if (reason === 3) this.table.growArena(bytes * 8 + 1024);
        else {
          out = sink(exports.outputTop() >>> 0, bytes * 2 + 16);
          exports.setOutput(out.at, out.end);
        }
      }
      from = to;
    }
    sink(exports.outputTop() >>> 0, 0);
  }

  /** Copies rows of the columns into the kernel and returns where they are described. */
  private copyIn(columns: readonly ReadColumn[], from: number, to: number): number {
    const { kernel } = this;
    const rows = to - from;
    const text = rowBytes(columns, from, to);
    const needed = 16 * columns.length + columns.length * (rows * 5 + 256) + text;
    if (needed > this.bufferBytes) {
      this.bufferBytes = Math.max(needed * 2, 2 * batchBytes);
      this.buffer = kernel.alloc(this.bufferBytes);
      // For the lower-case form of a row, which is at most 3 / 2 as long.
      kernel.exports.setScratch(kernel.alloc(this.bufferBytes * 1.5));
    }
    const described = kernel.u32(this.buffer, columns.length * 3);
    let at = this.buffer + 16 * columns.length;
    for (let c = 0; c < columns.length; c++) {
      const { offsets, values, validity } = columns[c]!;
      const first = offsets![from]!;
      const bytes = offsets![to]! - first;
      kernel.i32(at, rows + 1).set(offsets!.subarray(from, to + 1));
      described[c * 3 + 1] = at;
      at += (rows + 1) * 4;
      described[c * 3 + 2] = 0;
      if (validity !== null) {
        kernel.u8(at, rows).set(validity.subarray(from, to));
        described[c * 3 + 2] = at;
        at += (rows + 3) & ~3;
      }
      kernel.u8(at, bytes).set(values.subarray(first, first + bytes));
      described[c * 3] = at - first;
      at += (bytes + 67) & ~3;
    }
    return this.buffer;
  }
}

function rowBytes(columns: readonly ReadColumn[], from: number, to: number): number {
  let bytes = 0;
  for (const { offsets } of columns) bytes += offsets![to]! - offsets![from]!;
  return bytes;
}

/** The row before which a batch ends: at least one row, then as many as fit. */
function batchEnd(columns: readonly ReadColumn[], from: number, rows: number): number {
  let low = from + 1;
  let high = Math.min(rows, from + batchRows);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rowBytes(columns, from, middle) <= batchBytes) low = middle;
    else high = middle - 1;
  }
  return low;
}
