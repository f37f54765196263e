import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Cache } from '../cache/cache.js';
import { startDashboard } from '../dashboard/server.js';
import { DatagpuError, escapeControls } from '../errors.js';
import type { Flags } from './program.js';
import { counted } from './quantities.js';
import { endBySignal, watchSignals } from './signals.js';
import type { Terminal } from './terminal.js';

/** `datagpu dashboard [<manifest|dir>...]`. */
export async function run(targets: string[], flags: Flags, terminal: Terminal): Promise<void> {
  const shown = withCached(targets, flags, terminal);
  if (shown.length === 0)
    throw new DatagpuError('usage', 'there is no data set to show', {
      hint: 'Name an output folder of datagpu, for example datagpu dashboard compiled',
    });
  const port = portOf(flags.port);
  const dashboard = await startDashboard(shown, port);
  const watch = watchSignals(() => undefined);
  terminal.out(dashboard.address);
  terminal.err(
    `${counted(shown.length, 'data set')} on this machine only; whoever has the address sees the data. Ctrl-C ends it.`,
  );
  if (flags.open !== false) openBrowser(dashboard.address);
  await new Promise<void>((done) => watch.signal.addEventListener('abort', () => done(), { once: true }));
  await dashboard.close();
  const signal = watch.received();
  watch.dispose();
  if (signal !== null) await endBySignal(signal);
}

/** What was named, and what the cache knows beside it; nothing twice. */
function withCached(targets: readonly string[], flags: Flags, terminal: Terminal): string[] {
  const given = typeof flags.cacheDir === 'string' ? flags.cacheDir : process.env.DATAGPU_CACHE_DIR;
  const cache = Cache.openExisting(path.resolve(given || '.datagpu/cache'), (message) =>
    terminal.err(`${terminal.style.yellow('warning:')} ${escapeControls(message)}`),
  );
  const cached = cache?.list().map((entry) => entry.folder) ?? [];
  cache?.close();
  const shown: string[] = [];
  const seen = new Set<string>();
  const named = targets.length > 0 || !fs.existsSync('compiled/manifest.yaml') ? targets : ['compiled'];
  for (const target of [...named, ...cached.filter((folder) => fs.existsSync(path.join(folder, 'manifest.yaml')))]) {
    const folder = path.resolve(target.replace(/[\\/]?manifest\.yaml$/, '') || '.');
    if (seen.has(folder)) continue;
    seen.add(folder);
    shown.push(target);
  }
  return shown;
}

function portOf(flag: unknown): number {
  if (flag === undefined) return 0;
  const port = Number(flag);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new DatagpuError('usage', `--port must be a number from 1 to 65535, got "${String(flag)}"`);
  return port;
}

/** Opens the address with what the system opens addresses with; who has no browser reads it on the terminal. */
function openBrowser(address: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  const child = spawn(command!, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
