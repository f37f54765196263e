import path from 'node:path';
import type { Table, Vector } from 'apache-arrow';
import { lineagePath, startsOf } from '../ledger/lineage.js';
import { LineageReader } from '../ledger/lineage-read.js';
import type { Manifest } from '../manifest/manifest.js';
import { fateNames, fateOf } from '../stages/pipeline.js';
import { count, type FileVerdict } from './verdict.js';

const wrong = (why: string): FileVerdict[] => [{ kind: 'beside', path: lineagePath, verdict: 'changed', why }];
/** Fates of rows in whose stead another one was kept. */
const twinned = new Set([fateOf('exact duplicate'), fateOf('near duplicate')]);

/**
 * Compares lineage with the ledger and with itself: each record in its order, rows by fate, a place of its own for each row
 * of the output, and for each duplicate a row that came further than it did. Takes a byte a record of memory.
 */
export async function verifyLineage(manifest: Manifest, folder: string): Promise<FileVerdict[]> {
  const { ledger, rows, sources } = manifest;
  if (!(manifest.beside ?? []).some((b) => b.path === lineagePath)) return [];
  const records = sources.reduce((n, s) => n + s.rows, 0);
  const lineage = await LineageReader.open(path.resolve(folder, lineagePath));
  try {
    const found = lineage.rows();
    if (found !== ledger.read || records !== found)
      return wrong(`it has ${count(found)} records, not ${count(ledger.read)}`);
    const spans = sources.map((s) => ({ path: s.path, records: s.rows }));
    const check = new LineageCheck(spans, rows);
    for await (const table of lineage.tables(['source', 'row', 'fate', 'position'])) check.follow(table);
    for (const [reason, dropped] of [...Object.entries(ledger.dropped), ['kept', ledger.kept] as const])
      if (check.rowsOf(reason) !== dropped)
        return wrong(`${count(check.rowsOf(reason))} rows are "${reason}", not ${count(dropped)}`);
    if (check.places !== rows) return wrong(`${count(check.places)} rows have a place, not ${count(rows)}`);
    for await (const table of lineage.tables(['kept_source', 'kept_row', 'similarity'])) check.compare(table);
    return check.odd === null ? [] : wrong(check.odd);
  } finally {
    await lineage.close();
  }
}

/** Goes through the records of a lineage twice, in order. */
class LineageCheck {
  /** The first thing that is not as it has to be. */
  odd: string | null = null;
  /** Different places of the output that records have. */
  places = 0;
  /** The first record of each source, and how many there are. */
  private readonly starts: number[];
  private readonly fates: Uint8Array;
  private readonly taken: Uint8Array;
  private readonly counts: Record<string, number> = {};
  private readonly numbers: ReadonlyMap<string, number>;
  private followed = 0;
  private compared = 0;

  constructor(
    private readonly spans: readonly { path: string; records: number }[],
    private readonly rows: number,
  ) {
    this.starts = startsOf(spans);
    this.fates = new Uint8Array(this.starts.at(-1)!);
    this.taken = new Uint8Array(Math.ceil(rows / 8));
    this.numbers = new Map(spans.map((span, s) => [span.path, s]));
  }

  rowsOf(fate: string): number {
    return this.counts[fate] ?? 0;
  }

  /** The first time: which record it is, what became of it, and its place. */
  follow(table: Table): void {
    const [source, row, fate, position] = ['source', 'row', 'fate', 'position'].map((name) => table.getChild(name)!);
    const [sourceAt, fateAt] = [wordsOf(source!), wordsOf(fate!)];
    let span = this.spans.findIndex((_, s) => this.starts[s + 1]! > this.followed);
    for (let i = 0; i < table.numRows; i++, this.followed++) {
      while (this.followed >= this.starts[span + 1]!) span++;
      if (sourceAt(i) !== this.spans[span]!.path || row!.get(i) !== this.followed - this.starts[span]! + 1)
        this.note(`record ${count(this.followed + 1)} is said to be row ${String(row!.get(i))} of ${sourceAt(i)}`);
      const name = fateAt(i);
      const became = fateNames.indexOf(name);
      if (became < 0) this.note(`record ${count(this.followed + 1)} is "${name}"`);
      this.fates[this.followed] = became;
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      this.take(position!.get(i) as number | null, became);
    }
  }

  /** The second time: the row that was kept in the stead of a duplicate. */
  compare(table: Table): void {
    const [source, row, similarity] = ['kept_source', 'kept_row', 'similarity'].map((name) => table.getChild(name)!);
    const sourceAt = wordsOf(source!);
    for (let i = 0; i < table.numRows; i++, this.compared++) {
      const own = this.fates[this.compared]!;
      const named = row!.get(i) as number | null;
      const isNear = fateNames[own] === 'near duplicate';
      if ((named !== null) !== twinned.has(own) || (similarity!.get(i) !== null) !== isNear)
        this.note(`record ${count(this.compared + 1)} is "${fateNames[own]}", and names what others of it do not`);
      if (named === null) continue;
      const span = this.numbers.get(sourceAt(i)) ?? -1;
      const kept = span < 0 || named < 1 || named > this.spans[span]!.records ? -1 : this.starts[span]! + named - 1;
      const fate = kept < 0 ? -1 : this.fates[kept]!;
      // It was still there when the stage decided: kept, or dropped by a later one.
      if (fate !== 0 && fate <= own)
        this.note(
          `record ${count(this.compared + 1)} is "${fateNames[own]}" of row ${named} of ${sourceAt(i)}, which ${
            fate < 0 ? 'is not there' : `is "${fateNames[fate]}"`
          }`,
        );
    }
  }

  private take(place: number | null, became: number): void {
    if ((place !== null) !== (became === 0) && this.odd === null)
      this.note(
        `record ${count(this.followed + 1)} is "${fateNames[became]}" with${place === null ? 'out' : ''} a place`,
      );
    if (place === null || place >= this.rows || (this.taken[place >>> 3]! & (1 << (place & 7))) !== 0) return;
    this.taken[place >>> 3]! |= 1 << (place & 7);
    this.places++;
  }

  private note(what: string): void {
    this.odd ??= what;
  }
}

/** The words of a column, each of its few different ones made once. */
function wordsOf(column: Vector): (row: number) => string {
  const known = new Map<string, string>();
  const data = column.data[0];
  if (column.data.length !== 1 || data === undefined || !(data.values instanceof Uint8Array))
    return (row) => String(column.get(row) as string | null);
  const bytes = Buffer.from(data.values.buffer, data.values.byteOffset, data.values.byteLength);
  const offsets = data.valueOffsets as Int32Array;
  return (row) => {
    const key = bytes.toString('latin1', offsets[row], offsets[row + 1]);
    let word = known.get(key);
    if (word === undefined) {
      word = Buffer.from(key, 'latin1').toString();
      known.set(key, word);
    }
    return word;
  };
}
