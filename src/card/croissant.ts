import type { Manifest } from '../manifest/manifest.js';
import type { Feature } from '../write/features.js';
import { filesBySplit } from './readme.js';

/** The JSON-LD context of Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html), and PROV. */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  sc: 'https://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  dct: 'http://purl.org/dc/terms/',
  prov: 'http://www.w3.org/ns/prov#',
  ...Object.fromEntries(
    'arrayShape citeAs column containedIn equivalentProperty extract field fileProperty fileObject fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source subField transform'
      .split(' ')
      .map((term) => [term, `cr:${term}`]),
  ),
  conformsTo: 'dct:conformsTo',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  examples: { '@id': 'cr:examples', '@type': '@json' },
  description: { '@container': '@language' },
  name: { '@container': '@language' },
};

const parquet = 'application/x-parquet';

/** A data set as Croissant 1.1 describes it: files with their hashes, a record set for each split, and where it is from. */
export function croissantOf(manifest: Manifest, features: Readonly<Record<string, Feature>>): object {
  const { files, compiler, ledger } = manifest;
  const splits = [...filesBySplit(files)];
  const described = Object.entries(features).flatMap(([column, feature]) => {
    const type = typeOf(feature);
    return type === null ? [] : [[column, type] as const];
  });
  const others = Object.keys(features).filter((column) => described.every(([name]) => name !== column));
  const without = others.length === 0 ? '' : ` Croissant has no type for these columns: ${others.join(', ')}.`;
  const fileObjects = files.map((file) => ({
    '@type': 'cr:FileObject',
    '@id': file.path,
    name: file.path,
    contentUrl: file.path,
    contentSize: `${file.bytes} B`,
    encodingFormat: parquet,
    sha256: file.hash.replace('sha256:', ''),
  }));
  const fileSets = splits
    .filter(([, its]) => its.length > 1)
    .map(([split, its]) => ({
      '@type': 'cr:FileSet',
      '@id': `${split}-files`,
      name: `${split}-files`,
      encodingFormat: parquet,
      includes: its[0]!.path.replace(/-\d+-of-\d+/, '-*'),
    }));
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    name: manifest.dataset_name,
    description: `${manifest.rows} rows, compiled by ${compiler.name} ${compiler.version}: ${ledger.read} records read, ${ledger.kept} rows kept.${without}`,
    version: manifest.version.replace(/^v/, ''),
    dateCreated: manifest.created_at,
    datePublished: manifest.created_at,
    identifier: manifest.hash,
    distribution: [...fileObjects, ...fileSets],
    recordSet: splits.map(([split, its]) => ({
      '@type': 'cr:RecordSet',
      '@id': split,
      name: split,
      field: described.map(([column, type]) => ({
        '@type': 'cr:Field',
        '@id': `${split}/${column}`,
        name: `${split}/${column}`,
        ...type,
        source: {
          ...(its.length > 1 ? { fileSet: { '@id': `${split}-files` } } : { fileObject: { '@id': its[0]!.path } }),
          extract: { column },
        },
      })),
    })),
    'prov:wasDerivedFrom': manifest.sources.map((source) => ({
      '@type': 'prov:Entity',
      name: source.path,
      contentSize: `${source.bytes} B`,
      identifier: source.hash,
    })),
    'prov:wasGeneratedBy': {
      '@type': 'prov:Activity',
      name: `${compiler.name} compile`,
      'prov:endedAtTime': manifest.created_at,
      'prov:wasAssociatedWith': { '@type': 'prov:SoftwareAgent', name: compiler.name, version: compiler.version },
      description: steps(manifest),
    },
  };
}

/** What the ledger says was done. */
function steps({ ledger }: Manifest): string {
  const counts = (all: Record<string, number>, of: string): string[] =>
    Object.entries(all).flatMap(([what, n]) => (n > 0 ? [`${what}: ${n} ${of}`] : []));
  const done = [...counts(ledger.dropped, 'rows dropped'), ...counts(ledger.changed, 'cells changed')];
  return [`${ledger.read} records read`, ...done, `${ledger.kept} rows kept`].join('; ');
}

/** What Croissant says of a column; null for what it has no type for: structs, lists of them, durations. */
function typeOf(feature: Feature): object | null {
  if (Array.isArray(feature)) return arrayOf(feature[0]!, '-1');
  if (feature._type === 'Sequence' || feature._type === 'List')
    return arrayOf(feature.feature as Feature, String(feature.length));
  const dataType = feature._type === 'Value' ? flatType(String(feature.dtype)) : null;
  return dataType === null ? null : { dataType };
}

function arrayOf(item: Feature, length: string): object | null {
  const inner = typeOf(item) as { dataType: string; arrayShape?: string } | null;
  if (inner === null) return null;
  const arrayShape = inner.arrayShape === undefined ? length : `${length},${inner.arrayShape}`;
  return { dataType: inner.dataType, isArray: true, arrayShape };
}

function flatType(dtype: string): string | null {
  if (/^u?int\d+$/.test(dtype)) return 'sc:Integer';
  if (/^(float\d+$|decimal)/.test(dtype)) return 'sc:Float';
  if (dtype === 'bool') return 'sc:Boolean';
  if (dtype === 'date32' || dtype.startsWith('timestamp')) return 'sc:Date';
  return /^(string|binary|fixed_size_binary)/.test(dtype) ? 'sc:Text' : null;
}
