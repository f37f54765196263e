import type { Config } from '../../config/options.js';
import { escapeControls } from '../../errors.js';
import type { Survey } from './survey.js';

/** What is to be said of the reading that was chosen: what it leaves out, what is a guess, and the other reading. */
export function warningsOf(
  best: Survey,
  surveys: readonly Survey[],
  hints: number,
  options: Config['read'],
  name: string,
): string[] {
  const { dialect } = best;
  const warnings: string[] = [];
  const skipped = dialect.skip - hints;
  if (skipped > 0) {
    const isSkipped = `${count(skipped, 'line')} before the table ${skipped === 1 ? 'is' : 'are'} not part of it and skipped`;
    const other = `. If the file is one column named in its first line, pass a delimiter that it does not hold: --delimiter "\\x01"`;
    warnings.push(`${name}: ${isSkipped}${best.guessedTitle ? other : ''}`);
  }
  if (!dialect.header && options.header === null)
    warnings.push(
      `${name}: the first record looks like data, so there are no column names. Pass --header if it has them`,
    );
  if (best.unnamedFirst)
    warnings.push(
      `${name}: the header has ${best.columns - 1} names and the records have ${best.columns} cells; the first column is taken for row names without a name, as R writes them. If it is the last one that has none, all names are shifted by one: write the missing name into the header`,
    );
  const titled = best.columns === 1 ? surveys.find((s) => s.refused !== null) : undefined;
  if (titled !== undefined)
    warnings.push(
      `${name}: read as one column, named in the first line. With ${count(titled.refused!.preamble, 'title line')} above it, it would be a table of ${titled.refused!.columns} columns: if it is one, pass --delimiter "${delimiterName(titled)}"`,
    );
  return warnings;
}

export const count = (n: number, what: string): string => (n === 1 ? `1 ${what}` : `${n} ${what}s`);

const delimiterNames: Readonly<Record<string, string>> = { '\t': 'tab', ' ': 'space' };

const delimiterName = (s: Survey): string => delimiterNames[s.dialect.delimiter] ?? escapeControls(s.dialect.delimiter);

/** The other readings that fit the samples, for a refusal. */
export function alternativesTo(best: Survey, surveys: readonly Survey[]): string[] {
  const show = (s: Survey): string => {
    return `--delimiter "${delimiterName(s)}" gives ${count(s.columns, 'column')} in ${Math.round(s.consistency * 100)} % of the records looked at`;
  };
  return surveys.filter((s) => s !== best && s.columns > 1 && s.consistency >= 0.7).map(show);
}
