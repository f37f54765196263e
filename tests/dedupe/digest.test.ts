import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestRows, hashBytes, setDigestSecret } from '../../dist/dedupe/digest.js';
import type { ReadBlock } from '../../dist/engine/block.js';
import { createIngestKernel, digestSecretBytes } from '../../dist/kernels/ingest.js';
import {
  blockOf,
  booleanColumn,
  bytesColumn,
  cellsOf,
  floatColumn,
  intColumn,
  intoKernel,
  nullColumn,
  textColumn,
} from './blocks.js';

const kernel = createIngestKernel();
const all = (block: ReadBlock): number[] => block.columns.map((_, c) => c);

function digests(block: ReadBlock, columns: number[] = all(block)): string[] {
  const bytes = digestRows(kernel, block, columns);
  return Array.from({ length: block.rows }, (_, r) => Buffer.from(bytes.subarray(r * 16, r * 16 + 16)).toString('hex'));
}
const distinct = (block: ReadBlock): number => new Set(digests(block)).size;

/** The bytes that say what a row holds, as kernels/assembly/ingest/digest.ts has them. */
function formOf([text, integer, float, truth]: Row): Uint8Array {
  const parts: Uint8Array[] = [];
  const add = (value: Uint8Array | null, isLong = false): void => {
    if (value === null) return void parts.push(Uint8Array.of(0));
    parts.push(Uint8Array.of(1));
    if (isLong) parts.push(new Uint8Array(Uint32Array.of(value.length).buffer));
    parts.push(value);
  };
  add(text === null ? null : Buffer.from(text), true);
  add(integer === null ? null : new Uint8Array(BigInt64Array.of(BigInt(integer)).buffer));
  add(null);
  add(float === null ? null : new Uint8Array(Float64Array.of(float === 0 ? 0 : float).buffer));
  add(truth === null ? null : Uint8Array.of(Number(truth)));
  return Buffer.concat(parts);
}
type Row = [string | null, number | null, number | null, boolean | null];

