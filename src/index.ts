/**
 * datagpu's public API. The command line is built on it.
 *
 *     import { compile, info, load } from 'datagpu';
 *     const { manifest } = await compile(['train.csv'], { out: 'compiled' });
 *     const table = await load('compiled');
 */
export { card } from './card.js';
export { compile } from './compile.js';
export type { Compression, DeclaredType, RankMethod, SourceFormat } from './config/options.js';
export { DatagpuError, type ErrorCode, exitCodes } from './errors.js';
export { info } from './info.js';
export { type Dataset, type LoadOptions, load, type ReadOptions } from './load/dataset.js';
export type {
  Manifest,
  ManifestField,
  ManifestFile,
  ManifestLedger,
  ManifestSource,
  ManifestStats,
} from './manifest/manifest.js';
export type { CompilePlan, CompileResult } from './manifest/result.js';
export type { CompileOptions, ProgressEvent } from './options/compile-options.js';
export { plan } from './plan.js';
export { type RowTypes, rowTypes } from './rowtypes.js';
export { type FileVerdict, type Verification, type VerifyOptions, verify } from './verify.js';
export { type OutputRow, type RowTerm, type SourceRow, type Why, why } from './why.js';
