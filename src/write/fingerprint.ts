import { createHash } from 'node:crypto';
import type { ArrowType, Field } from '../engine/types.js';
import { ContentHash } from './content.js';
import { type ArrowField, schemaOf } from './schema.js';

/**
 * The fingerprint of a data set's content, made of what goes to the encoder: SHA-256 over
 *
 *     "datagpu 2\n"
 *     the schema, as JSON without spaces: [[name, type], ...], and "\n"; a type is its name followed by its parameters
 *     the SHA-256 of each group of 1,024 rows of the output (content.ts), the last of which may have fewer
 *     the number of rows, uint64
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
