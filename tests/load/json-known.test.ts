import fs from 'node:fs';
import { expect, it } from 'vitest';
import { readJson, Token } from './json-read.js';

const known = JSON.parse(fs.readFileSync(new URL('./json-known.json', import.meta.url), 'utf8')) as {
  line: string;
  cells: Record<string, string>;
}[];

it.each(known.map((k) => [k.line, k.cells]))("is read as by Python's json: %s", (line, cells) => {
  const row = readJson(line, 'jsonl').rows[0]!;
  const due = new Map(Object.entries(cells).filter(([, text]) => text !== 'null'));
  expect([...row.keys()].sort()).toEqual([...due.keys()].sort());
  for (const [key, value] of row) {
    const text = due.get(key)!;
    if (!(value instanceof Token)) expect(value).toEqual(JSON.parse(text));
    else if (/^-?\d+$/.test(text)) expect(value.text).toBe(text);
    else expect(Number(value.text)).toBe(Number(text));
  }
});
