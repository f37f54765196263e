import fs from 'node:fs';
import type { Block, Column } from '../engine/block.js';
import type { Executor } from '../engine/executor.js';
import { type Field, widthOf } from '../engine/types.js';
import { type FateLog, fate, fateNames } from '../ledger/fates.js';
import { writing } from '../write/output-error.js';
import { ParquetSplicer } from '../write/splicer.js';
import type { LaneTasks, Seen } from './tasks.js';
import type { ChunkRef } from './walk.js';

/** Dropped rows with where they are from and why they were dropped. */
export interface DroppedRows {
  source: string;
  /** 1-based record numbers. */
  records: number[];
  reasons: string[];
  /** What is wrong with malformed ones. */
  details: (string | null)[];
  /** Raw bytes of malformed records, which have no columns. */
  raws: (Uint8Array | null)[];
  /** The columns of the data set, a row for each record that is not malformed, in order. */
  block: Block | null;
}

const metaNames = ['_source', '_row', '_reason', '_detail', '_raw'] as const;

/**
 * `.datagpu/rejects.parquet`: every row that is not in the data set, in source order (rows below the top last). Beside the
 * columns of the data set it has `_source`, `_row` (1-based record number), `_reason` (as in the ledger), `_detail` and
 * `_raw` (what is wrong with a malformed record, and its bytes as they were read, at most 64 KB).
 */
export class RejectsFile {
  private readonly executor: Executor<LaneTasks>;
  private readonly fields: Field[];
  private readonly target: string;
  private readonly splicer: ParquetSplicer;
  private readonly folder: string;
  private next = 0;

  constructor(executor: Executor<LaneTasks>, fields: readonly Field[], target: string, compilerVersion: string) {
    this.executor = executor;
    const meta = metaNames.map(
      (name): Field => ({
        name: unused(name, fields),
        sourceName: name,
        type:
          name === '_row'
            ? { kind: 'int64' }
            : name === '_raw'
              ? { kind: 'arrow', arrow: { name: 'binary' } }
              : { kind: 'text' },
      }),
    );
    this.fields = [...meta, ...fields];
    this.target = target;
    this.folder = writing(target, () => fs.mkdtempSync(`${target}-`));
    this.splicer = new ParquetSplicer(this.folder, this.fields, {
      compression: 'zstd',
      shardBytes: Number.MAX_SAFE_INTEGER,
      compilerVersion,
    });
  }

  async add(dropped: DroppedRows): Promise<void> {
    const rows = dropped.records.length;
    if (rows === 0) return;
    const texts = (values: readonly (string | null)[]): Column =>
      bytesColumn(
        values.map((v) => (v === null ? null : Buffer.from(v))),
        { kind: 'text' },
      );
    const isMalformed = dropped.raws.map((raw) => raw !== null);
    const records = new BigInt64Array(dropped.records.map(BigInt));
    const columns: Column[] = [
      texts(dropped.records.map(() => dropped.source)),
      { type: { kind: 'int64' }, validity: null, offsets: null, values: new Uint8Array(records.buffer) },
      texts(dropped.reasons),
      texts(dropped.details),
      bytesColumn(dropped.raws, { kind: 'arrow', arrow: { name: 'binary' } }),
      ...this.fields
        .slice(metaNames.length)
        .map((field, f) => spread(field, dropped.block?.columns[f] ?? null, isMalformed)),
    ];
    const lane = this.next++ % this.executor.lanes;
    this.splicer.append(await this.executor.run(lane, 'encodeAs', { block: { rows, columns }, fields: this.fields }));
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

/** The dropped records of a chunk, in order. `block` has those that are not malformed. */
export function droppedOf(ref: ChunkRef, source: string, seen: Seen, fates: FateLog, block: Block | null): DroppedRows {
  const out: DroppedRows = { source, records: [], reasons: [], details: [], raws: [], block };
  const first = 'start' in ref.piece ? ref.piece.start.record : ref.piece.record;
  let reject = 0;
  for (let i = 0; i < seen.records; i++) {
    const became = fates.fateOf(ref.ordinal + i);
    if (became === fate.kept) continue;
    const malformed = became === fate.malformed ? seen.rejects[reject++]! : null;
    out.records.push(first + i);
    out.reasons.push(fateNames[became]!);
    out.details.push(malformed?.why ?? null);
    out.raws.push(malformed?.raw ?? null);
  }
  return out;
}

function unused(name: string, fields: readonly Field[]): string {
  let free: string = name;
  while (fields.some((f) => f.name === free)) free = `_${free}`;
  return free;
}

function bytesColumn(values: readonly (Uint8Array | null)[], type: Column['type']): Column {
  const offsets = new Int32Array(values.length + 1);
  values.forEach((v, i) => {
    offsets[i + 1] = offsets[i]! + (v?.length ?? 0);
  });
  const bytes = new Uint8Array(offsets[values.length]!);
  values.forEach((v, i) => {
    if (v !== null) bytes.set(v, offsets[i]!);
  });
  const validity = values.includes(null) ? Uint8Array.from(values, (v) => (v === null ? 0 : 1)) : null;
  return { type, validity, offsets, values: bytes };
}

/** A column with a null for every malformed record. */
function spread(field: Field, column: Column | null, isMalformed: readonly boolean[]): Column {
  const { type } = field;
  const rows = isMalformed.length;
  const width = widthOf(type);
  const isFlat = type.kind === 'null' || width > 0;
  const validity = new Uint8Array(rows);
  const offsets = isFlat ? null : new Int32Array(rows + 1);
  const values = isFlat ? new Uint8Array(rows * width) : (column?.values ?? new Uint8Array(0));
  let from = 0;
  for (let row = 0; row < rows; row++) {
    const isThere = column !== null && !isMalformed[row];
    if (isThere) {
      validity[row] = column.validity?.[from] ?? 1;
      if (width > 0) values.set(column.values.subarray(from * width, (from + 1) * width), row * width);
    }
    if (offsets !== null) offsets[row + 1] = isThere ? column.offsets![from + 1]! : offsets[row]!;
    if (isThere) from++;
  }
  return { type, validity, offsets, values };
}
