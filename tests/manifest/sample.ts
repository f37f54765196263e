import type { Manifest } from '../../dist/manifest/manifest.js';

const sha = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** A valid manifest with every key, changed by `change`. */
export function sampleManifest(change: Partial<Manifest> = {}): Manifest {
  return {
    dataset_name: 'sample',
    version: 'v0.1.0',
    rows: 8,
    columns: 2,
    dedup_ratio: 0.2,
    rank_method: 'relevance',
    created_at: '2026-01-02T03:04:05.678Z',
    hash: sha('a'),
    source_path: '../in/sample.csv',
    compiled_path: 'data.parquet',
    cache_path: '../.datagpu/cache',
    schema: { id: 'numeric', text: 'text' },
    stats: {
      total_rows: 11,
      valid_rows: 10,
      duplicates_removed: 2,
      ranked_samples: 8,
      processing_time: 0.5,
      stages: [{ stage: 'read', rows: 11, bytes: 200, seconds: 0.1, busy_threads: 1.5 }],
    },
    compiler: { name: 'datagpu', version: '0.1.0' },
    config: { rank: true, nulls: ['na'], 'near-dup-threshold': 0.8 },
    config_hash: sha('c'),
    sources: [
      { path: '../in/sample.csv', bytes: 200, hash: 'xxh64:0123456789abcdef', rows: 11, dialect: { format: 'csv' } },
    ],
    files: [{ path: 'data.parquet', rows: 8, bytes: 100, hash: sha('f') }],
    beside: [{ path: '.datagpu/lineage.parquet', bytes: 50, hash: sha('b') }],
    fields: [
      {
        name: 'id',
        type: 'int64',
        source_name: 'ID',
        nullable: true,
        nulls: 0,
        coercions: 0,
        min: 1,
        max: '9007199254740993',
        distinct: 8,
      },
      {
        name: 'text',
        type: 'utf8',
        source_name: 'Text',
        nullable: true,
        nulls: 0,
        coercions: 0,
        min: null,
        max: null,
        distinct: null,
      },
    ],
    ledger: { read: 11, kept: 8, dropped: { 'exact duplicate': 2, 'empty row': 1 }, changed: { trimmed: 3 } },
    warnings: [],
    parent: null,
    ...change,
  };
}
