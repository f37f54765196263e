import { DatagpuError, escapeControls } from '../errors.js';
import { info } from '../info.js';
import { type OutputRow, type Why, why } from '../why.js';
import type { Flags } from './program.js';
import { shorten } from './table.js';
import type { Terminal } from './terminal.js';

/** Characters of a value that are shown; `--json` has it whole. */
const shownLetters = 200;
/** Terms of a score that are shown, those with the largest part in it. */
const shownTerms = 10;

/** `datagpu why <manifest|dir> <row>`. */
export async function run(target: string, row: string, flags: Flags, terminal: Terminal): Promise<void> {
  if (!/^[0-9]{1,15}$/.test(row))
    throw new DatagpuError('usage', `<row> must be a record number of the source, counted from 1, got "${row}"`);
  const answer = await why(target, Number(row), typeof flags.source === 'string' ? flags.source : undefined);
  const types = new Map((await info(target)).fields.map((field) => [field.name, field.type]));
  for (const row of [answer.output, answer.duplicate_of?.output]) if (row) datesAsText(row.content, types);
  terminal.out(flags.json === true ? JSON.stringify(plain(answer), null, 2) : answerLines(answer).join('\n'));
}

/** Arrow gives dates and times as milliseconds since 1970: here they become ISO 8601. */
function datesAsText(content: Record<string, unknown>, types: ReadonlyMap<string, string>): void {
  for (const [name, value] of Object.entries(content)) {
    const type = types.get(name) ?? '';
    if (typeof value !== 'number' || !/^(date|timestamp)/.test(type)) continue;
    const text = new Date(value).toISOString();
    content[name] = type === 'date' ? text.slice(0, 10) : text;
  }
}

function answerLines(answer: Why): string[] {
  const { stage, fate, because, output, duplicate_of: twin } = answer;
  const what = stage === null ? fate : `dropped by ${stage}, ${fate}`;
  const lines = [`row ${answer.row} of ${escapeControls(answer.source)}: ${what}: ${escapeControls(because)}`];
  if (output !== null) lines.push(...rowLines(output), ...scoreLines(answer));
  if (twin !== null) {
    lines.push(
      `  ${twin.output === null ? 'kept by dedupe' : 'kept instead'}: row ${twin.row} of ${escapeControls(twin.source)}`,
    );
    if (twin.output !== null) lines.push(...rowLines(twin.output));
  }
  return lines;
}

function scoreLines({ score, target, terms }: Why): string[] {
  if (score === null) return [];
  const closest = target === null ? '' : `, closest to "${escapeControls(shorten(target, 60))}"`;
  const lines = [`  score ${rounded(score)}${closest}${terms === null ? ': there was nothing to rank by' : ''}`];
  if (terms === null) return lines;
  for (const { term, part, count, idf } of terms.slice(0, shownTerms)) {
    const times = count === 1 ? 'once' : `${count} times`;
    lines.push(`    ${rounded(part)}  ${escapeControls(shorten(term, 60))} (${times}, idf ${rounded(idf)})`);
  }
  const more = terms.length - shownTerms;
  if (more > 0) lines.push(`    and ${more} more term${more === 1 ? '' : 's'}`);
  if (terms.length === 0) lines.push('    it has none of the terms that rows are scored by');
  return lines;
}

const rounded = (value: number): string => value.toFixed(4);

function rowLines({ file, position, content }: OutputRow): string[] {
  const values = Object.entries(plain(content) as Record<string, unknown>).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `    ${escapeControls(name)}: ${escapeControls(shorten(text, shownLetters))}`;
  });
  return [`  in ${escapeControls(file)}, position ${position}:`, ...values];
}

/** A value of an Arrow table as JSON has it: integers beyond 2^53 as text, bytes in hexadecimal. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return value.toISOString();
  if (value === null || typeof value !== 'object') return value ?? null;
  if (Array.isArray(value)) return value.map(plain);
  if (Symbol.iterator in value && 'toArray' in value) return [...(value as Iterable<unknown>)].map(plain);
  const object = 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value;
  return Object.fromEntries(Object.entries(object as object).map(([key, v]) => [key, plain(v)]));
}
