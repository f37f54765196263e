import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { recover, Staging } from '../../dist/write/commit.js';
import { encodeRowGroup } from '../../dist/write/rowgroup.js';
import { ParquetSplicer } from '../../dist/write/splicer.js';
import { blockOf, text } from './columns.js';
import { kernel, scratchFolder } from './files.js';

const child = path.join(import.meta.dirname, 'commit-child.mjs');

function compile(folder: string, what: 'one' | 'two', end = ''): { steps: string[]; signal: string | null } {
  const run = spawnSync(process.execPath, [child, folder, what, end], { encoding: 'utf8' });
  if (run.signal === null && run.status !== 0) throw new Error(run.stderr);
  return { steps: run.stdout.trim().split('\n'), signal: run.signal };
}

/** All files of a folder but the lock, with their content. */
function contents(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile() && entry.name !== 'lock')
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort()
      .map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]),
  );
}

const one = {
  '.datagpu/lineage.parquet': 'one lineage',
  'data.parquet': 'one data.parquet',
  'manifest.yaml': 'one manifest',
};
const two = {
  '.datagpu/lineage.parquet': 'two lineage',
  '.datagpu/rejects.parquet': 'two rejects',
  'data-00000-of-00002.parquet': 'two data-00000-of-00002.parquet',
  'data-00001-of-00002.parquet': 'two data-00001-of-00002.parquet',
  'manifest.yaml': 'two manifest',
};

describe('a commit', () => {
  test('replaces one data set by another, in both directions', () => {
    const folder = path.join(scratchFolder(), 'new', 'folder');
    compile(folder, 'two');
    expect(contents(folder)).toEqual(two);
    compile(folder, 'one');
    expect(contents(folder)).toEqual(one);
    compile(folder, 'two');
    expect(contents(folder)).toEqual(two);
  });

  test('that is killed at any step leaves the old or the new data set', () => {
    const sample = path.join(scratchFolder(), 'out');
    compile(sample, 'two');
    const { steps } = compile(sample, 'one');
    expect(steps).toEqual([
      'before the manifest',
      'before the journal',
      'after the journal',
      'before data.parquet',
      'before .datagpu/lineage.parquet',
      'before manifest.yaml',
      'before removing',
      'before the end',
      'before cleaning',
    ]);
    const decided = steps.indexOf('after the journal');
    for (const [i, step] of steps.entries()) {
      const folder = path.join(scratchFolder(), 'out');
      compile(folder, 'two');
      expect(compile(folder, 'one', step).signal).toBe('SIGKILL');
      if (i < decided) expect(contents(folder)).toMatchObject(two);
      recover(folder);
      expect(contents(folder), step).toMatchObject(i < decided ? two : one);
      // What it left behind goes with the next compile.
      new Staging(folder).abort();
      expect(contents(folder), step).toEqual(i < decided ? two : one);
    }
  });

  test('is finished by the next compile', () => {
    const folder = path.join(scratchFolder(), 'out');
    compile(folder, 'one');
    compile(folder, 'two', 'before manifest.yaml');
    new Staging(folder).abort();
    expect(contents(folder)).toEqual(two);
  });

  test('that was given up leaves the old data set, and no folder that was not there', () => {
    const folder = path.join(scratchFolder(), 'out');
    new Staging(folder).abort();
    expect(fs.existsSync(folder)).toBe(false);
    compile(folder, 'one');
    const staging = new Staging(folder);
    fs.writeFileSync(path.join(staging.folder, 'part'), 'x');
    staging.abort();
    staging.abort();
    expect(contents(folder)).toEqual(one);
  });

  test('leaves files alone that are not of a data set', () => {
    const folder = scratchFolder();
    for (const name of ['data.csv', 'mydata.parquet', 'data-1-of-2.parquet'])
      fs.writeFileSync(path.join(folder, name), name);
    compile(folder, 'one');
    expect(Object.keys(contents(folder))).toEqual([
      '.datagpu/lineage.parquet',
      'data-1-of-2.parquet',
      'data.csv',
      'data.parquet',
      'manifest.yaml',
      'mydata.parquet',
    ]);
  });

  test('whose manifest can not be written is an output error, and the old data set stays', () => {
    const folder = path.join(scratchFolder(), 'out');
    compile(folder, 'one');
    const staging = new Staging(folder);
    fs.mkdirSync(path.join(staging.folder, 'manifest.yaml'));
    expect(() => staging.commit([], 'x')).toThrow(expect.objectContaining({ code: 'output' }));
    staging.abort();
    expect(contents(folder)).toEqual(one);
  });
});

