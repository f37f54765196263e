import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { openDataset } from '../info.js';
import { type LocatedManifest, manifestPath } from '../manifest/read.js';
import type { Listed } from './answers.js';
import { type OpenSet, openSetOf } from './open.js';

/** A data set as it was when its manifest was last looked at. */
export interface Shown {
  located: LocatedManifest;
  set: OpenSet;
}

interface Entry {
  target: string;
  stamp: string;
  shown: Shown | DatagpuError;
}

/** The data sets that are shown: named when the server starts, never by the page. */
export class ShownSets {
  private readonly entries: Entry[];

  constructor(targets: readonly string[]) {
    this.entries = targets.map((target) => ({ target, stamp: '', shown: new DatagpuError('input', 'not read yet') }));
  }

  get count(): number {
    return this.entries.length;
  }

  /** @throws DatagpuError `usage` for a number that none has, `input` when it can't be read */
  async get(id: number): Promise<Shown> {
    const entry = this.entries[id];
    if (entry === undefined) throw new DatagpuError('usage', `there is no data set ${id}`);
    // A compile may replace it at any time.
    const stamp = stampOf(entry.target);
    if (stamp !== entry.stamp) {
      entry.stamp = stamp;
      entry.shown = await open(entry.target);
    }
    if (entry.shown instanceof DatagpuError) throw entry.shown;
    return entry.shown;
  }

  async list(): Promise<Listed[]> {
    const listed: Listed[] = [];
    for (const [id, { target }] of this.entries.entries()) {
      const empty = { id, name: '', version: '', rows: 0, columns: 0, createdAt: '', folder: target };
      try {
        const { manifest } = (await this.get(id)).located;
        const { dataset_name: name, version, rows, columns, created_at: createdAt } = manifest;
        listed.push({ ...empty, name, version, rows, columns, createdAt, problem: null });
      } catch (error) {
        if (!(error instanceof DatagpuError)) throw error;
        listed.push({ ...empty, problem: error.describe() });
      }
    }
    return listed;
  }
}

async function open(target: string): Promise<Shown | DatagpuError> {
  try {
    const located = await openDataset(target);
    return { located, set: openSetOf(located) };
  } catch (error) {
    if (error instanceof DatagpuError) return error;
    throw error;
  }
}

function stampOf(target: string): string {
  const file = path.resolve(manifestPath(target).path);
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? 'absent' : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}
