import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, load } from '../dist/index.js';
import { why } from '../dist/why.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'why-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A source of 120 records with everything that can become of one; each cell of `text` is what the record is judged by. */
interface Source {
  name: string;
  /** Null for a malformed record. */
  texts: (string | null)[];
}

const vocabulary = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu'.split(' ');

function makeSource(name: string, seed: number): Source {
  let x = seed;
  const next = (n: number): number => {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    return (x >>> 8) % n;
  };
  const texts: (string | null)[] = [];
  for (let i = 0; i < 120; i++) {
    const before = texts.filter((t): t is string => t !== null && t !== '');
    const kind = i < 5 ? 9 : next(10);
    if (kind === 0) texts.push(null);
    else if (kind === 1) texts.push('');
    else if (kind === 2) texts.push(before[next(before.length)]!);
    else if (kind < 6) {
      const words = before[next(before.length)]!.split(' ');
      words[next(words.length)] = vocabulary[next(12)]!;
      texts.push(words.join(' '));
    } else texts.push(Array.from({ length: 8 + next(8) }, () => vocabulary[next(12)]).join(' '));
  }
  return { name, texts };
}

const threshold = 0.5;

function similarity(a: string, b: string): number {
  const shingles = (text: string): Set<string> => {
    const words = text.split(' ');
    return new Set(words.slice(1).map((word, i) => `${words[i]} ${word}`));
  };
  const x = shingles(a);
  const y = shingles(b);
  const shared = [...x].filter((s) => y.has(s)).length;
  return shared / (x.size + y.size - shared);
}

describe('why', () => {
  const sources = [makeSource('a.csv', 3), makeSource('b.csv', 9)];
  const out = path.join(folder, 'out');
  let contents: Record<string, unknown>[] = [];

  beforeAll(async () => {
    const paths = sources.map(({ name, texts }) => {
      const file = path.join(folder, name);
      const lines = texts.map((text, i) => (text === null ? `broken,${i},too many` : text === '' ? ',' : `${text},1`));
      fs.writeFileSync(file, `text,n\n${lines.join('\n')}\n`);
      return file;
    });
    await compile(paths, {
      out,
      cache: false,
      nearDup: true,
      nearDupThreshold: threshold,
      nearDupShingle: 2,
      maxRejects: '50%',
      top: '60%',
      threads: 1,
    });
    for await (const row of await load(out)) contents = [...contents, row];
  });

  test('answers for every record what a straightforward computation says', async () => {
    const kept: { source: string; row: number; text: string }[] = [];
    const seen = new Set<string>();
    for (const { name, texts } of sources) {
      for (const [i, text] of texts.entries()) {
        const answer = await why(out, i + 1, path.join(folder, name));
        const { fate, stage, duplicate_of: twin } = answer;
        seen.add(fate);
        expect([path.basename(answer.source), answer.row]).toEqual([name, i + 1]);
        if (text === null) expect([fate, stage]).toEqual(['malformed', 'read']);
        else if (text === '') expect([fate, stage]).toEqual(['empty row', 'clean']);
        else {
          const exact = kept.find((k) => k.text === text);
          const likes = kept.map((k) => ({ ...k, value: similarity(k.text, text) }));
          const best = Math.max(...likes.map((k) => k.value), 0);
          const instead = exact ?? (best >= threshold ? likes.find((k) => k.value === best) : undefined);
          if (instead !== undefined) {
            expect([fate, stage]).toEqual([exact === undefined ? 'near duplicate' : 'exact duplicate', 'dedupe']);
            expect([path.basename(twin!.source), twin!.row]).toEqual([instead.source, instead.row]);
            expect(answer.similarity).toBe(exact === undefined ? best : null);
            const place = contents.findIndex((row) => row.text === instead.text);
            expect(twin!.fate).toBe(place === -1 ? 'below top' : 'kept');
            if (place === -1) {
              expect(twin!.output).toBeNull();
              expect(answer.because).toContain('--top');
            } else expect([twin!.output!.position, twin!.output!.content.text]).toEqual([place, instead.text]);
          } else {
            kept.push({ source: name, row: i + 1, text });
            const place = contents.findIndex((row) => row.text === text);
            expect([fate, stage]).toEqual(place === -1 ? ['below top', 'rank'] : ['kept', null]);
            if (place !== -1) expect([answer.output!.position, answer.output!.content.text]).toEqual([place, text]);
          }
          if (instead === undefined) expect(twin).toBeNull();
        }
      }
    }
    expect([...seen].sort()).toEqual([
      'below top',
      'empty row',
      'exact duplicate',
      'kept',
      'malformed',
      'near duplicate',
    ]);
  });

  test('takes a source by its path in the manifest, by its file, and by its name', async () => {
    for (const source of ['../b.csv', path.join(folder, 'b.csv'), 'b.csv'])
      expect((await why(path.join(out, 'manifest.yaml'), 2, source)).source).toBe('../b.csv');
  });

  test('refuses a record or source that was not read', async () => {
    await expect(why(out, 121, 'a.csv')).rejects.toThrow('there is no record 121: it has 120');
    await expect(why(out, 0, 'a.csv')).rejects.toThrow('there is no record 0');
    await expect(why(out, 1)).rejects.toThrow('2 sources');
    await expect(why(out, 1, 'c.csv')).rejects.toThrow('"c.csv" is not a source');
  });
});
