import type { Command, Option } from 'commander';
import type { OptionSpec } from '../config/option-spec.js';
import { DatagpuError } from '../errors.js';
import { optionTable } from '../options/table.js';
import * as commander from './commander.js';

/** Flags of `compile`, in the groups of the option table. */
export function addCompileOptions(command: Command): void {
  const taken = new Set(['--help', '-h', '--config']);
  for (const spec of optionTable) {
    taken.add(`--${spec.name}`);
    if (spec.short !== undefined) taken.add(`-${spec.short}`);
    if (spec.value === null) taken.add(`--no-${spec.name}`);
  }
  let group = '';
  for (const spec of optionTable) {
    if (spec.group !== group) command.optionsGroup(`${spec.group}:`);
    group = spec.group;
    for (const option of optionsOf(spec)) command.addOption(guard(option, spec, taken));
    if (spec.name === 'name')
      command.addOption(
        guard(
          new commander.Option('--config <file>', 'default: datagpu.yaml in the working folder, if there is one'),
          null,
          taken,
        ),
      );
  }
  command.optionsGroup('Help:').helpOption('-h, --help', 'show help');
}

/** A switch is two flags, the one that changes the default shown in the help; where the default is detected, both. */
function optionsOf(spec: OptionSpec): Option[] {
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  if (spec.value !== null) return [new commander.Option(`${short}--${spec.name} <${spec.value}>`, spec.help)];
  const isEither = spec.name === 'header';
  const on = new commander.Option(`${short}--${spec.name}`, spec.help);
  const off = new commander.Option(`--no-${spec.name}`, isEither ? 'the first record is data' : spec.help);
  if (spec.on === true) on.hideHelp();
  else if (!isEither) off.hideHelp();
  return [on, off];
}

/** Lists add up over several flags; a value that is itself a flag is a forgotten value, not a value. */
function guard(option: Option, spec: OptionSpec | null, taken: ReadonlySet<string>): Option {
  if (!option.required) return option;
  return option.argParser((value: string, previous: unknown) => {
    if (taken.has(value))
      throw new DatagpuError('usage', `${option.long} needs a value, but ${value} follows`, {
        hint: `If ${value} is the value, write ${option.long}=${value}`,
      });
    return spec?.list === true && typeof previous === 'string' ? `${previous},${value}` : value;
  });
}