describe('a journal', () => {
  const staging = '.datagpu/staging-abcdef';
  test.each([
    ['not JSON', 'x'],
    ['null', 'null'],
    ['another version', { version: 2, staging, rename: [], remove: [] }],
    ['a staging folder elsewhere', { version: 1, staging: '../staging-abcdef', rename: [], remove: [] }],
    ['a staging folder that is none', { version: 1, staging: '.datagpu', rename: [], remove: [] }],
    ['a source elsewhere', { version: 1, staging, rename: [{ from: '../x', to: 'data.parquet' }], remove: [] }],
    ['a source above', { version: 1, staging, rename: [{ from: `${staging}/..`, to: 'data.parquet' }], remove: [] }],
    [
      'a target elsewhere',
      { version: 1, staging, rename: [{ from: `${staging}/x`, to: '../data.parquet' }], remove: [] },
    ],
    ['something else to remove', { version: 1, staging, rename: [], remove: ['../data.parquet'] }],
    ['no lists', { version: 1, staging }],
    ['a rename that is none', { version: 1, staging, rename: [null], remove: [] }],
  ])('with %s is refused', (_, journal) => {
    const folder = scratchFolder();
    fs.mkdirSync(path.join(folder, '.datagpu'));
    const content = typeof journal === 'string' ? journal : JSON.stringify(journal);
    fs.writeFileSync(path.join(folder, '.datagpu/journal.json'), content);
    expect(() => recover(folder)).toThrow(
      expect.objectContaining({ code: 'output', message: expect.stringMatching('not a journal') }),
    );
    expect(() => new Staging(folder)).toThrow(expect.objectContaining({ code: 'output' }));
  });

  test('is nothing to find in a folder that is not there', () => {
    const folder = scratchFolder();
    recover(path.join(folder, 'nowhere'));
    recover(folder);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('two compiles into one folder', () => {
  test('of one process: the second is told', () => {
    const folder = scratchFolder();
    const first = new Staging(folder);
    expect(() => new Staging(folder)).toThrow(
      expect.objectContaining({ code: 'output', message: 'another compile is writing into this folder' }),
    );
    first.abort();
    new Staging(folder).abort();
  });

  test('of two processes: the second is told, until the first is gone, killed even', async () => {
    const folder = scratchFolder();
    const holder = spawn(process.execPath, [child, folder, 'one', 'hold'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(() => new Staging(folder)).toThrow(expect.objectContaining({ code: 'output' }));
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    new Staging(folder).abort();
    expect(contents(folder)).toEqual({});
  });
});

describe('a full disk', () => {
  /** Incompressible text, about 1 MB. */
  function megabyte() {
    let state = 1;
    const cells = Array.from({ length: 10_000 }, () =>
      Array.from({ length: 14 }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state.toString(36);
      }).join(''),
    );
    return blockOf(cells.length, [text(cells)]);
  }

  /** Fills the disk under a folder that holds a data set; returns the error. */
  async function fill(folder: string, blocks: number): Promise<unknown> {
    const staging = new Staging(folder);
    const { block, fields } = megabyte();
    const encoded = encodeRowGroup(block, fields, 'snappy', kernel);
    const splicer = new ParquetSplicer(staging.folder, fields, {
      compression: 'snappy',
      shardBytes: 2 ** 30,
      compilerVersion: '0',
    });
    try {
      for (let i = 0; i < blocks; i++) splicer.append(encoded);
      staging.commit(await splicer.finish(), 'x');
      return null;
    } catch (error) {
      return error;
    } finally {
      splicer.abort();
      staging.abort();
    }
  }

  const noSpace = { name: 'DatagpuError', code: 'output', message: 'no space is left on the disk' };

  test('is an output error, and the old data set stays', async () => {
    const folder = scratchFolder();
    const isSmall = mountSmallDisk(folder);
    compile(folder, 'one');
    if (!isSmall) {
      const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        syscall: 'write',
      });
      const write = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
        throw full;
      });
      onTestFinished(() => write.mockRestore());
    }
    expect(await fill(folder, 8)).toMatchObject(noSpace);
    expect(contents(folder)).toEqual(one);
  });

  test('that is found full only when the file is synced is one too', async () => {
    const folder = scratchFolder();
    compile(folder, 'one');
    const full = Object.assign(new Error('ENOSPC: no space left on device, fsync'), {
      code: 'ENOSPC',
      syscall: 'fsync',
    });
    const sync = vi.spyOn(fs, 'fsync').mockImplementation((_fd, done) => void setImmediate(done, full));
    onTestFinished(() => sync.mockRestore());
    expect(await fill(folder, 1)).toMatchObject(noSpace);
    expect(contents(folder)).toEqual(one);
  });
});

/** Mounts a file system of 4 MB, which only root may do. */
function mountSmallDisk(folder: string): boolean {
  const mounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' }).status === 0;
  if (mounted) onTestFinished(() => void spawnSync('umount', [folder], { stdio: 'ignore' }));
  return mounted;
}
