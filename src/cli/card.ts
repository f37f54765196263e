import { card } from '../card.js';
import { shown } from './summary.js';
import type { Terminal } from './terminal.js';

/** `datagpu card <manifest|dir>`. */
export async function run(target: string, terminal: Terminal): Promise<void> {
  for (const file of await card(target)) terminal.out(shown(file, process.cwd()));
}
