import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** What a reader sees of an output folder and what lies beside it: paths with a digest of their content, sorted. */
export function contentOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .map(
      (name) =>
        `${name} ${createHash('md5')
          .update(fs.readFileSync(path.join(folder, name)))
          .digest('hex')}`,
    )
    .sort();
}

/** Writes a CSV file of `rows` rows of words, about 120 bytes each. */
export function writeWords(file: string, rows: number): void {
  const lines = ['id,text,kind'];
  let state = 1;
  for (let id = 0; id < rows; id++) {
    const words: number[] = [];
    for (let w = 0; w < 14; w++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      words.push((state >>> 8) % 5000);
    }
    lines.push(`${id},word${words.join(' word')},${id % 7}`);
  }
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
}
