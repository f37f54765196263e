import { useEffect, useRef, useState } from 'preact/hooks';
import type { Manifest } from '../../manifest/manifest.js';
import { type Filter, type FilterOp, filterOps } from '../answers.js';
import { type Address, addressOf, changeAddress, viewOf, withFilters } from './address.js';
import { count } from './amounts.js';
import { Grid } from './grid.js';
import { RecordPanel } from './record.js';
import { Data } from './text.js';

/** Columns in the table at once. */
const columnsAtOnce = 40;

const words: Readonly<Record<FilterOp, string>> = {
  has: 'contains',
  is: '=',
  not: '≠',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  null: 'is null',
  some: 'is not null',
};

/** Rows of the data set: sorted, filtered, searched; one of them open. */
export function Rows({ address, manifest }: { address: Address; manifest: Manifest }) {
  const { fields } = manifest;
  const { parameters } = address;
  const asked = viewOf(parameters);
  // A column that the data set no longer has is none of its address.
  const view = {
    sort: asked.sort !== null && asked.sort.column < fields.length ? asked.sort : null,
    filters: asked.filters.filter(({ column }) => column < fields.length),
    search: asked.search,
  };
  const [total, setTotal] = useState<number | null>(null);
  const firstColumn = Math.min(numberOf(parameters.get('c')), Math.max(0, fields.length - 1));
  const columns = fields.map((_, i) => i).slice(firstColumn, firstColumn + columnsAtOnce);
  const open = parameters.get('row');
  const position = open !== null && /^\d{1,10}$/.test(open) && Number(open) < manifest.rows ? Number(open) : null;
  const scrolled = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(scrolled.current), []);
  const sort = (column: number): void => {
    const { sort: now } = view;
    const next = now?.column !== column ? String(column) : now.descending ? '' : `-${column}`;
    changeAddress(address, { sort: next, at: '' }, true);
  };
  const isAll = view.filters.length === 0 && view.search === '';
  return (
    <div class="rows-page">
      <div class="tools">
        <SearchBox address={address} />
        <FilterForm
          fields={fields.map((field) => field.name)}
          onAdd={(filter) => withFilters(address, [...view.filters, filter])}
        />
        <span class="spring" />
        {fields.length > columnsAtOnce && (
          <span class="pager">
            <button
              type="button"
              disabled={firstColumn === 0}
              onClick={() => changeAddress(address, { c: String(Math.max(0, firstColumn - columnsAtOnce)) })}
            >
              ‹<span class="unseen"> columns before</span>
            </button>
            columns {count(firstColumn + 1)}–{count(Math.min(fields.length, firstColumn + columnsAtOnce))} of{' '}
            {count(fields.length)}
            <button
              type="button"
              disabled={firstColumn + columnsAtOnce >= fields.length}
              onClick={() => changeAddress(address, { c: String(firstColumn + columnsAtOnce) })}
            >
              ›<span class="unseen"> columns after</span>
            </button>
          </span>
        )}
        <output class="total">
          {total === null
            ? 'Reading…'
            : isAll
              ? `${count(total)} rows`
              : `${count(total)} of ${count(manifest.rows)} rows`}
        </output>
      </div>
      {view.filters.length > 0 && (
        <ul class="chips" aria-label="Filters">
          {view.filters.map((filter, i) => (
            <li key={`${filter.column} ${filter.op} ${filter.value}`}>
              <Data text={fields[filter.column]!.name} /> {words[filter.op]} <Data text={filter.value} />
              <button
                type="button"
                aria-label="Remove this filter"
                onClick={() =>
                  withFilters(
                    address,
                    view.filters.filter((_, at) => at !== i),
                  )
                }
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class={position === null ? 'rows-and-panel' : 'rows-and-panel with-panel'}>
        <Grid
          set={address.set}
          view={view}
          columns={columns}
          fields={fields}
          at={numberOf(parameters.get('at'))}
          open={position}
          onOpen={(row, column) => changeAddress(address, { row: String(row), cell: String(column) })}
          onSort={sort}
          onTotal={setTotal}
          onScroll={(first) => {
            clearTimeout(scrolled.current);
            // In the address, so that a reload stands there again; quietly, as nothing else changes by it.
            scrolled.current = setTimeout(() => {
              const now = new URLSearchParams(location.hash.split('?')[1] ?? '');
              if (first === 0) now.delete('at');
              else now.set('at', String(first));
              history.replaceState(null, '', addressOf(address.set, address.page, now));
            }, 250);
          }}
        />
        {position !== null && <RecordPanel address={address} position={position} total={manifest.rows} />}
      </div>
    </div>
  );
}

function SearchBox({ address }: { address: Address }) {
  const now = address.parameters.get('q') ?? '';
  const [text, setText] = useState(now);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setText(now), [now]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (wanted: string): void => changeAddress(address, { q: wanted, at: '' });
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        clearTimeout(timer.current);
        search(text);
      }}
    >
      <input
        type="search"
        value={text}
        placeholder="Search texts"
        aria-label="Search texts"
        maxLength={500}
        onInput={(event) => {
          const wanted = event.currentTarget.value;
          setText(wanted);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => search(wanted), 400);
        }}
      />
    </form>
  );
}

function FilterForm({ fields, onAdd }: { fields: readonly string[]; onAdd: (filter: Filter) => void }) {
  const [column, setColumn] = useState(0);
  const [op, setOp] = useState<FilterOp>('has');
  const [value, setValue] = useState('');
  const needsValue = op !== 'null' && op !== 'some';
  return (
    <form
      class="filter"
      onSubmit={(event) => {
        event.preventDefault();
        onAdd({ column, op, value: needsValue ? value : '' });
        setValue('');
      }}
    >
      <select
        aria-label="Column to filter by"
        value={column}
        onChange={(event) => setColumn(Number(event.currentTarget.value))}
      >
        {fields.map((name, i) => (
          <option key={name} value={i}>
            {name}
          </option>
        ))}
      </select>
      <select aria-label="Comparison" value={op} onChange={(event) => setOp(event.currentTarget.value as FilterOp)}>
        {filterOps.map((name) => (
          <option key={name} value={name}>
            {words[name]}
          </option>
        ))}
      </select>
      {needsValue && (
        <input
          type="text"
          aria-label="Value to compare with"
          placeholder="value"
          value={value}
          maxLength={500}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      )}
      <button type="submit" disabled={needsValue && value === '' && op !== 'is' && op !== 'not'}>
        Filter
      </button>
    </form>
  );
}

function numberOf(text: string | null): number {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : 0;
}
