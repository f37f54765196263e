import type { ArrowType } from '../engine/types.js';
import { wire } from '../load/parquet/thrift.js';
import { physicalTypes, repetitions, schemaElement } from './parquet.js';
import { binary, i32, type ThriftField, type ThriftStruct } from './thrift.js';

/** How the values of a flat type are stored, and what says so in the schema. */

export type Physical = keyof typeof physicalTypes;

/** The physical type of a flat type that is stored (`storedType`). */
export function physicalOf(type: ArrowType): Physical {
  switch (type.name) {
    case 'bool':
      return 'boolean';
    case 'int':
      return type.bits === 64 ? 'int64' : 'int32';
    case 'float':
      return type.bits === 64 ? 'double' : 'float';
    case 'decimal':
      if (type.precision <= 9) return 'int32';
      return type.precision <= 18 ? 'int64' : 'fixed';
    case 'date':
      return 'int32';
    case 'time':
    case 'timestamp':
    case 'duration':
      return 'int64';
    case 'utf8':
    case 'binary':
      return 'bytes';
    default:
      throw new Error(`${type.name} is not a flat type that is stored`);
  }
}

/** The fewest bytes that hold a signed number of so many decimal digits. */
export const decimalBytes = (precision: number): number => Math.ceil((precision * Math.log2(10) + 1) / 8);

/** Of the enumeration `ConvertedType`. */
const converted = {
  utf8: 0,
  list: 3,
  json: 19,
  decimal: 5,
  date: 6,
  unsigned: { 8: 11, 16: 12, 32: 13, 64: 14 },
  signed: { 8: 15, 16: 16 },
} as const;
/** Of the union `LogicalType`. */
const logical = { string: 1, list: 3, decimal: 5, date: 6, time: 7, timestamp: 8, integer: 10, json: 12 } as const;
/** Of the union `TimeUnit`. */
const units = { ms: 1, us: 2, ns: 3 } as const;

/** The elements of the schema for a column of a type that is stored, depth first. Every value of it may be null. */
export function elementsOf(name: string, type: ArrowType): ThriftStruct[] {
  switch (type.name) {
    case 'struct':
      return [
        group(name, 'optional', type.fields.length),
        ...type.fields.flatMap((field) => elementsOf(field.name, field.type)),
      ];
    case 'list':
    case 'fixedList': {
      const list = group(name, 'optional', 1);
      list.set(schemaElement.convertedType, i32(converted.list));
      list.set(schemaElement.logicalType, union(logical.list, []));
      return [list, group('list', 'repeated', 1), ...elementsOf('element', type.item)];
    }
    default:
      return [leaf(name, type)];
  }
}

const group = (name: string, repetition: keyof typeof repetitions, children: number): ThriftStruct =>
  new Map([
    [schemaElement.repetition, i32(repetitions[repetition])],
    [schemaElement.name, binary(name)],
    [schemaElement.children, i32(children)],
  ]);

function leaf(name: string, type: ArrowType): ThriftStruct {
  const element: ThriftStruct = new Map();
  element.set(schemaElement.type, i32(physicalTypes[physicalOf(type)]));
  if (type.name === 'decimal' && type.precision > 18)
    element.set(schemaElement.length, i32(decimalBytes(type.precision)));
  element.set(schemaElement.repetition, i32(repetitions.optional));
  element.set(schemaElement.name, binary(name));
  const convertedType = convertedOf(type);
  if (convertedType !== null) element.set(schemaElement.convertedType, i32(convertedType));
  if (type.name === 'decimal') {
    element.set(schemaElement.scale, i32(type.scale));
    element.set(schemaElement.precision, i32(type.precision));
  }
  const logicalType = logicalOf(type);
  if (logicalType !== null) element.set(schemaElement.logicalType, logicalType);
  return element;
}

function convertedOf(type: ArrowType): number | null {
  switch (type.name) {
    case 'utf8':
      return type.holds === 'json' ? converted.json : converted.utf8;
    case 'decimal':
      return converted.decimal;
    case 'date':
      return converted.date;
    case 'int':
      if (!type.signed) return converted.unsigned[type.bits];
      return type.bits < 32 ? converted.signed[type.bits as 8 | 16] : null;
    default:
      return null;
  }
}

function logicalOf(type: ArrowType): ThriftField | null {
  switch (type.name) {
    case 'utf8':
      return union(type.holds === 'json' ? logical.json : logical.string, []);
    case 'decimal':
      return union(logical.decimal, [i32(type.scale), i32(type.precision)]);
    case 'date':
      return union(logical.date, []);
    case 'time':
      return union(logical.time, [flag(false), union(units[type.unit], [])]);
    case 'timestamp':
      return union(logical.timestamp, [flag(type.zone !== null), union(units[type.unit], [])]);
    case 'int':
      if (type.signed && type.bits >= 32) return null;
      return union(logical.integer, [{ type: wire.byte, value: type.bits }, flag(type.signed)]);
    default:
      return null;
  }
}

/** A union: one field that is a structure, whose own fields are numbered from 1. */
function union(tag: number, fields: readonly ThriftField[]): ThriftField {
  const value: ThriftStruct = new Map(fields.map((field, i) => [i + 1, field]));
  return { type: wire.struct, value: new Map([[tag, { type: wire.struct, value }]]) };
}

const flag = (value: boolean): ThriftField => ({ type: value ? wire.true : wire.false, value: null });

/** The order of every leaf's statistics: that of its type. */
export function typeOrder(): ThriftStruct {
  return union(1, []).value as ThriftStruct;
}
