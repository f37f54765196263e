import { type ConfigFile, findConfigFile, readConfigFile } from '../config/file.js';
import { camelCase } from '../config/option-spec.js';
import { DatagpuError, escapeControls, terminalJson } from '../errors.js';
import type { CompilePlan } from '../manifest/result.js';
import { orderedManifest } from '../manifest/write.js';
import type { CompileOptions } from '../options/compile-options.js';
import { optionTable } from '../options/table.js';
import type { Flags } from './program.js';
import { showProgress } from './progress.js';
import { bytes } from './quantities.js';
import { endBySignal, watchSignals } from './signals.js';
import { stageLines, summaryLines } from './summary.js';
import { tableLines } from './table.js';
import type { Terminal } from './terminal.js';

/** `datagpu compile <source...>`. */
export async function run(sources: string[], flags: Flags, terminal: Terminal): Promise<void> {
  const cwd = process.cwd();
  const config = typeof flags.config === 'string' ? flags.config : findConfigFile(cwd);
  const file = config === undefined ? null : readConfigFile(config, cwd);
  const switches = terminalSwitches(flags, file);
  const progress = showProgress(terminal, switches.quiet);
  const watch = watchSignals(() => progress.stop());
  const terminalFields = new Set(optionTable.filter((spec) => spec.terminal).map((spec) => camelCase(spec.name)));
  const given = Object.fromEntries(Object.entries(flags).filter(([field]) => !terminalFields.has(field)));
  const options: CompileOptions = { ...given, config, cwd, signal: watch.signal, onProgress: progress.update };
  const warn = (warnings: readonly string[]): void => {
    if (switches.quiet) return;
    for (const warning of warnings) terminal.err(`${terminal.style.yellow('warning:')} ${escapeControls(warning)}`);
  };
  try {
    if (switches.dryRun) {
      const { plan } = await import('../plan.js');
      const planned = await plan(sources, options);
      progress.stop();
      warn(planned.warnings);
      terminal.out(switches.json ? terminalJson(planned) : planLines(planned, terminal.outColumns).join('\n'));
      return;
    }
    const { compile } = await import('../compile.js');
    const result = await compile(sources, options);
    progress.stop();
    warn(result.manifest.warnings);
    if (!switches.quiet) {
      terminal.err(summaryLines(result, cwd, terminal.style).join('\n'));
      if (switches.verbose) for (const line of stageLines(result.manifest)) terminal.err(`  ${line}`);
    }
    if (switches.json) terminal.out(terminalJson(orderedManifest(result.manifest)));
  } catch (error) {
    progress.stop();
    const signal = watch.received();
    if (signal === null) throw error;
    terminal.err(`${terminal.style.red('error:')} interrupted; what was in the output folder before is still there.`);
    await endBySignal(signal);
  } finally {
    watch.dispose();
  }
}

type Switches = Record<'dryRun' | 'verbose' | 'quiet' | 'json', boolean>;

/** The switches of the terminal; flags win over the config file, whose other values `resolveConfig` checks. */
function terminalSwitches(flags: Flags, file: ConfigFile | null): Switches {
  const get = (name: string): boolean => {
    const value = flags[camelCase(name)] ?? file?.values.get(name) ?? false;
    if (typeof value !== 'boolean')
      throw new DatagpuError('usage', `${name} must be true or false, got ${String(value)}`, { file: file?.name });
    return value;
  };
  if (flags.verbose === true && flags.quiet === true)
    throw new DatagpuError('usage', '--verbose and --quiet contradict each other', { hint: 'Leave one out' });
  const quiet = get('quiet') && flags.verbose !== true;
  return { dryRun: get('dry-run'), verbose: get('verbose') && !quiet, quiet, json: get('json') };
}

function planLines(plan: CompilePlan, columns: number): string[] {
  const dialectText = (dialect: object): string =>
    Object.entries(dialect)
      .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
      .join(', ');
  return [
    ...plan.sources.map((s) => escapeControls(`${s.path}: ${bytes(s.bytes)}, ${dialectText(s.dialect)}`)),
    '',
    ...tableLines(
      ['column', 'in the source', 'type so far'],
      plan.fields.map((f) => [f.name, f.source_name ?? '', f.type]),
      columns,
    ),
    '',
    ...plan.steps.map((step) => escapeControls(step)),
  ];
}
