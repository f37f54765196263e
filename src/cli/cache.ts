import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Cache } from '../cache/cache.js';
import type { CacheEntry } from '../cache/entry.js';
import { DatagpuError, escapeControls, terminalJson } from '../errors.js';
import type { Flags } from './program.js';
import { bytes, count, counted } from './quantities.js';
import { shown } from './summary.js';
import { tableLines } from './table.js';
import type { Terminal } from './terminal.js';

/** `datagpu cache-list`. */
export async function runList(flags: Flags, terminal: Terminal): Promise<void> {
  const cache = openFor(flags, terminal);
  const entries = cache?.list({ name: nameOf(flags) }) ?? [];
  cache?.close();
  if (flags.json === true) terminal.out(terminalJson(entries.map(listed)));
  else if (entries.length === 0) terminal.err('The cache remembers no such data set.');
  else terminal.out(entryLines(entries, terminal.outColumns).join('\n'));
}

/** `datagpu cache-clear`. */
export async function runClear(flags: Flags, terminal: Terminal): Promise<void> {
  const cache = openFor(flags, terminal);
  const name = nameOf(flags);
  const found = cache?.list({ name }).length ?? 0;
  if (found > 0 && flags.force !== true && !(await confirm(`Forget ${counted(found, 'data set')}?`))) {
    cache?.close();
    terminal.err('Nothing was forgotten.');
    return;
  }
  const cleared = cache?.clear({ name }) ?? 0;
  cache?.close();
  terminal.err(`${counted(cleared, 'data set')} forgotten; the files stay.`);
}

function openFor(flags: Flags, terminal: Terminal): Cache | null {
  const given = typeof flags.cacheDir === 'string' ? flags.cacheDir : process.env.DATAGPU_CACHE_DIR;
  const dir = path.resolve(given || '.datagpu/cache');
  return Cache.openExisting(dir, (message) =>
    terminal.err(`${terminal.style.yellow('warning:')} ${escapeControls(message)}`),
  );
}

function nameOf(flags: Flags): string | undefined {
  return typeof flags.dataset === 'string' ? flags.dataset : undefined;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new DatagpuError('usage', 'cache-clear asks first, but standard input is no terminal', { hint: 'Add -f' });
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(`${question} [y/N] `);
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** An entry as `--json` prints it. */
function listed(entry: CacheEntry): Record<string, unknown> {
  return {
    dataset_name: entry.name,
    version: entry.version,
    rows: entry.rows,
    bytes: sizeOf(entry),
    folder: entry.folder,
    sources: entry.sources.map((source) => source.path),
    config_hash: entry.configHash,
    compiler_version: entry.compilerVersion,
    created_at: entry.createdAt,
    used_at: entry.usedAt,
  };
}

function entryLines(entries: readonly CacheEntry[], columns: number): string[] {
  return tableLines(
    ['name', 'version', 'rows', 'size', 'last used', 'folder'],
    entries.map((e) => [e.name, e.version, count(e.rows), bytes(sizeOf(e)), e.usedAt, shown(e.folder, process.cwd())]),
    columns,
  );
}

function sizeOf(entry: CacheEntry): number {
  return entry.files.reduce((sum, file) => sum + file.bytes, 0);
}
