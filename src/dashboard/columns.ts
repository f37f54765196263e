import type { ColumnAnswer, NullsAnswer } from './answers.js';
import { shownValue, whole } from './cells.js';
import { Distinct } from './distinct.js';
import { histogramOf, lengthsOf, Numbers, summaryOf } from './distribution.js';
import { type Kind, kindOf } from './kinds.js';
import type { OpenSet } from './open.js';
import type { Piece, RowGroups } from './row-groups.js';
import { bytesOf, presence, writeKeys } from './sort-keys.js';
import { turn } from './turn.js';

/** More rows than these are counted on a sample, where counting costs memory or time with every row. */
const sampledFrom = 2_000_000;
/** Rows whose words are counted, about. */
const measuredRows = 200_000;
const topValues = 20;
const valueLetters = 200;
/** Distinct numbers up to which they are listed. */
const listedNumbers = 30;
const patternColumns = 24;
const shownPatterns = 12;

/** A word as near-duplicate detection counts them: a character of a script without spaces is one. */
const words =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+/gu;

/** What a column holds, over all rows, or over every n-th where that would take too long. */
export async function columnAnswer(
  set: OpenSet,
  groups: RowGroups,
  index: number,
  signal?: AbortSignal,
): Promise<ColumnAnswer> {
  const { name, type, nulls, distinct } = set.fields[index]!;
  const kind = kindOf(type);
  const every = set.rows > sampledFrom ? Math.ceil(set.rows / sampledFrom) : 1;
  const rows = Math.ceil(set.rows / every);
  const answer: ColumnAnswer = {
    name,
    rows: set.rows,
    nulls,
    empty: null,
    distinct: null,
    top: null,
    numbers: null,
    histogram: null,
    lengths: [],
    sample: every === 1 ? null : { every, rows },
    problem: null,
  };
  if (set.rows === 0) return answer;
  const counter = counterOf(kind, type, set.rows);
  if (counter === null) return answer;
  for (let group = 0; group < groups.count; group++) {
    counter.count(await groups.piece(index, group), every);
    await turn(signal);
  }
  counter.tell(answer);
  const { values } = counter;
  if (values === null) return answer;
  if (every === 1) answer.distinct = { count: values.count, exact: true };
  else if (distinct !== null) answer.distinct = { count: distinct, exact: false };
  // Numbers that are many say more as a histogram.
  const isList = kind === 'number' && values.count <= listedNumbers;
  if (isList || kind === 'boolean' || (kind === 'text' && values.count < rows)) {
    const most = values.most(topValues);
    const found = await groups.values(
      index,
      most.map(({ place }) => place),
    );
    answer.top = most.map(({ rows }, i) => {
      const text = String(shownValue(found[i], type));
      return { value: whole(text, valueLetters), rows, cut: text.length > valueLetters };
    });
  }
  return answer;
}

/** Counts a column as its row groups come. */
interface Counter {
  values: Distinct | null;
  count(piece: Piece, every: number): void;
  tell(answer: ColumnAnswer): void;
}

function counterOf(kind: Kind, type: string, rows: number): Counter | null {
  if (kind === 'text') return new TextCounter(type, rows);
  if (kind === 'nested' || kind === 'other') return type.startsWith('list') ? new ListCounter() : null;
  return new NumberCounter(kind, type);
}

class ListCounter implements Counter {
  readonly values = null;
  private readonly lengths = new Numbers();

  count(piece: Piece, every: number): void {
    const { valueOffsets, children } = piece.vector.data[0]!;
    const fixed = (children[0]?.length ?? 0) / Math.max(1, piece.rows);
    for (const row of rowsOf(piece, every))
      this.lengths.add(
        valueOffsets === undefined ? fixed : Number(valueOffsets[row + 1]!) - Number(valueOffsets[row]!),
      );
  }

  tell(answer: ColumnAnswer): void {
    answer.lengths.push(lengthsOf('elements', this.lengths.all()));
  }
}

class TextCounter implements Counter {
  readonly values: Distinct = new Distinct();
  private empty = 0;
  private readonly characters = new Numbers();
  private readonly words = new Numbers();
  private readonly measuredEvery: number;
  private isAll = true;

  constructor(
    private readonly type: string,
    private readonly rows: number,
  ) {
    this.measuredEvery = Math.max(1, Math.ceil(rows / measuredRows));
  }

