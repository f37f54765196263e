// Near duplicates: shingle sets of texts (in workers), and the index of kept sets that finds similar ones (in the coordinator).

export { __heap_base };
export { shingle } from './shingle';
export { forget, init, insert, isStale, keptRows, probe, rebuildStep, rebuilds, similarity, worked } from './join';
