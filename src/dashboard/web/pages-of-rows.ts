import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Cell, RowsAnswer, View } from '../answers.js';
import { ask } from './ask.js';

/** Rows that are asked for at once. */
const pageRows = 100;
/** Pages that are kept. */
const keptPages = 60;

export interface RowOnPage {
  position: number;
  cells: Cell[];
}

/** Rows of a view as they come, a page at a time: what is on the screen first, what is off it again not at all. */
export class PagesOfRows {
  /** Rows of the view; null until the first answer. */
  total: number | null = null;
  problem: string | null = null;
  private readonly pages: Map<number, RowOnPage[]> = new Map();
  private readonly asked: Map<number, AbortController> = new Map();

  constructor(
    private readonly set: number,
    private readonly view: View,
    private readonly columns: readonly number[],
    private readonly changed: () => void,
  ) {}

  row(index: number): RowOnPage | undefined {
    return this.pages.get(Math.floor(index / pageRows))?.[index % pageRows];
  }

  /** Sees to it that rows from `from` to `to` come. */
  want(from: number, to: number): void {
    if (this.problem !== null) return;
    const first = Math.floor(Math.max(0, from) / pageRows);
    const last = Math.floor(Math.max(0, to - 1) / pageRows);
    for (const [page, control] of this.asked) {
      if (page >= first - 1 && page <= last + 1) continue;
      control.abort();
      this.asked.delete(page);
    }
    for (let page = first; page <= last; page++) this.load(page);
    // What comes next when one scrolls on.
    if (this.pages.has(last) && (this.total ?? 0) > (last + 1) * pageRows) this.load(last + 1);
  }

  end(): void {
    for (const control of this.asked.values()) control.abort();
    this.asked.clear();
  }

  private load(page: number): void {
    if (this.pages.has(page) || this.asked.has(page)) return;
    const control = new AbortController();
    this.asked.set(page, control);
    const query = new URLSearchParams({
      view: JSON.stringify(this.view),
      columns: this.columns.join(','),
      from: String(page * pageRows),
      count: String(pageRows),
    });
    ask<RowsAnswer>(`sets/${this.set}/rows?${query}`, control.signal).then(
      (answer) => {
        this.asked.delete(page);
        this.total = answer.total;
        this.pages.set(
          page,
          answer.positions.map((position, i) => ({ position, cells: answer.cells[i]! })),
        );
        for (const old of this.pages.keys()) {
          if (this.pages.size <= keptPages) break;
          if (Math.abs(old - page) > 4) this.pages.delete(old);
        }
        this.changed();
      },
      (error: Error) => {
        if (control.signal.aborted) return;
        this.asked.delete(page);
        this.problem = error.message;
        this.changed();
      },
    );
  }
}

/** The rows of a view; another view begins anew. */
export function usePagesOfRows(set: number, view: View, columns: readonly number[]): PagesOfRows {
  const [, setTick] = useState(0);
  const key = JSON.stringify([set, view, columns]);
  const pages = useMemo(() => new PagesOfRows(set, view, columns, () => setTick((n) => n + 1)), [key]);
  useEffect(() => () => pages.end(), [pages]);
  return pages;
}
