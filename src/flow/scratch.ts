import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';

/** A folder of this run's own for spilled data, made when something is first put there. */
export class ScratchFolder {
  readonly path: string;
  private readonly parent: string;
  private next = 0;

  constructor(parent: string) {
    this.parent = parent;
    this.path = path.join(parent, `datagpu-scratch-${process.pid}-${randomUUID().slice(0, 8)}`);
  }

  /** A path for a new file. */
  file(): string {
    try {
      fs.mkdirSync(this.path, { recursive: true });
    } catch (cause) {
      throw new DatagpuError('output', 'the scratch folder could not be made', {
        file: this.parent,
        hint: 'Name another with --scratch',
        cause,
      });
    }
    return path.join(this.path, `spill-${this.next++}`);
  }

  remove(): void {
    fs.rmSync(this.path, { recursive: true, force: true });
  }
}
