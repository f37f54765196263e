import { createRequire } from 'node:module';

/**
 * commander by `require`: imported, its CommonJS files go through the lexer that looks for their exports, which takes
 * longer than all the rest of `datagpu --help`.
 */
const commander: typeof import('commander') = createRequire(import.meta.url)('commander');

export const Command: typeof commander.Command = commander.Command;
export const CommanderError: typeof commander.CommanderError = commander.CommanderError;
export const Option: typeof commander.Option = commander.Option;
