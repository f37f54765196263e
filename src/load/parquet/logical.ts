import { type ThriftReader, wire } from './thrift.js';

/** What a column's values mean: parquet.thrift, `LogicalType`, or the older `ConvertedType` in the same terms. */
export type LogicalType =
  | { name: 'string' | 'enum' | 'json' | 'bson' | 'uuid' | 'float16' | 'interval' | 'unknown' | 'date' }
  | { name: 'map' | 'list' | 'variant' | 'geometry' }
  | { name: 'decimal'; precision: number; scale: number }
  | { name: 'time' | 'timestamp'; unit: 'ms' | 'us' | 'ns'; utc: boolean }
  | { name: 'integer'; bits: number; signed: boolean };

const units = { 1: 'ms', 2: 'us', 3: 'ns' } as const;

/** The union `LogicalType`; null for a member that is not known, whose values are kept as what they physically are. */
export function logicalType(reader: ThriftReader): LogicalType | null {
  let found: LogicalType | null = null;
  const empty = (value: LogicalType): void => {
    reader.struct(() => false);
    found = value;
  };
  reader.struct((id, type) => {
    if (type !== wire.struct) return false;
    switch (id) {
      case 1:
        return empty({ name: 'string' });
      case 2:
        return empty({ name: 'map' });
      case 3:
        return empty({ name: 'list' });
      case 4:
        return empty({ name: 'enum' });
      case 5: {
        const decimal = { name: 'decimal' as const, precision: 0, scale: 0 };
        reader.struct((f, t) => {
          if (t !== wire.i32) return false;
          if (f === 1) decimal.scale = reader.zigzag();
          else if (f === 2) decimal.precision = reader.zigzag();
          else return false;
          return true;
        });
        found = decimal;
        return true;
      }
      case 6:
        return empty({ name: 'date' });
      case 7:
      case 8: {
        const time: LogicalType = { name: id === 7 ? 'time' : 'timestamp', unit: 'ms', utc: false };
        reader.struct((f, t) => {
          if (f === 1) time.utc = t === wire.true;
          else if (f === 2 && t === wire.struct) {
            reader.struct((unit, of) => {
              if (of !== wire.struct || !(unit in units)) throw new Error(`unknown time unit ${unit}`);
              time.unit = units[unit as 1];
              return false;
            });
          } else return false;
          return true;
        });
        found = time;
        return true;
      }
      case 10: {
        const integer = { name: 'integer' as const, bits: 0, signed: true };
        reader.struct((f, t) => {
          if (f === 1 && t === wire.byte) {
            integer.bits = reader.i8();
            return true;
          }
          if (f === 2) integer.signed = t === wire.true;
          return f === 2;
        });
        found = integer;
        return true;
      }
      case 11:
        return empty({ name: 'unknown' });
      case 12:
        return empty({ name: 'json' });
      case 13:
        return empty({ name: 'bson' });
      case 14:
        return empty({ name: 'uuid' });
      case 15:
        return empty({ name: 'float16' });
      case 16:
        return empty({ name: 'variant' });
      case 17:
      case 18:
        return empty({ name: 'geometry' });
      default:
        return false;
    }
  });
  return found;
}

/** The older `ConvertedType` in the same terms; null for none. */
export function fromConverted(converted: number, precision: number, scale: number): LogicalType | null {
  switch (converted) {
    case 0:
      return { name: 'string' };
    case 1:
    case 2:
      return { name: 'map' };
    case 3:
      return { name: 'list' };
    case 4:
      return { name: 'enum' };
    case 5:
      return { name: 'decimal', precision, scale };
    case 6:
      return { name: 'date' };
    case 7:
      return { name: 'time', unit: 'ms', utc: true };
    case 8:
      return { name: 'time', unit: 'us', utc: true };
    case 9:
      return { name: 'timestamp', unit: 'ms', utc: true };
    case 10:
      return { name: 'timestamp', unit: 'us', utc: true };
    case 11:
    case 12:
    case 13:
    case 14:
      return { name: 'integer', bits: 8 << (converted - 11), signed: false };
    case 15:
    case 16:
    case 17:
    case 18:
      return { name: 'integer', bits: 8 << (converted - 15), signed: true };
    case 19:
      return { name: 'json' };
    case 20:
      return { name: 'bson' };
    case 21:
      return { name: 'interval' };
    default:
      return null;
  }
}
