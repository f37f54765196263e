import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ManifestField } from '../../manifest/manifest.js';
import type { Cell, View } from '../answers.js';
import { count } from './amounts.js';
import { usePagesOfRows } from './pages-of-rows.js';
import { Scale } from './scroll.js';
import { Data, Failed, State } from './text.js';

const rowHeight = 30;
const numberWidth = 86;

interface GridProps {
  set: number;
  view: View;
  /** Numbers of the columns that are shown. */
  columns: readonly number[];
  fields: readonly ManifestField[];
  /** The first row on the screen. */
  at: number;
  /** The row that is open, by its place in the data set. */
  open: number | null;
  onOpen: (position: number, column: number) => void;
  onSort: (column: number) => void;
  onTotal: (total: number) => void;
  onScroll: (first: number) => void;
}

/** A table of any number of rows, of which those on the screen are there. */
export function Grid(props: GridProps) {
  const { set, view, columns, fields, onOpen, onSort, onTotal, onScroll } = props;
  const pages = usePagesOfRows(set, view, columns);
  const scroller = useRef<HTMLDivElement>(null);
  const [viewHeight, setViewHeight] = useState(600);
  const [first, setFirst] = useState(props.at);
  const [active, setActive] = useState({ row: props.at, column: 0 });
  /** Where the page itself scrolled to: no answer to that is needed. */
  const expected = useRef<number | null>(null);
  const total = pages.total ?? 0;
  const scale = new Scale(total, rowHeight, Math.max(rowHeight, viewHeight - rowHeight));

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setViewHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (pages.total !== null) onTotal(pages.total);
  }, [pages.total]);
  // Another view, or the first answer: stands where it is to stand.
  const started = useRef<unknown>(null);
  useLayoutEffect(() => {
    if (pages.total === null || started.current === pages) return;
    const isFirst = started.current === null;
    started.current = pages;
    goTo(isFirst ? props.at : 0);
    setActive((now) => (isFirst ? now : { row: 0, column: now.column }));
  });

  const shownRows = Math.ceil(viewHeight / rowHeight) + 1;
  const from = Math.floor(scale.clamp(first));
  const to = pages.total === null ? from + shownRows : Math.min(total, from + shownRows);
  useEffect(() => {
    pages.want(pages.total === null ? props.at : from, to);
  });

  const goTo = (row: number): void => {
    const next = scale.clamp(row);
    setFirst(next);
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = scale.scrollTopOf(next);
    expected.current = element.scrollTop;
    onScroll(Math.floor(next));
  };
  useEffect(() => {
    const element = scroller.current;
    if (element === null || !scale.isScaled) return;
    const wheel = (event: WheelEvent): void => {
      if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      goTo(first + (event.deltaMode === 1 ? event.deltaY : event.deltaY / rowHeight));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  });
  const followScroll = (): void => {
    const element = scroller.current!;
    if (expected.current !== null && Math.abs(element.scrollTop - expected.current) < 1) {
      expected.current = null;
      return;
    }
    expected.current = null;
    const next = scale.firstAt(element.scrollTop);
    setFirst(next);
    onScroll(Math.floor(next));
  };

  const move = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current) return;
    const page = Math.max(1, shownRows - 3);
    const by: Record<string, [rows: number, columns: number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      PageDown: [page, 0],
      PageUp: [-page, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      Home: event.ctrlKey ? [-total, -columns.length] : [0, -columns.length],
      End: event.ctrlKey ? [total, columns.length] : [0, columns.length],
    };
    if (event.key === 'Enter' || event.key === ' ') {
      const row = pages.row(active.row);
      if (row !== undefined) onOpen(row.position, columns[active.column] ?? 0);
      event.preventDefault();
      return;
    }
    const step = by[event.key];
    if (step === undefined || total === 0) return;
    event.preventDefault();
    const row = Math.min(total - 1, Math.max(0, active.row + step[0]));
    const column = Math.min(columns.length - 1, Math.max(0, active.column + step[1]));
    setActive({ row, column });
    const wholeRows = Math.floor(scale.viewHeight / rowHeight);
    if (row < first) goTo(row);
    else if (row >= first + wholeRows) goTo(row - wholeRows + 1);
    requestAnimationFrame(() =>
      document.getElementById(cellId(row, column))?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    );
  };

  if (pages.problem !== null) return <Failed problem={pages.problem} />;
  const widths = columns.map((column) => widthOf(fields[column]!.type));
  const template = [`${numberWidth}px`, ...widths.map(([least, share]) => `minmax(${least}px, ${share}fr)`)].join(' ');
  const width = widths.reduce((sum, [least]) => sum + least, numberWidth);
  const top = (row: number): number =>
    scale.isScaled ? scale.scrollTopOf(first) + (row - scale.clamp(first)) * rowHeight : row * rowHeight;
  return (
    <div
      class={pages.total === null ? 'grid waiting' : 'grid'}
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label="Rows"
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={pages.row(active.row) === undefined ? undefined : cellId(active.row, active.column)}
      aria-busy={pages.total === null}
      onScroll={followScroll}
      onKeyDown={move}
      style={{ '--columns': template, '--width': `${width}px` }}
    >
      <div class="grid-head" role="rowgroup">
        <div class="grid-row" role="row" aria-rowindex={1}>
          <span class="grid-cell number" role="columnheader" aria-colindex={1}>
            row
          </span>
          {columns.map((column, i) => (
            <HeadCell key={column} field={fields[column]!} column={column} index={i} view={view} onSort={onSort} />
          ))}
        </div>
      </div>
      {pages.total === 0 ? (
        <div role="rowgroup">
          <div role="row">
            <div role="gridcell">
              <State
                title={
                  view.filters.length > 0 || view.search !== '' ? 'No row is like that.' : 'This data set has no rows.'
                }
              />
            </div>
          </div>
        </div>
      ) : (
        <div
          class="grid-body"
          role="rowgroup"
          style={{ height: `${Math.max(scale.height, pages.total === null ? 300 : 0)}px` }}
        >
          {Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i).map((index) => {
            const row = pages.row(index);
            return (
              <div
                key={index}
                class={row !== undefined && row.position === props.open ? 'grid-row open' : 'grid-row'}
                role="row"
                aria-rowindex={index + 2}
                data-row={row?.position}
                style={{ transform: `translateY(${top(index)}px)` }}
              >
                <span class="grid-cell number quiet" role="rowheader" aria-colindex={1}>
                  {row === undefined ? '…' : count(row.position)}
                </span>
                {columns.map((column, i) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the grid opens the cell that is active
                  <span
                    key={column}
                    id={cellId(index, i)}
                    class={`grid-cell ${alignOf(fields[column]!.type)}${index === active.row && i === active.column ? ' active' : ''}`}
                    role="gridcell"
                    tabIndex={-1}
                    aria-colindex={i + 2}
                    onClick={() => {
                      if (row === undefined) return;
                      setActive({ row: index, column: i });
                      onOpen(row.position, column);
                    }}
                  >
                    {row === undefined ? '' : <CellText cell={row.cells[i] ?? null} />}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}

function HeadCell(props: {
  field: ManifestField;
  column: number;
  index: number;
  view: View;
  onSort: (column: number) => void;
}) {
  const { field, column, index, view, onSort } = props;
  const sorted = view.sort?.column === column ? (view.sort.descending ? 'descending' : 'ascending') : undefined;
  const isSortable = !/^(list|struct|map)/.test(field.type);
  return (
    <span
      class={`grid-cell ${alignOf(field.type)}`}
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={sorted ?? 'none'}
    >
      {isSortable ? (
        <button type="button" class="sort" onClick={() => onSort(column)} title={`${field.type}: sort by it`}>
          <Data text={field.name} />
          <span aria-hidden="true">{sorted === 'descending' ? ' ↓' : sorted === 'ascending' ? ' ↑' : ''}</span>
        </button>
      ) : (
        <Data text={field.name} />
      )}
    </span>
  );
}

function CellText({ cell }: { cell: Cell }) {
  if (cell === null) return <span class="quiet">null</span>;
  if (typeof cell === 'number' || typeof cell === 'boolean') return <>{String(cell)}</>;
  const isCut = typeof cell === 'object';
  const text = isCut ? cell.t : cell;
  if (text === '') return <span class="quiet">“”</span>;
  return (
    <>
      <Data text={text.replace(/[\t\n\r]+/g, ' ⏎ ')} />
      {isCut && !cell.json && <span class="length">{count(cell.n)}</span>}
    </>
  );
}

const cellId = (row: number, column: number): string => `cell-${row}-${column}`;

function alignOf(type: string): string {
  return /^(u?int|float|decimal)/.test(type) ? 'number' : '';
}

/** The least width of a column in pixels, and its share of what is left of the row. */
function widthOf(type: string): [least: number, share: number] {
  if (/^(u?int|float|decimal)/.test(type)) return [130, 1];
  if (/^(bool|date)/.test(type)) return [110, 1];
  if (/^timestamp/.test(type)) return [190, 1];
  return [240, 3];
}
