import { packageVersion } from '../config/package-version.js';
import { reasonOf } from '../config/yaml.js';
import { reportFailure } from './failure.js';
import { isHangupIgnored } from './hangup.js';
import { openTerminal } from './terminal.js';

/** Runs one command line, without the program's own words, and gives the exit code once everything is printed. */
export async function main(argv: readonly string[]): Promise<number> {
  watchStreams();
  const code = await runCommand(argv);
  // Pipes are written in the background on some systems, and the process is about to end.
  for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done));
  return code;
}

/** What becomes of words that can't be written. */
function watchStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that went away (`datagpu info x | head`) has what it wants.
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`error: standard output can't be written: ${reasonOf(error)}.\n`);
    process.exit(4);
  });
  // There is nowhere to say so, and it decides nothing: the work goes on.
  process.stderr.on('error', () => undefined);
}

async function runCommand(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  // Before anything that takes long; what watches for signals leaves this one alone then.
  if (isHangupIgnored()) process.on('SIGHUP', () => undefined);
  const terminal = await openTerminal();
  const isDebug = argv.includes('--debug');
  const { CommanderError } = await import('./commander.js');
  const { buildProgram } = await import('./program.js');
  const program = buildProgram(terminal, argv);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    const failure =
      error instanceof CommanderError ? (await import('./usage-error.js')).usageErrorOf(error, program, argv) : error;
    return failure === null ? 0 : reportFailure(failure, terminal, isDebug);
  }
}
