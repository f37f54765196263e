import { describe, expect, test } from 'vitest';
import type { ArrowType } from '../../dist/engine/types.js';
import { joinBounds, noBounds, showBound } from '../../dist/write/bounds.js';
import { encodeRowGroup } from '../../dist/write/rowgroup.js';
import { shortenMax, shortenMin } from '../../dist/write/shorten.js';
import { blockOf, text } from './columns.js';
import { kernel } from './files.js';
import { samples } from './samples.js';

describe('bounds', () => {
  test.each([
    ['int64', '-9223372036854775808', '9223372036854775807'],
    ['uint64', 0, '18446744073709551615'],
    ['uint32', 0, 4294967295],
    ['int8', -128, 127],
    ['float32', -3.25, 0.5],
    ['date', '1969-12-31', '2024-10-04'],
    ['datetime', '1969-12-31T23:59:59.999000Z', '2023-11-14T22:13:20.123000Z'],
    ['timestamp without zone', '1969-12-31T23:59:59.999', '1970-01-01T00:00:00.000'],
    ['timestamp in nanoseconds', '1969-12-31T23:59:59.999000000Z', '1970-01-01T00:00:00.000000000Z'],
    ['time in milliseconds', '00:00:00.001000000', '23:59:59.999000000'],
    ['narrow decimal', '-3.00', '1.25'],
    ['wide decimal', '-0.001', '100000000000000000.000'],
    ['duration', -7, 7],
    ['boolean', false, true],
    ['text', '', 'žluťoučký 漢字 🙂'],
    ['null', null, null],
    ['binary', null, null],
    ['list', null, null],
  ])('of %s', (name, min, max) => {
    const { column, type } = samples[name]!;
    const { block, fields } = blockOf(3, [column]);
    const [stats] = encodeRowGroup(block, fields, 'zstd', kernel).fields;
    const arrow = arrowTypes[type.kind] ?? (type as { arrow: ArrowType }).arrow;
    const shown: ArrowType = arrow.name === 'time' ? { name: 'time', unit: 'ns' } : arrow;
    expect([showBound(stats!.bounds.min, shown), showBound(stats!.bounds.max, shown)]).toEqual([min, max]);
  });

  const arrowTypes: Record<string, ArrowType | undefined> = {
    text: { name: 'utf8' },
    null: { name: 'utf8' },
    boolean: { name: 'bool' },
    int64: { name: 'int', bits: 64, signed: true },
    date: { name: 'date' },
    datetime: { name: 'timestamp', unit: 'us', zone: 'UTC' },
  };

  test('texts are cut and compared by code point', () => {
    const { block, fields } = blockOf(2, [text(['\u{ff5e}', `${'é'.repeat(40)}`])]);
    const [stats] = encodeRowGroup(block, fields, 'zstd', kernel).fields;
    expect(stats!.bounds).toEqual({ min: 'é'.repeat(32), max: '\u{ff5e}' });
    expect(joinBounds({ min: '\u{ff5e}', max: '\u{ff5e}' }, { min: '🙂', max: '🙂' })).toEqual({
      min: '\u{ff5e}',
      max: '🙂',
    });
  });

  test('join with none', () => {
    const some = { min: 1n, max: 2n };
    expect(joinBounds(noBounds, some)).toEqual(some);
    expect(joinBounds(some, noBounds)).toEqual(some);
    expect(joinBounds(some, { min: 0n, max: 1n })).toEqual({ min: 0n, max: 2n });
  });

  test('dates that no calendar of JavaScript has are shown as numbers', () => {
    expect(showBound(2n ** 31n - 1n, { name: 'date' })).toBe((BigInt(2 ** 31 - 1) * 86_400_000n).toString());
    expect(showBound(2n ** 62n, { name: 'timestamp', unit: 'ms', zone: null })).toBe((2n ** 62n).toString());
  });
});

describe('shortened bounds', () => {
  const bytes = (s: string): Buffer => Buffer.from(s);

  test('a least value loses its end, at a character', () => {
    expect(shortenMin(bytes('abc'), 3)).toEqual(bytes('abc'));
    expect(shortenMin(bytes('abcd'), 3)).toEqual(bytes('abc'));
    expect(shortenMin(bytes('aéé'), 4)).toEqual(bytes('aé'));
    expect(shortenMin(bytes('🙂🙂'), 7)).toEqual(bytes('🙂'));
  });

  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abd'],
    ['a\x7fcd', 2, 'b'],
    ['\x7f\x7fcd', 2, null],
    ['aéé', 4, 'aê'],
    ['\ud7ffx', 3, '\ue000'],
    ['\uffffx', 3, null],
    ['\u{10ffff}x', 4, null],
    ['a\u{10ffff}x', 5, 'b'],
  ])('the greatest of %j in %i bytes is raised to %j', (value, limit, expected) => {
    const short = shortenMax(bytes(value), limit);
    expect(short === null ? null : Buffer.from(short).toString()).toBe(expected);
    if (short !== null) expect(Buffer.compare(short, bytes(value))).toBeGreaterThanOrEqual(0);
  });
});
