import { quoteValue } from '../errors.js';
import { valueText } from '../load/shown-values.js';
import type { DuplicateSummary } from './groups.js';
import { type Written, writtenAs } from './written.js';

/** What the warnings are made of, beside the summary. */
export interface DedupeFacts {
  /** Rows that entered dedupe. */
  entered: number;
  /** The near-duplicate threshold, and how similar unrelated rows are; null without near-duplicate detection. */
  near: { threshold: number; unrelated: number | null } | null;
  /** Columns that look like ids in a sample of the first rows, and how many duplicates they hide there. */
  ids: { rows: number; columns: string[]; hidden: number } | null;
  /** Compared columns with values that changed their form ("1.10" as 1.1). */
  rewritten: string[];
  /** How the first of the rows that equal a kept one by value is written, and that one; empty where the sources can't say. */
  written: Written[];
  /** Shows a row of the output, its dates as text. */
  show(position: number): Promise<Record<string, unknown>>;
}

/** A kept row with more duplicates than this share of all rows is worth a look. */
const largeGroup = 0.05;
/** Small data sets repeat themselves for no reason. */
const fewRows = 20;

/** What a person should know about what dedupe did: sentences, most important first. */
export async function duplicateWarnings(summary: DuplicateSummary, facts: DedupeFacts): Promise<string[]> {
  const { entered, near, ids, rewritten, written } = facts;
  const warnings: string[] = [];
  const removed = summary.exact + summary.near;
  if (removed * 2 > entered)
    warnings.push(
      `dedupe removed ${share(removed, entered)} of the rows (${number(summary.exact)} exact and ` +
        `${number(summary.near)} near duplicates of ${number(entered)} rows); "datagpu why" says for each row what it repeats`,
    );
  const [group] = summary.largest_groups;
  if (group !== undefined && entered >= fewRows && group.duplicates > entered * largeGroup) {
    const content = group.position === null ? '' : `: ${shown(await facts.show(group.position))}`;
    warnings.push(
      `one row stands for ${share(group.duplicates, entered)} of all rows: row ${group.row} of ${group.source} has ` +
        `${number(group.duplicates)} duplicates${content}`,
    );
  }
  if (summary.by_value !== undefined) {
    const { rows, first } = summary.by_value;
    const [twin] = first;
    const columns = [...new Set([...rewritten, ...written.map((w) => w.column)])];
    warnings.push(
      `${number(rows)} of ${number(summary.exact)} exact duplicates equal the row that was kept by value, but are written in ` +
        `another way${written.length === 0 ? ' (as 1.10 and 1.1)' : ''}: first row ${twin!.row} of ${twin!.source}` +
        `${written.length === 0 ? '' : ` (${writtenAs(written, 'text')})`}, which repeats row ${twin!.kept_row}` +
        `${twin!.kept_in === twin!.source ? '' : ` of ${twin!.kept_in}`}` +
        `${written.length === 0 ? '' : ` (${writtenAs(written, 'kept')})`}; to keep such rows, use ` +
        `--types ${columns.map((name) => `${name}=text`).join(',')}`,
    );
  }
  if (near !== null && near.unrelated !== null && near.unrelated >= near.threshold * 0.7)
    warnings.push(
      `the near-duplicate threshold of ${near.threshold} is within reach of unrelated rows: one pair in a hundred of the ` +
        `rows that were kept has a similarity of ${near.unrelated.toFixed(2)} or more; raise --near-dup-threshold, or ` +
        'leave out what all rows share with --near-dup-on',
    );
  if (ids !== null) {
    warnings.push(
      `${ids.columns.map((name) => `"${name}"`).join(', ')} ${ids.columns.length === 1 ? 'looks' : 'look'} unique in every row: ` +
        `ignored, a sample of the first ${number(ids.rows)} rows has ${number(ids.hidden)} exact duplicates more ` +
        `(${share(ids.hidden, ids.rows)}); to remove them, use --ignore ${ids.columns.join(',')}`,
    );
  }
  return warnings;
}

const number = (n: number): string => n.toLocaleString('en-US');

const share = (part: number, whole: number): string => `${Math.round((100 * part) / whole)}%`;

/** A row on one line, its longest parts cut. A null is not the text "null". */
function shown(content: Record<string, unknown>): string {
  const cells = Object.entries(content).map(
    ([name, value]) => `${name} ${value === null || value === undefined ? 'null' : quoteValue(valueText(value), 80)}`,
  );
  return cells.length > 6 ? `${cells.slice(0, 6).join(', ')}, ...` : cells.join(', ');
}
