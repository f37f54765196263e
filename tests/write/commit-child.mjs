// Writes a data set into a folder and commits it: commit-child.mjs <folder> <what> [hold|kill]. "hold" keeps the folder's lock,
// "kill" ends the process before the manifest is renamed.
import fs from 'node:fs';
import path from 'node:path';
import { Staging } from '../../dist/write/commit.js';

const [folder, what, end] = process.argv.slice(2);
const staging = new Staging(folder);
const shards = what === 'two' ? ['data-00000-of-00002.parquet', 'data-00001-of-00002.parquet'] : ['data.parquet'];
const files = shards.map((name, i) => {
  const file = path.join(staging.folder, `part-${i}.parquet`);
  fs.writeFileSync(file, `${what} ${name}`);
  return { path: file, name, rows: 1, bytes: 1, hash: '' };
});
if (what === 'two') fs.writeFileSync(staging.beside('rejects.parquet'), 'two rejects');
fs.writeFileSync(staging.beside('lineage.parquet'), `${what} lineage`);
const rename = fs.renameSync;
if (end === 'kill')
  fs.renameSync = (from, to) => {
    if (to.endsWith('manifest.yaml')) process.kill(process.pid, 'SIGKILL');
    rename(from, to);
  };
if (end === 'hold') {
  fs.writeSync(1, 'holding\n');
  setInterval(() => {}, 1000);
} else {
  const old = fs.readdirSync(folder).filter((name) => /^data(-\d{5}-of-\d{5})?\.parquet$/.test(name));
  staging.commit(files, `${what} manifest`, old);
}
