import fs from 'node:fs';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';

/** Text is written in pieces of about so many characters. */
const pieceLength = 2 ** 22;

/**
 * Writes rows `from` to `to` of a table as a file. `broken(row)` says which rows are followed by a line that is no record of
 * the table.
 */
export function writeTable(file, table, from, to, how) {
  if (how.format === 'parquet') writeParquet(file, table, from, to, how);
  else if (how.format === 'csv') writeText(file, table, from, to, csvRow, how, `${names(table).join(',')}\n`);
  else if (how.format === 'jsonl') writeText(file, table, from, to, jsonRow, how, '');
  else writeText(file, table, from, to, jsonRow, { ...how, broken: null, between: ',\n', end: '\n]\n' }, '[\n');
}

const names = (table) => table.columns.map(({ name }) => name);

const csvRow = (table, row) =>
  table.columns
    .map((_, c) => {
      const value = table.value(row, c);
      return value === null ? '' : table.kinds[c].csv(value);
    })
    .join(',');

const jsonRow = (table, row) =>
  `{${table.columns
    .map(({ name }, c) => {
      const value = table.value(row, c);
      return `"${name}":${value === null ? 'null' : table.kinds[c].json(value)}`;
    })
    .join(',')}}`;

function writeText(file, table, from, to, rowOf, { broken, brokenLine, between = '\n', end = '\n' }, head) {
  const fd = fs.openSync(file, 'w');
  let text = head;
  for (let row = from; row < to; row++) {
    if (row > from) text += between;
    text += rowOf(table, row);
    if (broken?.(row)) text += between + brokenLine;
    if (text.length > pieceLength) {
      fs.writeSync(fd, text);
      text = '';
    }
  }
  fs.writeSync(fd, text + (to > from || end.length > 1 ? end : ''));
  fs.closeSync(fd);
}

function writeParquet(file, table, from, to, { rowGroupSize, pageSize, codec }) {
  const schema = [{ name: 'root', num_children: table.columns.length }];
  const columnData = table.columns.map(({ name }, c) => {
    const kind = table.kinds[c];
    const [first, ...more] = kind.parquet;
    schema.push({ name, repetition_type: 'OPTIONAL', ...first }, ...more);
    const data = Array.from({ length: to - from }, (_, i) => {
      const value = table.value(from + i, c);
      return value === null ? null : kind.stored(value);
    });
    return { name, data };
  });
  fs.writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData, schema, rowGroupSize, pageSize, codec })));
}

/** Cuts a table into files of a folder, some empty; gives the rows where each begins, and the end. */
export function writeFiles(folder, table, files, how) {
  fs.mkdirSync(folder);
  const cuts = [0];
  for (let f = 1; f < files; f++) cuts.push(Math.floor((table.rows * f) / files));
  cuts.push(table.rows);
  for (let f = 0; f < files; f++)
    writeTable(path.join(folder, `${String(f).padStart(4, '0')}.${how.format}`), table, cuts[f], cuts[f + 1], how);
  return cuts;
}
