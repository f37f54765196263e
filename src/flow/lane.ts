import { digestRows, setDigestSecret } from '../dedupe/digest.js';
import { copyDropped, filterBlock } from '../dedupe/filter.js';
import { sampleIds } from '../dedupe/idsample.js';
import type { ShingleSets } from '../dedupe/shingles.js';
import { type Block, blockBytes, copyBlock, joinSegments, type ReadBlock } from '../engine/block.js';
import { collectGarbage } from '../engine/collect.js';
import type { Emit, Lane, Reply } from '../engine/executor.js';
import { BufferPool } from '../engine/pool.js';
import { SharedBytes } from '../engine/shared-bytes.js';
import { type CellTable, kind } from '../kernels/cells.js';
import { createIngestKernel, digestSecretBytes, type IngestKernel } from '../kernels/ingest.js';
import { checkSums, RowTagger } from '../ledger/rowtags.js';
import { RowForms } from '../load/forms.js';
import type { Shape } from '../load/json/shape.js';
import { shapeOfTallies, tallyCells } from '../load/json/shape.js';
import { dropMisfits, type Misfit } from '../load/misfits.js';
import { tallyNumbers } from '../load/nearly.js';
import { readParquetChunk } from '../load/parquet/read.js';
import { RejectLog } from '../load/reject-log.js';
import { typeBlock } from '../load/typedblock.js';
import { type ColumnPlan, typeColumns } from '../load/typing.js';
import type { RankModel, RankRequest } from '../rank/protocol.js';
import { assignSplits } from '../split/assign.js';
import { RowDrops } from '../stages/drops.js';
import { openRowStages } from '../stages/pipeline.js';
import type { RowLane } from '../stages/stage.js';
import { type EncodedRows, encodeRowGroup, encodeRowGroupAside } from '../write/rowgroup.js';
import { setSketchSecret, sketchSecretBytes } from '../write/sketch.js';
import { splitRows } from './groups.js';
import { refuseLongTexts } from './long-text.js';
import { RankedLane, withScores } from './ranked-lane.js';
import { columnPlans, hashPiece, OpenFiles, parsePiece, rawRecords, scanPiece, typingOptions } from './read.js';
import { recordsOf, withMisfits } from './rejected-records.js';
import { scoreField } from './score.js';
import { type Places, seenColumns, shapeOf } from './seen.js';
import { Shingler } from './shingler.js';
import {
  absentColumn,
  type CheckedRows,
  type EncodeOrder,
  type GatherOrder,
  type Kinds,
  type MergeOrder,
  type PassPlan,
  type RejectOrder,
  type RowsOfFields,
  type ScatterOrder,
  type Seen,
  type Settled,
  type SettleOrder,
  type SourcePlan,
} from './tasks.js';
import { Stopwatch } from './times.js';
import type { Border, ChunkRef, RowPiece, TextPiece } from './walk.js';

/** Blocks of fewer bytes have too few pages to be shared with other threads. */
const leastSharedBytes = 2 ** 22;

/**
 * What a lane does, as handlers. One chunk at a time goes through it: `ingest` leaves the chunk's block in the kernel's
 * memory, `settle` finishes it once its rows were judged.
 */
export function openLane(): Lane {
  const lane = new ChunkLane();
  return {
    handlers: {
      plan: (plan: PassPlan) => lane.begin(plan),
      kinds: (ref: ChunkRef, emit) => lane.kinds(ref, emit),
      ingest: (ref: ChunkRef, emit) => lane.ingest(ref, emit),
      shingle: (slices: number, emit) => lane.shingle(slices, emit),
      settle: (order: SettleOrder) => lane.settle(order),
      encode: (order: EncodeOrder) => lane.encode(order),
      encodeAs: (rows: RowsOfFields) => lane.encodeAs(rows),
      rankAsk: (request: RankRequest) => ({ value: lane.ranking.ask(request) }),
      rankModel: (model: RankModel) => ({ value: lane.ranking.use(model) }),
      rankScore: (chunk: number) => lane.ranking.score(chunk),
      adopt: (blocks: Block[]) => ({ value: lane.ranking.adopt(blocks) }),
      gather: (order: GatherOrder) => lane.ranking.gather(order),
      scatter: (order: ScatterOrder) => ({ value: lane.ranking.scatter(order) }),
      merge: (order: MergeOrder) => lane.ranking.merge(order),
      spent: () => ({ value: lane.watch.take() }),
      reject: (order: RejectOrder) => lane.ranking.reject(order),
    },
    reuse: (buffer) => lane.pool.put(buffer),
    close: () => lane.close(),
  };
}

