import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Column } from '../../dist/engine/block.js';
import { placeColumns, rowsOf, withoutNulls } from '../../dist/engine/kernel-column.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { columnInto, textColumn } from '../dedupe/blocks.js';

const texts = ['a', null, 'ccc', ''];

test('a column in a kernel is good however the memory moves', () => {
  const kernel = createIngestKernel();
  const column = columnInto(kernel, textColumn(texts));
  const { values } = column;
  for (let i = 0; i < 3; i++) {
    kernel.alloc(2 ** 26);
    expect([...column.offsets!]).toEqual([0, 1, 1, 4, 4]);
    expect([...column.validity!]).toEqual([1, 0, 1, 1]);
    expect(Buffer.from(column.values.slice()).toString()).toBe('accc');
  }
  // That is what must not be kept.
  expect(values.length).toBe(0);
});

test('parts of it share its memory', () => {
  const kernel = createIngestKernel();
  const column = columnInto(kernel, textColumn(texts));
  const part = rowsOf(column, 1, 3);
  const filled = withoutNulls(column);
  kernel.alloc(2 ** 26);
  expect([[...part.validity!], [...part.offsets!]]).toEqual([
    [0, 1],
    [1, 1, 4],
  ]);
  expect([filled.validity, filled.values.length]).toEqual([null, 4]);
  const before = kernel.mark();
  const [placed] = placeColumns(kernel, [column]);
  expect(kernel.mark()).toBe(before);
  expect(placed!.values).toBe(placeColumns(kernel, [part])[0]!.values);
});

test('once its memory was given back it says so', () => {
  const kernel = createIngestKernel();
  const column = columnInto(kernel, textColumn(texts));
  kernel.reset();
  expect(() => column.values).toThrow('given back');
  expect(() => placeColumns(kernel, [column])).toThrow('given back');
});

test('what a kernel lends is no array that can be kept: the compiler says so', () => {
  const kernel = createIngestKernel();
  const column = columnInto(kernel, textColumn(texts));
  // @ts-expect-error a view of the kernel's memory
  const bytes: Uint8Array = kernel.u8(kernel.alloc(8), 8);
  // @ts-expect-error its arrays are views
  const kept: Column = column;
  // @ts-expect-error copied field by field they are views still
  const same: Column = { type: column.type, validity: null, offsets: null, values: column.values.subarray(1) };
  const copy: Uint8Array = column.values.slice();
  expect([bytes.length, kept, same.values.length, copy.length]).toEqual([8, column, 3, 4]);
});

test('DATAGPU_MOVE_MEMORY: every alloc empties the views of before', () => {
  const script = `
    const { createIngestKernel } = await import(${JSON.stringify(new URL('../../dist/kernels/ingest.js', import.meta.url).href)});
    const kernel = createIngestKernel();
    const view = kernel.u8(kernel.alloc(8), 8);
    kernel.alloc(1);
    process.stdout.write(String(view.length));`;
  const lengthWith = (moves: string): string =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, DATAGPU_MOVE_MEMORY: moves },
    });
  expect([lengthWith(''), lengthWith('1')]).toEqual(['8', '0']);
});
