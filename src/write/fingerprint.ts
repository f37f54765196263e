import { createHash } from 'node:crypto';
import type { ArrowType, Field } from '../engine/types.js';
import { ContentHash, type SplitRows } from './content.js';
import { type ArrowField, schemaOf } from './schema.js';

/**
 * The fingerprint of a data set's content, made of what goes to the encoder: SHA-256 over
 *
 *     "datagpu 2\n"
 *     the schema, as JSON without spaces: [[name, type], ...], and "\n"; a type is its name followed by its parameters
 *     the SHA-256 of each group of 1,024 rows of the output (content.ts), the last of which may have fewer
 *     the number of rows, uint64
 *     with splits: [[name, rows], ...] in the order of the output, as JSON without spaces
 *
 * It does not depend on how rows are divided among row groups or files, nor on the compression. `fields` are those of the
 * output, the score included.
 */
export function datasetHash(fields: readonly Field[]): ContentHash {
  return contentHash(schemaOf(fields));
}

/** The same, of an Arrow schema. */
export function contentHash(fields: readonly ArrowField[]): ContentHash {
  const schema = fields.map((field) => [field.name, canonicalType(field.type)]);
  return new ContentHash(createHash('sha256').update(`datagpu 2\n${JSON.stringify(schema)}\n`));
}

/** What the fingerprint has of splits, by the data files in their order; null where there is none. */
export function splitsOf(files: readonly { split?: string | null; rows: number }[]): SplitRows | null {
  const rows = new Map<string, number>();
  for (const file of files) if (file.split != null) rows.set(file.split, (rows.get(file.split) ?? 0) + file.rows);
  return rows.size === 0 ? null : [...rows];
}

type Canonical = string | (string | number | boolean | null | Canonical)[];

function canonicalType(type: ArrowType): Canonical {
  switch (type.name) {
    case 'int':
      return [type.name, type.bits, type.signed];
    case 'float':
      return [type.name, type.bits];
    case 'decimal':
      return [type.name, type.precision, type.scale];
    case 'time':
    case 'duration':
      return [type.name, type.unit];
    case 'timestamp':
      return [type.name, type.unit, type.zone];
    case 'fixed':
      return [type.name, type.width];
    case 'list':
      return [type.name, canonicalType(type.item)];
    case 'fixedList':
      return [type.name, canonicalType(type.item), type.size];
    case 'struct':
      return [type.name, ...type.fields.map((field): Canonical => [field.name, canonicalType(field.type)])];
    default:
      return [type.name];
  }
}
