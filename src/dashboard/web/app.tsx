import { useEffect } from 'preact/hooks';
import type { Listed } from '../answers.js';
import type { OverviewAnswer } from '../overview.js';
import { type Address, addressOf, useAddress } from './address.js';
import { count, counted } from './amounts.js';
import { useAsk } from './ask.js';
import { Columns } from './columns.js';
import { Overview } from './overview.js';
import { Ranking } from './ranking.js';
import { Removed } from './removed.js';
import { Rows } from './rows.js';
import { Data, Failed, State } from './text.js';
import { Versions } from './versions.js';

const pages: readonly [name: string, title: string][] = [
  ['overview', 'Overview'],
  ['columns', 'Columns'],
  ['rows', 'Rows'],
  ['removed', 'Removed'],
  ['ranking', 'Ranking'],
  ['versions', 'Versions'],
];

export function App() {
  const address = useAddress();
  const sets = useAsk<Listed[]>('sets');
  if (sets.state === 'failed') return <Failed problem={sets.problem} />;
  if (sets.state === 'loading') return <State title="Loading…" />;
  // One data set alone needs no list.
  const chosen = address.set === -1 && sets.answer.length === 1 ? 0 : address.set;
  const set = sets.answer[chosen];
  if (set === undefined) return <Choose sets={sets.answer} />;
  return <SetPages key={chosen} address={{ ...address, set: chosen }} set={set} sets={sets.answer} />;
}

function Choose({ sets }: { sets: readonly Listed[] }) {
  useEffect(() => {
    document.title = 'datagpu';
  }, []);
  return (
    <>
      <header class="top">
        <h1>datagpu</h1>
      </header>
      <main class="content">
        <h2>{counted(sets.length, 'data set')}</h2>
        <ul class="sets">
          {sets.map((set) => (
            <li key={set.id}>
              <a href={addressOf(set.id, 'overview')}>
                <strong>
                  <Data text={set.name || set.folder} />
                </strong>{' '}
                {set.version}
              </a>
              <span class="quiet">
                {set.problem === null ? (
                  `${counted(set.rows, 'row')}, ${counted(set.columns, 'column')}, ${set.createdAt.slice(0, 10)}, `
                ) : (
                  <Data text={set.problem} />
                )}
                {set.problem === null && <Data text={set.folder} />}
              </span>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}

function SetPages({ address, set, sets }: { address: Address; set: Listed; sets: readonly Listed[] }) {
  const asked = useAsk<OverviewAnswer>(`sets/${address.set}/overview`);
  const page = pages.find(([name]) => name === address.page) ?? pages[0]!;
  useEffect(() => {
    document.title = `${page[1]}: ${set.name || set.folder}`;
  }, [page[1], set.name]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        To the content
      </button>
      <header class="top">
        <h1>
          {sets.length > 1 ? (
            <a href="#/" title="All data sets">
              <Data text={set.name || set.folder} />
            </a>
          ) : (
            <Data text={set.name || set.folder} />
          )}
        </h1>
        <span class="quiet">
          {set.version}, {count(set.rows)} rows
        </span>
        <nav class="tabs" aria-label="Pages">
          {pages.map(([name, title]) => (
            <a key={name} href={addressOf(address.set, name)} aria-current={name === page[0] ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <main class={page[0] === 'rows' ? 'content full' : 'content'} id="content" tabIndex={-1}>
        {asked.state === 'failed' ? (
          <Failed problem={asked.problem} />
        ) : asked.state === 'loading' ? (
          <State title="Reading the manifest…" />
        ) : (
          <Page page={page[0]} address={address} answer={asked.answer} sets={sets} />
        )}
      </main>
    </>
  );
}

function Page(props: { page: string; address: Address; answer: OverviewAnswer; sets: readonly Listed[] }) {
  const { page, address, sets } = props;
  const { manifest } = props.answer;
  if (page === 'columns') return <Columns address={address} manifest={manifest} />;
  if (page === 'rows') return <Rows address={address} manifest={manifest} />;
  if (page === 'removed') return <Removed address={address} manifest={manifest} />;
  if (page === 'ranking') return <Ranking address={address} manifest={manifest} />;
  if (page === 'versions') return <Versions address={address} manifest={manifest} sets={sets} />;
  return <Overview answer={props.answer} />;
}
