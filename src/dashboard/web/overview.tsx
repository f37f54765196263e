import { useState } from 'preact/hooks';
import type { Manifest } from '../../manifest/manifest.js';
import type { OverviewAnswer } from '../overview.js';
import { bytes, count, counted, percent } from './amounts.js';
import { Bar } from './chart.js';
import { Flow } from './flow.js';
import { Data } from './text.js';

const shownSources = 100;

/** What came in, what became of it, and how to do it again. */
export function Overview({ answer, canCopy = true }: { answer: OverviewAnswer; canCopy?: boolean }) {
  const { manifest } = answer;
  return (
    <div class="stack">
      <Facts manifest={manifest} />
      <Warnings warnings={manifest.warnings} />
      <section>
        <h2>What became of the records</h2>
        <Flow manifest={manifest} />
        <Ledger manifest={manifest} />
      </section>
      <Changes manifest={manifest} />
      <Sources manifest={manifest} />
      <Files manifest={manifest} />
      <section>
        <h2>Make it again</h2>
        <p class="quiet">
          In the folder of the manifest, with the options below saved as datagpu.yaml. The same sources, options and
          version of datagpu give the same hash.
        </p>
        <Copyable text={answer.command} name="command" canCopy={canCopy} />
        <details>
          <summary>Options (datagpu.yaml)</summary>
          <Copyable text={answer.configFile} name="options" canCopy={canCopy} />
        </details>
      </section>
    </div>
  );
}

function Facts({ manifest }: { manifest: Manifest }) {
  const size = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const read = manifest.sources.reduce((sum, source) => sum + source.bytes, 0);
  const facts: [string, string, string?][] = [
    [
      'rows',
      count(manifest.rows),
      `${percent(manifest.ledger.read === 0 ? 0 : manifest.rows / manifest.ledger.read)} of ${count(manifest.ledger.read)} read`,
    ],
    ['columns', count(manifest.columns)],
    ['size', bytes(size), `from ${bytes(read)} in ${counted(manifest.sources.length, 'source')}`],
    [
      'duplicates removed',
      count(manifest.stats.duplicates_removed),
      `${percent(manifest.dedup_ratio)} of rows that entered dedupe`,
    ],
    ['version', manifest.version, manifest.parent === null ? 'the first' : `after ${manifest.parent.version}`],
    [
      'made',
      manifest.created_at.slice(0, 19).replace('T', ' '),
      `UTC, in ${manifest.stats.processing_time.toFixed(1)} s, by ${manifest.compiler.name} ${manifest.compiler.version}`,
    ],
  ];
  return (
    <section>
      <dl class="facts">
        {facts.map(([name, value, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{value}</strong>
              {more !== undefined && <span class="quiet">{more}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <p class="hash">
        <span class="quiet">hash</span> <code>{manifest.hash}</code>
      </p>
    </section>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <section>
      <h2>{counted(warnings.length, 'warning')}</h2>
      <ul class="warnings">
        {warnings.map((warning) => (
          <li key={warning}>
            <Data text={warning} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ledger({ manifest }: { manifest: Manifest }) {
  const { read, kept, dropped } = manifest.ledger;
  const rows: [string, number, string][] = [
    ['kept', kept, 'kept'],
    ...Object.entries(dropped).map(([reason, n]): [string, number, string] => [reason, n, 'dropped']),
  ];
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">fate</th>
          <th scope="col" class="number">
            records
          </th>
          <th scope="col" class="number">
            of read
          </th>
          <th scope="col" class="wide">
            <span class="unseen">share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, n, kind]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{count(n)}</td>
            <td class="number">{percent(read === 0 ? 0 : n / read)}</td>
            <td>
              <Bar share={read === 0 ? 0 : n / read} kind={kind} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">read</th>
          <td class="number">{count(read)}</td>
          <td class="number">100%</td>
          <td />
        </tr>
      </tfoot>
    </table>
  );
}

function Changes({ manifest }: { manifest: Manifest }) {
  const changed = Object.entries(manifest.ledger.changed).filter(([, cells]) => cells > 0);
  if (changed.length === 0) return null;
  return (
    <section>
      <h2>Cells that cleaning changed</h2>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">rule</th>
            <th scope="col" class="number">
              cells
            </th>
          </tr>
        </thead>
        <tbody>
          {changed.map(([rule, cells]) => (
            <tr key={rule}>
              <th scope="row">{rule}</th>
              <td class="number">{count(cells)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Sources({ manifest }: { manifest: Manifest }) {
  const { sources } = manifest;
  return (
    <section>
      <h2>{counted(sources.length, 'source')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div class="scrolls" tabIndex={0} role="region" aria-label="Sources">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">source</th>
              <th scope="col" class="number">
                records
              </th>
              <th scope="col" class="number">
                size
              </th>
              <th scope="col">read as</th>
              <th scope="col">hash</th>
            </tr>
          </thead>
          <tbody>
            {sources.slice(0, shownSources).map((source) => (
              <tr key={source.path}>
                <th scope="row">
                  <Data text={source.path} />
                </th>
                <td class="number">{count(source.rows)}</td>
                <td class="number">{bytes(source.bytes)}</td>
                <td>
                  <Data text={dialectOf(source.dialect)} />
                </td>
                <td>
                  <code>{source.hash}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sources.length > shownSources && <p class="quiet">and {count(sources.length - shownSources)} more</p>}
    </section>
  );
}

function Files({ manifest }: { manifest: Manifest }) {
  return (
    <section>
      <h2>{counted(manifest.files.length, 'file')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div class="scrolls" tabIndex={0} role="region" aria-label="Files">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">file</th>
              <th scope="col" class="number">
                rows
              </th>
              <th scope="col" class="number">
                size
              </th>
              <th scope="col">hash</th>
            </tr>
          </thead>
          <tbody>
            {manifest.files.slice(0, shownSources).map((file) => (
              <tr key={file.path}>
                <th scope="row">
                  <Data text={file.path} />
                </th>
                <td class="number">{count(file.rows)}</td>
                <td class="number">{bytes(file.bytes)}</td>
                <td>
                  <code>{file.hash}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function dialectOf(dialect: Manifest['sources'][number]['dialect']): string {
  return Object.entries(dialect)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => (key === 'format' ? String(value) : `${key} ${JSON.stringify(value)}`))
    .join(', ');
}

/** A text to copy, with a button for it where there is a script. */
function Copyable({ text, name, canCopy }: { text: string; name: string; canCopy: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    });
  };
  return (
    <div class="copyable">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>
        <Data text={text} />
      </pre>
      {canCopy && (
        <button type="button" onClick={copy} aria-label={`Copy the ${name}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}
