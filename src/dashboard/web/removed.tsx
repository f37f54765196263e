import type { Manifest } from '../../manifest/manifest.js';
import type { GroupsAnswer, RemovedAnswer, RemovedRecord } from '../answers.js';
import { type Address, addressOf } from './address.js';
import { count, counted, figure, percent } from './amounts.js';
import { useAsk } from './ask.js';
import { Data, Failed, State } from './text.js';
import { Differing } from './words.js';

const atOnce = 20;

/** Records that are not in the data set, by reason; duplicates beside the row that was kept. */
export function Removed({ address, manifest }: { address: Address; manifest: Manifest }) {
  const reasons = Object.entries(manifest.ledger.dropped).filter(([, n]) => n > 0);
  const wanted = address.parameters.get('reason');
  const [reason, total] = reasons.find(([name]) => name === wanted) ?? reasons[0] ?? ['', 0];
  const from = Math.floor((Number(address.parameters.get('from')) || 0) / atOnce) * atOnce;
  const query = new URLSearchParams({ reason, from: String(from), count: String(atOnce) });
  const asked = useAsk<RemovedAnswer>(reason === '' ? null : `sets/${address.set}/removed?${query}`);
  if (reason === '') return <State title="Nothing was removed: every record that was read is in the data set." />;
  const link = (parameters: Record<string, string>): string => addressOf(address.set, 'removed', parameters);
  return (
    <div class="stack">
      <nav class="reasons" aria-label="Reasons">
        {reasons.map(([name, n]) => (
          <a key={name} href={link({ reason: name })} aria-current={name === reason ? 'true' : undefined}>
            {name} <span class="quiet">{count(n)}</span>
          </a>
        ))}
      </nav>
      <p class="quiet">
        {counted(total, 'record')}, {percent(total / manifest.ledger.read)} of all that were read.
      </p>
      {reason.endsWith('duplicate') && <Groups set={address.set} reason={reason} />}
      <section>
        <h2>
          {count(from + 1)} to {count(Math.min(total, from + atOnce))}, in the order of the sources
        </h2>
        {asked.state === 'failed' ? (
          <Failed problem={asked.problem} />
        ) : asked.state === 'loading' ? (
          <State title="Looking them up…" />
        ) : (
          <RemovedList answer={asked.answer} manifest={manifest} set={address.set} />
        )}
        <p class="pager">
          {from > 0 && <a href={link({ reason, from: String(from - atOnce) })}>‹ before</a>}{' '}
          {from + atOnce < total && <a href={link({ reason, from: String(from + atOnce) })}>next ›</a>}
        </p>
      </section>
    </div>
  );
}

/** Records with what they held; `set` null: without links. */
export function RemovedList(props: { answer: RemovedAnswer; manifest: Manifest; set: number | null }) {
  const { answer, manifest, set } = props;
  return (
    <>
      {answer.missing !== null && <p class="quiet">{answer.missing}</p>}
      <ol class="removed">
        {answer.records.map((record) => (
          <li key={`${record.row} ${record.source}`}>
            <RemovedItem record={record} manifest={manifest} set={set} />
          </li>
        ))}
      </ol>
    </>
  );
}

function RemovedItem({ record, manifest, set }: { record: RemovedRecord; manifest: Manifest; set: number | null }) {
  const { kept, values, similarity } = record;
  return (
    <>
      <p>
        <strong>Record {count(record.row)}</strong> of <Data text={record.source} />
        {similarity !== null && `, similarity ${figure(similarity)}`}
        {kept !== null && (
          <>
            {'; kept: '}
            {kept.position !== null && set !== null ? (
              <a href={addressOf(set, 'rows', { row: String(kept.position), at: String(kept.position) })}>
                record {count(kept.row)}
              </a>
            ) : (
              `record ${count(kept.row)}`
            )}
            {kept.source !== record.source && (
              <>
                {' of '}
                <Data text={kept.source} />
              </>
            )}
            {kept.position === null && ', which is not in the data set'}
          </>
        )}
      </p>
      {record.detail !== null && (
        <p>
          <Data text={record.detail} />
        </p>
      )}
      {record.raw !== null && (
        <pre class="raw">
          <Data text={record.raw} />
        </pre>
      )}
      {(values !== null || kept?.values) && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <div class="scrolls" tabIndex={0} role="region" aria-label={`Values of record ${record.row}`}>
          <table class="figures beside">
            <thead>
              <tr>
                <th scope="col">column</th>
                {values !== null && <th scope="col">removed</th>}
                {kept?.values && <th scope="col">kept</th>}
              </tr>
            </thead>
            <tbody>
              {manifest.fields.slice(0, (values ?? kept?.values ?? []).length).map((field, i) => (
                <tr key={field.name}>
                  <th scope="row">
                    <Data text={field.name} />
                  </th>
                  {values !== null && (
                    <ValueCell text={values[i] ?? null} other={kept?.values?.[i] ?? null} isAlone={!kept?.values} />
                  )}
                  {kept?.values && (
                    <ValueCell text={kept.values[i] ?? null} other={values?.[i] ?? null} isAlone={values === null} />
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function ValueCell({ text, other, isAlone }: { text: string | null; other: string | null; isAlone: boolean }) {
  if (text === null) return <td class="quiet">null</td>;
  return (
    <td>
      {isAlone || text === other ? <Data text={text} class="letters" /> : <Differing text={text} other={other ?? ''} />}
    </td>
  );
}

function Groups({ set, reason }: { set: number; reason: string }) {
  const asked = useAsk<GroupsAnswer>(`sets/${set}/groups?${new URLSearchParams({ reason })}`);
  if (asked.state === 'failed') return <Failed problem={asked.problem} />;
  if (asked.state === 'loading' || asked.answer.groups.length === 0) return null;
  return (
    <details>
      <summary>Rows with the most duplicates</summary>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">kept record</th>
            <th scope="col" class="number">
              dropped as its duplicates
            </th>
          </tr>
        </thead>
        <tbody>
          {asked.answer.groups.map(({ source, row, duplicates }) => (
            <tr key={`${row} ${source}`}>
              <th scope="row">
                {count(row)} of <Data text={source} />
              </th>
              <td class="number">{count(duplicates)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
