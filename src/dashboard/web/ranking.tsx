import { useEffect, useState } from 'preact/hooks';
import type { Manifest } from '../../manifest/manifest.js';
import type { ColumnAnswer, RowsAnswer } from '../answers.js';
import { type Address, addressOf, changeAddress } from './address.js';
import { count, figure } from './amounts.js';
import { useAsk } from './ask.js';
import { HistogramChart } from './chart.js';
import { Data, Failed, State } from './text.js';

/** The column of the score; -1 without ranking. */
export function scoreColumnOf(manifest: Manifest): number {
  if (manifest.config.rank !== true || manifest.rank_method === 'none') return -1;
  return manifest.fields.findLastIndex((field) => field.source_name === null && field.type === 'float64');
}

/** Scores, terms, and what a smaller data set would leave out. */
export function Ranking({ address, manifest }: { address: Address; manifest: Manifest }) {
  const column = scoreColumnOf(manifest);
  const asked = useAsk<ColumnAnswer>(column === -1 ? null : `sets/${address.set}/column?column=${column}`);
  if (column === -1) return <State title="This data set was not ranked: its rows have no score." />;
  const link = (sort: string): string => addressOf(address.set, 'rows', { sort });
  return (
    <div class="stack">
      <section>
        <h2>Scores ({manifest.rank_method})</h2>
        {asked.state === 'failed' ? (
          <Failed problem={asked.problem} />
        ) : asked.state === 'loading' ? (
          <State title="Counting…" />
        ) : (
          asked.answer.histogram !== null && (
            <figure>
              <figcaption>Rows by score</figcaption>
              <HistogramChart histogram={asked.answer.histogram} what="Scores" />
            </figure>
          )
        )}
        <p>
          <a href={link(`-${column}`)}>Best rows first</a>, <a href={link(String(column))}>worst rows first</a>
        </p>
      </section>
      <Border address={address} manifest={manifest} column={column} />
      <Terms manifest={manifest} />
    </div>
  );
}

const around = 4;

/** The rows on both sides of a cut. */
function Border({ address, manifest, column }: { address: Address; manifest: Manifest; column: number }) {
  const wanted = Number(address.parameters.get('top')) || Math.ceil(manifest.rows / 2);
  const [top, setTop] = useState(Math.min(manifest.rows, wanted));
  useEffect(() => {
    const timer = setTimeout(() => {
      if (String(top) !== address.parameters.get('top')) changeAddress(address, { top: String(top) });
    }, 300);
    return () => clearTimeout(timer);
  }, [top]);
  const from = Math.max(0, top - around);
  const texts = manifest.fields.flatMap((field, i) => (/^(utf8|json|list)/.test(field.type) ? [i] : [])).slice(0, 2);
  const query = new URLSearchParams({
    view: JSON.stringify({ sort: { column, descending: true }, filters: [], search: '' }),
    columns: [column, ...texts].join(','),
    from: String(from),
    count: String(2 * around),
  });
  const asked = useAsk<RowsAnswer>(manifest.rows === 0 ? null : `sets/${address.set}/rows?${query}`, true);
  return (
    <section>
      <h2>What --top {count(top)} would keep</h2>
      <label class="slider">
        <span class="quiet">rows to keep</span>
        <input
          type="range"
          min={1}
          max={Math.max(1, manifest.rows)}
          value={top}
          onInput={(event) => setTop(Number(event.currentTarget.value))}
        />
      </label>
      {asked.state === 'failed' && <Failed problem={asked.problem} />}
      {asked.state === 'here' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <div class="scrolls" tabIndex={0} role="region" aria-label="Rows at the border">
          <table class="figures border">
            <thead>
              <tr>
                <th scope="col">fate</th>
                <th scope="col" class="number">
                  row
                </th>
                <th scope="col" class="number">
                  score
                </th>
                {texts.map((text) => (
                  <th key={text} scope="col">
                    <Data text={manifest.fields[text]!.name} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {asked.answer.positions.map((position, i) => (
                <tr key={position} class={asked.answer.from + i < top ? '' : 'cut'}>
                  <th scope="row">{asked.answer.from + i < top ? 'kept' : 'cut'}</th>
                  <td class="number">
                    <a href={addressOf(address.set, 'rows', { row: String(position), at: String(position) })}>
                      {count(position)}
                    </a>
                  </td>
                  <td class="number">{figure(Number(asked.answer.cells[i]![0]))}</td>
                  {asked.answer.cells[i]!.slice(1).map((cell, at) => (
                    <td key={texts[at]} class="one-line">
                      <Data text={typeof cell === 'object' && cell !== null ? cell.t : String(cell)} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function Terms({ manifest }: { manifest: Manifest }) {
  const heaviest = termsOf(manifest.ranking?.heaviest);
  if (heaviest.length === 0) return null;
  return (
    <section>
      <h2>Heaviest terms</h2>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">term</th>
            <th scope="col" class="number">
              occurrences
            </th>
            <th scope="col" class="number">
              rows
            </th>
            <th scope="col" class="number">
              idf
            </th>
          </tr>
        </thead>
        <tbody>
          {heaviest.map(({ term, count: times, rows, idf }) => (
            <tr key={term}>
              <th scope="row">
                <Data text={term} />
              </th>
              <td class="number">{count(times)}</td>
              <td class="number">{count(rows)}</td>
              <td class="number">{idf.toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface Term {
  term: string;
  count: number;
  rows: number;
  idf: number;
}

function termsOf(value: unknown): Term[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (v): v is Term => typeof v?.term === 'string' && [v.count, v.rows, v.idf].every((n) => typeof n === 'number'),
  );
}
