import type { Table, Vector } from 'apache-arrow';
import type { ColumnPage } from '../load/datafile.js';

/**
 * A text column of a row group, decoded a page at a time: WebAssembly then holds a megabyte and never the whole, which it
 * would not give back.
 */
export async function textsOf(
  pages: readonly ColumnPage[],
  read: (page: ColumnPage) => Promise<Table>,
): Promise<Vector> {
  const { makeData, makeVector, Utf8 } = await import('apache-arrow');
  const rows = pages.reduce((sum, page) => sum + page.rows, 0);
  const offsets = new Int32Array(rows + 1);
  const bitmap = new Uint8Array((rows + 7) >> 3);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let nulls = 0;
  for (const page of pages) {
    const data = (await read(page)).getChildAt(0)!.data[0]!;
    const from = data.valueOffsets as Int32Array;
    const begin = from[0]!;
    for (let row = 0; row < page.rows; row++) {
      offsets[page.first + row + 1] = bytes + from[row + 1]! - begin;
      if (data.getValid(row)) bitmap[(page.first + row) >> 3]! |= 1 << ((page.first + row) & 7);
      else nulls++;
    }
    const end = from[page.rows]!;
    pieces.push((data.values as Uint8Array).slice(begin, end));
    bytes += end - begin;
  }
  const values = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    values.set(piece, at);
    at += piece.length;
  }
  const nullBitmap = nulls === 0 ? {} : { nullBitmap: bitmap };
  const data = makeData({
    type: new Utf8(),
    length: rows,
    nullCount: nulls,
    ...nullBitmap,
    valueOffsets: offsets,
    data: values,
  });
  return makeVector(data);
}
