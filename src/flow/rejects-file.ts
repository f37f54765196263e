import fs from 'node:fs';
import type { Executor } from '../engine/executor.js';
import type { Field } from '../engine/types.js';
import { writing } from '../write/output-error.js';
import type { EncodedRows } from '../write/rowgroup.js';
import { ParquetSplicer } from '../write/splicer.js';
import { type DroppedRows, metaColumns, rejectedPieces } from './dropped.js';
import type { LaneTasks } from './tasks.js';

/**
 * `.datagpu/rejects.parquet`: every row that is not in the data set, in source order (rows below the top last). Beside the
 * columns of the data set it has `_source` and `_row` (as `source` and `row` of lineage.parquet), `_reason` (as in the ledger), `_detail` and
 * `_raw` (what is wrong with a malformed record, or one that does not fit a declared type, and its bytes as they were read,
 * at most 64 KB; of Parquet, which has no such bytes, the value that does not fit).
 */
export class RejectsFile {
  /** Of the file: those of `metaColumns`, and those of the data set. */
  readonly fields: readonly Field[];
  private readonly executor: Executor<LaneTasks>;
  private readonly types: Field['type'][];
  private readonly target: string;
  private readonly splicer: ParquetSplicer;
  private readonly folder: string;
  private next = 0;

  constructor(executor: Executor<LaneTasks>, fields: readonly Field[], target: string, compilerVersion: string) {
    this.executor = executor;
    const meta = metaColumns.map(({ name, type }): Field => ({ name: unused(name, fields), sourceName: name, type }));
    this.fields = [...meta, ...fields];
    this.types = fields.map((field) => field.type);
    this.target = target;
    this.folder = writing(target, () => fs.mkdtempSync(`${target}-`));
    this.splicer = new ParquetSplicer(this.folder, this.fields, {
      compression: 'zstd',
      shardBytes: Number.MAX_SAFE_INTEGER,
      compilerVersion,
    });
  }

  /** Must not be called again before it is done. */
  async add(dropped: DroppedRows): Promise<void> {
    for (const block of rejectedPieces(dropped, this.types)) {
      const lane = this.next++ % this.executor.lanes;
      this.append(await this.executor.run(lane, 'encodeAs', { block, fields: this.fields }));
    }
  }

  /** Adds rows that a lane has encoded. */
  append(encoded: EncodedRows): void {
    this.splicer.append(encoded);
  }

  async finish(): Promise<void> {
    const [file] = await this.splicer.finish();
    writing(this.target, () => {
      fs.renameSync(file!.path, this.target);
      fs.rmdirSync(this.folder);
    });
  }

  abort(): void {
    this.splicer.abort();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

function unused(name: string, fields: readonly Field[]): string {
  let free: string = name;
  while (fields.some((f) => f.name === free)) free = `_${free}`;
  return free;
}
