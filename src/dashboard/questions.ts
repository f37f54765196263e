import { setTimeout as rest } from 'node:timers/promises';
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
import { KeptColumns } from './kept-columns.js';
import { LineageRows } from './lineage-rows.js';
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
/** Decoded columns that are kept: a million rows of usual width. */
const keptBytes = 200 * 2 ** 20;
/** Data sets whose files stay open. */
const openSets = 4;

interface Opened {
  groups: RowGroups;
  lineage: Promise<LineageRows> | null;
}

/** Answers them, taking turns: in a thread of its own, so that the server answers meanwhile. */
export class Desk implements Questions {
  private readonly orders: Orders = new Orders();
  private readonly kept: KeptColumns = new KeptColumns(keptBytes);
  private readonly opened: Map<string, Promise<Opened>> = new Map();
  /** Questions that are being answered: until then their data sets stay open. */
  private asking = 0;
  private resting: NodeJS.Timeout | undefined;

  rows(
    set: OpenSet,
    { view, columns, from, count }: { view: View; columns: number[]; from: number; count: number },
    signal?: AbortSignal,
  ): Promise<RowsAnswer> {
    return this.using(set, async ({ groups }) => {
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
    });
  }

  cell(set: OpenSet, { position, column }: { position: number; column: number }): Promise<WholeValue> {
    return this.using(set, async ({ groups }) => {
      const [value] = await groups.values(column, [position]);
      return wholeOf(value, set.fields[column]!.type);
    });
  }

  record(set: OpenSet, { position }: { position: number }): Promise<RecordAnswer> {
    return this.using(set, (opened) => recordAnswer(set, opened.groups, () => this.lineage(set, opened), position));
  }

  column(set: OpenSet, { column }: { column: number }, signal?: AbortSignal): Promise<ColumnAnswer> {
    return this.using(set, ({ groups }) => columnAnswer(set, groups, column, signal));
  }

  nulls(set: OpenSet, _: Record<never, never> = {}, signal?: AbortSignal): Promise<NullsAnswer> {
    return this.using(set, ({ groups }) => nullsAnswer(set, groups, signal));
  }

  removed(set: OpenSet, asked: RemovedQuestion): Promise<RemovedAnswer> {
    return this.using(set, async (opened) => removedAnswer(set, opened.groups, await this.lineage(set, opened), asked));
  }

  groups(set: OpenSet, asked: { reason: string }): Promise<GroupsAnswer> {
    return this.using(set, async (opened) => groupsAnswer(await this.lineage(set, opened), asked));
  }

  async close(): Promise<void> {
    clearTimeout(this.resting);
    for (const key of [...this.opened.keys()]) await this.closeSet(key);
  }

  /** Reads the columns on the screen whole while there is room and nobody asks, so that a sort or a jump need not wait. */
  private readAhead(groups: RowGroups, columns: readonly number[]): void {
    clearTimeout(this.resting);
    const timer = setTimeout(async () => {
      for (let group = 0; group < groups.count; group++)
        for (const column of columns) {
          while (this.asking > 0) await rest(restMs, undefined, { ref: false });
          if (this.resting !== timer || !(await groups.ahead(column, group).catch(() => false))) return;
          await turn(undefined);
        }
    }, restMs);
    timer.unref();
    this.resting = timer;
  }

  private lineage(set: OpenSet, opened: Opened): Promise<LineageRows> {
    opened.lineage ??= LineageRows.open(set, this.kept);
    return opened.lineage;
  }

  /** Answers with the files of a data set open. */
  private async using<T>(set: OpenSet, answer: (opened: Opened) => Promise<T>): Promise<T> {
    const key = `${set.folder}\n${set.hash}`;
    const opening = this.opened.get(key) ?? this.open(set);
    this.opened.delete(key);
    this.opened.set(key, opening);
    this.asking++;
    try {
      const opened = await opening.catch((error: unknown) => {
        this.opened.delete(key);
        throw error;
      });
      return await answer(opened);
    } finally {
      this.asking--;
      await this.closeOthers();
    }
  }

  private async open(set: OpenSet): Promise<Opened> {
    return { groups: await RowGroups.open(set, this.kept), lineage: null };
  }

  private async closeOthers(): Promise<void> {
    if (this.opened.size <= openSets || this.asking > 0) return;
    for (const key of [...this.opened.keys()].slice(0, -openSets)) await this.closeSet(key);
  }

  private async closeSet(key: string): Promise<void> {
    const opening = this.opened.get(key);
    this.opened.delete(key);
    const opened = await opening?.catch(() => null);
    if (!opened) return;
    await opened.groups.close();
    await (await opened.lineage?.catch(() => null))?.close();
  }
}
