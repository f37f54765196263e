import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { recover, Staging } from '../../dist/write/commit.js';
import { encodeRowGroup } from '../../dist/write/rowgroup.js';
import { ParquetSplicer } from '../../dist/write/splicer.js';
import { blockOf, text } from './columns.js';
import { commitInto, contents, type DataSet } from './datasets.js';
import { withFaults } from './faults.js';
import { kernel, scratchFolder } from './files.js';

const child = path.join(import.meta.dirname, 'commit-child.mjs');

/** Commits from another process; gives the signal that ended it. */
function compile(folder: string, what: 'one' | 'two', end = ''): string | null {
  const run = spawnSync(process.execPath, [child, folder, what, end], { encoding: 'utf8' });
  if (run.signal === null && run.status !== 0) throw new Error(run.stderr);
  return run.signal;
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

  const changes: [DataSet, DataSet][] = [
    ['one', 'single'],
    ['two', 'one'],
    ['one', 'two'],
    ['two', 'pair'],
  ];

  /** How many data files of a data set a glob finds. */
  const seenOf = (folder: string, what: DataSet): number =>
    Object.entries(contents(folder)).filter(
      ([name, text]) => /^data.*parquet$/.test(name) && text.startsWith(`${what} `),
    ).length;

  /** What is in a folder before and after a change, and the calls that make it. */
  function changeOf(before: DataSet, after: DataSet): { old: object; whole: object; calls: string[] } {
    const folder = path.join(scratchFolder(), 'out');
    commitInto(folder, before);
    const old = contents(folder);
    const { calls } = commitInto(folder, after);
    return { old, whole: contents(folder), calls };
  }

  test.each(changes)('of %s by %s that is killed at any call leaves the old or the new data set', (before, after) => {
    const { old, whole, calls } = changeOf(before, after);
    const decided = calls.findIndex((call) => /^renameSync .*journal\.json/.test(call)) + 1;
    expect(decided).toBeGreaterThan(1);
    for (const [i, call] of calls.entries()) {
      const folder = path.join(scratchFolder(), 'out');
      commitInto(folder, before);
      commitInto(folder, after, (n) => (n === i + 1 ? 'kill' : null));
      // What a reader of all data files finds before anybody has mended it.
      expect([seenOf(folder, before), seenOf(folder, after)], call).toContain(0);
      if (before === 'one' && after === 'single') expect(fs.existsSync(path.join(folder, 'data.parquet'))).toBe(true);
      expect(fs.existsSync(path.join(folder, 'manifest.yaml'))).toBe(true);
      // Killed again while it is recovered, at any call.
      for (let n = before === 'two' ? 1 : 1000; ; n++) {
        let error: unknown = null;
        const killed = withFaults(
          (m) => (m === n ? 'kill' : null),
          () => {
            try {
              recover(folder);
            } catch (thrown) {
              error = thrown;
            }
          },
        );
        expect([seenOf(folder, before), seenOf(folder, after)], call).toContain(0);
        if (killed.length >= n) continue;
        expect(error).toBeNull();
        break;
      }
      expect(contents(folder), call).toEqual(i < decided ? old : whole);
    }
  });

  describe.each(['EIO', 'EPERM'])('in which a call fails with %s', (code) => {
    test.each(changes)('of %s by %s leaves the old or the new data set whole, at once', (before, after) => {
      const { old, whole, calls } = changeOf(before, after);
      const harmless: string[] = [];
      for (const [i, call] of calls.entries()) {
        const folder = path.join(scratchFolder(), 'out');
        commitInto(folder, before);
        const { error } = commitInto(folder, after, (n) => (n === i + 1 ? { code } : null));
        if (error === null) harmless.push(call);
        else expect(error).toMatchObject({ name: 'DatagpuError', code: 'output' });
        const left = Object.entries(contents(folder)).filter(([name]) => !/journal|staging-/.test(name));
        expect(Object.fromEntries(left), call).toEqual(error === null ? whole : old);
        recover(folder);
        expect(contents(folder), call).toEqual(error === null ? whole : old);
        // Nothing is in the way of the next one.
        commitInto(folder, after);
        expect(contents(folder), call).toEqual(whole);
      }
      // A link that can't be made, and what is tidied after the commit, are no reason to end it.
      for (const call of harmless) expect(call).toMatch(/^(linkSync|unlinkSync|rmSync) /);
    });
  });

  test.each(changes)('of %s by %s of which nothing can be undone is stuck, until that is mended', (before, after) => {
    const { whole, calls } = changeOf(before, after);
    const last = calls.findIndex((call) => /^renameSync .*staging\/manifest\.yaml/.test(call)) + 1;
    const folder = path.join(scratchFolder(), 'out');
    commitInto(folder, before);
    const { error } = commitInto(folder, after, (n) => (n >= last ? { code: 'EROFS' } : null));
    expect((error as Error).message).toBe(
      `a commit was interrupted and can be neither finished nor undone: the file system is read-only (${folder}/manifest.yaml)`,
    );
    recover(folder);
    expect(contents(folder)).toEqual(whole);
  });

  test('by rename where the file system has no links', () => {
    const folder = path.join(scratchFolder(), 'out');
    commitInto(folder, 'one');
    const link = vi.spyOn(fs, 'linkSync').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM', syscall: 'link' });
    });
    onTestFinished(() => link.mockRestore());
    const { calls } = changeOf('one', 'single');
    for (const [i, call] of calls.entries()) {
      const out = path.join(scratchFolder(), 'out');
      commitInto(out, 'one');
      const { error } = commitInto(out, 'single', (n) => (n === i + 1 ? { code: 'EIO' } : null));
      recover(out);
      expect(contents(out)['data.parquet'], call).toBe(error === null ? 'single data.parquet' : 'one data.parquet');
    }
  });

  test('that its process did not survive is finished by the next compile', () => {
    const folder = path.join(scratchFolder(), 'out');
    compile(folder, 'one');
    expect(compile(folder, 'two', 'kill')).toBe('SIGKILL');
    expect(contents(folder)['manifest.yaml']).toBe('one manifest');
    new Staging(folder).abort();
    expect(contents(folder)).toEqual(two);
  });

  test.each(['data.parquet', 'manifest.yaml', '.datagpu/lineage.parquet'])(
    'with a folder in the place of %s is refused before anything is renamed',
    (name) => {
      const folder = path.join(scratchFolder(), 'out');
      commitInto(folder, 'two');
      fs.rmSync(path.join(folder, name), { force: true });
      fs.mkdirSync(path.join(folder, name));
      const before = contents(folder);
      const { calls, error } = commitInto(folder, 'one');
      expect(error).toMatchObject({ code: 'output', message: 'a folder is in the way of a file' });
      expect(calls.filter((call) => call.startsWith('rename'))).toEqual([]);
      expect(contents(folder)).toEqual(before);
      fs.rmdirSync(path.join(folder, name));
      commitInto(folder, 'one');
      expect(contents(folder)).toEqual(one);
    },
  );

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
    expect(() => staging.commit([], 'x', [])).toThrow(expect.objectContaining({ code: 'output' }));
    staging.abort();
    expect(contents(folder)).toEqual(one);
  });
});

