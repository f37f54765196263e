/** Values of a row of the data set as people are shown them. */

/**
 * Arrow gives dates and times as milliseconds since 1970: here they become ISO 8601, in place; Z marks instants. `types` are those of the
 * columns, as the manifest names them.
 */
export function datesAsText(content: Record<string, unknown>, types: ReadonlyMap<string, string>): void {
  for (const [name, value] of Object.entries(content)) {
    const type = types.get(name) ?? '';
    if (typeof value !== 'number' || !/^(date|timestamp)/.test(type)) continue;
    const date = new Date(value);
    // Parquet's dates reach further than those of JavaScript, which end at year 275,760.
    if (Number.isNaN(date.getTime())) continue;
    const text = date.toISOString();
    content[name] = type === 'date' ? text.slice(0, 10) : type.includes(', ') ? text : text.slice(0, -1);
  }
}

/** A value of an Arrow table as JSON has it: integers beyond 2^53 as text, bytes in hexadecimal. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return value.toISOString();
  if (value === null || typeof value !== 'object') return value ?? null;
  if (Array.isArray(value)) return value.map(plain);
  if (Symbol.iterator in value && 'toArray' in value) return [...(value as Iterable<unknown>)].map(plain);
  const object = 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value;
  return Object.fromEntries(Object.entries(object as object).map(([key, v]) => [key, plain(v)]));
}

/** A value on its own: texts as they are, others as JSON, but integers beyond 2^53 and bytes bare too. */
export function valueText(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const shown = plain(value);
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}
