// Where the host may begin to lay out memory (kernels/module.ts).
export { __heap_base };
export * from './digest';
export * from './filter';
