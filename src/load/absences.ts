/** A column of the data set that some sources don't have. */
export interface Absence {
  column: string;
  sources: string[];
}

/** Groups of columns that are named in one sentence. */
const mostGroups = 5;

/** What is to be said of columns that some sources lack: one sentence for all of them, columns of the same sources together. */
export function absenceNotes(absences: readonly Absence[]): string[] {
  if (absences.length === 0) return [];
  const groups = new Map<string, Absence[]>();
  for (const absence of absences) {
    const key = JSON.stringify(absence.sources);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [absence]);
    else group.push(absence);
  }
  const shown = [...groups.values()].slice(0, mostGroups).map((group) => {
    const columns = group.map(({ column }) => column);
    return `${listed(columns)} ${columns.length === 1 ? 'is' : 'are'} not in ${listed(group[0]!.sources)}`;
  });
  const left = [...groups.values()].slice(mostGroups).reduce((n, group) => n + group.length, 0);
  if (left > 0) shown.push(`${left} more column${left === 1 ? ' is' : 's are'} not in all of them`);
  if (absences.length === 1) return [`column ${shown[0]}: null there`];
  return [`the sources have different columns, null where one is absent: ${shown.join('; ')}`];
}

/** Characters of a name that are shown. */
const mostLetters = 100;

/** Names of sources or columns, at most three of them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => (name.length > mostLetters ? `${name.slice(0, mostLetters)}…` : name));
  return names.length <= 3 ? shown.join(', ') : `${shown.join(', ')} and ${names.length - 3} more`;
}
