import { DatagpuError, escapeControls, terminalJson } from '../errors.js';
import { isWrong } from '../verify/verdict.js';
import { type FileVerdict, verify } from '../verify.js';
import type { Flags } from './program.js';
import { count } from './quantities.js';
import type { Terminal } from './terminal.js';

const names = {
  manifest: 'manifest',
  data: 'data file',
  beside: 'file beside the data',
  card: 'card',
  source: 'source',
} as const;

/** `datagpu verify <manifest|dir>`. */
export async function run(target: string, flags: Flags, terminal: Terminal): Promise<void> {
  const quick = flags.quick === true;
  const sources = flags.sources === true;
  const { ok, files } = await verify(target, { quick, sources });
  if (flags.json === true) terminal.out(terminalJson({ ok, quick, sources, files }));
  else
    for (const { verdict, kind, path, why } of files)
      terminal.out(
        `${verdict.padEnd(7)} ${kind.padEnd(8)} ${escapeControls(path)}${why === '' ? '' : `: ${escapeControls(why)}`}`,
      );
  const wrong = files.filter(isWrong);
  const [first] = wrong;
  if (first === undefined) return;
  const more = wrong.length === 1 ? '' : ` (and ${count(wrong.length - 1)} more)`;
  throw new DatagpuError('verification', `${sentence(first)}${more}`, {
    file: first.path,
    hint: wrong.every((v) => v.kind === 'source' && v.verdict === 'unreadable')
      ? 'Make it readable and verify again'
      : wrong.every((v) => v.kind === 'card')
        ? 'Run datagpu card on the data set'
        : 'Compile again to bring data set and sources together',
  });
}

function sentence({ kind, verdict, why }: FileVerdict): string {
  if (verdict === 'stray') return `${names[kind]} is not of the data set`;
  return `${names[kind]} is ${verdict}${verdict === 'missing' ? '' : `: ${why}`}`;
}
