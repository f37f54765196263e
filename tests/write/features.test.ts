import { expect, test } from 'vitest';
import { featuresKey } from '../../dist/write/features.js';

const feature = (type: Parameters<typeof featuresKey>[0][number]['type']): unknown =>
  JSON.parse(featuresKey([{ name: 'c', type }])).info.features.c;

test.each([
  [{ name: 'int', bits: 64, signed: true }, 'int64'],
  [{ name: 'int', bits: 8, signed: false }, 'uint8'],
  [{ name: 'float', bits: 32 }, 'float32'],
  [{ name: 'bool' }, 'bool'],
  [{ name: 'utf8' }, 'string'],
  [{ name: 'binary' }, 'binary'],
  [{ name: 'date' }, 'date32'],
  [{ name: 'time', unit: 'ns' }, 'time64[ns]'],
  [{ name: 'timestamp', unit: 'us', zone: 'UTC' }, 'timestamp[us, tz=UTC]'],
  [{ name: 'timestamp', unit: 'ms', zone: null }, 'timestamp[ms]'],
  [{ name: 'duration', unit: 'us' }, 'duration[us]'],
  [{ name: 'decimal', precision: 10, scale: 2 }, 'decimal128(10, 2)'],
] as const)('%j is named as datasets names it', (type, dtype) => {
  expect(feature(type)).toEqual({ dtype, _type: 'Value' });
});

test('lists, structures and lists of one length nest', () => {
  const text = { dtype: 'string', _type: 'Value' };
  const role = { name: 'role', type: { name: 'utf8' } } as const;
  const turn = { name: 'struct', fields: [role] } as const;
  expect(feature({ name: 'list', item: { ...turn, fields: [role] } })).toEqual([{ role: text }]);
  expect(feature({ name: 'fixedList', item: { name: 'utf8' }, size: 3 })).toEqual({
    feature: text,
    length: 3,
    _type: 'Sequence',
  });
});

test("names of JavaScript's own objects are columns like others", () => {
  const key = featuresKey([{ name: '__proto__', type: { name: 'utf8' } }]);
  expect(key).toBe('{"info":{"features":{"__proto__":{"dtype":"string","_type":"Value"}}}}');
});