class ChunkLane {
  private readonly kernel: IngestKernel = createIngestKernel();
  private readonly files = new OpenFiles();
  private readonly shingles = new Shingler();
  readonly pool: BufferPool = new BufferPool();
  /** Digests and tags are read by the coordinator until it has judged the chunk; the next chunk is read after that. */
  private readonly digestBytes: SharedBytes = new SharedBytes();
  private readonly tagBytes: SharedBytes = new SharedBytes();
  readonly watch: Stopwatch = new Stopwatch();
  private plan!: PassPlan;
  ranking!: RankedLane;
  private rowStages: RowLane[] = [];
  private block: ReadBlock | null = null;
  /** The shingles of the block's rows that were not asked for yet. */
  private sets: Iterator<ShingleSets> = [].values();

  begin(plan: PassPlan): Reply<null> {
    const before: PassPlan | undefined = this.plan;
    this.plan = plan;
    this.block = null;
    this.rowStages = openRowStages(plan.rows, this.kernel);
    setDigestSecret(this.kernel, plan.secret.subarray(0, digestSecretBytes));
    setSketchSecret(this.kernel, plan.secret.subarray(digestSecretBytes));
    this.ranking = new RankedLane(plan, this.kernel, this.watch, this.pool);
    // Memory is short then: that of the rows which were held to be ranked is given back at once.
    if (before?.near && before.rank !== null && plan.near === null) collectGarbage();
    return { value: null };
  }

  /** Finds out which kinds of values the columns of a chunk have, and no more. */
  kinds(ref: ChunkRef, emit: (border: Border) => void): Reply<Kinds> {
    const source = this.plan.sources[ref.source]!;
    this.kernel.reset();
    const scanned = scanPiece(this.kernel, this.files, source, ref.piece as TextPiece);
    emit({ records: scanned.records, next: scanned.next });
    const { cells, rejects, newKeys } = parsePiece(this.kernel, source, scanned);
    const plans = columnPlans(this.plan, source);
    const all = this.tallies(cells, plans, placesOf(ref, rejects, []));
    const fitting = this.fitting(cells, source, plans);
    const places = placesOf(ref, rejects, fitting.misfits);
    const columns = seenColumns(
      this.kernel,
      fitting.cells,
      typingOptions(this.plan, source),
      places,
      plans.filter((c) => c.declared && c.cell >= 0),
    );
    plans.forEach(({ cell }, f) => {
      const tallies = all[f];
      if (tallies) columns[cell]!.shape = { ...(columns[cell]!.shape ?? shapeOfTallies(tallies)), tallies };
    });
    return { value: { records: scanned.records, columns, newKeys } };
  }

  async ingest(ref: ChunkRef, emit: (border: Border) => void): Promise<Reply<Seen>> {
    const { plan, kernel } = this;
    const source = plan.sources[ref.source]!;
    kernel.reset();
    this.watch.start('read');
    const read = source.format === 'parquet' ? this.readRows(ref, source) : this.readText(ref, source, emit);
    this.watch.start('clean');
    const drops = new RowDrops(read.block.rows);
    const missing = source.map.map((column) => column === absentColumn);
    const block = this.rowStages.reduce((rows, stage) => stage.run(rows, drops, read.changed, missing), read.block);
    refuseLongTexts(block, plan, ref.piece, source.name, read.rejects.indexes);
    this.watch.start('dedupe');
    const mark = kernel.mark();
    const tagger = new RowTagger(kernel, block, (bytes) => this.tagBytes.take(bytes));
    const digests = digestRows(
      kernel,
      block,
      plan.compared,
      (bytes) => this.digestBytes.take(bytes),
      (from, to) => tagger.tag(from, to),
    );
    const { tags } = tagger;
    kernel.reset(mark);
    const ids = ref.id === 0 && plan.samplesIds ? sampleIds(kernel, block, plan.compared, digests, drops.mask) : null;
    this.block = block;
    if (plan.near !== null)
      this.sets = this.shingles.of(
        block,
        plan.near,
        plan.secret.subarray(digestSecretBytes + sketchSecretBytes),
        this.pool,
      );
    const { records, rejects, kinds, shapes, newKeys, coerced, forms, numbers, changed, exact, notes } = read;
    const rows = block.rows;
    this.watch.start(null);
    return {
      value: {
        records,
        rejects,
        rows,
        drops: drops.dropped,
        digests,
        tags,
        ids,
        kinds,
        shapes,
        newKeys,
        coerced,
        forms,
        numbers,
        changed,
        exact,
        notes,
        bytes: blockBytes(block),
      },
    };
  }

