export { __heap_base };
export { init, setCounted, setFates, reserve, pageAt, add, invert, place, count } from './fates';
export { fill } from './lineage';
export { pageDeltas } from '../shared/deltas';
export { hybridBytes, hybridWords } from './packing';
