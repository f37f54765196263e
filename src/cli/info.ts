import { escapeControls, terminalJson } from '../errors.js';
import { openDataset } from '../info.js';
import type { Manifest } from '../manifest/manifest.js';
import { orderedManifest } from '../manifest/write.js';
import { changedText, droppedText } from './counts.js';
import type { Flags } from './program.js';
import { bytes, count, roughly } from './quantities.js';
import { warnIfBroken } from './seal.js';
import { rankedText } from './summary.js';
import { tableLines } from './table.js';
import type { Terminal } from './terminal.js';

/** Sources, files and columns shown; `--json` has them all. */
const shownAtMost = 50;
/** Up to so many distinct values are counted, more are estimated. */
const countedDistinct = 1000;

/** `datagpu info <manifest|dir>`. */
export async function run(target: string, flags: Flags, terminal: Terminal): Promise<void> {
  const located = await openDataset(target);
  warnIfBroken(located, terminal);
  if (flags.types === true) {
    const types = await (await import('../rowtypes.js')).rowTypes(target);
    terminal.out(
      flags.json === true ? terminalJson(types) : `// TypeScript\n${types.typescript}\n\n# Python\n${types.python}`,
    );
    return;
  }
  terminal.out(
    flags.json === true
      ? terminalJson(orderedManifest(located.manifest))
      : infoLines(located.manifest, terminal.outColumns).join('\n'),
  );
}

/** A manifest for people. */
export function infoLines(manifest: Manifest, columns: number = Number.POSITIVE_INFINITY): string[] {
  const { ledger, parent, compiler } = manifest;
  const facts: [string, string][] = [
    ['created', `${manifest.created_at} by ${compiler.name} ${compiler.version}`],
    ['rows', `${count(manifest.rows)} of ${count(ledger.read)} read`],
    ['dropped', droppedText(ledger.dropped) || 'nothing'],
    ['changed', changedText(ledger.changed) || 'nothing'],
    ['ranked', rankedText(manifest)],
    ['hash', manifest.hash],
    ['replaces', parent === null ? 'nothing' : `${parent.version} of ${parent.created_at}`],
  ];
  return [
    `${escapeControls(manifest.dataset_name)} ${manifest.version}`,
    ...facts.map(([key, value]) => `  ${key.padEnd(10)}${escapeControls(value)}`),
    ...manifest.warnings.map((warning) => `  warning   ${escapeControls(warning)}`),
    '',
    ...section(
      columns,
      ['source', 'size', 'rows', 'hash'],
      manifest.sources.map((s) => [s.path, bytes(s.bytes), count(s.rows), s.hash]),
    ),
    '',
    ...section(
      columns,
      ['file', 'size', 'rows', 'hash'],
      manifest.files.map((f) => [f.path, bytes(f.bytes), count(f.rows), `${f.hash.slice(0, 23)}…`]),
    ),
    '',
    ...section(
      columns,
      ['column', 'label', 'type', 'nulls', 'distinct', 'min', 'max'],
      manifest.fields.map((f) => [
        f.name,
        manifest.schema[f.name] ?? '',
        f.type,
        count(f.nulls),
        f.distinct === null ? '' : (f.distinct > countedDistinct ? roughly : count)(f.distinct),
        valueText(f.min),
        valueText(f.max),
      ]),
    ),
  ];
}

function section(columns: number, header: string[], rows: string[][]): string[] {
  const lines = tableLines(header, rows.slice(0, shownAtMost), columns);
  return rows.length > shownAtMost ? [...lines, `and ${count(rows.length - shownAtMost)} more`] : lines;
}

function valueText(value: string | number | boolean | null): string {
  return value === null ? '' : [...String(value)].slice(0, 24).join('');
}
