import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { withoutPrivate } from '../private-path.js';

/** Where copies go: a folder that is asked for, and made, when there is something to be put in it. */
export interface Scratch {
  readonly path: string;
}

/** Bytes of scratch after which the free space is looked at again. */
const spaceCheckBytes = 64 * 1024 * 1024;

/** A file in scratch that pieces are appended to. Stops with 'output' before the disk is full. */
export class ScratchCopy {
  readonly path: string;
  /** Bytes in it. */
  bytes = 0;
  private unchecked = spaceCheckBytes;

  private constructor(
    private readonly dir: string,
    target: string,
    private readonly handle: fs.promises.FileHandle,
  ) {
    this.path = target;
  }

  static async create(scratch: Scratch): Promise<ScratchCopy> {
    const dir = scratch.path;
    const target = path.join(dir, `spool-${randomUUID()}`);
    await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 }).catch(failOutput(dir));
    return new ScratchCopy(dir, target, await fs.promises.open(target, 'wx', 0o600).catch(failOutput(dir)));
  }

  async append(piece: Uint8Array): Promise<void> {
    this.unchecked += piece.length;
    if (this.unchecked >= spaceCheckBytes) {
      await requireSpace(this.dir, piece.length + spaceCheckBytes);
      this.unchecked = 0;
    }
    for (let at = 0; at < piece.length; )
      at += (await this.handle.write(piece, at, piece.length - at).catch(failOutput(this.dir))).bytesWritten;
    this.bytes += piece.length;
  }

  async close(): Promise<void> {
    await this.handle.close().catch(failOutput(this.dir));
  }

  /** Closes it if that is still to be done, and removes it. */
  async remove(): Promise<void> {
    await this.handle.close().catch(() => {});
    fs.rmSync(this.path, { force: true });
  }
}

/** Leaves some of the disk free: 2 % of it, at most 256 MB. What expands without end stops here. */
async function requireSpace(scratchDir: string, bytes: number): Promise<void> {
  const disk = await fs.promises.statfs(scratchDir).catch(failOutput(scratchDir));
  const reserve = Math.min(256 * 1024 * 1024, disk.blocks * disk.bsize * 0.02);
  const free = disk.bavail * disk.bsize;
  // A disk smaller than the step between two checks may be filled to its end: writing says so then.
  if (free < reserve + Math.min(bytes, disk.blocks * disk.bsize * 0.1)) throw diskFull(scratchDir);
}

const diskFull = (dir: string, cause?: unknown): DatagpuError =>
  new DatagpuError('output', 'no space left for scratch', {
    file: withoutPrivate(dir),
    hint: 'Free space there, or name another folder with --scratch',
    cause,
  });

function failOutput(dir: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') throw diskFull(dir, cause);
    throw new DatagpuError('output', `scratch can't be written (${cause.code})`, {
      file: withoutPrivate(dir),
      hint: 'Name another folder with --scratch',
      cause,
    });
  };
}
