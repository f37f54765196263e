import type { Column } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import { createRankKernel } from '../kernels/rank.js';
import { textsOf } from './texts.js';
import { textColumn } from './words.js';

/** A column that rows are ranked by. */
export interface RankedColumn {
  name: string;
  /** It has JSON or message lists: their text is what is ranked. */
  json: boolean;
}

export function rankedColumns(fields: readonly Field[]): RankedColumn[] {
  return fields.map(({ name, type }) => ({ name, json: type.kind !== 'text' || type.nested === true }));
}

/** The ranked texts of a row of the output; `content` has its values as an Arrow table gives them. */
export function rowTexts(columns: readonly RankedColumn[], content: Readonly<Record<string, unknown>>): string[] {
  return columns.map(({ name, json }) => {
    const value = content[name] ?? '';
    if (!json) return String(value);
    const text = typeof value === 'string' ? value : JSON.stringify(value, bigintAsText);
    const cell: Column = { ...textColumn([text]), type: { kind: 'json', arrow: null } };
    return Buffer.from(textsOf(createRankKernel(), [cell], 1)[0]!.values).toString();
  });
}

const bigintAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
