import type { CellColumn } from '../clean/text.js';
import type { Column, ReadColumn } from '../engine/block.js';
import { placeColumns } from '../engine/kernel-column.js';
import type { ArrowType } from '../engine/types.js';
import { DatagpuError } from '../errors.js';
import { cell, maxCellBytes } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { during } from '../kernels/lent.js';

/**
 * Values of typed columns as the text that a CSV file would have for them, in canonical form. So a typed column that meets
 * one of another type goes the way of any other cell, and nothing is converted by rules of its own.
 */

/** Puts a column's values into the kernel's memory as cells: texts as strings that stay text, nulls absent, the rest bare. */
export function renderCells(kernel: IngestKernel, column: ReadColumn, rows: number): CellColumn {
  const valid = column.validity?.slice() ?? null;
  const starts = kernel.alloc(rows * 4);
  const metas = kernel.alloc(rows * 4);
  if (column.type.kind === 'text' || column.type.kind === 'json') {
    const { values } = placeColumns(kernel, [column])[0]!;
    const offsets = column.offsets!;
    const start = kernel.u32(starts, rows);
    const meta = kernel.u32(metas, rows);
    for (let r = 0; r < rows; r++) {
      const length = offsets[r + 1]! - offsets[r]!;
      if (length > maxCellBytes) throw new DatagpuError('input', 'a text is longer than 256 MiB');
      start[r] = values + offsets[r]!;
      meta[r] = valid?.[r] === 0 ? cell.absent : (length << 4) | cell.quoted | cell.string;
    }
    return { starts, metas, rows };
  }
  const textOf = renderer(column);
  const texts = Array.from({ length: rows }, (_, r) => (valid?.[r] === 0 ? '' : textOf(r)));
  const values = kernel.put(Buffer.from(texts.join('')));
  const start = kernel.u32(starts, rows);
  const meta = kernel.u32(metas, rows);
  let at = values;
  // These texts are ASCII: a character is a byte.
  texts.forEach((text, r) => {
    start[r] = at;
    meta[r] = valid?.[r] === 0 ? cell.absent : text.length << 4;
    at += text.length;
  });
  return { starts, metas, rows };
}

/** A column of narrower floats as float64, in memory of its own, NaN and infinities as they are; null for other columns. */
export function widenFloats(column: ReadColumn, rows: number): Column | null {
  if (column.type.kind !== 'arrow' || column.type.arrow.name !== 'float') return null;
  const { bits } = column.type.arrow;
  const view = dataView(column);
  const values = new Uint8Array(rows * 8);
  const wide = new DataView(values.buffer);
  for (let r = 0; r < rows; r++) wide.setFloat64(r * 8, readFloat(view, r, bits), true);
  return { type: { kind: 'float64' }, validity: column.validity?.slice() ?? null, offsets: null, values };
}

/** What writes row r of a column that is neither text nor nested. */
export function renderer(column: ReadColumn): (row: number) => string {
  const { type, values } = column;
  const view = dataView(column);
  switch (type.kind) {
    case 'null':
      return () => '';
    case 'boolean':
      return (r) => String(values[r] === 1);
    case 'int64':
      return (r) => String(view.getBigInt64(r * 8, true));
    case 'float64':
      return (r) => reprOf(view.getFloat64(r * 8, true));
    case 'date':
      return (r) => isoDate(view.getInt32(r * 4, true));
    case 'datetime':
      return (r) => `${isoTime(view.getBigInt64(r * 8, true), 6)}Z`;
    case 'arrow':
      return flatRenderer(type.arrow, view);
    default:
      throw new Error(`a column of type ${type.kind} has no text`);
  }
}

/** Of a column's values, for as long as nothing is reserved. */
function dataView(column: ReadColumn): DataView {
  const { buffer, byteOffset, byteLength } = during(column.values);
  return new DataView(buffer, byteOffset, byteLength);
}

const digitsOf = { ms: 3, us: 6, ns: 9 } as const;

/** The same of the values of a flat Arrow type, booleans one byte each. */
export function flatRenderer(type: ArrowType, view: DataView): (row: number) => string {
  switch (type.name) {
    case 'bool':
      return (r) => String(view.getUint8(r) === 1);
    case 'int':
      return (r) => String(readInteger(view, r, type.bits, type.signed));
    case 'float':
      return (r) => reprOf(readFloat(view, r, type.bits));
    case 'decimal':
      return (r) => {
        const value = (view.getBigInt64(r * 16 + 8, true) << 64n) | view.getBigUint64(r * 16, true);
        return decimalText(value, type.scale);
      };
    case 'date':
      return (r) => isoDate(view.getInt32(r * 4, true));
    case 'timestamp': {
      const zone = type.zone === null ? '' : 'Z';
      return (r) => isoTime(view.getBigInt64(r * 8, true), digitsOf[type.unit]) + zone;
    }
    case 'time':
      return (r) => {
        const value = type.unit === 'ms' ? BigInt(view.getInt32(r * 4, true)) : view.getBigInt64(r * 8, true);
        return isoTime(value, digitsOf[type.unit]).slice(11);
      };
    default:
      throw new Error(`a column of type ${type.name} has no text`);
  }
}

function readInteger(view: DataView, row: number, bits: 8 | 16 | 32 | 64, signed: boolean): number | bigint {
  if (bits === 8) return signed ? view.getInt8(row) : view.getUint8(row);
  if (bits === 16) return signed ? view.getInt16(row * 2, true) : view.getUint16(row * 2, true);
  if (bits === 32) return signed ? view.getInt32(row * 4, true) : view.getUint32(row * 4, true);
  return signed ? view.getBigInt64(row * 8, true) : view.getBigUint64(row * 8, true);
}

function readFloat(view: DataView, row: number, bits: 16 | 32 | 64): number {
  if (bits === 64) return view.getFloat64(row * 8, true);
  if (bits === 32) return view.getFloat32(row * 4, true);
  const half = view.getUint16(row * 2, true);
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** A double as Python's repr writes it: the shortest digits, with a point or an exponent. */
export function reprOf(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa, power] = Math.abs(value).toExponential().split('e') as [string, string];
  const exponent = Number(power);
  const digits = mantissa.replace('.', '');
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const mark = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
    return `${sign}${mantissa}e${mark}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

function decimalText(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = String(value < 0n ? -value : value);
  if (scale <= 0) return `${sign}${digits}${digits === '0' ? '' : '0'.repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** `YYYY-MM-DD`; years outside 0000 to 9999 in ISO 8601's expanded form, which no column takes for a date. */
function isoDate(days: number): string {
  // Days from the 1st of March of year 0; the Date object ends at year 275,760.
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  const plain = year >= 0 && year <= 9999;
  const years = plain
    ? String(year).padStart(4, '0')
    : `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
  return `${years}-${two(month)}-${two(day)}`;
}

/** `YYYY-MM-DDTHH:MM:SS` and the fraction, if there is one, of a count of 10^-digits seconds: six digits, nine if needed. */
function isoTime(count: bigint, digits: 3 | 6 | 9): string {
  const unit = 10n ** BigInt(digits);
  const perDay = 86400n * unit;
  const rest = ((count % perDay) + perDay) % perDay;
  const days = Number((count - rest) / perDay);
  const seconds = Number(rest / unit);
  const fraction = String(rest % unit)
    .padStart(digits, '0')
    .padEnd(6, '0');
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const isWhole = /^0+$/.test(fraction);
  return `${isoDate(days)}T${clock}${isWhole ? '' : `.${fraction.replace(/(?<=^\d{6})000$/, '')}`}`;
}
