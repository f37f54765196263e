import { snakeCase } from '../clean/names.js';
import type { Field } from '../engine/types.js';
import { DatagpuError, quoteValue } from '../errors.js';
import { closest } from '../suggest.js';

/**
 * The position of the field that an option names, by the source's exact name or by the cleaned one. Throws a usage error with
 * a suggestion when there is none. `option` is the flag, for the message.
 */
export function resolveColumn(name: string, fields: readonly Field[], option?: string): number {
  const bySource = fields.flatMap((field, i) => (field.sourceName === name ? [i] : []));
  if (bySource.length === 1) return bySource[0]!;
  const byName = fields.findIndex((field) => field.name === name);
  if (byName >= 0) return byName;
  if (bySource.length > 1) return bySource[0]!;
  const cleaned = snakeCase(name);
  const byCleaned = cleaned === '' ? -1 : fields.findIndex((field) => field.name === cleaned);
  if (byCleaned >= 0) return byCleaned;
  const names = fields.map((field) => field.name);
  const near = closest(name, [...names, ...fields.map((field) => field.sourceName)]);
  const some = names.slice(0, 10).join(', ');
  throw new DatagpuError(
    'usage',
    `${option === undefined ? '' : `${option}: `}there is no column ${quoteValue(name)}`,
    {
      hint:
        near !== null
          ? `Did you mean ${quoteValue(near)}?`
          : names.length === 0
            ? 'The sources have no columns'
            : `The columns are ${some}${names.length > 10 ? `, and ${names.length - 10} more` : ''}`,
    },
  );
}

/** `resolveColumn` for a list; a column named twice counts once. */
export function resolveColumns(names: readonly string[], fields: readonly Field[], option?: string): number[] {
  return [...new Set(names.map((name) => resolveColumn(name, fields, option)))];
}
