import { isUtf8 } from 'node:buffer';
import { wire } from '../load/parquet/thrift.js';
import type { LeastGreatest } from './leastgreatest.js';
import { statistics } from './parquet.js';
import { shortenMax, shortenMin } from './shorten.js';
import { binary, bytesOf, i64, type ThriftStruct } from './thrift.js';

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

/** Brings what another writer says of a column into the same form. Whether its byte arrays are text is seen by their bytes. */
export function leanStatistics(stats: ThriftStruct): void {
  const min = bytesOf(stats, statistics.min);
  const max = bytesOf(stats, statistics.max);
  for (const id of [statistics.oldMin, statistics.oldMax]) stats.delete(id);
  if (min === undefined || max === undefined || (min.length <= longestBound && max.length <= longestBound)) return;
  for (const id of [statistics.min, statistics.max, statistics.minExact, statistics.maxExact]) stats.delete(id);
  setBounds(stats, { min, max }, isUtf8(min) && isUtf8(max));
}
