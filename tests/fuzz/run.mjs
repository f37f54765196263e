#!/usr/bin/env node
// `npm run fuzz`: mutated files, or with `--tables` random tables. Each says its options at its top.
await import(process.argv.includes('--tables') ? './tables.mjs' : './fuzz.mjs');