  private readRows(ref: ChunkRef, source: SourcePlan): ReadChunk {
    const { kernel, plan } = this;
    const piece = ref.piece as RowPiece;
    const file = this.files.parquet(source.file.path, source.name);
    const used = [...new Set(source.map.filter((c) => c >= 0))];
    const whole = readParquetChunk(kernel, file, piece, used);
    this.watch.start('clean');
    const columns = columnPlans(plan, source).map((c) => (c.cell < 0 ? c : { ...c, cell: used.indexOf(c.cell) }));
    const typed = typeBlock(kernel, whole, columns, { nullTokens: plan.read.nulls, clean: plan.clean });
    const names = declaredOf(columns).map((d) => source.columns[used[d.cell]!]!);
    // There is no text to keep, but for the value that does not fit.
    const raws = plan.rejects ? typed.misfits.map(({ value }) => Buffer.from(value)) : null;
    const rejects = withMisfits(new RejectLog(), typed.misfits, names, raws);
    const { block, kinds, coerced, changed } = typed;
    const shapes = kinds.map(() => null);
    const records = piece.to - piece.from;
    const numbers = kinds.map(() => null);
    return {
      block,
      records,
      rejects,
      kinds,
      shapes,
      newKeys: [],
      coerced,
      forms: null,
      numbers,
      changed,
      exact: false,
    };
  }

  private readText(ref: ChunkRef, source: SourcePlan, emit: (border: Border) => void): ReadChunk {
    const { kernel, plan } = this;
    const scanned = scanPiece(kernel, this.files, source, ref.piece as TextPiece);
    const { records, next } = scanned;
    emit({ records, next, ...hashPiece(kernel, this.files, source, scanned) });
    this.watch.start('parse');
    const parsed = parsePiece(kernel, source, scanned, plan.rejects ? Number.POSITIVE_INFINITY : undefined);
    const options = typingOptions(plan, source);
    const columns = columnPlans(plan, source);
    this.watch.start('clean');
    const all = this.tallies(parsed.cells, columns, placesOf(ref, parsed.rejects, []));
    const fitting = this.fitting(parsed.cells, source, columns);
    const raws = plan.rejects ? rawRecords(kernel, source, scanned, recordsOf(parsed.rejects, fitting.misfits)) : null;
    const numbers = options.json ? columns.map(() => null) : tallyNumbers(kernel, fitting.cells, columns, options);
    const written = plan.comparesForms ? new RowForms(kernel, fitting.cells.rows, new Set(plan.compared)) : null;
    const typed = typeColumns(kernel, fitting.cells, columns, options, written);
    const names = declaredOf(columns).map((d) => source.columns[d.cell]!);
    const rejects = withMisfits(parsed.rejects, fitting.misfits, names, raws);
    const changed = { ...parsed.changed };
    for (const [rule, cells] of Object.entries(typed.changed)) changed[rule] = (changed[rule] ?? 0) + cells;
    const { block, kinds, coerced } = typed;
    const places = placesOf(ref, parsed.rejects, fitting.misfits);
    const shapes = columns.map((c, f): Shape | null => {
      if (source.json === null || c.cell < 0 || c.declared) return null;
      // Of fixed width are values of one kind, or the pass is of no use.
      const isCounted =
        c.type.kind === 'text' || c.type.kind === 'json' || (kinds[f]! & (kind.object | kind.array)) !== 0;
      if (!isCounted) return null;
      const shape = shapeOf(kernel, fitting.cells, c.cell, places);
      return all[f] ? { ...shape, tallies: all[f] } : shape;
    });
    const forms = written?.take(typed) ?? null;
    return {
      block,
      records: scanned.records,
      rejects,
      kinds,
      shapes,
      newKeys: parsed.newKeys,
      coerced,
      forms,
      numbers,
      changed,
      exact: parsed.exact,
      notes: parsed.notes,
    };
  }

  /** Rows by kind of the columns of which some records are malformed, before those are left out; null of the others. */
  private tallies(
    cells: CellTable,
    columns: readonly ColumnPlan[],
    { recordOf, source }: Places,
  ): (Shape['tallies'] | null)[] {
    return columns.map((c) =>
      c.only && c.cell >= 0 ? tallyCells(this.kernel, cells, c.cell, recordOf, source) : null,
    );
  }

  /** The cells without the rows that don't fit a declared type: they have no part in what the columns are. */
  private fitting(
    cells: CellTable,
    source: SourcePlan,
    columns: ColumnPlan[],
  ): { cells: CellTable; misfits: Misfit[] } {
    const declared = declaredOf(columns);
    if (declared.length === 0) return { cells, misfits: [] };
    return dropMisfits(this.kernel, cells, declared, typingOptions(this.plan, source));
  }

  /** Comes between `ingest` and `settle` of a chunk, until it says that no rows are left. */
  shingle(slices: number, emit: Emit<ShingleSets>): Reply<boolean> {
    this.watch.start('dedupe');
    let isLast = false;
    for (let i = 0; i < slices && !isLast; i++) {
      const next = this.sets.next();
      isLast = next.done === true;
      if (!next.done) emit(next.value, [next.value.ends.buffer, next.value.hashes.buffer]);
    }
    this.watch.start(null);
    return { value: isLast };
  }

