import type { IngestKernel } from '../../kernels/ingest.js';
import { refuse } from './footer.js';
import { LeafTarget, type PlacedColumn, type RowRange } from './leaf.js';
import type { PageReader } from './reader.js';
import { physicalWidth } from './scratch.js';
import { decodeBytes, decodeFixed } from './values.js';

/** Decodes rows of a flat column. */
export function readFlat(kernel: IngestKernel, reader: PageReader, range: RowRange): PlacedColumn {
  const { ex, leaf, place: at } = reader;
  const rows = range.to - range.from;
  const nullable = leaf.definition > 0;
  const validity = nullable ? kernel.alloc(rows) : 0;
  const width = physicalWidth(leaf);
  const target = new LeafTarget(kernel, leaf, rows);
  let row = 0;
  let valid = 0;
  let end = 0;
  let first = 0;
  for (const page of reader.pages.data) {
    const from = Math.max(0, range.from - first);
    const to = Math.min(page.values, range.to - first);
    first += page.values;
    if (from >= to) continue;
    const open = reader.open(page);
    reader.keep(page, to < page.values);
    const count = to - from;
    const skip = nullable ? ex.pqCount(open.definition, from, leaf.definition) : from;
    const dense = nullable ? ex.pqValidity(open.definition + from, count, leaf.definition, validity + row) : count;
    const marks = dense === count ? 0 : validity + row;
    if (leaf.arrow.name !== 'null') {
      if (width === 0) {
        end = decodeBytes(reader, open, skip, dense, count, marks, target.offsets + row * 4, end, (n) =>
          target.reserve(n),
        );
      } else {
        const values = target.values + row * width;
        decodeFixed(reader, open, skip, dense, values);
        if (marks !== 0) ex.pqSpread(values, width, count, dense, marks);
      }
    }
    row += count;
    valid += dense;
  }
  if (row !== rows) throw reader.damaged(`a column ends after ${range.from + row} of its rows`);
  if (leaf.arrow.name === 'null') {
    if (valid > 0) throw refuse(at.name, 'values in a column whose type has none', { column: at.column });
    return { validity: nullable ? validity : kernel.alloc(rows), offsets: 0, values: 0, bytes: 0 };
  }
  const placed = target.finish(rows, end, valid === rows ? 0 : validity, at);
  return { validity: valid === rows ? 0 : validity, ...placed };
}
