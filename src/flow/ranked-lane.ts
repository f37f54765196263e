import fs from 'node:fs';
import { filterBlock } from '../dedupe/filter.js';
import { SharedArena } from '../engine/arena.js';
import type { Block, Column, ReadBlock, ReadColumn } from '../engine/block.js';
import { readBlockFile, writeBlockFile } from '../engine/blockfile.js';
import { Divider } from '../engine/divide.js';
import type { Reply } from '../engine/executor.js';
import { Gatherer } from '../engine/gather.js';
import type { BufferPool } from '../engine/pool.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { fate } from '../ledger/fates.js';
import { checkSums } from '../ledger/rowtags.js';
import { RankCounter } from '../rank/counter.js';
import type { RankModel, RankReply, RankRequest } from '../rank/protocol.js';
import { type EncodedRows, encodeRowGroup } from '../write/rowgroup.js';
import { noTexts, rejectedPieces } from './dropped.js';
import { mergePieces, type PackedPieces, packPieces, scatterBlock } from './scatter.js';
import { scoreField } from './score.js';
import { spilling } from './scratch.js';
import type {
  CheckedRows,
  GatherOrder,
  HeldRows,
  MergeOrder,
  PassPlan,
  RejectOrder,
  ScatterOrder,
  Sentence,
} from './tasks.js';
import type { Stopwatch } from './times.js';

/**
 * A lane's part in ranking: it counts and keeps the chunks that it has read, scores them, and puts row groups together in
 * the new order.
 */
export class RankedLane {
  private readonly plan: PassPlan;
  private readonly kernel: IngestKernel;
  private readonly watch: Stopwatch;
  private readonly pool: BufferPool;
  private counter: RankCounter | null = null;
  private readonly held: Map<number, HeldRows> = new Map();
  private adopted: Block[] = [];
  private readonly arena: SharedArena;
  private gatherer: Gatherer | null = null;
  private divider: Divider | null = null;

  constructor(plan: PassPlan, kernel: IngestKernel, watch: Stopwatch, pool: BufferPool) {
    this.pool = pool;
    this.watch = watch;
    this.plan = plan;
    this.kernel = kernel;
    this.arena = new SharedArena(plan.rank?.memory);
  }

  /** Counts a chunk's rows and keeps them, in shared memory or in a file. */
  hold({ chunk, inMemory, spillTo }: Sentence['action'] & { do: 'hold' }, block: ReadBlock): HeldRows {
    const shared = inMemory ? this.arena.put(block) : null;
    const held: HeldRows =
      shared === null ? { file: spilling(spillTo, () => writeBlockFile(spillTo, [block])[0]!) } : { memory: shared };
    this.held.set(chunk, held);
    const idsTo = `${spillTo}-ids`;
    spilling(idsTo, () => this.counting().countChunk(chunk, this.ranked(block), block.rows, idsTo));
    return held;
  }

  ask(request: RankRequest): RankReply {
    this.watch.start('rank');
    const reply = this.counting().answer(request);
    this.watch.start(null);
    return reply;
  }

  use(model: RankModel): null {
    this.counting().setModel(model);
    return null;
  }

  score(chunk: number): Reply<Float64Array> {
    this.watch.start('rank');
    const value = this.counting().score(chunk);
    this.watch.start(null);
    return { value, transfer: [value.buffer as ArrayBuffer] };
  }

  adopt(blocks: Block[]): null {
    this.adopted = blocks;
    this.counter = null;
    return null;
  }

  gather({ rows, firstPosition, scores }: GatherOrder): Reply<CheckedRows> {
    this.watch.start('order');
    const located = locate(rows, this.adopted);
    return this.order(
      this.gathering().gather(this.adopted, located.from, located.rows, true),
      rows,
      firstPosition,
      scores,
    );
  }

  scatter({ held, positions, groupRows, path }: ScatterOrder): PackedPieces {
    this.watch.start('order');
    const block = 'memory' in held ? held.memory : this.gathering().read([held.file])[0]!;
    this.divider ??= new Divider(this.arena);
    const pieces = spilling(path, () => scatterBlock(this.divider!, block, positions, groupRows, path));
    // Its rows are in the pieces; only those below `--top` are looked up again. What is not removed is soon written to the disk.
    if ('file' in held && !this.plan.rejects) fs.rmSync(held.file.path, { force: true });
    this.watch.start(null);
    return packPieces(path, pieces);
  }

  merge({ pieces, rows, firstPosition, firstScattered, scores }: MergeOrder): Reply<CheckedRows> {
    this.watch.start('order');
    return this.order(mergePieces(this.gathering(), pieces, firstScattered), rows, firstPosition, scores);
  }

  /** Encodes rows of a held block as rows below the top. */
  reject({ held, mask, records, source, fields }: RejectOrder): Reply<EncodedRows[]> {
    const { kernel } = this;
    this.watch.start('write');
    kernel.reset();
    const block = filterBlock(kernel, blockOf(held), mask);
    const fates = new Uint8Array(records.length).fill(fate.belowTop);
    const types = this.plan.fields.map((field) => field.type);
    const value: EncodedRows[] = [];
    for (const piece of rejectedPieces({ source, records, fates, malformed: noTexts, details: noTexts, block }, types))
      value.push(encodeRowGroup(piece, fields, 'zstd', kernel));
    this.watch.start(null);
    return { value, transfer: value.map((e) => e.bytes.buffer) };
  }

  private order(block: ReadBlock, rows: Uint32Array, place: number, scores: Float64Array): Reply<CheckedRows> {
    this.kernel.reset();
    const { compression, rank } = this.plan;
    const fields = rank!.scored ? [...this.plan.fields, scoreField] : this.plan.fields;
    this.watch.start('write');
    const check = checkSums(this.kernel, block, rows, place);
    const encoded = encodeRowGroup(
      rank!.scored ? withScores(block, scores) : block,
      fields,
      compression,
      this.kernel,
      this.pool,
      place,
    );
    this.watch.start(null);
    return { value: { ...encoded, check }, transfer: [encoded.bytes.buffer] };
  }

  private gathering(): Gatherer {
    this.gatherer ??= new Gatherer(this.arena);
    return this.gatherer;
  }

  private counting(): RankCounter {
    this.counter ??= new RankCounter(this.plan.rank!.settings, (chunk) => {
      const block = blockOf(this.held.get(chunk)!);
      return { columns: this.ranked(block), rows: block.rows };
    });
    return this.counter;
  }

  private ranked(block: ReadBlock): ReadColumn[] {
    return this.plan.rank!.columns.map((c) => block.columns[c]!);
  }
}

const blockOf = (held: HeldRows): Block => ('memory' in held ? held.memory : readBlockFile(held.file));

/** The block of each row, and its place in it; rows are counted over all blocks. */
function locate(rows: Uint32Array, blocks: readonly Block[]): { from: Uint32Array; rows: Uint32Array } {
  const starts = new Uint32Array(blocks.length + 1);
  blocks.forEach((block, b) => {
    starts[b + 1] = starts[b]! + block.rows;
  });
  const from = new Uint32Array(rows.length);
  const inBlock = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let low = 0;
    let high = starts.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    from[i] = low;
    inBlock[i] = row - starts[low]!;
  }
  return { from, rows: inBlock };
}

/** Adds a column of scores. */
export function withScores(block: ReadBlock, scores: Float64Array): ReadBlock {
  const values = new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength);
  const score: Column = { type: { kind: 'float64' }, validity: null, offsets: null, values };
  return { rows: block.rows, columns: [...block.columns, score] };
}
