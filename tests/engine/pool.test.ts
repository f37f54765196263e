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

  test('gives the smallest buffer that is large enough, and none of more than four times the size', () => {
    const pool = new BufferPool();
    const [small, medium, large] = [200_000, 600_000, 9_000_000].map((bytes) => new ArrayBuffer(bytes));
    for (const buffer of [large!, medium!, small!]) pool.put(buffer);
    expect(pool.take(190_000).buffer).toBe(small);
    expect(pool.take(190_000).buffer).toBe(medium);
    expect(pool.take(190_000).buffer).not.toBe(large);
    expect(pool.take(8_000_000).buffer).toBe(large);
  });

  test('keeps 64 MiB at most, those given back last', () => {
    const pool = new BufferPool();
    const buffers = [1, 2, 3, 4, 5].map(() => new ArrayBuffer(16 * 2 ** 20));
    for (const buffer of buffers) pool.put(buffer);
    const given = buffers.map(() => pool.take(15_000_000).buffer);
    expect(given.filter((buffer) => buffers.includes(buffer)).length).toBe(4);
    expect(given).not.toContain(buffers[0]);
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
