import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { DatagpuError } from '../errors.js';
import { openDataset } from '../info.js';
import { compareManifests } from '../manifest/compare.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ColumnAnswer } from './answers.js';
import { openSetOf } from './open.js';
import { overviewAnswer } from './overview.js';
import { Desk } from './questions.js';
import type { ReportContent } from './report-content.js';
import { StoredAnswers } from './stored.js';

/** Columns whose values are counted: a report shows no more. */
const shownColumns = 150;

export interface ReportOptions {
  /** Records shown of each reason; 0: no value of a row is in the report. @default 5 */
  rows?: number;
  /** The data set before, to say what changed: a manifest, or the folder that holds it. */
  before?: string;
}

/**
 * A data set as one page of HTML below 2 MB: no script, nothing from elsewhere. The same data set and options give the same
 * page.
 *
 * @throws DatagpuError `input` when the data set can't be read
 */
export async function report(target: string, { rows = 5, before }: ReportOptions = {}): Promise<string> {
  const located = await openDataset(target);
  const hasContents = rows > 0;
  const set = openSetOf(located);
  const { manifest } = located;
  const stored = new StoredAnswers(set);
  const desk = new Desk();
  const content: ReportContent = {
    overview: overviewAnswer({ ...located, manifest: hasContents ? manifest : withoutContents(manifest) }),
    columns: [],
    nulls: null,
    removed: [],
    difference: null,
    hasContents,
  };
  try {
    for (let index = 0; index < Math.min(set.fields.length, shownColumns); index++) {
      const answer = await stored.of(`column ${index}`, () => desk.column(set, { column: index }));
      content.columns.push({ index, answer: hasContents ? answer : withoutValues(answer) });
    }
    content.nulls = await stored.of('nulls', () => desk.nulls(set));
    const isEmpty = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
    const areEqual = isEmpty(manifest.config['dedupe-on']) && isEmpty(manifest.config.ignore);
    for (const [reason, dropped] of Object.entries(manifest.ledger.dropped)) {
      if (!hasContents || dropped === 0) continue;
      const asked = { reason, from: 0, count: Math.min(rows, 50), areEqual: areEqual && reason === 'exact duplicate' };
      content.removed.push({ reason, answer: await desk.removed(set, asked) });
    }
  } finally {
    await desk.close();
  }
  if (before !== undefined) {
    const old = (await openDataset(before)).manifest;
    content.difference = { ...compareManifests(old, manifest), before: `${old.dataset_name} ${old.version}` };
  }
  return render(content);
}

/** Warnings quote rows, and least and greatest texts are of rows. */
function withoutContents(manifest: Manifest): Manifest {
  return {
    ...manifest,
    warnings:
      manifest.warnings.length === 0 ? [] : [`${manifest.warnings.length} in the manifest, which may quote rows`],
    fields: manifest.fields.map((field) =>
      /^(utf8|json)/.test(field.type) ? { ...field, min: null, max: null } : field,
    ),
  };
}

function withoutValues(answer: ColumnAnswer): ColumnAnswer {
  return { ...answer, top: null };
}

async function render(content: ReportContent): Promise<string> {
  // Named from one folder below dist/, where bundles are.
  const web = new URL('../dashboard/web/', import.meta.url);
  try {
    const style = fs.readFileSync(new URL('page.css', web), 'utf8');
    const page = (await import(new URL('report.js', web).href)) as {
      renderReport(content: ReportContent, style: string, styleHash: string): string;
    };
    return page.renderReport(content, style, createHash('sha256').update(style).digest('base64'));
  } catch (cause) {
    const isMissing = ['ENOENT', 'ERR_MODULE_NOT_FOUND'].includes((cause as NodeJS.ErrnoException).code ?? '');
    if (!isMissing) throw cause;
    throw new DatagpuError('input', 'the page of the report is missing', {
      hint: 'Install datagpu again, or build it with npm run build',
      cause,
    });
  }
}
