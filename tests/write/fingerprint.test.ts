import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DatasetHash } from '../../dist/write/fingerprint.js';
import { field } from './columns.js';

const digests = Uint8Array.from({ length: 64 }, (_, i) => i * 7);
const scores = Float64Array.of(1, 0.5, 0.25, 0);
const fields = [field('a', { kind: 'text' }), field('b', { kind: 'int64' })];

function hash(parts: [from: number, to: number][], scored: boolean, of = fields): string {
  const hash = new DatasetHash(of);
  for (const [from, to] of parts)
    hash.rows(digests.subarray(from * 16, to * 16), scored ? scores.subarray(from, to) : null);
  return hash.finish();
}

describe('DatasetHash', () => {
  test('is SHA-256 over what ARCHITECTURE.md says', () => {
    const text = 'datagpu 1\n[["a",["utf8"]],["b",["int",64,true]]]\n';
    const plain = createHash('sha256').update(text).update(digests).digest('hex');
    expect(hash([[0, 4]], false)).toBe(`sha256:${plain}`);
    const scored = createHash('sha256').update(text);
    for (let row = 0; row < 4; row++) {
      const score = Buffer.alloc(8);
      score.writeDoubleLE(scores[row]!);
      scored.update(digests.subarray(row * 16, row * 16 + 16)).update(score);
    }
    expect(hash([[0, 4]], true)).toBe(`sha256:${scored.digest('hex')}`);
  });

  test.each([true, false])('does not depend on the division into calls (scored: %s)', (scored) => {
    const whole = hash([[0, 4]], scored);
    expect(
      hash(
        [
          [0, 1],
          [1, 1],
          [1, 3],
          [3, 4],
        ],
        scored,
      ),
    ).toBe(whole);
  });

  test('depends on names, types and order', () => {
    const nested = (name: string) =>
      field('a', { kind: 'nested', arrow: { name: 'struct', fields: [{ name, type: { name: 'bool' } }] } });
    const schemas = [
      fields,
      fields.toReversed(),
      [field('a', { kind: 'text' })],
      [field('a', { kind: 'float64' }), fields[1]!],
      [nested('x')],
      [nested('y')],
      [field('a', { kind: 'arrow', arrow: { name: 'timestamp', unit: 'us', zone: null } })],
      [field('a', { kind: 'arrow', arrow: { name: 'timestamp', unit: 'us', zone: 'UTC' } })],
      [field('a', { kind: 'arrow', arrow: { name: 'decimal', precision: 9, scale: 2 } })],
      [field('a', { kind: 'arrow', arrow: { name: 'duration', unit: 'ms' } })],
      [field('a', { kind: 'nested', arrow: { name: 'list', item: { name: 'float', bits: 32 } } })],
      [field('a', { kind: 'nested', arrow: { name: 'fixedList', item: { name: 'float', bits: 32 }, size: 2 } })],
    ];
    expect(new Set(schemas.map((s) => hash([[0, 4]], false, s))).size).toBe(schemas.length);
    const swapped = new DatasetHash(fields);
    swapped.rows(Uint8Array.from([...digests.subarray(16), ...digests.subarray(0, 16)]), null);
    expect(swapped.finish()).not.toBe(hash([[0, 4]], false));
  });
});
