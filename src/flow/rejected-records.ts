import { quoteValue } from '../errors.js';
import type { Misfit } from '../load/misfits.js';
import { type PackedTexts, RejectLog } from '../load/reject-log.js';

/** The rejected records of a chunk. There can be a million of them, so all but the first are no objects. */
export interface RejectedRecords {
  /** 0-based positions among the chunk's records, ascending. */
  indexes: Uint32Array;
  /** The first ones. */
  first: Omit<Rejected, 'raw'>[];
  /** With `--rejects`, of all: what is wrong, and their bytes. */
  texts: { whys: PackedTexts; raws: PackedTexts } | null;
}

/** A record that is not in the data set. */
export interface Rejected {
  /** 0-based position among the chunk's records. */
  index: number;
  /** 0 where it is not known. */
  line: number;
  why: string;
  /** The column whose value it is about, which `why` names too. */
  column?: string;
  raw: Uint8Array;
}

/** Records of a chunk that are told of. */
const mostTold = 100;

/** Joins malformed records and those with values that don't fit, both in the order of their positions. */
function packRejected(malformed: RejectLog, values: readonly Rejected[], hasTexts: boolean): RejectedRecords {
  const first: RejectedRecords['first'] = [];
  const all = values.length === 0 ? malformed : new RejectLog();
  const tell = (record: RejectedRecords['first'][number]): void => {
    if (first.length < mostTold) first.push(record);
  };
  let next = 0;
  const putValues = (before: number): void => {
    for (; next < values.length && values[next]!.index < before; next++) {
      const { raw, ...told } = values[next]!;
      tell(told);
      all.push({ ...told, raw });
    }
  };
  for (const record of malformed) {
    if (values.length === 0 && first.length === mostTold) break;
    putValues(record.index);
    const { index, line, why } = record;
    tell({ index, line, why });
    if (all !== malformed) all.push(record);
  }
  putValues(Number.POSITIVE_INFINITY);
  return { indexes: all.indexes.slice(), first, texts: hasTexts ? all.texts() : null };
}

/** Where misfits, which are numbered among the rows that were parsed, are among all records of their chunk. */
export function recordsOf({ indexes }: RejectLog, misfits: readonly Misfit[]): number[] {
  let before = 0;
  return misfits.map(({ row }) => {
    while (before < indexes.length && indexes[before]! <= row + before) before++;
    return row + before;
  });
}

/**
 * Rows whose values don't fit a declared type are rejected too. `raws` are the bytes of those, null when no rejected
 * record's bytes are wanted.
 */
export function withMisfits(
  rejects: RejectLog,
  misfits: Misfit[],
  columns: string[],
  raws: readonly Uint8Array[] | null,
): RejectedRecords {
  const none = new Uint8Array(0);
  const records = recordsOf(rejects, misfits);
  const values = misfits.map(({ declared, value, only }, m): Rejected => {
    const column = columns[declared]!;
    const what =
      only !== undefined
        ? `is ${only === 'array' ? 'an array' : 'an object'} in nearly all records, here it is ${quoteValue(value)}`
        : `does not fit its declared type: ${quoteValue(value)}`;
    return { index: records[m]!, line: 0, why: `column "${column}" ${what}`, column, raw: raws?.[m] ?? none };
  });
  return packRejected(rejects, values, raws !== null);
}

/** The first of them, if they have their texts. */
export function firstRejected({ first: [first], texts }: RejectedRecords): Rejected | null {
  if (first === undefined || texts === null) return null;
  return { ...first, raw: texts.raws.bytes.subarray(0, texts.raws.ends[0]) };
}
