import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pl from 'nodejs-polars';
import { afterAll, describe, expect, it } from 'vitest';
import { readCanonical } from './canonical.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'codecs-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

/** Text of the kinds that make compressors use all their modes: skewed words, long repeats, noise, one byte over and over. */
function texts(rows: number): string[] {
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const words = Array.from({ length: 2000 }, () =>
    random(2 ** 31)
      .toString(36)
      .slice(0, 2 + random(9)),
  );
  const recent: string[] = [''];
  return Array.from({ length: rows }, (_, i) => {
    const kind = i % 10;
    let text: string;
    if (kind < 6)
      text = Array.from({ length: 5 + random(25) }, () => words[Math.floor(2000 * (random(1000) / 1000) ** 3)]).join(
        ' ',
      );
    else if (kind === 6) text = recent[random(recent.length)]!;
    else if (kind === 7) text = 'é'.repeat(random(400));
    else if (kind === 8) text = Array.from({ length: 40 }, () => String.fromCharCode(33 + random(94))).join('');
    else text = '';
    if (recent.length < 500) recent.push(text);
    return text;
  });
}

describe('codecs', () => {
  const rows = 60_000;
  const text = texts(rows);
  const number = text.map((t, i) => (t.length === 0 ? null : i * 0.25));
  it.each(['uncompressed', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4'] as const)(
    'reads back what polars packs with %s',
    (compression) => {
      const file = path.join(dir, `${compression}.parquet`);
      pl.DataFrame({ text, number }).writeParquet(file, { compression });
      const { values } = readCanonical(file);
      expect(values.text!.length).toBe(rows);
      expect(values.text!.findIndex((v, i) => v !== `s${text[i]}`)).toBe(-1);
      expect(values.number!.filter((v) => v === null).length).toBe(number.filter((v) => v === null).length);
    },
  );
});
