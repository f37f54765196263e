import { type Block, blockBytes, type Column, joinSegments, type ReadBlock, type Segment } from '../engine/block.js';
import { type ColumnType, widthOf } from '../engine/types.js';
import { type FateLog, fate } from '../ledger/fates.js';
import { type PackedTexts, TextPacker, textAt } from '../load/reject-log.js';
import { explainCount, fateNames } from '../stages/pipeline.js';
import { groupRows, splitRows } from './groups.js';
import type { Seen } from './tasks.js';
import type { ChunkRef } from './walk.js';

/** Rows of one source that are not in the data set, with why. */
export interface DroppedRows {
  /** As the manifest names it. */
  source: string;
  /** 1-based record numbers, ascending. */
  records: Uint32Array;
  /** Why, one byte a row: the number of a fate. */
  fates: Uint8Array;
  /** The malformed ones, which have no columns. */
  malformed: TextsOfRows;
  /** What is to be said of a row besides the reason: of the malformed ones, and of others. */
  details: TextsOfRows;
  /** The columns of the data set, a row for each record that is not malformed, in order. */
  block: ReadBlock | null;
}

/** Texts, or bytes, of some rows: their places among the dropped rows, ascending, and the text of each. */
export interface TextsOfRows {
  rows: Uint32Array;
  texts: PackedTexts;
}

/** Texts of no row. */
export const noTexts: TextsOfRows = {
  rows: new Uint32Array(0),
  texts: { bytes: new Uint8Array(0), ends: new Uint32Array(0) },
};

/** A piece is at most so many bytes of columns, or one row: it is copied, sent to a lane and laid out there. */
const pieceBytes = 32 * 2 ** 20;

const text = { kind: 'text' } as const;
/** What a dropped row has beside the columns of the data set, in this order. */
export const metaColumns: readonly { name: string; type: ColumnType }[] = [
  { name: '_source', type: text },
  { name: '_row', type: { kind: 'int64' } },
  { name: '_reason', type: text },
  { name: '_detail', type: text },
  { name: '_raw', type: { kind: 'arrow', arrow: { name: 'binary' } } },
];

/** The dropped records of a chunk. `block` has those that are not malformed; `options` are those that stages declare. */
export function droppedOf(
  ref: ChunkRef,
  source: string,
  seen: Seen,
  log: FateLog,
  block: ReadBlock | null,
  options: Readonly<Record<string, unknown>>,
): DroppedRows {
  const first = 'start' in ref.piece ? ref.piece.start.record : ref.piece.record;
  const records = new Uint32Array(seen.records);
  const fates = new Uint8Array(seen.records);
  const { indexes, texts } = seen.rejects;
  if (texts === null) throw new Error('dropped records without their texts');
  const malformed = new Uint32Array(indexes.length);
  const detailed: number[] = [];
  const details = new TextPacker();
  let met = 0;
  let rows = 0;
  for (let i = 0; i < seen.records; i++) {
    const became = log.fateOf(ref.ordinal + i);
    if (became === fate.kept) continue;
    if (became === fate.malformed) {
      detailed.push(rows);
      details.push(textAt(texts.whys, met));
      malformed[met++] = rows;
    } else {
      const why = explainCount(became, () => log.refOf(ref.ordinal + i), options);
      if (why !== null) {
        detailed.push(rows);
        details.push(Buffer.from(why));
      }
    }
    records[rows] = first + i;
    fates[rows++] = became;
  }
  return {
    source,
    records: records.subarray(0, rows),
    fates: fates.subarray(0, rows),
    malformed: { rows: malformed, texts: texts.raws },
    details: { rows: Uint32Array.from(detailed), texts: details.packed() },
    block,
  };
}

/**
 * Dropped rows as blocks of `metaColumns` and the columns of the data set, which have these types. How they are cut depends
 * on the rows only. Each piece is a copy; the block must be valid whenever one is asked for.
 */
