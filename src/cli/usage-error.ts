import fs from 'node:fs';
import type { Command, CommanderError } from 'commander';
import { DatagpuError } from '../errors.js';
import { closest } from '../suggest.js';

/** What other programs call options. */
const otherNames: Readonly<Record<string, string>> = {
  '--dest': '--out',
  '--destination': '--out',
  '--jobs': '--threads',
  '--method': '--rank-method',
  '--output': '--out',
  '--output-dir': '--out',
  '--overwrite': '--replace',
  '--force': '--replace',
  '--sep': '--delimiter',
  '--separator': '--delimiter',
  '--silent': '--quiet',
  '--target': '--rank-target',
  '--threshold': '--near-dup-threshold',
};

/** What commander refuses, as a usage error; null when it only showed help or the version. */
export function usageErrorOf(error: CommanderError, program: Command, argv: readonly string[]): DatagpuError | null {
  if (error.exitCode === 0) return null;
  const names = program.commands.map((c) => c.name());
  if (error.code === 'commander.help') {
    const asked = argv[0] === 'help' ? argv[1] : undefined;
    if (asked === undefined) return new DatagpuError('usage', 'no command given', { hint: 'See datagpu --help' });
    return unknownCommand(asked, argv.slice(1), names);
  }
  const [what = ''] = error.message.replace(/^error: /, '').split('\n');
  const word = /'(.*)'/.exec(what)?.[1] ?? '';
  if (error.code === 'commander.unknownCommand') return unknownCommand(word, argv, names);
  const command = program.commands.find((c) => argv.includes(c.name()));
  const options = error.code === 'commander.unknownOption' ? (command ?? program).options.map((o) => o.long ?? '') : [];
  const other = otherNames[word];
  const near = other !== undefined && options.includes(other) ? other : closest(word, options);
  const see = `See datagpu ${command === undefined ? '' : `${command.name()} `}--help`;
  return new DatagpuError('usage', what, { hint: near === null ? see : `Did you mean ${near}?` });
}

function unknownCommand(word: string, argv: readonly string[], names: readonly string[]): DatagpuError {
  const two = argv.slice(0, 2).join('-');
  const near = names.includes(two) ? two : closest(word, names);
  const isSource = near === null && fs.existsSync(word);
  const hint =
    near !== null
      ? `Did you mean ${near}?`
      : isSource
        ? `To compile it: datagpu compile ${argv.join(' ')}`
        : 'See datagpu --help';
  return new DatagpuError('usage', `unknown command '${word}'`, { hint });
}
