import type { Block, Column } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import { type FateLog, fate, fateNames } from './fates.js';

/** A source's part of the records. */
export interface SourceSpan {
  /** As the manifest names it. */
  path: string;
  /** Its records, rejected ones included. */
  records: number;
}

/** Where lineage is kept, in the output folder. */
export const lineagePath = '.datagpu/lineage.parquet';

/**
 * The columns of lineage.parquet: one row for each record of the sources, in order.
 *
 *     source        path of the source, as in the manifest
 *     row           1-based record number in it
 *     fate          "kept", or the reason why it is not in the data set
 *     position      of a kept row: its 0-based place in the output over all files
 *     kept_source   of a duplicate: the row that was kept in its stead
 *     kept_row
 *     similarity    of a near duplicate: the exact Jaccard similarity with that row
 */
export const lineageFields: Field[] = (
  [
    ['source', { kind: 'text' }],
    ['row', { kind: 'arrow', arrow: { name: 'int', bits: 32, signed: false } }],
    ['fate', { kind: 'text' }],
    ['position', { kind: 'arrow', arrow: { name: 'int', bits: 32, signed: false } }],
    ['kept_source', { kind: 'text' }],
    ['kept_row', { kind: 'arrow', arrow: { name: 'int', bits: 32, signed: false } }],
    ['similarity', { kind: 'float64' }],
  ] as const
).map(([name, type]): Field => ({ name, sourceName: name, type }));

/** Records in a row group of lineage.parquet; the last has fewer. */
export const lineageGroup: number = 2 ** 18;

/** The lineage of all records as blocks of up to 262,144, in order. Each is memory of its own. */
export function* lineageBlocks(log: FateLog, sources: readonly SourceSpan[]): Generator<Block> {
  const starts = startsOf(sources);
  const near = log.near();
  let nearAt = 0;
  for (let from = 0; from < log.records; from += lineageGroup) {
    const rows = Math.min(lineageGroup, log.records - from);
    const row = new Uint32Array(rows);
    const source = new Uint32Array(rows);
    const fates = new Uint32Array(rows);
    const position = new Uint32Array(rows);
    const placed = new Uint8Array(rows);
    const keptSource = new Uint32Array(rows);
    const keptRow = new Uint32Array(rows);
    const twinned = new Uint8Array(rows);
    const similarity = new Float64Array(rows);
    const compared = new Uint8Array(rows);
    let s = spanOf(starts, from);
    for (let i = 0; i < rows; i++) {
      const ordinal = from + i;
      while (ordinal >= starts[s + 1]!) s++;
      source[i] = s;
      row[i] = ordinal - starts[s]! + 1;
      const became = log.fateOf(ordinal);
      fates[i] = became;
      if (became === fate.kept) {
        position[i] = log.refOf(ordinal);
        placed[i] = 1;
      } else if (became === fate.exact || became === fate.near) {
        const kept = log.refOf(ordinal);
        const span = kept >= starts[s]! ? s : spanOf(starts, kept);
        keptSource[i] = span;
        keptRow[i] = kept - starts[span]! + 1;
        twinned[i] = 1;
        if (became === fate.near) {
          similarity[i] = near.similarity[nearAt++]!;
          compared[i] = 1;
        }
      }
    }
    const paths = sources.map((span) => span.path);
    yield {
      rows,
      columns: [
        wordColumn(source, paths, null),
        numberColumn(1, row, null),
        wordColumn(fates, fateNames, null),
        numberColumn(3, position, placed),
        wordColumn(keptSource, paths, twinned),
        numberColumn(5, keptRow, twinned),
        numberColumn(6, similarity, compared),
      ],
    };
  }
}

/** The ordinals at which the sources begin, and the number of records at the end. */
export function startsOf(sources: readonly SourceSpan[]): number[] {
  const starts = [0];
  for (const span of sources) starts.push(starts.at(-1)! + span.records);
  return starts;
}

/** The source that a record is of. */
export function spanOf(starts: readonly number[], ordinal: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= ordinal) low = middle;
    else high = middle - 1;
  }
  return low;
}

function numberColumn(field: number, values: Uint32Array | Float64Array, validity: Uint8Array | null): Column {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { type: lineageFields[field]!.type, validity, offsets: null, values: bytes };
}

/** A text column of few different words. */
function wordColumn(numbers: Uint32Array, words: readonly string[], validity: Uint8Array | null): Column {
  const encoded = words.map((word) => Buffer.from(word));
  const offsets = new Int32Array(numbers.length + 1);
  for (let i = 0; i < numbers.length; i++)
    offsets[i + 1] = offsets[i]! + (validity?.[i] === 0 ? 0 : encoded[numbers[i]!]!.length);
  const values = Buffer.alloc(offsets[numbers.length]!);
  for (let i = 0; i < numbers.length; i++) {
    if (validity?.[i] === 0) continue;
    // Words are short: a loop takes a third of the time of `set`.
    const word = encoded[numbers[i]!]!;
    for (let k = 0, at = offsets[i]!; k < word.length; k++) values[at + k] = word[k]!;
  }
  return { type: { kind: 'text' }, validity, offsets, values };
}
