import { Kernel } from './module.js';

/**
 * The module that makes rows of bytes: record scans, cell indexes, types, cleaning, digests. Its exports are typed where
 * they are called, by the interface beside each wrapper: `kernel.exports as unknown as CsvExports`.
 */
export type IngestKernel = Kernel<unknown>;

/** A kernel of its own memory, one per worker. */
export function createIngestKernel(): IngestKernel {
  return new Kernel('ingest', hostFunctions());
}

/** What the module asks of its host: rare slow paths that JavaScript does exactly. */
function hostFunctions(): Record<string, WebAssembly.ImportValue> {
  return {};
}
