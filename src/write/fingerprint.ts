import { createHash } from 'node:crypto';
import type { ArrowType, Field } from '../engine/types.js';
import { schemaOf } from './schema.js';

/**
 * The fingerprint of a data set's content: SHA-256 over
 *
 *     "datagpu 1\n"
 *     the schema, as JSON without spaces: [[name, type], ...], and "\n"; a type is its name followed by its parameters
 *     for each row in order: the 16 bytes of its digest (dedupe/digest.ts, all columns but the score), and with ranking
 *     the 8 bytes of its score (IEEE 754, little-endian)
 *
 * It does not depend on how rows are divided among calls, row groups or files, nor on the compression.
 */
export class DatasetHash {
  private readonly hash = createHash('sha256');

  /** `fields` are those of the output, the score included. */
  constructor(fields: readonly Field[]) {
    const schema = schemaOf(fields).map((field) => [field.name, canonicalType(field.type)]);
    this.hash.update(`datagpu 1\n${JSON.stringify(schema)}\n`);
  }

  /** Adds rows: 16 bytes a row of digests, and their scores when there are any. */
  rows(digests: Uint8Array, scores: Float64Array | null): void {
    if (scores === null) {
      this.hash.update(digests);
      return;
    }
    const rows = scores.length;
    const from = new Uint32Array(digests.slice().buffer);
    const bits = new Uint32Array(scores.slice().buffer);
    const out = new Uint32Array(rows * 6);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < 4; i++) out[row * 6 + i] = from[row * 4 + i]!;
      out[row * 6 + 4] = bits[row * 2]!;
      out[row * 6 + 5] = bits[row * 2 + 1]!;
    }
    this.hash.update(new Uint8Array(out.buffer));
  }

  /** `sha256:...` */
  finish(): string {
    return `sha256:${this.hash.digest('hex')}`;
  }
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
