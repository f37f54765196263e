import { wire } from '../load/parquet/thrift.js';
import type { LeastGreatest } from './leastgreatest.js';
import { statistics } from './parquet.js';
import { shortenMax, shortenMin } from './shorten.js';
import { binary, i64, type ThriftStruct } from './thrift.js';

/** The longest least and greatest value that statistics keep, in bytes. */
const longestBound = 64;

/**
 * What the metadata of a column chunk says of its values. Bounds of byte arrays are cut to 64 bytes and remain bounds; where no
 * text so short is as great as the greatest value, and for long binary values, there are none.
 */
export function statisticsOf(nulls: number, bounds: LeastGreatest | null, isText: boolean): ThriftStruct {
  const stats: ThriftStruct = new Map([[statistics.nulls, i64(nulls)]]);
  if (bounds !== null) setBounds(stats, bounds, isText);
  return stats;
}

function setBounds(stats: ThriftStruct, { min, max }: LeastGreatest, isText: boolean): void {
  const isCut = min.length > longestBound || max.length > longestBound;
  const least = isCut ? shortenMin(min, longestBound) : min;
  const greatest = !isCut ? max : isText ? shortenMax(max, longestBound) : null;
  if (greatest === null) return;
  stats.set(statistics.max, binary(greatest));
  stats.set(statistics.min, binary(least));
  if (!isCut) return;
  stats.set(statistics.maxExact, { type: greatest.length === max.length ? wire.true : wire.false, value: null });
  stats.set(statistics.minExact, { type: least.length === min.length ? wire.true : wire.false, value: null });
}
