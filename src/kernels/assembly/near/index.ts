// Near duplicates: shingle sets of texts (in workers), and the index of kept sets that finds similar ones (in the coordinator).

export { __heap_base };
export { setWordSecret as setShingleSecret } from '../shared/word-hash';
export { shingle } from './shingle';
export { insert, isStale, rebuildStep, rebuilds } from './enter';
export { forget, init, keptRows, probe, similarity, worked } from './join';
