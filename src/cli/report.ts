import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { reasonOf } from '../config/yaml.js';
import { report } from '../dashboard/report.js';
import { DatagpuError, escapeControls } from '../errors.js';
import type { Flags } from './program.js';
import { bytes } from './quantities.js';
import type { Terminal } from './terminal.js';

/** `datagpu report <manifest|dir> -o report.html`. */
export async function run(target: string, flags: Flags, terminal: Terminal): Promise<void> {
  const out = typeof flags.out === 'string' ? flags.out : 'report.html';
  const text = String(flags.rows ?? '5');
  if (!/^[0-9]{1,2}$/.test(text) || Number(text) > 50)
    throw new DatagpuError('usage', `--rows must be a number from 0 to 50, got "${text}"`, {
      hint: 'Take 0 for a page without values of rows',
    });
  const before = typeof flags.before === 'string' ? { before: flags.before } : {};
  const page = await report(target, { rows: Number(text), ...before });
  writeWhole(out, page);
  terminal.out(escapeControls(out));
  terminal.err(`${bytes(Buffer.byteLength(page))}; it opens in any browser, and asks nobody for anything.`);
}

/** Whoever opens the file sees the old page or the new one. */
function writeWhole(out: string, page: string): void {
  const staged = path.join(path.dirname(out), `.${path.basename(out)}-${randomBytes(4).toString('hex')}`);
  try {
    if (fs.statSync(out, { throwIfNoEntry: false })?.isDirectory())
      throw new DatagpuError('usage', 'is a folder, and a report is a file', {
        file: out,
        hint: 'Name a file with --out',
      });
    fs.writeFileSync(staged, page, { flag: 'wx' });
    fs.renameSync(staged, out);
  } catch (cause) {
    fs.rmSync(staged, { force: true });
    if (cause instanceof DatagpuError) throw cause;
    throw new DatagpuError('output', `the report can't be written: ${reasonOf(cause)}`, { file: out, cause });
  }
}