  async settle(order: SettleOrder): Promise<Reply<Settled>> {
    this.watch.start('dedupe');
    const reply = await this.finish(order);
    this.watch.start(null);
    return reply;
  }

  private async finish({ keep, action, idle }: SettleOrder): Promise<Reply<Settled>> {
    const settled: Settled = { encoded: [], exported: null, held: null, splits: null, dropped: null };
    const block = this.block!;
    this.block = null;
    const transfer: ArrayBuffer[] = [];
    if (this.plan.rejects && keep !== null) {
      const { block: dropped, buffer } = copyDropped(this.kernel, block, keep);
      settled.dropped = dropped;
      transfer.push(buffer);
    }
    if (action.do === 'drop') return { value: settled, transfer };
    const kept = keep === null ? block : filterBlock(this.kernel, block, keep);
    this.watch.start(action.do === 'hold' ? 'rank' : 'write');
    if (action.do === 'encode') {
      const cuts = splitRows(kept.rows, action.groups);
      for (const [g, to] of cuts.slice(1).entries())
        settled.encoded.push(await this.encodeRows(rowsOf(kept, cuts[g]!, to), action.first + cuts[g]!, idle));
      transfer.push(...settled.encoded.map((e) => e.bytes.buffer));
    } else if (action.do === 'export') settled.exported = copyBlock(kept, false);
    else {
      if (this.plan.split !== null) settled.splits = await assignSplits(kept, this.plan.split);
      settled.held = this.ranking.hold(action, kept);
    }
    return { value: settled, transfer };
  }

  /** May come between `ingest` and `settle` of a chunk, whose rows stay as they are. */
  async encode({ block, first, idle }: EncodeOrder): Promise<Reply<CheckedRows>> {
    this.watch.start('write');
    const value = await this.encodeRows(block, first, idle);
    this.watch.start(null);
    return { value, transfer: [value.bytes.buffer] };
  }

  /** May come between `ingest` and `settle` of a chunk, whose rows stay as they are. */
  encodeAs({ block, fields }: RowsOfFields): Reply<EncodedRows> {
    const value = encodeRowGroup(block, fields, 'zstd', this.kernel);
    return { value, transfer: [value.bytes.buffer] };
  }

  close(): void {
    this.files.close();
  }

  /** Encodes rows of the data set, numbered from `first` on among the kept ones. May take `idle` threads more. */
  private async encodeRows(block: ReadBlock, first: number, idle: number): Promise<CheckedRows> {
    const check = checkSums(this.kernel, block, first, first);
    return { ...(await this.encodeFields(block, first, idle)), check };
  }

  private encodeFields(block: ReadBlock, first: number, idle: number): EncodedRows | Promise<EncodedRows> {
    const { kernel, pool } = this;
    const { compression, constantScore } = this.plan;
    const fields = constantScore ? [...this.plan.fields, scoreField] : this.plan.fields;
    const rows = constantScore ? withScores(block, new Float64Array(block.rows).fill(1)) : block;
    if (idle === 0 || blockBytes(block) < leastSharedBytes)
      return encodeRowGroup(rows, fields, compression, kernel, pool, first);
    return encodeRowGroupAside(rows, fields, compression, kernel, pool, idle + 1, first);
  }
}

/** What reading a chunk gives, whatever the format. */
type ReadChunk = Pick<
  Seen,
  | 'records'
  | 'rejects'
  | 'kinds'
  | 'shapes'
  | 'newKeys'
  | 'coerced'
  | 'forms'
  | 'numbers'
  | 'changed'
  | 'exact'
  | 'notes'
> & {
  block: ReadBlock;
};

/** The columns of a source whose type was declared. */
const declaredOf = (columns: readonly ColumnPlan[]): ColumnPlan[] =>
  columns.filter((c) => (c.declared || c.only) && c.cell >= 0);

/** Where the rows of a text chunk are in its source, once its rejected records and misfits are left out. */
function placesOf(ref: ChunkRef, rejects: RejectLog, misfits: readonly Misfit[]): Places {
  const first = (ref.piece as TextPiece).start.record;
  const left = [...rejects.indexes, ...recordsOf(rejects, misfits)].sort((a, b) => a - b);
  const recordOf = (row: number): number => {
    let [low, high] = [0, left.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (left[middle]! - middle <= row) low = middle + 1;
      else high = middle;
    }
    return first + row + low;
  };
  return { recordOf, source: ref.source };
}

const rowsOf = (block: ReadBlock, from: number, to: number): ReadBlock =>
  from === 0 && to === block.rows ? block : joinSegments([{ block, from, to }]);
