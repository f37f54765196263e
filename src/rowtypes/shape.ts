import type { DataType, Field, Schema } from 'apache-arrow';
import type { ManifestField } from '../manifest/manifest.js';

/** A value of a row, whatever the language that it is read in. */
export type RowType =
  | { kind: 'text' | 'boolean' | 'integer' | 'wide integer' | 'float' | 'decimal' | 'bytes' | 'null' }
  | { kind: 'date' | 'timestamp' | 'time' | 'wide time' | 'duration' }
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
  return fields.map((field, c) => ({ ...fieldOf(field, arrow), nullable: counted[c]!.nulls > 0 }));
}

function fieldOf({ name, type, nullable }: Field, arrow: typeof import('apache-arrow')): RowField {
  return { name, type: typeOf(type, arrow), nullable };
}

function typeOf(type: DataType, arrow: typeof import('apache-arrow')): RowType {
  const { DataType: is } = arrow;
  if (is.isUtf8(type) || is.isLargeUtf8(type)) return { kind: 'text' };
  if (is.isBool(type)) return { kind: 'boolean' };
  if (is.isInt(type)) return { kind: type.bitWidth === 64 ? 'wide integer' : 'integer' };
  if (is.isFloat(type)) return { kind: 'float' };
  if (is.isDecimal(type)) return { kind: 'decimal' };
  if (is.isDate(type)) return { kind: 'date' };
  if (is.isTimestamp(type)) return { kind: 'timestamp' };
  if (is.isTime(type)) return { kind: type.bitWidth === 64 ? 'wide time' : 'time' };
  if (is.isDuration(type)) return { kind: 'duration' };
  if (is.isNull(type)) return { kind: 'null' };
  if (is.isList(type) || is.isFixedSizeList(type)) return { kind: 'list', item: fieldOf(type.children[0]!, arrow) };
  if (is.isStruct(type)) return { kind: 'struct', fields: type.children.map((child) => fieldOf(child, arrow)) };
  return { kind: 'bytes' };
}