describe('digestRows', () => {
  test('hashes the canonical bytes of each row', () => {
    const length = fc.oneof(fc.nat(40), fc.nat(400), fc.constantFrom(0, 31, 32, 33, 256, 257));
    const text = length.map((n) => 'datagpu'.repeat(n).slice(0, n));
    const row = fc.tuple(fc.option(text), fc.option(fc.integer()), fc.option(fc.double()), fc.option(fc.boolean()));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        kernel.reset();
        const block = blockOf(
          textColumn(rows.map((r) => r[0])),
          intColumn(rows.map((r) => r[1])),
          nullColumn(rows.length),
          floatColumn(rows.map((r) => r[2])),
          booleanColumn(rows.map((r) => r[3])),
        );
        const expected = rows.map((r) => Buffer.from(hashBytes(kernel, formOf(r))).toString('hex'));
        expect(digests(block)).toEqual(expected);
      }),
    );
  });

  test('gives each of many rows its digest', () => {
    const texts = Array.from({ length: 20_000 }, (_, r) => (r % 3 === 0 ? null : `row ${r}`));
    const expected = digests(blockOf(textColumn(texts.slice(0, 5000))));
    expect(digests(blockOf(textColumn(texts))).slice(0, 5000)).toEqual(expected);
    expect(new Set(digests(blockOf(textColumn(texts)))).size).toBe(texts.filter((t) => t !== null).length + 1);
  });

  test('keeps apart what joining cells would merge', () => {
    const a = ['x|y', 'x', 'x\x1fy', 'x', 'x\ty', 'x', '["x",', 'x', null, 'null', null, '', null, ''];
    const b = ['z', 'y|z', 'z', 'y\x1fz', 'z', 'y\tz', 'x', null, 'x', '1', '1', null, '', ''];
    expect(distinct(blockOf(textColumn(a), textColumn(b)))).toBe(a.length);
  });

  test('keeps apart rows that collide in XXH64, raw and behind 4- and 8-byte lengths', () => {
    const cells = [
      'agisgcrdeszycidpyopumzgdpamntyya2da0waaathe same tail for both rows of the pair',
      '45dnmdwreszycidpyopumzgdpamntyyaa01ka91uthe same tail for both rows of the pair',
      'hjjc6rtalqhkkpbsuzeesguhwbcbbgyl0yovg0m3the same tail for both rows of the pair',
      '7anzhw16lqhkkpbsuzeesguhwbcbbgylcaaaaoaathe same tail for both rows of the pair',
      'sd1xrbq7egcvdtotoycqaqgdbvafpzpiq0iaaerwthe same tail for both rows of the pair',
      'ldnxbf1segcvdtotoycqaqgdbvafpzpiawact0a0the same tail for both rows of the pair',
    ];
    expect(distinct(blockOf(textColumn(cells)))).toBe(6);
  });

  test('has one NaN and one zero, and null apart from both', () => {
    const nan = new Float64Array(new BigUint64Array([0x7ff8000000000001n, 0xfff8000000000000n]).buffer);
    const [one, two, three, four, five, six] = digests(
      blockOf(floatColumn([Number.NaN, nan[0]!, nan[1]!, 0, -0, null])),
    );
    expect([two, three]).toEqual([one, one]);
    expect(five).toBe(four);
    expect(new Set([one, four, six]).size).toBe(3);
  });

  test('has one NaN and one zero inside nested values', () => {
    const cell = (count: number, ...floats: number[]): Uint8Array => {
      const bytes = Buffer.alloc(64);
      let at = bytes.writeUInt8(1, 0);
      at = bytes.writeUInt8(1, at); // a text field
      at = bytes.writeUInt32LE(2, at);
      at += bytes.write('ab', at);
      at = bytes.writeUInt8(1, at);
      at = bytes.writeUInt32LE(count, at);
      for (const f of floats) {
        at = bytes.writeUInt8(1, at);
        at = bytes.writeDoubleLE(f, at);
      }
      return bytes.subarray(0, at);
    };
    const type = {
      kind: 'nested',
      arrow: {
        name: 'struct',
        fields: [
          { name: 's', type: { name: 'utf8' } },
          { name: 'l', type: { name: 'list', item: { name: 'float', bits: 64 } } },
        ],
      },
    } as const;
    const cells = [cell(2, 0, 1), cell(2, -0, 1), cell(2, 1, -0), cell(1, 0), cell(0), new Uint8Array([0]), null];
    const [a, b, ...rest] = digests(blockOf(bytesColumn(cells, type as never)));
    expect(b).toBe(a);
    expect(new Set([a, ...rest]).size).toBe(6);
  });

  test('takes JSON that becomes structs for what it means', () => {
    const int = { name: 'int', bits: 64, signed: true };
    const type = {
      kind: 'json',
      arrow: {
        name: 'struct',
        fields: [
          { name: 'a', type: int },
          { name: 'é"', type: { name: 'list', item: { name: 'utf8' } } },
          { name: 'f', type: { name: 'float', bits: 64 } },
          {
            name: 'o',
            type: {
              name: 'list',
              item: {
                name: 'struct',
                fields: [
                  { name: 'x', type: int },
                  { name: 'y', type: { name: 'bool' } },
                ],
              },
            },
          },
        ],
      },
    } as never;
    const same = [
      ['{"a":1,"f":2}', '{"f":2.0,"a":1}', '{"a":1,"f":2e0,"o":null}', '{"o":null,"f":2,"é\\"":null,"a":1}'],
      ['{}', '{"a":null}', '{"o":null,"a":null}'],
      ['{"o":[]}'],
      ['{"f":0}', '{"f":-0}', '{"f":-0.0}', '{"f":0.0e5}'],
      ['{"é\\"":["a","b\\n\\""]}'],
      ['{"é\\"":["a","b\\n\\"",null]}'],
      ['{"é\\"":["ab","\\n\\""]}'],
      ['{"o":[{"x":1,"y":true},{"y":false,"x":2},{}]}', '{"o":[{"y":true,"x":1},{"x":2,"y":false},{"x":null}]}'],
      ['{"o":[{"x":1,"y":true},{"y":false,"x":2},null]}'],
      ['{"o":[{"x":1},{"y":true},{"y":false,"x":2},{}]}'],
      // Not of the type: compared as text.
      ['{"a":"1"}'],
      ['{"b":1}'],
      ['[1]'],
      ['{"a":1.5}'],
    ];
    const found = digests(blockOf(textColumn(same.flat(), type)));
    let at = 0;
    const sets = same.map((cells) => new Set(cells.map(() => found[at++])));
    expect(sets.map((set) => set.size)).toEqual(same.map(() => 1));
    expect(new Set(found).size).toBe(same.length);
  });

  test('compares JSON of several kinds as text', () => {
    const cells = ['{"a":1,"b":2}', '{"b":2,"a":1}', '1', '"1"', '[1]'];
    expect(distinct(blockOf(textColumn(cells, { kind: 'json', arrow: null })))).toBe(5);
  });

  test('is the same inside and outside the kernel, at any place and in any company', () => {
    const texts = Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? null : 'word '.repeat(i)));
    const numbers = texts.map((_, i) => (i % 5 === 0 ? null : i));
    const outside = blockOf(textColumn(texts), intColumn(numbers), floatColumn(numbers), nullColumn(300));
    const expected = digests(outside);
    expect(new Set(expected).size).toBe(300 - 8); // nine rows are all null
    const inside = intoKernel(kernel, outside);
    expect(digests(inside)).toEqual(expected);
    // The views survive that the kernel's memory grew meanwhile.
    expect(cellsOf(inside.columns[0]!, 300)).toEqual(texts);
    for (let r = 0; r < 300; r += 37) {
      const row = blockOf(textColumn([texts[r]!]), intColumn([numbers[r]!]), floatColumn([numbers[r]!]), nullColumn(1));
      expect(digests({ ...row, rows: 1 })).toEqual([expected[r]]);
    }
    kernel.reset();
  });

  test('depends on the columns, their order and the secret', () => {
    const block = blockOf(textColumn(['a']), textColumn(['b']));
    const seen = [digests(block), digests(block, [0]), digests(block, [1]), digests(block, [1, 0])];
    setDigestSecret(kernel, randomBytes(digestSecretBytes));
    seen.push(digests(block, [0, 1]));
    expect(new Set(seen.flat()).size).toBe(5);
  });

  test('is the same for row 20,000 as for row 0', () => {
    const texts = ['a', null, '', 'longer than sixteen bytes', 'x'.repeat(31), 'y'.repeat(32), 'z'.repeat(300)];
    const numbers = [1, null, -3, 4, 5, 6, 0];
    const few = blockOf(textColumn(texts), intColumn(numbers), floatColumn(numbers));
    const rows = Array.from({ length: 20_001 }, (_, r) => r % 7);
    const many = blockOf(
      textColumn(rows.map((r) => texts[r]!)),
      intColumn(rows.map((r) => numbers[r]!)),
      floatColumn(rows.map((r) => numbers[r]!)),
    );
    const known = digests(few);
    expect(digests(many)).toEqual(rows.map((r) => known[r]));
  });

  test('of nothing is nothing', () => {
    expect(digestRows(kernel, { rows: 0, columns: [] }, []).length).toBe(0);
    expect(distinct({ rows: 3, columns: [] })).toBe(1);
  });
});
