import type { DataType, StructRow, Vector } from 'apache-arrow';

/** Makes of an Arrow value what typescript.ts says it is. */
export type ValueOf = (value: unknown) => unknown;

/**
 * Lists become arrays, structs objects, decimals their digits, dates and timestamps `Date`s; 64-bit integers and durations numbers
 * where `isSafe` (null: where the value is within 2^53), else bigint. All others are what Arrow gives. `arrow` is the package.
 */
export function readerOf(type: DataType, arrow: typeof import('apache-arrow'), isSafe: boolean | null = null): ValueOf {
  const { DataType: is } = arrow;
  if ((is.isInt(type) && type.bitWidth === 64) || is.isDuration(type)) {
    if (isSafe === false) return (value) => value;
    return orNull((value) => {
      const number = Number(value);
      return isSafe === true || Number.isSafeInteger(number) ? number : value;
    });
  }
  if (is.isTime(type)) return orNull(Number);
  if (is.isDate(type) || is.isTimestamp(type)) return orNull((value) => new Date(value as number));
  if (is.isDecimal(type)) return orNull((value) => digitsOf(value as Uint32Array, type.scale));
  if (is.isList(type) || is.isFixedSizeList(type)) {
    const item = readerOf(type.children[0]!.type, arrow);
    return orNull((value) => Array.from(value as Vector, item));
  }
  if (is.isStruct(type)) {
    const fields = type.children.map((child) => [child.name, readerOf(child.type, arrow)] as const);
    return orNull((value) => {
      const row = (value as StructRow).toJSON() as Record<string, unknown>;
      return Object.fromEntries(fields.map(([name, of]) => [name, of(row[name])]));
    });
  }
  return (value) => value;
}

const orNull =
  (of: ValueOf): ValueOf =>
  (value) =>
    value === null || value === undefined ? null : of(value);

/** A decimal of 32-bit words, the lowest first, in two's complement. */
function digitsOf(words: Uint32Array, scale: number): string {
  let number = 0n;
  for (let i = words.length - 1; i >= 0; i--) number = (number << 32n) | BigInt(words[i]!);
  number = BigInt.asIntN(32 * words.length, number);
  const digits = (number < 0n ? -number : number).toString().padStart(scale + 1, '0');
  const at = digits.length - scale;
  return `${number < 0n ? '-' : ''}${digits.slice(0, at)}${scale > 0 ? `.${digits.slice(at)}` : ''}`;
}
