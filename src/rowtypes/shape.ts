import type { DataType, Field, Schema } from 'apache-arrow';
import type { ManifestField } from '../manifest/manifest.js';

/** A value of a row, whatever the language that it is read in. */
export type RowType =
  | { kind: 'text' | 'boolean' | 'integer' | 'wide integer' | 'any integer' | 'float' | 'decimal' | 'bytes' | 'null' }
  | { kind: 'date' | 'timestamp' | 'time' | 'duration' | 'wide duration' | 'any duration' }
  | { kind: 'list'; item: RowField }
  | { kind: 'struct'; fields: RowField[] };

export interface RowField {
  name: string;
  type: RowType;
  nullable: boolean;
}

/** What the rows of a data set are made of. `arrow` is the package; columns without nulls, which the manifest counted, are not nullable. */
export function rowFields(
  { fields }: Schema,
  counted: readonly ManifestField[],
  arrow: typeof import('apache-arrow'),
): RowField[] {
  return fields.map((field, c) => {
    const { name, type } = fieldOf(field, arrow);
    return { name, type: bounded(type, isSafe(counted[c]!)), nullable: counted[c]!.nulls > 0 };
  });
}

/**
 * Whether every value of a column of integers is one that a JavaScript number can be: the manifest has bounds beyond 2^53 as
 * text.
 */
export const isSafe = ({ min, max }: Pick<ManifestField, 'min' | 'max'>): boolean =>
  typeof min !== 'string' && typeof max !== 'string';

function bounded(type: RowType, isNumber: boolean): RowType {
  if (type.kind === 'any integer') return { kind: isNumber ? 'integer' : 'wide integer' };
  if (type.kind === 'any duration') return { kind: isNumber ? 'duration' : 'wide duration' };
  return type;
}

function fieldOf({ name, type, nullable }: Field, arrow: typeof import('apache-arrow')): RowField {
  return { name, type: typeOf(type, arrow), nullable };
}

function typeOf(type: DataType, arrow: typeof import('apache-arrow')): RowType {
  const { DataType: is } = arrow;
  if (is.isUtf8(type) || is.isLargeUtf8(type)) return { kind: 'text' };
  if (is.isBool(type)) return { kind: 'boolean' };
  if (is.isInt(type)) return { kind: type.bitWidth === 64 ? 'any integer' : 'integer' };
  if (is.isFloat(type)) return { kind: 'float' };
  if (is.isDecimal(type)) return { kind: 'decimal' };
  if (is.isDate(type)) return { kind: 'date' };
  if (is.isTimestamp(type)) return { kind: 'timestamp' };
  if (is.isTime(type)) return { kind: 'time' };
  if (is.isDuration(type)) return { kind: 'any duration' };
  if (is.isNull(type)) return { kind: 'null' };
  if (is.isList(type) || is.isFixedSizeList(type)) return { kind: 'list', item: fieldOf(type.children[0]!, arrow) };
  if (is.isStruct(type)) return { kind: 'struct', fields: type.children.map((child) => fieldOf(child, arrow)) };
  return { kind: 'bytes' };
}
