import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const bin = path.resolve(import.meta.dirname, '../../bin/datagpu.js');

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** Runs the command line as a process of its own. */
export function datagpu(
  args: string[],
  options: { cwd: string; env?: Record<string, string>; input?: string },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { cwd, env, input } = options;
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, NO_COLOR: '1', ...env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (d) => {
      out += d;
    });
    child.stderr.on('data', (d) => {
      err += d;
    });
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
    child.stdin.end(input ?? '');
  });
}

/** A new folder under the system's temporary one, and how to remove it. */
export function temporaryFolder(): { dir: string; remove: () => void } {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-cli-'));
  return { dir, remove: () => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}
