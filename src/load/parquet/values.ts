import type { DatagpuError } from '../../errors.js';
import { refuse } from './footer.js';
import { encoding } from './pages.js';
import type { OpenPage, PageReader } from './reader.js';

/** Bytes of one column of a piece: as long as offsets are 32-bit numbers, and as a piece may use memory. */
const maxColumnBytes = 1024 * 1024 * 1024;

/** Decodes `count` dense fixed-width values of a page, from the one numbered `skip` on, to `out`. */
export function decodeFixed(reader: PageReader, open: OpenPage, skip: number, count: number, out: number): void {
  if (count === 0) return;
  const { ex, width, kernel, leaf, scratch } = reader;
  const { from, end, dense, page } = open;
  const copy = (source: number): void =>
    kernel.u8(out, count * width).set(kernel.u8(source + skip * width, count * width));
  switch (page.encoding) {
    case encoding.plain:
      if (leaf.physical === 'boolean') {
        if (ex.pqBits(from, end, skip + count, scratch.plain) === 0) throw reader.damaged('values are cut off');
        copy(scratch.plain);
        return;
      }
      if ((skip + count) * width > end - from) throw reader.damaged('values are cut off');
      copy(from);
      return;
    case encoding.plainDictionary:
    case encoding.dictionary:
      reader.readIndices(open, skip + count);
      ex.pqGather(scratch.dictionary, width, scratch.indices + skip * 4, count, out);
      return;
    case encoding.rle: {
      if (leaf.physical !== 'boolean' || end - from < 4) break;
      const bytes = reader.u32(from);
      if (bytes > end - from - 4 || ex.pqLevels(from + 4, from + 4 + bytes, 1, dense, 1, scratch.plain) === 0)
        throw reader.damaged('values are cut off');
      copy(scratch.plain);
      return;
    }
    case encoding.deltaBinary:
      if (leaf.physical !== 'int32' && leaf.physical !== 'int64') break;
      if (ex.pqDelta(from, end, dense, width, scratch.plain) === 0)
        throw reader.damaged('delta-packed values are damaged');
      copy(scratch.plain);
      return;
    case encoding.streams: {
      const stride = Math.floor((end - from) / width);
      if (skip + count > stride) throw reader.damaged('values are cut off');
      ex.pqStreams(from, stride, skip, count, width, out);
      return;
    }
    case encoding.deltaLength:
    case encoding.deltaBytes: {
      if (leaf.physical !== 'fixed') break;
      const bytes = deltaValues(reader, open, () => scratch.plain, dense * width);
      if (!ex.pqAllLengths(scratch.indices, dense, width)) throw reader.damaged(`a value has not ${width} bytes`);
      copy(bytes);
      return;
    }
  }
  throw reader.unsupported(page);
}

/**
 * Decodes `rows` byte arrays from the dense one numbered `skip` on, `count` of them not null by `validity` (0 = none is
 * null). Offsets begin with `at`, which is stored already; `reserve` makes room for that many bytes from the start of the
 * values and returns their address. Returns the end of the bytes.
 */
export function decodeBytes(
  reader: PageReader,
  open: OpenPage,
  skip: number,
  count: number,
  rows: number,
  validity: number,
  offsets: number,
  at: number,
  reserve: (bytes: number) => number,
): number {
  const { ex, kernel, scratch } = reader;
  const { from, end, dense, page } = open;
  const room = (more: number): number => {
    if (at + more > maxColumnBytes)
      throw refuse(reader.place.name, `more than ${maxColumnBytes} bytes of text in one piece of a row group`, {
        hint: 'Write it again with smaller row groups',
        column: reader.place.column,
      });
    return reserve(at + more);
  };
  switch (page.encoding) {
    case encoding.plain: {
      const start = ex.pqSkipBytes(from, end, skip) >>> 0;
      // Of a large page that several pieces share, only what is taken gets room.
      const stop = skip === 0 && count === dense ? end : ex.pqSkipBytes(start, end, count) >>> 0;
      if (start === 0 || stop === 0) throw reader.damaged('a value is longer than its page');
      const values = room(stop - start);
      const next = ex.pqPlainBytes(start, stop, rows, validity, offsets, at, values);
      if (next < 0) throw reader.damaged('a value is longer than its page');
      return next;
    }
    case encoding.plainDictionary:
    case encoding.dictionary: {
      reader.readIndices(open, skip + count);
      const indices = scratch.indices + skip * 4;
      const values = room(ex.pqDictionaryTotal(scratch.entries, indices, count));
      return ex.pqDictionaryBytes(scratch.entries, scratch.dictionary, indices, rows, validity, offsets, at, values);
    }
    case encoding.deltaLength:
    case encoding.deltaBytes: {
      let values = 0;
      const source = deltaValues(reader, open, (bytes) => {
        values = room(bytes);
        return values + at;
      });
      const passed = ex.pqLengthTotal(scratch.indices, skip);
      const lengths = scratch.indices + skip * 4;
      const taken = ex.pqLengthTotal(lengths, count);
      if (source !== values + at || passed > 0) kernel.u8(values + at, taken).set(kernel.u8(source + passed, taken));
      ex.pqLengthOffsets(lengths, rows, validity, offsets, at);
      return at + taken;
    }
  }
  throw reader.unsupported(page);
}

/**
 * The dense values of a page of DELTA_LENGTH_BYTE_ARRAY or DELTA_BYTE_ARRAY one behind the other; their lengths are in
 * `indices`. `place` is asked where, given their size, which must be at most `limit`.
 */
function deltaValues(
  reader: PageReader,
  open: OpenPage,
  place: (bytes: number) => number,
  limit: number = maxColumnBytes,
): number {
  const { ex } = reader;
  const { indices } = reader.scratch;
  const { from, end, dense, page } = open;
  const damaged = (): DatagpuError => reader.damaged('delta-packed values are damaged');
  const first = ex.pqDelta(from, end, dense, 4, indices) >>> 0;
  if (first === 0) throw damaged();
  if (page.encoding === encoding.deltaLength) {
    const bytes = ex.pqLengthTotal(indices, dense);
    if (bytes < 0 || bytes > end - first || bytes > limit) throw damaged();
    place(bytes);
    return first;
  }
  const suffixes = indices + 4 * dense;
  const second = ex.pqDelta(first, end, dense, 4, suffixes) >>> 0;
  if (second === 0) throw damaged();
  const suffixBytes = ex.pqLengthTotal(suffixes, dense);
  const bytes = ex.pqPrefixTotal(indices, suffixes, dense);
  if (suffixBytes < 0 || suffixBytes > end - second || bytes < 0 || bytes > limit) throw damaged();
  const out = place(bytes);
  ex.pqPrefixBytes(indices, suffixes, second, dense, indices, out);
  return out;
}
