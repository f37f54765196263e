import { expect, test } from 'vitest';
import { withoutPrivate } from '../dist/private-path.js';

test.each([
  ['a/out/.datagpu/staging-x1/part-00000.parquet', 'a/out'],
  ['a/out/.datagpu/staging-x1/datagpu-scratch-12/spill-3', 'a/out'],
  ['a/out/.datagpu', 'a/out'],
  ['a/out/.datagpu/journal.json', 'a/out'],
  ['/tmp/s/datagpu-scratch-12ab/spool-1', '/tmp/s'],
  ['C:\\out\\.datagpu\\staging-x1\\manifest.yaml', 'C:\\out'],
  ['a/out/data.parquet', 'a/out/data.parquet'],
  ['a/.datagpu/out/x', 'a/.datagpu/out/x'],
])('%s lies in what the user named: %s', (path, named) => {
  expect(withoutPrivate(path)).toBe(named);
});
