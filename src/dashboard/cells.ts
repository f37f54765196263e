import { datesAsText, plain } from '../load/shown-values.js';
import type { Cell, WholeValue } from './answers.js';

/** Characters of a value that a table shows. */
const shownInTable = 240;
/** Characters of a value that the page gets at once. */
export const wholeAtMost = 400_000;

/** A value of an Arrow vector as the table shows it. */
export function cellOf(value: unknown, type: string): Cell {
  const shown = shownValue(value, type);
  if (shown === null || typeof shown === 'boolean' || typeof shown === 'number') return shown;
  if (typeof shown === 'string') return shown.length <= shownInTable ? shown : cut(shown);
  const json = JSON.stringify(shown);
  return { ...cut(json), json: true };
}

/** The same, whole. */
export function wholeOf(value: unknown, type: string): WholeValue {
  const shown = shownValue(value, type);
  if (shown === null) return { kind: 'null', text: '', length: 0 };
  const kind =
    typeof shown === 'number'
      ? 'number'
      : typeof shown === 'boolean'
        ? 'boolean'
        : typeof shown === 'string'
          ? 'text'
          : 'json';
  const text = kind === 'json' ? JSON.stringify(shown) : String(shown);
  return { kind, text: text.length > wholeAtMost ? whole(text, wholeAtMost) : text, length: text.length };
}

/** A value as people are shown it. */
export function shownValue(value: unknown, type: string): unknown {
  const content: Record<string, unknown> = { value };
  datesAsText(content, new Map([['value', type]]));
  const shown = plain(content.value);
  // JSON has no such numbers.
  return typeof shown === 'number' && !Number.isFinite(shown) ? String(shown) : shown;
}

function cut(text: string): { t: string; n: number } {
  return { t: whole(text, shownInTable), n: text.length };
}

/** The first characters, without half of a surrogate pair at the end. */
export function whole(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}
