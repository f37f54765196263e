import type { Difference, ManifestDifference } from '../../manifest/compare.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { ColumnAnswer, Listed } from '../answers.js';
import { type Address, changeAddress } from './address.js';
import { useAsk } from './ask.js';
import { HistogramChart } from './chart.js';
import { Data, Failed, State } from './text.js';

type Compared = ManifestDifference & { before: Manifest };

/** Two data sets beside each other. */
export function Versions({
  address,
  manifest,
  sets,
}: {
  address: Address;
  manifest: Manifest;
  sets: readonly Listed[];
}) {
  const others = sets.filter((set) => set.id !== address.set && set.problem === null);
  const wanted = address.parameters.get('with');
  const other =
    others.find((set) => String(set.id) === wanted) ??
    others.find((set) => set.name === manifest.dataset_name) ??
    others[0];
  const asked = useAsk<Compared>(other === undefined ? null : `sets/${address.set}/compare?with=${other.id}`);
  if (other === undefined)
    return (
      <State title="There is nothing to compare this data set with.">
        <p>Name a second one: datagpu dashboard compiled-old compiled</p>
      </State>
    );
  return (
    <div class="stack">
      <p>
        <label>
          Before:{' '}
          <select
            value={other.id}
            onChange={(event) => changeAddress(address, { with: event.currentTarget.value }, true)}
          >
            {others.map((set) => (
              <option key={set.id} value={set.id}>{`${set.name} ${set.version} (${set.folder})`}</option>
            ))}
          </select>
        </label>{' '}
        after: <Data text={manifest.dataset_name} /> {manifest.version}
      </p>
      {asked.state === 'failed' ? (
        <Failed problem={asked.problem} />
      ) : asked.state === 'loading' ? (
        <State title="Comparing…" />
      ) : (
        <>
          <Differences difference={asked.answer} />
          <Distributions address={address} before={asked.answer.before} after={manifest} other={other.id} />
        </>
      )}
    </div>
  );
}

export function Differences({ difference }: { difference: ManifestDifference }) {
  if (difference.same) return <State title="The same data: schema and rows are equal, so are the hashes." />;
  const sections: [string, Difference[]][] = [
    ['Rows and counts', difference.counts],
    ['Columns', difference.columns],
    ['Options', difference.config],
    ['Sources', difference.sources],
    ['Version', difference.summary],
  ];
  return (
    <>
      {sections
        .filter(([, list]) => list.length > 0)
        .map(([title, list]) => (
          <section key={title}>
            <h2>{title}</h2>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
            <div class="scrolls" tabIndex={0} role="region" aria-label={title}>
              <table class="figures">
                <thead>
                  <tr>
                    <th scope="col">what</th>
                    <th scope="col">before</th>
                    <th scope="col">after</th>
                  </tr>
                </thead>
                <tbody>
                  {list.map(({ what, before, after }) => (
                    <tr key={what}>
                      <th scope="row">
                        <Data text={what} />
                      </th>
                      <td>{shown(before)}</td>
                      <td>{shown(after)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        ))}
    </>
  );
}

function shown(value: unknown) {
  if (value === undefined) return <span class="quiet">absent</span>;
  return (
    <Data
      text={
        typeof value === 'string'
          ? value
          : typeof value === 'number'
            ? value.toLocaleString('en')
            : JSON.stringify(value)
      }
    />
  );
}

/** A column of both, one chart below the other on their own scales, which the axes name. */
function Distributions(props: { address: Address; before: Manifest; after: Manifest; other: number }) {
  const { address, before, after, other } = props;
  const common = after.fields.filter((field) => before.fields.some(({ name }) => name === field.name));
  const wanted = address.parameters.get('column');
  const name = common.find((field) => field.name === wanted)?.name ?? common[0]?.name;
  const indexOf = (manifest: Manifest): number => manifest.fields.findIndex((field) => field.name === name);
  const old = useAsk<ColumnAnswer>(name === undefined ? null : `sets/${other}/column?column=${indexOf(before)}`);
  const now = useAsk<ColumnAnswer>(name === undefined ? null : `sets/${address.set}/column?column=${indexOf(after)}`);
  if (name === undefined) return null;
  return (
    <section>
      <h2>Distributions</h2>
      <p>
        <label>
          Column:{' '}
          <select
            value={name}
            onChange={(event) => changeAddress(address, { column: event.currentTarget.value }, true)}
          >
            {common.map((field) => (
              <option key={field.name} value={field.name}>
                {field.name}
              </option>
            ))}
          </select>
        </label>
      </p>
      <div class="charts">
        {[
          ['before', old],
          ['after', now],
        ].map(([title, asked]) => (
          <Distribution key={title as string} title={title as string} asked={asked as typeof old} />
        ))}
      </div>
    </section>
  );
}

function Distribution({ title, asked }: { title: string; asked: ReturnType<typeof useAsk<ColumnAnswer>> }) {
  if (asked.state === 'failed') return <Failed problem={asked.problem} />;
  if (asked.state === 'loading') return <State title="Counting…" />;
  const { histogram, lengths } = asked.answer;
  const shownHistogram = histogram ?? lengths[0]?.histogram;
  const what = histogram !== null ? 'rows by value' : `rows by length in ${lengths[0]?.what ?? ''}`;
  return (
    <figure>
      <figcaption>
        {title}: {what}
      </figcaption>
      {shownHistogram === undefined ? (
        <p class="quiet">No picture of such values.</p>
      ) : (
        <HistogramChart histogram={shownHistogram} what={`${title}, ${what}`} isTime={histogram?.isTime ?? false} />
      )}
    </figure>
  );
}
