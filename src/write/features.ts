import type { ArrowType } from '../engine/types.js';
import type { ArrowField } from './schema.js';

/**
 * A type as the Python package `datasets` writes its features in JSON (https://huggingface.co/docs/datasets, "Features").
 * Lists are JSON arrays of one element, a form that every version of `datasets` reads.
 */
export type Feature = Feature[] | { [key: string]: Feature | string | number };

/**
 * The value of the key `huggingface` in a Parquet file's metadata: the features of its columns, which `datasets` takes
 * without looking at the data. Depends on the schema only.
 */
export function featuresKey(fields: readonly ArrowField[]): string {
  return JSON.stringify({ info: { features: members(fields) } });
}

/** An object of fields, whose names may be those that JavaScript's own objects have. */
function members(fields: readonly ArrowField[]): { [key: string]: Feature } {
  return Object.fromEntries(fields.map(({ name, type }) => [name, featureOf(type)]));
}

function featureOf(type: ArrowType): Feature {
  switch (type.name) {
    case 'list':
      return [featureOf(type.item)];
    case 'fixedList': {
      // A `Sequence` of structures means a structure of lists, in every version; the newer `List` does not.
      const kind = type.item.name === 'struct' ? 'List' : 'Sequence';
      return { feature: featureOf(type.item), length: type.size, _type: kind };
    }
    case 'struct':
      return members(type.fields);
    default:
      return { dtype: dtypeOf(type), _type: 'Value' };
  }
}

type FlatType = Exclude<ArrowType, { name: 'list' | 'fixedList' | 'struct' }>;

function dtypeOf(type: FlatType): string {
  switch (type.name) {
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bits}`;
    case 'float':
      return `float${type.bits}`;
    case 'decimal':
      return `decimal128(${type.precision}, ${type.scale})`;
    case 'date':
      return 'date32';
    case 'time':
      return `${type.unit === 'ms' ? 'time32' : 'time64'}[${type.unit}]`;
    case 'timestamp':
      return `timestamp[${type.unit}${type.zone === null ? '' : `, tz=${type.zone}`}]`;
    case 'duration':
      return `duration[${type.unit}]`;
    case 'utf8':
      return 'string';
    case 'fixed':
      return `fixed_size_binary[${type.width}]`;
    default:
      return type.name;
  }
}
