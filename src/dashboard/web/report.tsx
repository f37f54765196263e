import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ReportContent } from '../report-content.js';
import { count, counted } from './amounts.js';
import { ColumnDetail, NullTable } from './columns.js';
import { Overview } from './overview.js';
import { Terms } from './ranking.js';
import { RemovedList } from './removed.js';
import { Data } from './text.js';
import { Differences } from './versions.js';

/** Bytes that pictures and tables of columns may take: the file stays below 2 MB. */
const columnBytes = 1_300_000;
const removedBytes = 300_000;

/** One page without a script; `style` is the text of the style sheet and `styleHash` its SHA-256 in base64. */
export function renderReport(content: ReportContent, style: string, styleHash: string): string {
  const body = renderToString(<Report content={content} />);
  const title = renderToString(<title>{`${content.overview.manifest.dataset_name}: report`}</title>);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    title,
    `<style>${style}</style>`,
    '</head>',
    `<body class="report">${body}</body>`,
    '</html>',
    '',
  ].join('\n');
}

function Report({ content }: { content: ReportContent }) {
  const { overview, columns, nulls, removed, difference, hasContents } = content;
  const { manifest } = overview;
  const shown = within(columns, columnBytes, (column) => <ColumnPart content={content} column={column} />);
  const listed = within(removed, removedBytes, (part) => <RemovedPart content={content} part={part} />);
  return (
    <main class="content stack">
      <header>
        <h1>
          <Data text={manifest.dataset_name} /> {manifest.version}
        </h1>
        {!hasContents && <p class="quiet">Made with --rows 0: without values of rows.</p>}
      </header>
      <Overview answer={overview} canCopy={false} />
      <section class="stack">
        <h2>{counted(manifest.columns, 'column')}</h2>
        {columns.slice(0, shown).map((column) => (
          <ColumnPart key={column.index} content={content} column={column} />
        ))}
        {shown < manifest.columns && (
          <p class="quiet">
            The first {count(shown)} of {count(manifest.columns)} are shown, to keep this file small; datagpu dashboard
            shows all.
          </p>
        )}
      </section>
      {nulls !== null && nulls.columns.length > 0 && <NullTable manifest={manifest} answer={nulls} />}
      {removed.slice(0, listed).map((part) => (
        <RemovedPart key={part.reason} content={content} part={part} />
      ))}
      {hasContents && <Terms manifest={manifest} />}
      {difference !== null && (
        <section class="stack">
          <h2>What changed since {difference.before}</h2>
          <Differences difference={difference} />
        </section>
      )}
    </main>
  );
}

function ColumnPart({ content, column }: { content: ReportContent; column: ReportContent['columns'][number] }) {
  const { manifest } = content.overview;
  const field = manifest.fields[column.index]!;
  return (
    <section class="report-column">
      <h3>
        <Data text={field.name} />
      </h3>
      <ColumnDetail
        field={field}
        label={manifest.schema[field.name] ?? 'unknown'}
        answer={column.answer}
        isStill={true}
      />
    </section>
  );
}

function RemovedPart({ content, part }: { content: ReportContent; part: ReportContent['removed'][number] }) {
  return (
    <section>
      <h2>
        Removed: {part.reason}, {count(part.answer.records.length)} of {count(part.answer.total)}
      </h2>
      <RemovedList answer={part.answer} manifest={content.overview.manifest} set={null} />
    </section>
  );
}

/** How many parts fit. */
function within<T>(parts: readonly T[], bytes: number, render: (part: T) => JSX.Element): number {
  let left = bytes;
  let fitting = 0;
  for (const part of parts) {
    left -= new TextEncoder().encode(renderToString(render(part))).length;
    if (left < 0) break;
    fitting++;
  }
  return fitting;
}
