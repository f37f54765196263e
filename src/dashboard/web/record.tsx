import { useEffect, useRef } from 'preact/hooks';
import type { Origin, RecordAnswer } from '../answers.js';
import { type Address, changeAddress } from './address.js';
import { count, counted, figure } from './amounts.js';
import { useAsk } from './ask.js';
import { Data, Failed, State } from './text.js';
import { Value } from './value.js';

/** A row whole, beside the table: its values, and where it came from. */
export function RecordPanel({ address, position, total }: { address: Address; position: number; total: number }) {
  const asked = useAsk<RecordAnswer>(`sets/${address.set}/record?position=${position}`, true);
  const panel = useRef<HTMLElement>(null);
  const wanted = address.parameters.get('cell') ?? '';
  const close = (): void => changeAddress(address, { row: '', cell: '' });
  useEffect(() => {
    panel.current?.focus();
  }, []);
  useEffect(() => {
    if (asked.state !== 'here' || asked.answer.position !== position) return;
    document.getElementById(`value-${wanted}`)?.scrollIntoView({ block: 'start' });
  }, [asked.state === 'here' ? asked.answer.position : -1, position, wanted]);
  return (
    <aside
      class="panel"
      ref={panel}
      tabIndex={-1}
      aria-label={`Row ${position}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <header class="panel-head">
        <h2>Row {count(position)}</h2>
        <span class="spring" />
        <button
          type="button"
          disabled={position === 0}
          onClick={() => changeAddress(address, { row: String(position - 1) })}
          aria-label="Row before"
        >
          ‹
        </button>
        <button
          type="button"
          disabled={position + 1 >= total}
          onClick={() => changeAddress(address, { row: String(position + 1) })}
          aria-label="Row after"
        >
          ›
        </button>
        <button type="button" onClick={close} aria-label="Close the row">
          ✕
        </button>
      </header>
      {asked.state === 'failed' ? (
        <Failed problem={asked.problem} />
      ) : asked.state === 'loading' ? (
        <State title="Reading the row…" />
      ) : (
        <RecordBody answer={asked.answer} />
      )}
    </aside>
  );
}

function RecordBody({ answer }: { answer: RecordAnswer }) {
  return (
    <div class="panel-body">
      <dl class="values">
        {answer.values.map(({ name, type, value }, i) => (
          <div key={name} id={`value-${i}`}>
            <dt>
              <Data text={name} /> <span class="quiet">{type}</span>
            </dt>
            <dd>
              <Value value={value} />
            </dd>
          </div>
        ))}
      </dl>
      <section>
        <h3>Where it came from</h3>
        {answer.origin === null ? <Failed problem={answer.problem ?? ''} /> : <OriginText origin={answer.origin} />}
      </section>
    </div>
  );
}

function OriginText({ origin }: { origin: Origin }) {
  return (
    <div class="stack">
      <p>
        Record {count(origin.row)} of <Data text={origin.source} />
        {origin.score !== null && `; score ${figure(origin.score)}`}
        {origin.target !== null && (
          <>
            , closest to <Data text={origin.target} />
          </>
        )}
      </p>
      {origin.terms.length > 0 && (
        <table class="figures">
          <caption>Terms that made its score</caption>
          <thead>
            <tr>
              <th scope="col">term</th>
              <th scope="col" class="number">
                part
              </th>
              <th scope="col" class="number">
                times
              </th>
              <th scope="col" class="number">
                idf
              </th>
            </tr>
          </thead>
          <tbody>
            {origin.terms.map(({ term, part, count: times, idf }) => (
              <tr key={term}>
                <th scope="row">
                  <Data text={term} />
                </th>
                <td class="number">{part.toFixed(4)}</td>
                <td class="number">{count(times)}</td>
                <td class="number">{idf.toFixed(3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {origin.duplicates > 0 && (
        <div>
          <p>
            {counted(origin.duplicates, 'record')} dropped as its duplicate{origin.duplicates === 1 ? '' : 's'}:
          </p>
          <ul>
            {origin.firstDuplicates.map(({ source, row, fate, similarity }) => (
              <li key={`${source} ${row}`}>
                record {count(row)} of <Data text={source} />: {fate}
                {similarity !== null && `, similarity ${figure(similarity)}`}
              </li>
            ))}
          </ul>
          {origin.duplicates > origin.firstDuplicates.length && (
            <p class="quiet">and {count(origin.duplicates - origin.firstDuplicates.length)} more</p>
          )}
        </div>
      )}
    </div>
  );
}
