import { jsYaml } from '../config/js-yaml.js';
import { packageVersion } from '../config/package-version.js';
import type { Manifest, ManifestFile } from '../manifest/manifest.js';
import type { Feature } from '../write/features.js';

/** Columns, sources and warnings that the body has; the manifest has all of them. */
const shownAtMost = 100;

/** The data files of each split; `train` where there are no splits, as `datasets` calls all rows. */
export function filesBySplit(files: readonly ManifestFile[]): Map<string, ManifestFile[]> {
  const splits = new Map<string, ManifestFile[]>();
  for (const file of files) splits.set(file.split ?? 'train', [...(splits.get(file.split ?? 'train') ?? []), file]);
  return splits;
}

/** The YAML head of a Hugging Face data card, without its dashes: which files are of which split, features and sizes. */
export function cardHead({ files }: Manifest, features: Readonly<Record<string, Feature>>): string {
  const splits = [...filesBySplit(files)];
  const head = {
    configs: [
      {
        config_name: 'default',
        data_files: splits.map(([split, its]) => ({ split, path: its.map((file) => file.path) })),
      },
    ],
    dataset_info: {
      features: listed(features),
      // `datasets` asks for bytes; those of the files are the ones that are known.
      splits: splits.map(([name, its]) => ({
        name,
        num_bytes: sum(its, 'bytes'),
        num_examples: sum(its, 'rows'),
      })),
      download_size: sum(files, 'bytes'),
      dataset_size: sum(files, 'bytes'),
    },
  };
  return jsYaml().dump(head, { lineWidth: -1, noRefs: true });
}

const sum = (files: readonly ManifestFile[], what: 'rows' | 'bytes'): number =>
  files.reduce((n, file) => n + file[what], 0);

const listed = (features: Readonly<Record<string, Feature>>): unknown[] =>
  Object.entries(features).map(([name, feature]) => ({ name, ...entryOf(feature) }));

/** A feature as `datasets` has it in YAML. */
function entryOf(feature: Feature): object {
  if (Array.isArray(feature)) return { list: itemOf(feature[0]!) };
  if (feature._type === 'Value') return { dtype: feature.dtype };
  if (feature._type === 'Sequence' || feature._type === 'List')
    return { list: itemOf(feature.feature as Feature), length: feature.length };
  return { struct: listed(feature as Record<string, Feature>) };
}

function itemOf(feature: Feature): unknown {
  const entry = entryOf(feature) as { dtype?: unknown; struct?: unknown };
  return entry.dtype ?? entry.struct ?? entry;
}

const writer = '<!-- written by datagpu ';

/** The version of datagpu that wrote a body; null when it does not say. */
export function writtenBy(body: string): string | null {
  const at = body.lastIndexOf(writer);
  return at === -1 ? null : (/^\S+(?= -->)/.exec(body.slice(at + writer.length))?.[0] ?? null);
}

/** What a person wants to know of a data set: where it is from, what was done, and how to make it again. */
export function cardBody(manifest: Manifest): string {
  const { ledger, sources, fields, files, config, compiler, warnings } = manifest;
  const count = (n: number): string => n.toLocaleString('en');
  const given = Object.entries(config).filter(([, value]) => value !== null);
  const dropped = Object.entries(ledger.dropped).filter(([, rows]) => rows > 0);
  const changed = Object.entries(ledger.changed).filter(([, cells]) => cells > 0);
  return [
    `# ${plain(manifest.dataset_name)}`,
    '',
    `${count(manifest.rows)} rows and ${count(manifest.columns)} columns, ${manifest.version}, compiled by ${compiler.name} ${compiler.version}.`,
    '',
    ...table(
      ['split', 'file', 'rows'],
      files.map((file) => [file.split ?? '', file.path, count(file.rows)]),
    ),
    '## Columns',
    '',
    ...table(
      ['column', 'what', 'type', 'nulls'],
      fields.map((field) => [field.name, manifest.schema[field.name] ?? '', field.type, count(field.nulls)]),
    ),
    '## Sources',
    '',
    ...table(
      ['source', 'records', 'bytes', 'hash'],
      sources.map((source) => [source.path, count(source.rows), count(source.bytes), source.hash]),
    ),
    '## What was done',
    '',
    `${count(ledger.read)} records were read, ${count(ledger.kept)} rows are here.`,
    '',
    ...table(
      ['dropped because', 'rows'],
      dropped.map(([reason, rows]) => [reason, count(rows)]),
    ),
    ...table(
      ['changed by', 'cells'],
      changed.map(([rule, cells]) => [rule, count(cells)]),
    ),
    ...warnings.slice(0, shownAtMost).map((warning) => `- ${plain(warning)}`),
    ...(warnings.length === 0 ? [] : ['']),
    '## How to make it again',
    '',
    `\`datagpu compile\` with ${compiler.name} ${compiler.version}, the sources above and this datagpu.yaml gives the same rows, of the hash \`${manifest.hash}\`:`,
    '',
    ...fenced(jsYaml().dump(Object.fromEntries(given), { lineWidth: -1, noRefs: true })),
    '',
    `${writer}${packageVersion()} -->`,
  ].join('\n');
}

/** Text from outside as a line of Markdown that means nothing else. */
const plain = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/[\\`*_{}[\]<>|#~$&]/g, (c) => `&#${c.codePointAt(0)};`);

function table(header: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const more = rows.length - shownAtMost;
  return [
    line(header),
    line(header.map(() => '---')),
    ...rows.slice(0, shownAtMost).map((row) => line(row.map(plain))),
    ...(more > 0 ? ['', `and ${more.toLocaleString('en')} more`] : []),
    '',
  ];
}

/** A block of code, with a fence that is not in it. */
function fenced(code: string): string[] {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}yaml`, code.trimEnd(), fence];
}
