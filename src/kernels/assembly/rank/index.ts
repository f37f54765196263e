export * from './terms';
export * from './tokenise';
export * from './grams';
export * from './spilled';
export * from './score';
export * from './order';
export { __heap_base };
export { messageTexts } from '../shared/messages';
