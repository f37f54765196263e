import type { Command } from 'commander';
import { packageVersion } from '../config/package-version.js';
import * as commander from './commander.js';
import { addCompileOptions } from './options.js';
import type { Terminal } from './terminal.js';

/** What a flag or argument came out as. */
export type Flags = Readonly<Record<string, unknown>>;

/** The command line: every command loads its module when it runs, so that `--help` loads none. */
export function buildProgram(terminal: Terminal, argv: readonly string[]): Command {
  const program = new commander.Command('datagpu')
    .description('Compiles messy CSV, JSONL, JSON or Parquet into a clean, deduplicated, ranked Parquet data set.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: () => {} })
    .configureHelp({ helpWidth: Math.min(120, process.stdout.columns ?? 100) })
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride();
  addHelp(program, ['datagpu compile train.csv', 'datagpu info compiled']);

  const compile = define(program, 'compile', 'compile sources into a data set', [
    'datagpu compile train.csv -o compiled',
    'datagpu compile data/ "more/*.jsonl" --near-dup --rank-target "maths problems" --top 10%',
  ])
    .argument('<source...>', 'files, folders or globs; "-" reads standard input, with --format')
    .action(async (sources: string[], flags: Flags) => (await import('./compile.js')).run(sources, flags, terminal));
  // Its sixty flags take a tenth of the time of `datagpu --help`, which shows none of them.
  if (argv.includes('compile')) addCompileOptions(compile);

  define(program, 'info', 'describe a data set', [
    'datagpu info compiled',
    'datagpu info compiled/manifest.yaml --json',
    'datagpu info compiled --types',
  ])
    .argument('<manifest|dir>', 'a manifest, or the folder that holds it')
    .option('--types', 'print a TypeScript interface and a Python TypedDict for a row')
    .option('--json', 'print the manifest, or the types, as JSON')
    .option('--debug', 'show stack traces')
    .action(async (target: string, flags: Flags) => (await import('./info.js')).run(target, flags, terminal));

  define(program, 'why', 'say what became of a row of a source, and why', [
    'datagpu why compiled 42',
    'datagpu why compiled 42 --source more.jsonl --json',
  ])
    .argument('<manifest|dir>', 'a manifest, or the folder that holds it')
    .argument('<row>', 'record number in the source, counted from 1 without the header')
    .option('--source <file>', 'which source, if there are several')
    .option('--json', 'print the answer as JSON')
    .option('--debug', 'show stack traces')
    .action(async (target: string, row: string, flags: Flags) =>
      (await import('./why.js')).run(target, row, flags, terminal),
    );

  define(program, 'verify', 'check that data, manifest and lineage (and sources) still agree', [
    'datagpu verify compiled',
    'datagpu verify compiled --quick --sources --json',
  ])
    .argument('<manifest|dir>', 'a manifest, or the folder that holds it')
    .option('--sources', 'read the sources too: whether they have the hash that the manifest gives')
    .option('--quick', 'of the data set, look at sizes and footers only')
    .option('--json', 'print the result as JSON')
    .option('--debug', 'show stack traces')
    .action(async (target: string, flags: Flags) => (await import('./verify.js')).run(target, flags, terminal));

  define(program, 'diff', 'compare two data sets', ['datagpu diff compiled-old compiled'])
    .argument('<before>', 'a manifest, or the folder that holds it')
    .argument('<after>', 'another one')
    .option('--json', 'print the differences as JSON')
    .option('--debug', 'show stack traces')
    .action(async (before: string, after: string, flags: Flags) =>
      (await import('./diff.js')).run(before, after, flags, terminal),
    );

  define(program, 'report', 'write a data set down as one page to send around', [
    'datagpu report compiled -o report.html',
    'datagpu report compiled -o report.html --rows 0 --before compiled-old',
  ])
    .argument('<manifest|dir>', 'a manifest, or the folder that holds it')
    .option('-o, --out <file>', 'default: report.html')
    .option('--rows <n>', 'removed records shown for each reason; 0: no value of a row in the page; default: 5')
    .option('--before <manifest|dir>', 'says what changed since that data set')
    .option('--debug', 'show stack traces')
    .action(async (target: string, flags: Flags) => (await import('./report.js')).run(target, flags, terminal));

  define(program, 'dashboard', 'look at data sets in a browser', [
    'datagpu dashboard compiled',
    'datagpu dashboard compiled compiled-old --port 8080 --no-open',
  ])
    .argument('[manifest|dir...]', 'manifests, or the folders that hold them; what the cache knows is listed too')
    .option('--port <n>', 'default: one that is free')
    .option('--no-open', 'print the address and open no browser')
    .option('--cache-dir <dir>', 'default: .datagpu/cache, or DATAGPU_CACHE_DIR')
    .option('--debug', 'show stack traces')
    .action(async (targets: string[], flags: Flags) => (await import('./dashboard.js')).run(targets, flags, terminal));
  define(program, 'card', 'write a data card (README.md) and croissant.json beside a data set', [
    'datagpu card compiled',
  ])
    .argument('<manifest|dir>', 'a manifest, or the folder that holds it')
    .option('--debug', 'show stack traces')
    .action(async (target: string) => (await import('./card.js')).run(target, terminal));

  define(program, 'cache-list', 'list the data sets that the cache remembers', ['datagpu cache-list -d train --json'])
    .option('-d, --dataset <name>', 'only data sets of this name')
    .option('--cache-dir <dir>', 'default: .datagpu/cache, or DATAGPU_CACHE_DIR')
    .option('--json', 'print an array as JSON')
    .option('--debug', 'show stack traces')
    .action(async (flags: Flags) => (await import('./cache.js')).runList(flags, terminal));

  define(program, 'cache-clear', 'forget data sets; their files stay', ['datagpu cache-clear -d train -f'])
    .option('-d, --dataset <name>', 'only data sets of this name')
    .option('-f, --force', 'do not ask')
    .option('--cache-dir <dir>', 'default: .datagpu/cache, or DATAGPU_CACHE_DIR')
    .option('--debug', 'show stack traces')
    .action(async (flags: Flags) => (await import('./cache.js')).runClear(flags, terminal));

  define(program, 'version', 'print the version', ['datagpu version'])
    .option('--debug', 'show stack traces')
    .action(() =>
      terminal.out(`datagpu ${packageVersion()} (node ${process.version}, ${process.platform} ${process.arch})`),
    );
  return program;
}

function define(program: Command, name: string, description: string, examples: string[]): Command {
  const command = program.command(name).description(description).helpOption('-h, --help', 'show help');
  addHelp(command, examples);
  return command;
}

function addHelp(command: Command, examples: string[]): void {
  command.addHelpText(
    'after',
    `\nExample${examples.length === 1 ? '' : 's'}:\n${examples.map((e) => `  $ ${e}`).join('\n')}`,
  );
}
