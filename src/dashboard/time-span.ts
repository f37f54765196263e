/** `2024`, `2024-05`, `2024-05-01`, `2024-05-01 12:30`, `...:15`, `...:15.25`: the parts that are there. */
const written =
  /^([+-]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?)?)?Z?$/;

/**
 * The first and the last value of a column of dates or times that a date or time stands for, as far as it is written: a day
 * has all of its moments. In the units of the column, which its type names; null when it is none.
 */
export function spanOf(text: string, type: string): [least: bigint | number, most: bigint | number] | null {
  const parts = written.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second, fraction] = parts.slice(1);
  const numbers = [year, month, day, hour, minute, second].map((part) => (part === undefined ? null : Number(part)));
  const depth = numbers.indexOf(null);
  const start = momentOf(numbers, 0, depth);
  if (start === null) return null;
  let nanos = BigInt(start) * 1_000_000n;
  let end = nanos;
  if (fraction === undefined) {
    const next = momentOf(numbers, 1, depth);
    if (next === null) return null;
    end = BigInt(next) * 1_000_000n - 1n;
  } else {
    nanos += BigInt(fraction.padEnd(9, '0'));
    end = nanos + 10n ** BigInt(9 - fraction.length) - 1n;
  }
  if (type === 'date') return [Number(floored(nanos + dayNanos - 1n, dayNanos)), Number(floored(end, dayNanos))];
  const unit = { s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n }[/\[(s|ms|us|ns)/.exec(type)?.[1] ?? 'us']!;
  // The first value at or behind the beginning, and the last before the end.
  return [floored(nanos + unit - 1n, unit), floored(end, unit)];
}

const dayNanos = 86_400_000_000_000n;

function floored(value: bigint, unit: bigint): bigint {
  const whole = value / unit;
  return value % unit < 0n ? whole - 1n : whole;
}

/** Milliseconds since 1970, with `plus` added to the last part that is written. */
function momentOf(parts: readonly (number | null)[], plus: number, depth: number): number | null {
  const last = (depth === -1 ? parts.length : depth) - 1;
  const [year, month, day, hour, minute, second] = parts.map(
    (part, i) => (part ?? (i === 1 || i === 2 ? 1 : 0)) + (i === last ? plus : 0),
  );
  if (plus === 0 && (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 23 || minute! > 59 || second! > 60))
    return null;
  const date = new Date(0);
  // Date.UTC takes years below 100 for others.
  date.setUTCFullYear(year!, month! - 1, day!);
  date.setUTCHours(hour!, minute!, second!);
  return Number.isNaN(date.getTime()) ? null : date.getTime();
}
