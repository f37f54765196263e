import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';

/** Numbers from a seed, the same on every machine: xorshift of 32 bits. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

interface Row {
  id: number;
  text: string | null;
  label: string;
  score: number | null;
  at: string;
  ok: boolean;
}

const words =
  'data model train table column value row key text label score river stone light cloud über naïve Straße 東京 данные'.split(
    ' ',
  );

/** Rows of which some are exact and some near duplicates, some have nulls, some odd white space. */
export function rowsOf(count: number, seed: number): Row[] {
  const draw = draws(seed);
  const rows: Row[] = [];
  for (let i = 0; i < count; i++) {
    if (i > 10 && draw(10) === 0) {
      const same = rows[draw(i)]!;
      rows.push(draw(4) === 0 ? { ...same, id: i } : same);
      continue;
    }
    const length = 3 + draw(30);
    const text = Array.from({ length }, () => words[draw(words.length)]).join(draw(50) === 0 ? '  ' : ' ');
    rows.push({
      id: i,
      text: draw(40) === 0 ? null : draw(30) === 0 ? ` ${text}\u00a0` : text,
      label: ['good', 'bad', 'ugly'][draw(3)]!,
      score: draw(20) === 0 ? null : draw(1_000_000) / 128,
      at: new Date(1.6e12 + draw(1_000_000_000)).toISOString(),
      ok: draw(2) === 0,
    });
  }
  // One near duplicate of each hundredth text, by its last word.
  return rows.map((row, i) =>
    i % 100 === 7 && row.text !== null ? { ...row, text: `${rows[i - 3]!.text} end` } : row,
  );
}

const names = ['id', 'text', 'label', 'score', 'at', 'ok'] as const;

export function csvOf(rows: readonly Row[], delimiter: string = ',', header: boolean = true): string {
  const cell = (value: unknown): string => {
    const text = value === null ? '' : String(value);
    return text.includes(delimiter) || text !== text.trim() ? `"${text}"` : text;
  };
  const lines = rows.map((row) => names.map((name) => cell(row[name])).join(delimiter));
  return `${[...(header ? [names.join(delimiter)] : []), ...lines].join('\n')}\n`;
}

export const jsonlOf = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Chats, with nulls, empty lists, tools whose parameters differ, and content of several kinds. */
function chats(count: number): object[] {
  const draw = draws(77);
  const say = (n: number): string => Array.from({ length: n }, () => words[draw(words.length)]).join(' ');
  return Array.from({ length: count }, (_, i) => ({
    id: `c${i}`,
    messages:
      draw(20) === 0
        ? []
        : Array.from({ length: 1 + draw(4) }, (_, turn) => ({
            role: turn % 2 === 0 ? 'user' : 'assistant',
            content: draw(9) === 0 ? [{ type: 'text', text: say(5) }] : say(3 + draw(20)),
          })),
    tools: draw(3) === 0 ? null : [{ name: `f${draw(3)}`, parameters: { [`p${draw(5)}`]: draw(9) } }],
    tags: draw(4) === 0 ? null : Array.from({ length: draw(4) }, () => (draw(5) === 0 ? null : say(1))),
    scores: Array.from({ length: draw(3) }, () => draw(100) / 4),
  }));
}

/** Writes every input into a folder. */
export function writeInputs(folder: string): void {
  const put = (name: string, content: string | Uint8Array): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
  const rows = rowsOf(3000, 1);
  const csv = csvOf(rows);
  put('t.csv', csv);
  put('semicolon.csv', csvOf(rows, ';'));
  put('t.tsv', csvOf(rows, '\t'));
  put('headless.csv', csvOf(rows.slice(0, 500), ',', false));
  put('crlf.csv', csv.replaceAll('\n', '\r\n'));
  put('utf16.csv', Buffer.from(`\ufeff${csv}`, 'utf16le'));
  put('comments.csv', `# made by hand\n${csv}`);
  put('t.csv.gz', zlib.gzipSync(csv));
  put('odd.csv', `${csvOf(rows.slice(0, 900))}1,"a" b,c\n2,short\n3,x,good,1.50,2020-01-01,true,,\n,,,,,\n`);
  put('t.jsonl', jsonlOf(rows));
  put('t.jsonl.gz', zlib.gzipSync(jsonlOf(rows)));
  put('t.json', JSON.stringify(rows, null, 1));
  put('late.jsonl', `${jsonlOf(rows)}{"id":"x1","text":5,"extra":[1,2,{"a":null}]}\n`);
  put('chats.jsonl', jsonlOf(chats(800)));
  put('wide.csv', wide());
  put('long.csv', csvOf(rowsOf(150_000, 3)));
  put('long.jsonl', jsonlOf(rowsOf(140_000, 4)));
  for (let i = 0; i < 30; i++) put(`parts/${String(i).padStart(2, '0')}.csv`, csvOf(rowsOf(300, 100 + i)));
  put('target.txt', 'river stone light\ntrain data\n');
  put('empty.csv', 'a,b\n');
  const columns = names.map((name) => ({ name, data: rows.map((row) => row[name]) }));
  const chat = chats(600) as { id: string; tags: unknown; scores: unknown }[];
  parquetWriteFile({ filename: path.join(folder, 't.parquet'), columnData: columns as never });
  parquetWriteFile({
    filename: path.join(folder, 'nested.parquet'),
    columnData: [
      { name: 'id', data: chat.map((c) => c.id), type: 'STRING' },
      { name: 'doc', data: chat.map((c) => ({ tags: c.tags, scores: c.scores })), type: 'JSON' },
    ],
    rowGroupSize: 150,
  });
}

/** 80 columns of several kinds, most cells empty. */
function wide(): string {
  const draw = draws(9);
  const header = Array.from({ length: 80 }, (_, i) => `Column ${i}`).join(',');
  const lines = Array.from({ length: 400 }, () =>
    Array.from({ length: 80 }, (_, c) => {
      if (draw(3) > 0) return '';
      return c % 4 === 0
        ? String(draw(100))
        : c % 4 === 1
          ? (draw(999) / 8).toFixed(3)
          : c % 4 === 2
            ? words[draw(20)]
            : `2021-03-0${1 + draw(9)}`;
    }).join(','),
  );
  return `${header}\n${lines.join('\n')}\n`;
}
