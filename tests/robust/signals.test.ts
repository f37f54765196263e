import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { datagpu, temporaryFolder } from '../cli/run.js';
import { contentOf, writeWords } from './folder.js';

// Writing coverage takes as long as a stage, and a process that is killed writes none.
// Left out, Node.js would put it back.
// `_` is what a shell started: nohup, perhaps.
const env = { ...process.env, NODE_V8_COVERAGE: '', _: '' };

const { dir, remove } = temporaryFolder();
afterAll(remove);
const bin = path.resolve(import.meta.dirname, '../../bin/datagpu.js');
const out = path.join(dir, 'out');
const scratch = path.join(dir, 'scratch');
const large = [
  'compile',
  'large.csv',
  '-o',
  'out',
  '--no-cache',
  '--replace',
  '--near-dup',
  '--rejects',
  '--scratch',
  'scratch',
];

/** Milliseconds that the compile takes when nobody interrupts it. */
let wholeMs = 0;
let before: string[] = [];

beforeAll(async () => {
  fs.mkdirSync(scratch);
  fs.writeFileSync(path.join(dir, 'small.csv'), 'a,b\n1,hello world\n2,hello you\n');
  writeWords(path.join(dir, 'large.csv'), 60_000);
  const began = performance.now();
  expect((await interrupted(large, () => {})).code).toBe(0);
  wholeMs = performance.now() - began;
  fs.rmSync(out, { recursive: true });
  expect((await datagpu(['compile', 'small.csv', '-o', 'out'], { cwd: dir })).code).toBe(0);
  before = contentOf(out);
}, 60_000);

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  err: string;
  /** Milliseconds from the first signal to the end. */
  afterMs: number;
}

function interrupted(args: string[], send: (child: ChildProcess, done: () => void) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    let sent = 0;
    child.stderr.on('data', (d) => {
      err += d;
    });
    send(child, () => {
      sent = performance.now();
    });
    child.on('close', (code, signal) => resolve({ code, signal, err, afterMs: performance.now() - sent }));
  });
}

const after =
  (ms: number, ...names: NodeJS.Signals[]) =>
  (child: ChildProcess, sent: () => void): void => {
    setTimeout(() => {
      sent();
      for (const [i, name] of names.entries()) setTimeout(() => child.kill(name), i * 30);
    }, ms);
  };

/**
 * A machine that is less busy than it was when the time was taken may be done before the signal, or have committed: then the
 * new data set is whole. Puts the old one back.
 */
async function wasDone({ code }: Ended): Promise<boolean> {
  if (code !== 0 && contentOf(out).some((file) => before.includes(file) && file.startsWith('manifest.yaml')))
    return false;
  expect((await datagpu(['verify', 'out'], { cwd: dir })).code).toBe(0);
  fs.rmSync(out, { recursive: true });
  expect((await datagpu(['compile', 'small.csv', '-o', 'out'], { cwd: dir })).code).toBe(0);
  before = contentOf(out);
  return true;
}

