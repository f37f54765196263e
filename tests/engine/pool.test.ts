import { describe, expect, test } from 'vitest';
import { BufferPool } from '../../dist/engine/pool.js';
import { SharedBytes } from '../../dist/engine/shared-bytes.js';

describe('a pool of buffers', () => {
  test('gives a buffer that was put back to who asks for as much, once', () => {
    const pool = new BufferPool();
    const first = pool.take(3_000_000);
    expect(first.byteOffset).toBe(0);
    expect(first.length).toBe(3_000_000);
    pool.put(first.buffer);
    const again = pool.take(2_900_000);
    expect(again.buffer).toBe(first.buffer);
    expect(again.length).toBe(2_900_000);
    expect(pool.take(2_900_000).buffer).not.toBe(first.buffer);
  });

  test('gives no buffer that is too small, and none that was moved away', () => {
    const pool = new BufferPool();
    const small = pool.take(10);
    structuredClone(small, { transfer: [small.buffer] });
    pool.put(small.buffer);
    expect(pool.take(2_000_000).length).toBe(2_000_000);
  });

  test('keeps two buffers, and none of more than 32 MiB', () => {
    const pool = new BufferPool();
    const [a, b, c] = [1, 2, 3].map(() => pool.take(1000));
    for (const view of [a!, b!, c!]) pool.put(view.buffer);
    const given = [pool.take(1000).buffer, pool.take(1000).buffer, pool.take(1000).buffer];
    expect(given.filter((buffer) => [a!, b!, c!].some((view) => view.buffer === buffer))).toEqual([
      b!.buffer,
      c!.buffer,
    ]);
    const large = new ArrayBuffer(33 * 2 ** 20);
    pool.put(large);
    expect(pool.take(100).buffer).not.toBe(large);
  });
});

describe('shared bytes', () => {
  test('lie in one buffer until more are asked for', () => {
    const shared = new SharedBytes();
    const first = shared.take(100_000);
    expect(shared.take(200_000).buffer).toBe(first.buffer);
    const larger = shared.take(10_000_000);
    expect(larger.buffer).not.toBe(first.buffer);
    expect(larger.length).toBe(10_000_000);
  });
});
