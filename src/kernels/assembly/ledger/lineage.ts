// The columns of lineage.parquet for some records in order.

import { COMPARED, COUNTED, fateAt, KEPT, refAt, traitsOf, TWIN } from './fates';

/** The last of `spans` sources, which begin at the ascending ordinals `starts`, that begins at or before a record. */
function spanOf(starts: usize, spans: u32, ordinal: u32): u32 {
  let low: u32 = 0;
  let high = spans - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (load<u32>(starts + ((<usize>middle) << 2)) <= ordinal) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Fills the columns of `rows` records from `from` on. `starts` are the ordinals at which the `spans` sources begin. For each
 * record: `source`, `row`, and as bytes `fate`, `placed`, `twinned`, `compared` and `counted`; only for those with a one in the
 * latter `position`, `keptSource` with `keptRow`, and `number`. How many of each there are, those with a similarity third, goes
 * to the four uint32 at `counts`.
 */
export function fill(
  from: u32, rows: u32, starts: usize, spans: u32, source: usize, row: usize, fate: usize, placed: usize, twinned: usize,
  compared: usize, counted: usize, position: usize, keptSource: usize, keptRow: usize, number: usize, counts: usize,
): void {
  let span = spanOf(starts, spans, from);
  let start = load<u32>(starts + ((<usize>span) << 2));
  let end: u64 = span + 1 < spans ? <u64>load<u32>(starts + ((<usize>span) << 2), 4) : u64.MAX_VALUE;
  let places: usize = 0;
  let twins: usize = 0;
  let nears: u32 = 0;
  let numbers: usize = 0;
  for (let i: usize = 0; i < <usize>rows; i++) {
    const ordinal = from + <u32>i;
    while (<u64>ordinal >= end) {
      span++;
      start = load<u32>(starts + ((<usize>span) << 2));
      end = span + 1 < spans ? <u64>load<u32>(starts + ((<usize>span) << 2), 4) : u64.MAX_VALUE;
    }
    const became = load<u8>(fateAt(ordinal));
    const traits = traitsOf(became);
    const isTwin = (traits & TWIN) != 0;
    const isCounted = (traits & COUNTED) != 0;
    store<u32>(source + (i << 2), span);
    store<u32>(row + (i << 2), ordinal - start + 1);
    store<u8>(fate + i, became);
    store<u8>(placed + i, <u8>(became == KEPT));
    store<u8>(twinned + i, <u8>isTwin);
    store<u8>(compared + i, <u8>((traits & COMPARED) != 0));
    store<u8>(counted + i, <u8>isCounted);
    if (became == KEPT) {
      store<u32>(position + (places << 2), load<u32>(refAt(ordinal)));
      places++;
    } else if (isTwin) {
      const twin = load<u32>(refAt(ordinal));
      const twinSpan = twin >= start ? span : spanOf(starts, spans, twin);
      store<u32>(keptSource + (twins << 2), twinSpan);
      store<u32>(keptRow + (twins << 2), twin - load<u32>(starts + ((<usize>twinSpan) << 2)) + 1);
      twins++;
      nears += u32((traits & COMPARED) != 0);
    } else if (isCounted) {
      store<u32>(number + (numbers << 2), load<u32>(refAt(ordinal)));
      numbers++;
    }
  }
  store<u32>(counts, <u32>places);
  store<u32>(counts, <u32>twins, 4);
  store<u32>(counts, nears, 8);
  store<u32>(counts, <u32>numbers, 12);
}
