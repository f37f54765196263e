import path from 'node:path';
import { escapeControls } from '../errors.js';
import type { Manifest } from '../manifest/manifest.js';
import type { CompileResult } from '../manifest/result.js';
import { changedText, droppedText, labelsText } from './counts.js';
import { bytes, count, counted, duration, percent } from './quantities.js';
import { tableLines } from './table.js';
import type { Style } from './terminal.js';

/** What a person wants to know after a compile, line by line. `cwd` is what paths are shown relative to. */
export function summaryLines(result: CompileResult, cwd: string, style: Style): string[] {
  const { manifest, manifestPath, elapsedSeconds } = result;
  const folder = path.dirname(manifestPath);
  const { ledger } = manifest;
  const name = style.bold(`${escapeControls(manifest.dataset_name)} ${manifest.version}`);
  const facts: [string, string][] = [
    [
      'rows',
      `${count(ledger.read)} read, ${count(ledger.kept)} kept${ledger.read > 0 ? ` (${percent(ledger.kept / ledger.read)})` : ''}`,
    ],
    ['dropped', droppedText(ledger.dropped) || 'nothing'],
    ...(changedText(ledger.changed) === '' ? [] : [['changed', changedText(ledger.changed)] as [string, string]]),
    ...replacedText(result),
    ['columns', columnsText(manifest)],
    ['ranked', rankedText(manifest)],
    ['size', sizeText(manifest)],
    ['time', timeText(result)],
    ['data', filesText(manifest, folder, cwd)],
    ['manifest', shown(manifestPath, cwd)],
  ];
  const headline =
    result.outcome === 'cached' ? `${name}  cache hit: nothing changed since ${manifest.created_at}` : name;
  return [headline, ...facts.map(([key, value]) => `  ${style.dim(key.padEnd(9))}${value}`)];

  function timeText({ outcome }: CompileResult): string {
    const rate = ledger.read / elapsedSeconds;
    return duration(elapsedSeconds) + (outcome === 'compiled' && ledger.read > 0 ? `, ${count(rate)} rows/s` : '');
  }
}

/** What was in the folder before, if that was another version or data set. */
function replacedText({ outcome, manifest: { parent, dataset_name, version } }: CompileResult): [string, string][] {
  if (outcome === 'cached' || parent === null) return [];
  const name = parent.dataset_name ?? dataset_name;
  if (name === dataset_name && parent.version === version) return [];
  return [['replaces', `${parent.version} of ${escapeControls(name)}`]];
}

/** Where the time of a compile went, by stage, for `--verbose`. */
export function stageLines(manifest: Manifest): string[] {
  const stages = manifest.stats.stages ?? [];
  if (stages.length === 0) return [];
  return tableLines(
    ['stage', 'rows', 'bytes', 'seconds', 'rows/s', 'busy threads'],
    stages.map((s) => [
      s.stage,
      count(s.rows),
      bytes(s.bytes),
      s.seconds.toFixed(3),
      s.seconds > 0 ? count(s.rows / s.seconds) : '',
      s.busy_threads.toFixed(2),
    ]),
  );
}

/** How rows were ranked, in words. */
export function rankedText({ stats, rank_method: method }: Manifest): string {
  return stats.ranked_samples === 0 || method === 'none' ? 'no' : `by ${method}`;
}

function columnsText(manifest: Manifest): string {
  const labels: Record<string, number> = {};
  for (const label of Object.values(manifest.schema)) labels[label] = (labels[label] ?? 0) + 1;
  const kinds = labelsText(labels);
  return `${count(manifest.columns)}${kinds === '' ? '' : `: ${kinds}`}`;
}

function sizeText(manifest: Manifest): string {
  const before = manifest.sources.reduce((sum, source) => sum + source.bytes, 0);
  const after = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const sources = manifest.sources.length === 1 ? '' : ` in ${counted(manifest.sources.length, 'source')}`;
  return `${bytes(before)}${sources} before, ${bytes(after)} after${after < before ? ` (${percent(after / before)})` : ''}`;
}

function filesText(manifest: Manifest, folder: string, cwd: string): string {
  const first = shown(path.join(folder, manifest.compiled_path), cwd);
  const more = manifest.files.length - 1;
  return more > 0 ? `${first} and ${counted(more, 'more file')}` : first;
}

/** A path relative to the working folder when it lies in it, absolute otherwise. */
export function shown(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return escapeControls(
    relative === '' ? '.' : relative.startsWith('..') || path.isAbsolute(relative) ? file : relative,
  );
}
