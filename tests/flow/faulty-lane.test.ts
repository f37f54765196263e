import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Block } from '../../dist/engine/block.js';
import { InlineExecutor } from '../../dist/engine/inline.js';
import { DatagpuError } from '../../dist/errors.js';
import { build } from '../../dist/flow/build.js';
import { SourceIdentity } from '../../dist/flow/identity.js';
import { openLane } from '../../dist/flow/lane.js';
import type { EncodeOrder, GatherOrder, LaneTasks, MergeOrder, SettleOrder } from '../../dist/flow/tasks.js';
import type { CompileOptions } from '../../dist/index.js';
import { resolveSources } from '../../dist/load/sources.js';
import { resolveConfig } from '../../dist/options/resolve.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'faulty-lane-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const rows = 150_000;
/** Row 7 is a duplicate of row 3. */
const rowOf = (i: number): string => `${i === 7 ? 3 : i},text of ${i === 7 ? 3 : i}\n`;
const large = path.join(folder, 'large.csv');
fs.writeFileSync(large, `id,text\n${Array.from({ length: rows }, (_, i) => rowOf(i)).join('')}`);
const small = path.join(folder, 'small.csv');
fs.writeFileSync(small, `id,text\n${Array.from({ length: 500 }, (_, i) => rowOf(i)).join('')}`);

/** Changes what a lane is told to do, so that it does something else than the coordinator meant. */
interface Fault {
  settle?: (order: SettleOrder) => SettleOrder;
  encode?: (order: EncodeOrder) => EncodeOrder;
  gather?: (order: GatherOrder) => GatherOrder;
  merge?: (order: MergeOrder) => MergeOrder;
}

async function compileWith(
  fault: Fault,
  source: string,
  options: CompileOptions,
  heldBytes?: number,
): Promise<unknown> {
  const out = path.join(folder, 'out');
  fs.rmSync(out, { recursive: true, force: true });
  const executor = new InlineExecutor<LaneTasks>(async () => {
    const lane = openLane();
    const handlers = Object.entries(lane.handlers).map(([task, run]) => {
      const change = fault[task as keyof Fault] as ((payload: unknown) => unknown) | undefined;
      return [task, change === undefined ? run : (payload, emit) => run(change(payload), emit)] as [string, typeof run];
    });
    return { ...lane, handlers: Object.fromEntries(handlers) };
  });
  const config = resolveConfig({ cache: false, out, ...options }, null, { cwd: folder, env: {} });
  const { sources } = resolveSources([source], { cwd: folder, format: null });
  const sizes = heldBytes === undefined ? {} : { heldBytes };
  const result = await build(sources, [], new SourceIdentity(sources), executor, config, {}, () => 0, sizes).then(
    ({ manifest }) => manifest.rows,
    (error: unknown) => error,
  );
  if (typeof result !== 'number') expect(fs.existsSync(path.join(out, 'manifest.yaml'))).toBe(false);
  if (typeof result !== 'number') expect(fs.existsSync(path.join(out, 'data.parquet'))).toBe(false);
  return result;
}

const changed = (keep: Uint8Array | null, change: (keep: Uint8Array) => void): Uint8Array => {
  const copy = keep === null ? new Uint8Array(rows).fill(1) : keep.slice();
  change(copy);
  return copy;
};
const masks: Record<string, (keep: Uint8Array) => void> = {
  loses: (keep) => keep.fill(0, 100, 101),
  doubles: (keep) => keep.fill(1, 7, 8),
  'takes another one in the place of': (keep) => keep.fill(1, 7, 8).fill(0, 3, 4),
};
const orders: Record<string, (rows: Uint32Array) => Uint32Array> = {
  loses: (rows) => rows.map((row, i) => (i === 20 ? rows[21]! : row)),
  swaps: (rows) => rows.map((row, i) => (i === 20 ? rows[21]! : i === 21 ? rows[20]! : row)),
};

/** Rows 20 and 21 of a block in each other's place; its fixed-width columns are enough for that. */
function swapped(block: Block): Block {
  const columns = block.columns.map((column) => {
    if (column.offsets !== null) return column;
    const width = column.values.length / block.rows;
    const values = column.values.slice();
    values.set(column.values.subarray(20 * width, 21 * width), 21 * width);
    values.set(column.values.subarray(21 * width, 22 * width), 20 * width);
    return { ...column, values };
  });
  return { rows: block.rows, columns };
}

describe('a lane that does not do what it is told', () => {
  const plain = { rank: false };

  test.each([large, small])('is a baseline: one that does compiles %s', async (source) => {
    const kept = (source === large ? rows : 500) - 1;
    expect(await compileWith({}, source, plain)).toBe(kept);
    expect(await compileWith({}, source, {})).toBe(kept);
    expect(await compileWith({}, source, { top: 50 })).toBe(50);
  });

  test.each(Object.keys(masks))('%s a row: the compile fails as a bug, and nothing is committed', async (fault) => {
    const settle = (order: SettleOrder): SettleOrder => ({ ...order, keep: changed(order.keep, masks[fault]!) });
    for (const options of [plain, {}, { top: 90_000 }, { rankMethod: 'none' as const }]) {
      const error = await compileWith({ settle }, large, options);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(DatagpuError);
      expect((error as Error).message).toMatch(/rows/);
    }
  });

  test.each(Object.keys(masks))('%s a row of a small file: likewise', async (fault) => {
    const settle = (order: SettleOrder): SettleOrder => ({ ...order, keep: changed(order.keep, masks[fault]!) });
    expect(await compileWith({ settle }, small, plain)).toBeInstanceOf(Error);
    expect(await compileWith({ settle }, small, {})).toBeInstanceOf(Error);
  });

  test('swaps two rows of small files that are encoded together: likewise', async () => {
    const encode = (order: EncodeOrder): EncodeOrder => ({ ...order, block: swapped(order.block) });
    const error = await compileWith({ encode }, small, plain);
    expect((error as Error).message).toBe('the rows that were encoded are not those that are kept');
  });

  test.each(Object.keys(orders))('%s a row while it puts them in order: likewise', async (fault) => {
    const gather = (order: GatherOrder): GatherOrder => ({ ...order, rows: orders[fault]!(order.rows) });
    expect(await compileWith({ gather }, large, {})).toBeInstanceOf(Error);
    expect(await compileWith({ gather }, large, { top: 90_000 })).toBeInstanceOf(Error);
  });

  test('loses a piece of a row group that was spilled: likewise', async () => {
    const lost = (order: MergeOrder): MergeOrder => ({ ...order, pieces: order.pieces.slice(1) });
    expect(await compileWith({}, large, {}, 0)).toBe(rows - 1);
    expect(await compileWith({ merge: lost }, large, {}, 0)).toBeInstanceOf(Error);
  });
});
