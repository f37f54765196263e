import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compile } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'system-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Chats of different questions behind one system prompt of 250 words. */
const prompt = Array.from({ length: 250 }, (_, i) => `rule${i}`).join(' ');
const chats = Array.from({ length: 1000 }, (_, i) => ({
  messages: [
    { role: 'system', content: prompt },
    { role: 'user', content: `question number ${i} about ${i * 7919} and ${i * 104_729}` },
    { role: 'assistant', content: `answer${i} is ${i * 31} because of${i}` },
  ],
}));

test('different chats behind one system prompt are no near duplicates, and are not ranked by it', async () => {
  fs.writeFileSync(path.join(folder, 'c.jsonl'), chats.map((chat) => `${JSON.stringify(chat)}\n`).join(''));
  const options = { cwd: folder, out: 'out', cache: false, nearDup: true };
  const { manifest } = await compile(['c.jsonl'], options);
  expect(manifest.ledger.dropped['near duplicate']).toBe(0);
  const terms = (manifest.ranking!.heaviest as { term: string }[]).map(({ term }) => term);
  expect(terms.filter((term) => /rule|user|assistant|system/.test(term))).toEqual([]);
  // The same from Parquet, where messages are nested and no JSON.
  const again = await compile(['out/data.parquet'], { ...options, out: 'again', rank: false });
  expect(again.manifest.ledger).toMatchObject({ kept: 1000 });
});

test('chats of one question behind different system prompts are near duplicates', async () => {
  const same = Array.from({ length: 20 }, (_, i) => ({
    messages: [
      { role: 'system', content: `${prompt} ${'x '.repeat(i * 100)}` },
      { role: 'user', content: 'what is the meaning of life, the universe and everything else' },
    ],
  }));
  fs.writeFileSync(path.join(folder, 's.jsonl'), same.map((chat) => `${JSON.stringify(chat)}\n`).join(''));
  const { manifest } = await compile(['s.jsonl'], { cwd: folder, out: 's', cache: false, nearDup: true, rank: false });
  expect(manifest.ledger.dropped['near duplicate']).toBe(19);
});
