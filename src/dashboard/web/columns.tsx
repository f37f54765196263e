import { useEffect } from 'preact/hooks';
import type { Manifest, ManifestField } from '../../manifest/manifest.js';
import type { ColumnAnswer, NullsAnswer } from '../answers.js';
import { type Address, addressOf } from './address.js';
import { count, counted, figure, percent } from './amounts.js';
import { useAsk } from './ask.js';
import { Bar, HistogramChart } from './chart.js';
import { Data, Failed, State, visible } from './text.js';

/** All columns in a list, one of them with what it holds. */
export function Columns({ address, manifest }: { address: Address; manifest: Manifest }) {
  const { fields } = manifest;
  const wanted = Number(address.parameters.get('column') ?? '0');
  const chosen = Number.isInteger(wanted) && wanted >= 0 && wanted < fields.length ? wanted : 0;
  useEffect(() => {
    document.querySelector('.column-list [aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  if (fields.length === 0) return <State title="This data set has no columns." />;
  return (
    <div class="columns">
      <nav class="column-list" aria-label="Columns">
        <ol>
          {fields.map((field, i) => (
            <li key={field.name}>
              <a
                href={addressOf(address.set, 'columns', { column: String(i) })}
                aria-current={i === chosen ? 'true' : undefined}
              >
                <Data text={field.name} class="column-name" />
                <span class="quiet">{manifest.schema[field.name] ?? 'unknown'}</span>
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div class="stack">
        <ColumnPage address={address} manifest={manifest} index={chosen} />
        <NullPatterns address={address} manifest={manifest} />
      </div>
    </div>
  );
}

function ColumnPage({ address, manifest, index }: { address: Address; manifest: Manifest; index: number }) {
  const field = manifest.fields[index]!;
  const asked = useAsk<ColumnAnswer>(`sets/${address.set}/column?column=${index}`);
  return (
    <section aria-live="polite">
      <h2>
        <Data text={field.name} />
      </h2>
      {asked.state === 'here' ? (
        <ColumnDetail field={field} label={manifest.schema[field.name] ?? 'unknown'} answer={asked.answer} />
      ) : asked.state === 'failed' ? (
        <Failed problem={asked.problem} />
      ) : (
        <State title={`Counting ${count(manifest.rows)} rows…`} />
      )}
    </section>
  );
}

/** Facts and pictures of a column. */
export function ColumnDetail(props: {
  field: ManifestField;
  label: string;
  answer: ColumnAnswer;
  /** Nothing that needs a pointer. */
  isStill?: boolean;
}) {
  const { field, label, answer, isStill = false } = props;
  const { rows, nulls, numbers, top, distinct, sample } = answer;
  const facts: [string, string, string?][] = [
    ['type', field.type, label],
    ['nulls', count(nulls), percent(rows === 0 ? 0 : nulls / rows)],
  ];
  if (answer.empty !== null)
    facts.push(['empty texts', count(answer.empty), percent(rows === 0 ? 0 : answer.empty / rows)]);
  if (distinct !== null)
    facts.push(['distinct values', count(distinct.count), distinct.exact ? 'counted' : 'estimated']);
  if (field.coercions > 0) facts.push(['changed their form', count(field.coercions), 'as in 1.50 → 1.5']);
  if (numbers !== null) {
    facts.push(['mean', figure(numbers.mean), `standard deviation ${figure(numbers.std)}`]);
    facts.push(['median', figure(numbers.quantiles.find(([q]) => q === 0.5)?.[1] ?? 0), quartiles(numbers)]);
  }
  if (field.min !== null) facts.push(['least', String(field.min)]);
  if (field.max !== null) facts.push(['greatest', String(field.max)]);
  const from = sample === null ? '' : `, from every ${ordinal(sample.every)} row (${count(sample.rows)} rows)`;
  return (
    <div class="stack">
      <dl class="facts">
        {facts.map(([name, value, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>
                <Data text={value.length > 60 ? `${value.slice(0, 60)}…` : value} />
              </strong>
              {more !== undefined && <span class="quiet">{more}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {field.source_name !== null && field.source_name !== field.name && (
        <p class="quiet">
          In the source: <Data text={field.source_name} />
        </p>
      )}
      {answer.problem !== null && <Failed problem={answer.problem} />}
      <div class="charts">
        {answer.histogram !== null && (
          <figure>
            <figcaption>Values: rows by value{answer.histogram.counts.length > 0 ? from : ''}</figcaption>
            <HistogramChart
              histogram={answer.histogram}
              what={`Values of ${field.name}`}
              isTime={answer.histogram.isTime}
              isStill={isStill}
            />
          </figure>
        )}
        {answer.lengths.map(({ what, median, max, histogram }) => (
          <figure key={what}>
            <figcaption>
              Length in {what}: rows by length{from}; median {figure(median)}, longest {figure(max)}
            </figcaption>
            <HistogramChart histogram={histogram} what={`Lengths of ${field.name} in ${what}`} isStill={isStill} />
          </figure>
        ))}
      </div>
      {top !== null && top.length > 0 && (
        <TopValues
          top={top}
          rows={sample === null || answer.distinct?.exact ? rows - nulls : sample.rows}
          label={label}
          from={distinct?.exact === false ? from : ''}
        />
      )}
      {field.places !== undefined && (
        <ul class="warnings">
          {field.places.map((place) => (
            <li key={place.path}>
              <Data text={`${place.path} as ${place.as}: ${place.why}`} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function TopValues(props: { top: NonNullable<ColumnAnswer['top']>; rows: number; label: string; from: string }) {
  const { top, rows, label, from } = props;
  const most = Math.max(...top.map((value) => value.rows), 1);
  const shown = top.reduce((sum, value) => sum + value.rows, 0);
  return (
    <table class="figures">
      <caption>
        {label === 'categorical' || label === 'boolean' ? 'Balance of labels' : 'Most frequent values'}
        {from}
      </caption>
      <thead>
        <tr>
          <th scope="col">value</th>
          <th scope="col" class="number">
            rows
          </th>
          <th scope="col" class="number">
            of values
          </th>
          <th scope="col" class="wide">
            <span class="unseen">share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {top.map(({ value, rows: n, cut }) => (
          <tr key={value}>
            <th scope="row" class="value">
              {value === '' ? (
                <span class="quiet">empty</span>
              ) : (
                <bdi dir="auto">{visible(cut ? `${value}…` : value)}</bdi>
              )}
            </th>
            <td class="number">{count(n)}</td>
            <td class="number">{percent(rows === 0 ? 0 : n / rows)}</td>
            <td>
              <Bar share={n / most} />
            </td>
          </tr>
        ))}
      </tbody>
      {rows > shown && (
        <tfoot>
          <tr>
            <th scope="row">all others</th>
            <td class="number">{count(rows - shown)}</td>
            <td class="number">{percent((rows - shown) / rows)}</td>
            <td />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function NullPatterns({ address, manifest }: { address: Address; manifest: Manifest }) {
  const hasNulls = manifest.fields.some((field) => field.nulls > 0);
  const asked = useAsk<NullsAnswer>(hasNulls ? `sets/${address.set}/nulls` : null);
  if (!hasNulls || asked.state === 'loading') return null;
  if (asked.state === 'failed') return <Failed problem={asked.problem} />;
  return <NullTable manifest={manifest} answer={asked.answer} />;
}

export function NullTable({ manifest, answer }: { manifest: Manifest; answer: NullsAnswer }) {
  const { columns, patterns, left, rows } = answer;
  return (
    <section>
      <h2>What is null together</h2>
      <p class="quiet">
        The most frequent patterns of the {counted(columns.length, 'column')} that have nulls
        {left > 0 ? ` (${count(left)} more are left out)` : ''}: ● null, · a value.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div class="scrolls" tabIndex={0} role="region" aria-label="Null patterns">
        <table class="figures patterns">
          <thead>
            <tr>
              <th scope="col" class="number">
                rows
              </th>
              <th scope="col" class="number">
                of all
              </th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  <Data text={manifest.fields[column]!.name} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {patterns.map((pattern) => (
              <tr key={pattern.nulls.join()}>
                <td class="number">{count(pattern.rows)}</td>
                <td class="number">{percent(rows === 0 ? 0 : pattern.rows / rows)}</td>
                {pattern.nulls.map((isNull, i) => (
                  <td key={columns[i]} class={isNull ? 'null' : 'quiet'}>
                    <span aria-hidden="true">{isNull ? '●' : '·'}</span>
                    <span class="unseen">{isNull ? 'null' : 'value'}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function quartiles({ quantiles }: NonNullable<ColumnAnswer['numbers']>): string {
  const at = (wanted: number): string => figure(quantiles.find(([q]) => q === wanted)?.[1] ?? 0);
  return `half of them from ${at(0.25)} to ${at(0.75)}`;
}

function ordinal(n: number): string {
  const ends = ['th', 'st', 'nd', 'rd'];
  const rest = n % 100;
  return `${n}${ends[(rest - 20) % 10] ?? ends[rest] ?? 'th'}`;
}
