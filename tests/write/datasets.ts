import fs from 'node:fs';
import path from 'node:path';
import { Staging } from '../../dist/write/commit.js';
import { type Fault, Killed, withFaults } from './faults.js';

const shardsOf = {
  one: ['data.parquet'],
  single: ['data.parquet'],
  two: ['data-00000-of-00002.parquet', 'data-00001-of-00002.parquet'],
  pair: ['data-00000-of-00002.parquet', 'data-00001-of-00002.parquet'],
};
/** Small data sets whose files say of which they are; "two" has rejects as well. */
export type DataSet = keyof typeof shardsOf;

/** All files of a folder but the lock, with their content. */
export function contents(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile() && entry.name !== 'lock')
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort()
      .map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]),
  );
}

/** Commits a data set into a folder, in which calls of the file system may fail; gives these, and the error if there was one. */
export function commitInto(
  folder: string,
  what: DataSet,
  at: (number: number) => Fault = () => null,
): { calls: string[]; error: unknown } {
  const old = fs.existsSync(folder)
    ? fs.readdirSync(folder).filter((name) => /^data(-\d{5}-of-\d{5})?\.parquet$/.test(name))
    : [];
  const staging = new Staging(folder);
  const files = shardsOf[what].map((name, i) => {
    const file = path.join(staging.folder, `part-${i}.parquet`);
    fs.writeFileSync(file, `${what} ${name}`);
    return { path: file, name, rows: 1, bytes: 1, hash: '' };
  });
  if (what === 'two') fs.writeFileSync(staging.beside('rejects.parquet'), 'two rejects');
  fs.writeFileSync(staging.beside('lineage.parquet'), `${what} lineage`);
  let error: unknown = null;
  const calls = withFaults(at, () => {
    try {
      staging.commit(files, `${what} manifest`, old);
    } catch (thrown) {
      error = thrown;
      // A process that was killed does nothing more, and its lock is free.
      if (thrown instanceof Killed) return (staging as unknown as { lock: { release(): void } }).lock.release();
      staging.abort();
    }
  });
  return { calls: calls.map((call) => call.replaceAll(folder, '').replaceAll(/staging-\w+/g, 'staging')), error };
}