// Windows ends a process that is sent a signal, without telling it.
describe.skipIf(process.platform === 'win32')('a compile that is interrupted', () => {
  test.each([0.15, 0.3, 0.45, 0.6, 0.75])(
    'after %f of its time leaves nothing, and the old data set',
    async (share) => {
      const ended = await interrupted(large, after(wholeMs * share, 'SIGINT'));
      if (await wasDone(ended)) return;
      expect({ code: ended.code, signal: ended.signal }).toEqual({ code: null, signal: 'SIGINT' });
      expect(ended.err.match(/error:/g)?.length ?? 0).toBeLessThanOrEqual(1);
      expect(ended.err).not.toMatch(/bug|warning: closing/i);
      expect(contentOf(out)).toEqual(before);
      expect(fs.readdirSync(scratch)).toEqual([]);
      // A second, and what a busy machine adds.
      expect(ended.afterMs).toBeLessThan(2500);
    },
  );

  test.each(['SIGTERM', 'SIGHUP'] as const)('by %s leaves nothing either', async (name) => {
    const ended = await interrupted(large, after(wholeMs * 0.4, name));
    if (await wasDone(ended)) return;
    expect(ended.signal).toBe(name);
    expect(contentOf(out)).toEqual(before);
    expect(fs.readdirSync(scratch)).toEqual([]);
  });

  test('a second Ctrl-C ends at once', async () => {
    const ended = await interrupted(large, after(wholeMs * 0.4, 'SIGINT', 'SIGINT'));
    if (await wasDone(ended)) return;
    expect(ended.signal).toBe('SIGINT');
    expect(ended.afterMs).toBeLessThan(1500);
  });

  test.each([0.2, 0.4, 0.65])(
    'killed after %f of its time is tidied by the next run, a cache hit even',
    async (share) => {
      const killed = await interrupted(large, after(wholeMs * share, 'SIGKILL'));
      if (await wasDone(killed)) return;
      expect(killed.signal).toBe('SIGKILL');
      expect(contentOf(out).filter((file) => before.includes(file))).toEqual(before);
      const next = await datagpu(['compile', 'small.csv', '-o', 'out', '--scratch', 'scratch'], { cwd: dir });
      expect(next.err).toMatch('cache hit');
      expect(contentOf(out)).toEqual(before);
      expect(fs.readdirSync(scratch)).toEqual([]);
    },
  );
});

/** Waits until a compile has begun to fill the scratch folder. */
async function atWork(): Promise<void> {
  await vi.waitFor(() => expect(fs.readdirSync(scratch)).not.toEqual([]), { timeout: 30_000, interval: 5 });
}

// Elsewhere there is no /proc that says what a parent ignores.
describe.skipIf(process.platform !== 'linux')('a compile that is to outlive its terminal', () => {
  /**
   * Runs it in a group of its own, and hangs that up twice in the middle: once it is at work, since Node.js itself takes a moment in
   * which a hangup ends it.
   */
  async function hungUp(command: string, args: string[], given: Record<string, string> = {}): Promise<number | null> {
    const child = spawn(command, args, { cwd: dir, env: { ...env, ...given }, stdio: 'ignore', detached: true });
    let hangups = 0;
    const hangUp = (): void => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-child.pid!, 'SIGHUP');
      hangups++;
    };
    const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    await Promise.race([ended, atWork()]);
    hangUp();
    setTimeout(hangUp, wholeMs * 0.2).unref();
    const code = await ended;
    expect(hangups).toBeGreaterThan(0);
    return code;
  }
  const kept = [...large.slice(0, 3), 'kept', ...large.slice(4)];
  const shell = ['-c', '"$0" "$@"; exit $?', process.execPath, bin, ...kept];

  test.each<[string, () => Promise<number | null>]>([
    ['nohup of a shell', () => hungUp('bash', ['-c', 'trap "" HUP; nohup "$0" "$@"', process.execPath, bin, ...kept])],
    ['nohup alone', () => hungUp('nohup', [process.execPath, bin, ...kept], { _: '/usr/bin/nohup' })],
    ['a script under nohup', () => hungUp('nohup', ['sh', ...shell])],
    ['a shell that ignores hangups', () => hungUp('sh', ['-c', `trap '' HUP; ${shell[1]}`, ...shell.slice(2)])],
  ])('by %s does', async (_, run) => {
    fs.rmSync(path.join(dir, 'kept'), { recursive: true, force: true });
    expect(await run()).toBe(0);
    expect((await datagpu(['verify', 'kept'], { cwd: dir })).code).toBe(0);
    expect(fs.readdirSync(scratch)).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'by nohup on a terminal, from a shell that leaves no name, does',
    async () => {
      fs.rmSync(path.join(dir, 'kept'), { recursive: true, force: true });
      // script gives it a terminal, and nohup takes that away again; the terminal is closed when script is killed.
      const inner = ['nohup', process.execPath, bin, ...kept].map((word) => `'${word}'`).join(' ');
      const terminal = spawn('script', ['-qc', `exec ${inner}`, '/dev/null'], { cwd: dir, env, stdio: 'ignore' });
      await atWork();
      terminal.kill('SIGKILL');
      await new Promise((closed) => terminal.on('close', closed));
      const manifest = path.join(dir, 'kept/manifest.yaml');
      await vi.waitFor(() => expect(fs.existsSync(manifest)).toBe(true), {
        timeout: wholeMs * 3 + 10_000,
        interval: 50,
      });
      expect((await datagpu(['verify', 'kept'], { cwd: dir })).code).toBe(0);
    },
  );

  test('and one that is not ends with it, tidily', async () => {
    fs.rmSync(path.join(dir, 'kept'), { recursive: true, force: true });
    const inner = ['exec', process.execPath, bin, ...kept]
      .map((word) => `'${word}'`)
      .join(' ')
      .replace("'exec'", 'exec');
    const terminal = spawn('script', ['-qc', inner, '/dev/null'], { cwd: dir, env, stdio: 'ignore' });
    await atWork();
    const isDone = fs.existsSync(path.join(dir, 'kept/manifest.yaml'));
    terminal.kill('SIGKILL');
    await new Promise((closed) => terminal.on('close', closed));
    if (isDone) return;
    await vi.waitFor(() => expect(fs.readdirSync(scratch)).toEqual([]), { timeout: 5000, interval: 50 });
    await new Promise((passed) => setTimeout(passed, wholeMs));
    expect(fs.existsSync(path.join(dir, 'kept/manifest.yaml'))).toBe(false);
    expect(fs.readdirSync(scratch)).toEqual([]);
  });
});