export function* rejectedPieces(dropped: DroppedRows, types: readonly ColumnType[]): Generator<Block> {
  const { records, fates, malformed, details, block } = dropped;
  const rows = records.length;
  const bytes = malformed.texts.bytes.length + (block === null ? 0 : blockBytes(block));
  const parts = Math.max(Math.ceil(rows / groupRows), Math.min(rows, Math.ceil(bytes / pieceBytes)));
  const cuts = splitRows(rows, parts);
  const source = Buffer.from(dropped.source);
  const reasons = fateNames.map((name) => Buffer.from(name));
  let met = 0;
  let told = 0;
  for (let part = 0; part < parts; part++) {
    const from = cuts[part]!;
    const to = cuts[part + 1]!;
    const before = met;
    while (met < malformed.rows.length && malformed.rows[met]! < to) met++;
    const holes = malformed.rows.slice(before, met).map((row) => row - from);
    const count = to - from;
    const said = told;
    while (told < details.rows.length && details.rows[told]! < to) told++;
    const meta = [
      runsColumn(
        count,
        () => source,
        () => 0,
      ),
      numbersColumn(records.subarray(from, to)),
      runsColumn(
        count,
        (id) => reasons[id]!,
        (row) => fates[from + row]!,
      ),
      sparseColumn(metaColumns[3]!.type, count, details.rows.slice(said, told), from, details.texts, said),
      sparseColumn(metaColumns[4]!.type, count, malformed.rows.slice(before, met), from, malformed.texts, before),
    ];
    yield { rows: count, columns: [...meta, ...spread(types, block, from - before, count, holes)] };
  }
}

/** A column of texts of which few differ: row i has `textOf(idOf(i))`. */
function runsColumn(rows: number, textOf: (id: number) => Uint8Array, idOf: (row: number) => number): Column {
  const offsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row]! + textOf(idOf(row)).length;
  const values = new Uint8Array(offsets[rows]!);
  for (let row = 0; row < rows; ) {
    const id = idOf(row);
    let end = row + 1;
    while (end < rows && idOf(end) === id) end++;
    const start = offsets[row]!;
    const bytes = textOf(id);
    values.set(bytes, start);
    // What is there is doubled.
    for (let done = bytes.length; start + done < offsets[end]!; done *= 2)
      values.copyWithin(start + done, start, Math.min(start + done, offsets[end]! - done));
    row = end;
  }
  return { type: text, validity: null, offsets, values };
}

/** A column of int64. */
function numbersColumn(numbers: Uint32Array): Column {
  const words = new Uint32Array(numbers.length * 2);
  for (let row = 0; row < numbers.length; row++) words[row * 2] = numbers[row]!;
  return { type: { kind: 'int64' }, validity: null, offsets: null, values: new Uint8Array(words.buffer) };
}

/** A column of the rows from row `from` on that has values in the rows `at` only: those of `texts` from number `first` on. */
function sparseColumn(
  type: ColumnType,
  rows: number,
  at: Uint32Array,
  from: number,
  { bytes, ends }: PackedTexts,
  first: number,
): Column {
  const validity = new Uint8Array(rows);
  const offsets = new Int32Array(rows + 1);
  const begin = first === 0 ? 0 : ends[first - 1]!;
  at.forEach((row, i) => {
    validity[row - from] = 1;
    const next = at[i + 1] ?? from + rows;
    offsets.fill(ends[first + i]! - begin, row - from + 1, next - from + 1);
  });
  return { type, validity, offsets, values: bytes.slice(begin, begin + offsets[rows]!) };
}

/** The columns of the rows of a block from row `from` on, with nulls in the rows that it does not have. */
function spread(
  types: readonly ColumnType[],
  block: ReadBlock | null,
  from: number,
  rows: number,
  holes: Uint32Array,
): Column[] {
  const empty = nullBlock(types, holes.length);
  const segments: Segment[] = [];
  let at = from;
  const there = (count: number): void => {
    if (count === 0) return;
    if (block === null) throw new Error('dropped rows without their columns');
    segments.push({ block, from: at, to: at + count });
    at += count;
  };
  for (let h = 0, row = 0; h < holes.length; ) {
    const begin = h;
    const first = holes[h]!;
    while (h < holes.length && holes[h] === first + h - begin) h++;
    there(first - row);
    segments.push({ block: empty, from: 0, to: h - begin });
    row = first + h - begin;
  }
  there(from + rows - holes.length - at);
  return joinSegments(segments).columns;
}

function nullBlock(types: readonly ColumnType[], rows: number): Block {
  const columns = types.map((type): Column => {
    const width = widthOf(type);
    const isFlat = type.kind === 'null' || width > 0;
    const offsets = isFlat ? null : new Int32Array(rows + 1);
    return { type, validity: new Uint8Array(rows), offsets, values: new Uint8Array(rows * width) };
  });
  return { rows, columns };
}
