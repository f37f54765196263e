import path from 'node:path';
import { escapeControls } from '../errors.js';
import type { LocatedManifest } from '../manifest/read.js';
import type { Terminal } from './terminal.js';

/** Says that a manifest is not the one that was written: whoever edited it may still look at it, and must know. */
export function warnIfBroken({ path: file, broken }: LocatedManifest, terminal: Terminal): void {
  if (broken === null) return;
  const name = escapeControls(path.relative(process.cwd(), file));
  terminal.err(
    `${terminal.style.yellow('warning:')} ${name}: ${broken}. What is shown may be wrong; see datagpu verify.`,
  );
}
