// Made by scripts/bindings.mjs.
import type { FilterExports } from './filter.gen.js';
import type { GatherExports } from './gather.gen.js';
import type { IngestExports } from './ingest.gen.js';
import type { LedgerExports } from './ledger.gen.js';
import type { NearExports } from './near.gen.js';
import type { RankExports } from './rank.gen.js';
import type { TableExports } from './table.gen.js';

/** What each kernel of dist/kernels exports. */
export interface KernelModules {
  filter: FilterExports;
  gather: GatherExports;
  ingest: IngestExports;
  ledger: LedgerExports;
  near: NearExports;
  rank: RankExports;
  table: TableExports;
}