describe('a journal', () => {
  const staging = '.datagpu/staging-abcdef';
  const empty = { version: 2, staging, over: [], away: [], rename: [] };
  test.each([
    ['not JSON', 'x'],
    ['null', 'null'],
    ['no version', { ...empty, version: 'two' }],
    ['a staging folder elsewhere', { ...empty, staging: '../staging-abcdef' }],
    ['a staging folder that is none', { ...empty, staging: '.datagpu' }],
    ['a source elsewhere', { ...empty, rename: [{ from: '../x', to: 'data.parquet' }] }],
    ['a source above', { ...empty, rename: [{ from: `${staging}/..`, to: 'data.parquet' }] }],
    ['old files as a source', { ...empty, rename: [{ from: `${staging}/old`, to: 'data.parquet' }] }],
    ['a target elsewhere', { ...empty, rename: [{ from: `${staging}/x`, to: '../data.parquet' }] }],
    ['something else to replace', { ...empty, over: ['../data.parquet'] }],
    ['something else to take away', { ...empty, away: ['notes.txt'] }],
    ['no lists', { version: 2, staging }],
    ['a rename that is none', { ...empty, rename: [null] }],
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

  test('of another version says so', () => {
    const folder = scratchFolder();
    fs.mkdirSync(path.join(folder, '.datagpu'));
    fs.writeFileSync(path.join(folder, '.datagpu/journal.json'), JSON.stringify({ ...empty, version: 4 }));
    expect(() => recover(folder)).toThrow(/another version of datagpu began/);
  });

  test.skipIf(process.platform === 'win32')('that is a pipe is refused, and not waited for', () => {
    const folder = scratchFolder();
    fs.mkdirSync(path.join(folder, '.datagpu'));
    expect(spawnSync('mkfifo', [path.join(folder, '.datagpu/journal.json')]).status).toBe(0);
    expect(() => recover(folder)).toThrow(/not a journal/);
  });

  test('whose staging folder is gone was carried out', () => {
    const folder = path.join(scratchFolder(), 'out');
    commitInto(folder, 'one');
    const rename = [{ from: `${staging}/part-0.parquet`, to: 'data-00000-of-00001.parquet' }];
    const journal = { ...empty, away: ['data.parquet'], rename };
    fs.writeFileSync(path.join(folder, '.datagpu/journal.json'), JSON.stringify(journal));
    recover(folder);
    expect(contents(folder)).toEqual(one);
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
      staging.commit(await splicer.finish(), 'x', []);
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
