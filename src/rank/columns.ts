import type { Field } from '../engine/types.js';
import { DatagpuError, quoteValue } from '../errors.js';
import { resolveColumns } from '../load/columns.js';
import { isRankable } from './texts.js';

/**
 * The columns whose text is read where none are named. JSON text is not prose: it is read where it is asked for, or has the
 * turns of chats.
 */
export const textColumns = (fields: readonly Field[]): number[] =>
  fields.flatMap(({ type }, f) =>
    isRankable(type) && !(type.kind === 'json' && type.arrow === null && type.messages !== true) ? [f] : [],
  );

/** Refuses columns named by an option that have no text; those without any value are left out in silence. */
export function requireTextIn(
  fields: readonly Field[],
  columns: readonly string[],
  option: string,
  purpose: string,
): void {
  for (const f of resolveColumns(columns, fields, option)) {
    const { name, type } = fields[f]!;
    if (type.kind === 'null' || isRankable(type)) continue;
    const kind = 'arrow' in type && type.arrow !== null ? type.arrow.name : type.kind;
    throw new DatagpuError('usage', `${option}: column ${quoteValue(name)} has no text ${purpose}, it is ${kind}`, {
      hint: 'Name text columns, or declare it as text with --types',
    });
  }
}
