import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { packageVersion } from '../config/package-version.js';
import type { OpenSet } from './open.js';

const fileName = 'dashboard.json';
const maxBytes = 32 * 2 ** 20;

/** Raised when the same question gets another kind of answer. */
const format = 2;

/**
 * Aggregates of a data set, kept beside it in `.datagpu/dashboard.json` under its hash, so that they are counted once. What
 * can't be read or written is counted again: nothing depends on this file.
 */
export class StoredAnswers {
  private readonly answers: Map<string, unknown>;
  private readonly file: string | null;
  private readonly mark: string;

  constructor(set: OpenSet) {
    this.mark = `${format} ${packageVersion()} ${set.hash}`;
    this.file = privateFile(set.folder);
    this.answers = new Map(Object.entries(this.read()));
  }

  async of<T>(question: string, count: () => Promise<T>): Promise<T> {
    const known = this.answers.get(question);
    if (known !== undefined) return known as T;
    const answer = await count();
    this.answers.set(question, answer);
    this.write();
    return answer;
  }

  private read(): Record<string, unknown> {
    try {
      if (this.file === null || fs.statSync(this.file).size > maxBytes) return {};
      const stored = JSON.parse(fs.readFileSync(this.file, 'utf8')) as { mark?: unknown; answers?: unknown };
      const isOurs = stored.mark === this.mark && typeof stored.answers === 'object' && stored.answers !== null;
      return isOurs ? (stored.answers as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  }

  private write(): void {
    if (this.file === null) return;
    const text = JSON.stringify({ mark: this.mark, answers: Object.fromEntries(this.answers) });
    const staged = `${this.file}-${randomBytes(6).toString('hex')}`;
    try {
      fs.writeFileSync(staged, text, { flag: 'wx' });
      fs.renameSync(staged, this.file);
    } catch {
      fs.rmSync(staged, { force: true });
    }
  }
}

/** Null where the folder for such files is missing, or a link that leads elsewhere. */
function privateFile(folder: string): string | null {
  const inside = path.join(folder, '.datagpu');
  try {
    if (!fs.lstatSync(inside).isDirectory()) return null;
  } catch {
    return null;
  }
  const file = path.join(inside, fileName);
  const isLink = fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === false;
  return isLink ? null : file;
}
