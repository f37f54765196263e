// Loaded before everything else (`node --require`): a process in which the named modules can't be loaded.
const Module = require('node:module');

const missing = (process.env.MISSING_MODULES ?? '').split(',');
const load = Module._load;
Module._load = function (name, ...rest) {
  if (missing.includes(name)) throw new Error(`${name} is left out by a test`);
  return load.call(this, name, ...rest);
};
