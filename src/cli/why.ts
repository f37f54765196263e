import { DatagpuError, escapeControls, terminalJson } from '../errors.js';
import { info } from '../info.js';
import { datesAsText, plain, valueText } from '../load/shown-values.js';
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
  terminal.out(flags.json === true ? terminalJson(plain(answer)) : answerLines(answer).join('\n'));
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
  const values = Object.entries(content).map(([name, value]) => {
    return `    ${escapeControls(name)}: ${escapeControls(shorten(valueText(value), shownLetters))}`;
  });
  return [`  in ${escapeControls(file)}, position ${position}:`, ...values];
}