  count(piece: Piece, every: number): void {
    const { bytes, offsets } = bytesOf(piece, this.type);
    this.isAll = every === 1;
    const letters = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const row of rowsOf(piece, every)) {
      this.values.addBytes(bytes, offsets[row]!, offsets[row + 1]!, piece.first + row);
      if (offsets[row] === offsets[row + 1]) this.empty++;
    }
    for (const row of rowsOf(piece, this.measuredEvery)) {
      let characters = 0;
      // All bytes but those that go on with a character.
      for (let i = offsets[row]!; i < offsets[row + 1]!; i++) if ((bytes[i]! & 0xc0) !== 0x80) characters++;
      this.characters.add(characters);
      const text = letters.toString('utf8', offsets[row]!, offsets[row + 1]!);
      this.words.add(text.match(words)?.length ?? 0);
    }
  }

  tell(answer: ColumnAnswer): void {
    if (this.isAll) answer.empty = this.empty;
    answer.lengths.push(lengthsOf('characters', this.characters.all()), lengthsOf('words', this.words.all()));
    const every = this.measuredEvery;
    if (every > 1 && answer.sample === null) answer.sample = { every, rows: Math.ceil(this.rows / every) };
  }
}

/** Numbers, times and truth values. */
class NumberCounter implements Counter {
  readonly values: Distinct = new Distinct();
  private readonly numbers = new Numbers();

  constructor(
    private readonly kind: Kind,
    private readonly type: string,
  ) {}

  count(piece: Piece, every: number): void {
    const { vector, rows, first } = piece;
    const keys = { high: new Uint32Array(rows), low: new Uint32Array(rows) };
    writeKeys({ ...piece, first: 0 }, this.kind, this.type, keys, 0);
    const isDecimal = this.type.startsWith('decimal');
    // The lower half of decimals alone tells those apart that are counted here; the upper one has the sign.
    const lower = isDecimal ? { high: new Uint32Array(rows), low: new Uint32Array(rows) } : null;
    if (lower !== null) writeKeys({ ...piece, first: 0 }, this.kind, this.type, lower, 1);
    for (const row of rowsOf(piece, every)) {
      if (lower === null) this.values.add(keys.high[row]!, keys.low[row]!, first + row);
      else
        this.values.add((lower.high[row]! ^ Math.imul(keys.low[row]!, 0x9e3779b1)) >>> 0, lower.low[row]!, first + row);
      const value = Number(isDecimal ? shownValue(vector.get(row), this.type) : vector.get(row));
      if (this.kind !== 'boolean' && Number.isFinite(value)) this.numbers.add(value);
    }
  }

  tell(answer: ColumnAnswer): void {
    const summary = summaryOf(this.numbers.all().sort());
    if (summary === null) return;
    if (this.kind === 'number') answer.numbers = summary;
    const { min, max } = summary;
    answer.histogram = { ...histogramOf(this.numbers.all(), min, max), isTime: this.kind === 'time' };
  }
}

/** Rows of a row group that are not null, of every n-th row of the data set. */
function* rowsOf(piece: Piece, every: number): Generator<number> {
  const present = presence(piece);
  const start = (every - (piece.first % every)) % every;
  for (let row = start; row < piece.rows; row += every) if (present === null || present[row] === 1) yield row;
}

/** Which columns are null together. */
export async function nullsAnswer(set: OpenSet, groups: RowGroups, signal?: AbortSignal): Promise<NullsAnswer> {
  const holding = set.fields.flatMap(({ nulls }, i) => (nulls > 0 ? [i] : []));
  const columns = holding.slice(0, patternColumns);
  const counts = new Map<number, number>();
  for (let group = 0; columns.length > 0 && group < groups.count; group++) {
    const patterns = new Uint32Array(groups.extent(group).rows);
    for (const [bit, column] of columns.entries()) {
      const present = presence(await groups.piece(column, group));
      if (present !== null) for (let i = 0; i < patterns.length; i++) patterns[i]! |= (1 - present[i]!) << bit;
      await turn(signal);
    }
    for (const pattern of patterns) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  const found = [...counts].sort(([a, n], [b, m]) => m - n || a - b).slice(0, shownPatterns);
  return {
    columns,
    left: holding.length - columns.length,
    patterns: found.map(([pattern, rows]) => ({ nulls: columns.map((_, bit) => ((pattern >> bit) & 1) === 1), rows })),
    rows: set.rows,
  };
}
