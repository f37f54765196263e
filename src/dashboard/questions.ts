import type {
  ColumnAnswer,
  GroupsAnswer,
  NullsAnswer,
  RecordAnswer,
  RemovedAnswer,
  RowsAnswer,
  View,
  WholeValue,
} from './answers.js';
import { cellOf, wholeOf } from './cells.js';
import { columnAnswer, nullsAnswer } from './columns.js';
import type { OpenSet } from './open.js';
import { recordAnswer } from './record.js';
import { groupsAnswer, removedAnswer } from './removed.js';
import { RowGroups } from './row-groups.js';
import { turn } from './turn.js';
import { Orders } from './view.js';

/** Questions about a data set that read its rows: by name, with what they are asked with. */
export interface Questions {
  rows(
    set: OpenSet,
    asked: { view: View; columns: number[]; from: number; count: number },
    signal?: AbortSignal,
  ): Promise<RowsAnswer>;
  cell(set: OpenSet, asked: { position: number; column: number }): Promise<WholeValue>;
  record(set: OpenSet, asked: { position: number }): Promise<RecordAnswer>;
  column(set: OpenSet, asked: { column: number }, signal?: AbortSignal): Promise<ColumnAnswer>;
  nulls(set: OpenSet, asked: Record<never, never>, signal?: AbortSignal): Promise<NullsAnswer>;
  removed(set: OpenSet, asked: RemovedQuestion): Promise<RemovedAnswer>;
  groups(set: OpenSet, asked: { reason: string }): Promise<GroupsAnswer>;
}

interface RemovedQuestion {
  reason: string;
  from: number;
  count: number;
  /** Exact duplicates were compared in all columns. */
  areEqual: boolean;
}

/** Rests before row groups are read ahead, so that questions come first. */
const restMs = 150;

/** Answers them; in a thread, which a call into polars may block. */
export class Desk implements Questions {
  private readonly orders: Orders = new Orders();
  private opened: { key: string; groups: RowGroups } | null = null;
  private opening: Promise<unknown> = Promise.resolve();
  private resting: NodeJS.Timeout | undefined;

  async rows(
    set: OpenSet,
    { view, columns, from, count }: { view: View; columns: number[]; from: number; count: number },
    signal?: AbortSignal,
  ): Promise<RowsAnswer> {
    const groups = await this.open(set);
    const order = await this.orders.of(set, groups, view, signal);
    const total = order === null ? set.rows : order.length;
    const end = Math.min(total, from + count);
    const positions = Array.from({ length: Math.max(0, end - from) }, (_, i) =>
      order === null ? from + i : order[from + i]!,
    );
    const cells: RowsAnswer['cells'] = positions.map(() => []);
    for (const column of columns) {
      const { type } = set.fields[column]!;
      const values = await groups.values(column, positions);
      values.forEach((value, i) => {
        cells[i]!.push(cellOf(value, type));
      });
      await turn(signal);
    }
    this.readAhead(groups, columns);
    return { total, from, positions, cells };
  }

  async cell(set: OpenSet, { position, column }: { position: number; column: number }): Promise<WholeValue> {
    const groups = await this.open(set);
    const [value] = await groups.values(column, [position]);
    return wholeOf(value, set.fields[column]!.type);
  }

  async record(set: OpenSet, { position }: { position: number }): Promise<RecordAnswer> {
    return recordAnswer(set, await this.open(set), position);
  }

  async column(set: OpenSet, { column }: { column: number }, signal?: AbortSignal): Promise<ColumnAnswer> {
    return columnAnswer(set, await this.open(set), column, signal);
  }

  async nulls(set: OpenSet, _: Record<never, never> = {}, signal?: AbortSignal): Promise<NullsAnswer> {
    return nullsAnswer(set, await this.open(set), signal);
  }

  async removed(set: OpenSet, asked: RemovedQuestion): Promise<RemovedAnswer> {
    return removedAnswer(set, await this.open(set), asked);
  }

  async groups(set: OpenSet, asked: { reason: string }): Promise<GroupsAnswer> {
    return groupsAnswer(set, asked);
  }

  /** Reads the columns on the screen whole while there is room and nobody asks, so that a sort or a jump need not wait. */
  private readAhead(groups: RowGroups, columns: readonly number[]): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(async () => {
      const timer = this.resting;
      for (let group = 0; group < groups.count; group++)
        for (const column of columns) {
          const isOver = this.resting !== timer || this.opened?.groups !== groups;
          if (isOver || !(await groups.ahead(column, group).catch(() => false))) return;
          await turn(undefined);
        }
    }, restMs);
    this.resting.unref();
  }

  /** One data set is open at a time. */
  private open(set: OpenSet): Promise<RowGroups> {
    const opened = this.opening.then(async () => {
      const key = `${set.folder}\n${set.hash}`;
      if (this.opened?.key === key) return this.opened.groups;
      await this.close();
      const groups = await RowGroups.open(set);
      this.opened = { key, groups };
      return groups;
    });
    this.opening = opened.catch(() => {});
    return opened;
  }

  async close(): Promise<void> {
    const { opened } = this;
    clearTimeout(this.resting);
    this.opened = null;
    await opened?.groups.close();
  }
}
