// Writes the table of options in README.md from src/options/table.ts. Needs a build. With --check it only compares.
import fs from 'node:fs';
import path from 'node:path';
import { optionTable } from '../dist/options/table.js';

const file = path.join(import.meta.dirname, '../README.md');
const text = fs.readFileSync(file, 'utf8');
const [start, end] = ['<!-- options: generated from src/options/table.ts by npm run docs -->\n', '<!-- /options -->'];
const from = text.indexOf(start) + start.length;
const to = text.indexOf(end);
if (from < start.length || to < from) throw new Error('README.md has lost its marks around the options');

const flag = ({ name, short, value, on }) => {
  const long = `--${on ? 'no-' : ''}${name}${value === null ? '' : ` <${value}>`}`;
  return `\`${short === undefined ? '' : `-${short}, `}${long}\``.replaceAll('|', '\\|');
};
const groups = [...new Set(optionTable.map((option) => option.group))];
const tables = groups.map((group) => {
  const rows = optionTable
    .filter((option) => option.group === group)
    .map((option) => `| ${flag(option)} | ${option.help.replaceAll('|', '\\|')} |`);
  if (group === 'Output')
    rows.splice(2, 0, '| `--config <file>` | default: datagpu.yaml in the working folder, if there is one |');
  return `\n| ${group} | |\n|---|---|\n${rows.join('\n')}\n`;
});
const now = text.slice(0, from) + tables.join('') + text.slice(to);
if (!process.argv.includes('--check')) fs.writeFileSync(file, now);
else if (now !== text) {
  process.stderr.write('README.md does not have the options of src/options/table.ts: npm run docs\n');
  process.exit(1);
}
