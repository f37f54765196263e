/** Numbers as the page writes them. */

/** `1,234,567`. */
export function count(n: number): string {
  return Math.round(n).toLocaleString('en');
}

/** `1 row`, `2,000 rows`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** Bytes in decimal units. */
export function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = n;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${n} bytes` : `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

/** A share from 0 to 1: `12.3%`; what is there is never 0%. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1%';
  if (share < 1 && share > 0.999) return '>99.9%';
  return `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)}%`;
}

/** A number of any size with at most five digits that count. */
export function figure(n: number): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e15) return n.toLocaleString('en');
  if (n !== 0 && (Math.abs(n) >= 1e9 || Math.abs(n) < 1e-4)) return n.toExponential(3);
  return n.toLocaleString('en', { maximumSignificantDigits: 5 });
}

/** A time from milliseconds since 1970; the day alone where steps are days. */
export function moment(ms: number, isDay: boolean): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return figure(ms);
  const text = date.toISOString();
  return isDay ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}
