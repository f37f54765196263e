// Dates and times in ISO 8601: `YYYY-MM-DD`, and with a time `YYYY-MM-DD(T| )HH:MM[:SS[(.|,)f+]][Z|(+|-)HH[[:]MM]]`.
// Years 0001 to 9999 of the proleptic Gregorian calendar; no leap seconds, no hour 24; digits of a fraction beyond the sixth
// must be zeros.

/** Days since 1970-01-01, of the date that `readDate` or `readDateTime` read. */
export let days: i32 = 0;
/** Microseconds since 1970-01-01 of what `readDateTime` read: in UTC where it is `zoned`, else by the clock that it shows. */
export let micros: i64 = 0;
/** Whether it had an offset, or Z. */
export let zoned: bool = false;
/**
 * Whether it was `YYYY-MM-DDTHH:MM:SS`, with six digits of a fraction that is not zero or without one, and Z if it is zoned:
 * Python's isoformat.
 */
export let canonicalTime: bool = false;

// @ts-ignore: decorator
@inline
function digit(p: usize): u32 {
  return <u32>load<u8>(p) - 48;
}

/** Two digits, or 100 and more if they are not. */
// @ts-ignore: decorator
@inline
function pair(p: usize): u32 {
  const a = digit(p);
  const b = digit(p + 1);
  return a > 9 || b > 9 ? 100 : a * 10 + b;
}

/** Reads the ten bytes at `p` as a calendar date into `days`. */
export function readDate(p: usize): bool {
  if (load<u8>(p, 4) != 0x2d || load<u8>(p, 7) != 0x2d) return false;
  const century = pair(p);
  const rest = pair(p + 2);
  const month = <i32>pair(p + 5);
  const day = <i32>pair(p + 8);
  if (century > 99 || rest > 99 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  const year = <i32>(century * 100 + rest);
  if (year == 0) return false;
  if (day > 28) {
    const leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    const last = month == 2 ? 28 + i32(leap) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    if (day > last) return false;
  }
  // Days from the 1st of March of year 0, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const m = month <= 2 ? month + 9 : month - 3;
  days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
  return true;
}

const firstMicros: i64 = -62135596800000000;
const lastMicros: i64 = 253402300799999999;

/** Reads p to q as a date and time into `micros`. */
export function readDateTime(p: usize, q: usize): bool {
  const length = q - p;
  if (length < 16 || !readDate(p)) return false;
  const mark = load<u8>(p, 10);
  if ((mark != 0x54 && mark != 0x20) || load<u8>(p, 13) != 0x3a) return false;
  const hour = pair(p + 11);
  const minute = pair(p + 14);
  if (hour > 23 || minute > 59) return false;
  let canonical = mark == 0x54;
  let second: u32 = 0;
  let fraction: u32 = 0;
  let s = p + 16;
  if (s < q && load<u8>(s) == 0x3a) {
    if (s + 3 > q) return false;
    second = pair(s + 1);
    if (second > 59) return false;
    s += 3;
    if (s < q && (load<u8>(s) == 0x2e || load<u8>(s) == 0x2c)) {
      canonical = canonical && load<u8>(s) == 0x2e;
      const first = ++s;
      let scale: u32 = 100000;
      while (s < q && digit(s) <= 9) {
        const d = digit(s);
        if (scale == 0 && d != 0) return false;
        fraction += d * scale;
        scale /= 10;
        s++;
      }
      if (s == first) return false;
      canonical = canonical && s - first == 6 && fraction != 0;
    }
  } else canonical = false;
  let offset: i64 = 0;
  const hasZone = s < q;
  if (hasZone) {
    const sign = load<u8>(s);
    if (sign == 0x5a) s++;
    else {
      canonical = false;
      if ((sign != 0x2b && sign != 0x2d) || s + 3 > q) return false;
      const hours = pair(s + 1);
      let minutes: u32 = 0;
      s += 3;
      if (s < q) {
        if (load<u8>(s) == 0x3a) s++;
        if (s + 2 > q) return false;
        minutes = pair(s);
        s += 2;
      }
      if (hours > 23 || minutes > 59) return false;
      offset = <i64>(hours * 60 + minutes) * (sign == 0x2d ? -1 : 1);
    }
    if (s != q) return false;
  }
  const seconds = <i64>days * 86400 + <i64>(hour * 3600 + minute * 60 + second) - offset * 60;
  const total = seconds * 1000000 + <i64>fraction;
  if (total < firstMicros || total > lastMicros) return false;
  micros = total;
  zoned = hasZone;
  canonicalTime = canonical;
  return true;
}