test('a reader of standard error that goes away does not end a compile', async () => {
  const args = [bin, 'compile', 'small.csv', '-o', 'unheard', '--no-cache'];
  const child = spawn(process.execPath, args, { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr!.destroy();
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(0);
  expect(fs.existsSync(path.join(dir, 'unheard/manifest.yaml'))).toBe(true);
});

test('scratch that was being removed goes with the next run, at once', async () => {
  const { ScratchFolder, removeDeadScratch } = await import('../../dist/flow/scratch.js');
  const ended = ScratchFolder.shared(scratch);
  fs.writeFileSync(ended.file(), 'rows');
  const remove = vi.spyOn(fs, 'rmSync').mockImplementation(() => {
    throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'rmdir' });
  });
  ended.remove();
  remove.mockRestore();
  expect(fs.readdirSync(scratch)).toHaveLength(1);
  // What a kill in the middle of it can leave.
  for (const name of fs.readdirSync(scratch)) fs.rmSync(path.join(scratch, name, 'lock'));
  removeDeadScratch(scratch);
  expect(fs.readdirSync(scratch)).toEqual([]);
});

test.skipIf(process.platform === 'win32')("scratch is nobody else's to read", async () => {
  const { ScratchFolder } = await import('../../dist/flow/scratch.js');
  const { spool } = await import('../../dist/load/spool.js');
  const parent = path.join(dir, 'shared');
  fs.mkdirSync(parent, { mode: 0o755 });
  const folder = ScratchFolder.shared(parent);
  const stdin = Readable.from([Buffer.from('a,b\n1,2\n')]);
  const source = { path: '-', absolute: '-', format: 'csv', compression: 'none', bytes: 0, seekable: false } as const;
  const { path: file } = await spool(source, folder, { stdin });
  expect(fs.statSync(folder.path).mode & 0o777).toBe(0o700);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  folder.remove();
});

test('scratch of a compile that is alive is left alone', async () => {
  const { ScratchFolder, removeDeadScratch } = await import('../../dist/flow/scratch.js');
  const alive = ScratchFolder.shared(scratch);
  const spill = alive.file();
  fs.writeFileSync(spill, 'rows');
  const next = await datagpu(['compile', 'small.csv', '-o', 'other', '--no-cache', '--scratch', 'scratch'], {
    cwd: dir,
  });
  expect({ code: next.code, there: fs.existsSync(spill) }).toEqual({ code: 0, there: true });
  removeDeadScratch(scratch);
  expect(fs.existsSync(spill)).toBe(true);
  alive.remove();
  expect(fs.readdirSync(scratch)).toEqual([]);
});
