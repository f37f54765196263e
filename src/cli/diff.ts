import { terminalJson } from '../errors.js';
import { openDataset } from '../info.js';
import { compareManifests, type ManifestDifference } from '../manifest/compare.js';
import type { Flags } from './program.js';
import { warnIfBroken } from './seal.js';
import { tableLines } from './table.js';
import type { Terminal } from './terminal.js';

/** `datagpu diff <manifest|dir> <manifest|dir>`. */
export async function run(before: string, after: string, flags: Flags, terminal: Terminal): Promise<void> {
  const [old, now] = [await openDataset(before), await openDataset(after)];
  for (const located of [old, now]) warnIfBroken(located, terminal);
  const difference = compareManifests(old.manifest, now.manifest);
  if (flags.json === true) terminal.out(terminalJson(difference));
  else terminal.out(differenceLines(difference, terminal.outColumns).join('\n'));
}

function differenceLines(difference: ManifestDifference, columns: number): string[] {
  if (difference.same) return ['the same data'];
  const show = (value: unknown): string =>
    value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const sections = [difference.summary, difference.columns, difference.counts, difference.config, difference.sources];
  const rows = sections.flatMap((section) => section.map((d) => [d.what, show(d.before), show(d.after)]));
  return tableLines(['what', 'before', 'after'], rows, columns);
}
