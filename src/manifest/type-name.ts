import type { ArrowType, ColumnType, SchemaLabel } from '../engine/types.js';
import { arrowOf } from '../write/schema.js';

/**
 * The physical type of a column as it is in the data set and as the manifest writes it: `int64`, `timestamp[us, UTC]`,
 * `list<struct<role: utf8>>`.
 */
export function typeName(type: ColumnType): string {
  return arrowTypeName(arrowOf(type));
}

/** A physical type by its name, whether it is stored so or not. */
export function arrowTypeName(type: ArrowType): string {
  switch (type.name) {
    case 'utf8':
      return type.holds === 'json' ? 'json' : 'utf8';
    case 'int':
      return `${type.signed ? 'int' : 'uint'}${type.bits}`;
    case 'float':
      return `float${type.bits}`;
    case 'decimal':
      return `decimal[${type.precision}, ${type.scale}]`;
    case 'time':
    case 'duration':
      return `${type.name}[${type.unit}]`;
    case 'timestamp':
      return `timestamp[${type.unit}${type.zone === null ? '' : `, ${type.zone}`}]`;
    case 'fixed':
      return `binary[${type.width}]`;
    case 'list':
      return `list<${arrowTypeName(type.item)}>`;
    case 'fixedList':
      return `list<${arrowTypeName(type.item)}>[${type.size}]`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}: ${arrowTypeName(field.type)}`).join(', ')}>`;
    default:
      return type.name;
  }
}

/** A column is categorical with at most this many distinct values, ... */
export const maxCategories = 1000;
/** ... if each of them stands in this many rows on average. */
export const leastRowsPerCategory = 10;

/**
 * The label of a column in the manifest's `schema`. `distinct` is the exact number of distinct values that are not null,
 * or null when they are too many to have been counted; `rows` those of the output.
 */
export function schemaLabel(type: ColumnType, distinct: number | null, rows: number): SchemaLabel {
  switch (type.kind) {
    case 'null':
      return 'unknown';
    case 'text': {
      const isFew =
        distinct !== null && distinct > 0 && distinct <= maxCategories && rows >= distinct * leastRowsPerCategory;
      return isFew ? 'categorical' : 'text';
    }
    case 'boolean':
      return 'boolean';
    case 'int64':
    case 'float64':
      return 'numeric';
    case 'date':
    case 'datetime':
      return 'datetime';
    case 'json':
      return type.arrow === null ? 'text' : 'nested';
    case 'nested':
      return 'nested';
    case 'arrow':
      return arrowLabel(type.arrow);
  }
}

function arrowLabel(type: ArrowType): SchemaLabel {
  switch (type.name) {
    case 'bool':
      return 'boolean';
    case 'int':
    case 'float':
    case 'decimal':
      return 'numeric';
    case 'date':
    case 'time':
    case 'timestamp':
      return 'datetime';
    case 'utf8':
      return 'text';
    case 'list':
    case 'fixedList':
    case 'struct':
      return 'nested';
    default:
      return 'unknown';
  }
}
