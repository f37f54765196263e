export { __heap_base };
export { init, reserve, pageAt, add, invert, place, count } from './fates';
export { fill } from './lineage';
export { hybridBytes, hybridWords, deltas } from './packing';
