import type { ArrowType } from '../../dist/engine/types.js';
import { fixed, nested, type Sample, text, variable } from './columns.js';

/** Every kind of column, three rows each, the second of them null, with what a reader must give back. */
const int = (bits: 8 | 16 | 32 | 64, signed: boolean, low: bigint, high: bigint): Sample => ({
  type: { kind: 'arrow', arrow: { name: 'int', bits, signed } },
  column: fixed({ kind: 'arrow', arrow: { name: 'int', bits, signed } }, [low, null, high]),
  values: [low, null, high],
});

function flat(arrow: ArrowType, cells: (number | bigint | null)[], values: unknown[] = cells): Sample {
  const type = { kind: 'arrow', arrow } as const;
  return { type, column: fixed(type, cells), values };
}

function deep(arrow: ArrowType, values: unknown[], read: unknown[] = values): Sample {
  return { type: { kind: 'nested', arrow }, column: nested(arrow, values), values: read };
}

const int64: ArrowType = { name: 'int', bits: 64, signed: true };
const utf8: ArrowType = { name: 'utf8' };
const message: ArrowType = {
  name: 'struct',
  fields: [
    { name: 'role', type: utf8 },
    { name: 'content', type: utf8 },
  ],
};
const day = 86_400_000;

export const samples: Record<string, Sample> = {
  text: {
    type: { kind: 'text' },
    column: text(['', null, 'žluťoučký 漢字 🙂']),
    values: ['', null, 'žluťoučký 漢字 🙂'],
  },
  boolean: {
    type: { kind: 'boolean' },
    column: fixed({ kind: 'boolean' }, [true, null, false]),
    values: [true, null, false],
  },
  int64: {
    type: { kind: 'int64' },
    column: fixed({ kind: 'int64' }, [-(2n ** 63n), null, 2n ** 63n - 1n]),
    values: [-(2n ** 63n), null, 2n ** 63n - 1n],
  },
  float64: {
    type: { kind: 'float64' },
    column: fixed({ kind: 'float64' }, [-1.5e-300, null, Number.MAX_VALUE]),
    values: [-1.5e-300, null, Number.MAX_VALUE],
  },
  'not finite': {
    type: { kind: 'float64' },
    column: fixed({ kind: 'float64' }, [Number.NaN, null, Number.NEGATIVE_INFINITY]),
    values: [Number.NaN, null, Number.NEGATIVE_INFINITY],
  },
  date: {
    type: { kind: 'date' },
    column: fixed({ kind: 'date' }, [-1, null, 20_000]),
    values: [new Date(-day), null, new Date(20_000 * day)],
  },
  datetime: {
    type: { kind: 'datetime' },
    column: fixed({ kind: 'datetime' }, [-1_000n, null, 1_700_000_000_123_000n]),
    values: [new Date(-1), null, new Date(1_700_000_000_123)],
  },
  null: {
    type: { kind: 'null' },
    column: { type: { kind: 'null' }, validity: new Uint8Array(3), offsets: null, values: new Uint8Array(0) },
    values: [null, null, null],
  },
  'json text': {
    type: { kind: 'json', arrow: null },
    column: variable({ kind: 'json', arrow: null }, ['{"a":1}', null, '[1]']),
    values: ['{"a":1}', null, '[1]'],
  },
  json: {
    type: { kind: 'json', arrow: { name: 'list', item: message } },
    column: variable({ kind: 'json', arrow: { name: 'list', item: message } }, [
      '[{"role":"user","content":"hi"},{"role":"assistant","content":null}]',
      null,
      '[]',
    ]),
    values: [
      [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null },
      ],
      null,
      [],
    ],
  },
  int8: int(8, true, -128n, 127n),
  int16: int(16, true, -32768n, 32767n),
  int32: int(32, true, -(2n ** 31n), 2n ** 31n - 1n),
  uint8: int(8, false, 0n, 255n),
  uint16: int(16, false, 0n, 65535n),
  uint32: int(32, false, 0n, 2n ** 32n - 1n),
  uint64: int(64, false, 0n, 2n ** 64n - 1n),
  float32: flat({ name: 'float', bits: 32 }, [0.5, null, -3.25]),
  float16: flat({ name: 'float', bits: 16 }, [0x3e00, null, 0x8001], [1.5, null, -(2 ** -24)]),
  'narrow decimal': flat({ name: 'decimal', precision: 9, scale: 2 }, [125n, null, -300n], [1.25, null, -3]),
  'wide decimal': flat({ name: 'decimal', precision: 38, scale: 3 }, [10n ** 20n, null, -1n], [1e17, null, -0.001]),
  'time in milliseconds': flat(
    { name: 'time', unit: 'ms' },
    [1, null, 86_399_999],
    [1_000_000n, null, 86_399_999_000_000n],
  ),
  'time in microseconds': flat({ name: 'time', unit: 'us' }, [1n, null, 5n], [1000n, null, 5000n]),
  'time in nanoseconds': flat({ name: 'time', unit: 'ns' }, [1n, null, 5n]),
  'timestamp without zone': flat(
    { name: 'timestamp', unit: 'ms', zone: null },
    [0n, null, -1n],
    [new Date(0), null, new Date(-1)],
  ),
  'timestamp in a zone': flat(
    { name: 'timestamp', unit: 'us', zone: 'No/Where' },
    [0n, null, -1000n],
    [new Date(0), null, new Date(-1)],
  ),
  'timestamp in nanoseconds': flat(
    { name: 'timestamp', unit: 'ns', zone: 'UTC' },
    [0n, null, -1_000_000n],
    [new Date(0), null, new Date(-1)],
  ),
  duration: flat({ name: 'duration', unit: 'us' }, [7n, null, -7n]),
  binary: {
    type: { kind: 'arrow', arrow: { name: 'binary' } },
    column: variable({ kind: 'arrow', arrow: { name: 'binary' } }, [Uint8Array.of(0, 255), null, Uint8Array.of()]),
    values: [Uint8Array.of(0, 255), null, Uint8Array.of()],
  },
  'binary of one width': {
    type: { kind: 'arrow', arrow: { name: 'fixed', width: 3 } },
    column: fixed({ kind: 'arrow', arrow: { name: 'fixed', width: 3 } }, [
      Uint8Array.of(1, 2, 3),
      null,
      Uint8Array.of(0, 255, 0),
    ]),
    values: [Uint8Array.of(1, 2, 3), null, Uint8Array.of(0, 255, 0)],
  },
  'type without values': {
    type: { kind: 'arrow', arrow: { name: 'null' } },
    column: {
      type: { kind: 'arrow', arrow: { name: 'null' } },
      validity: new Uint8Array(3),
      offsets: null,
      values: new Uint8Array(0),
    },
    values: [null, null, null],
  },
  list: deep({ name: 'list', item: int64 }, [[1n, null, 3n], null, []]),
  'list of texts': deep({ name: 'list', item: utf8 }, [['a', null, ''], null, []]),
  'list of nulls': deep({ name: 'list', item: { name: 'null' } }, [[null, null], null, []]),
  'list of booleans': deep({ name: 'list', item: { name: 'bool' } }, [[true, null, false], null, []]),
  'list of lists': deep({ name: 'list', item: { name: 'list', item: int64 } }, [[[1n], [], null], null, [[2n, 3n]]]),
  'list of one length': deep({ name: 'fixedList', item: { name: 'float', bits: 32 }, size: 2 }, [
    [1, null],
    null,
    [3, 4],
  ]),
  struct: deep(
    {
      name: 'struct',
      fields: [
        { name: 'a', type: int64 },
        { name: 'b', type: { name: 'list', item: utf8 } },
      ],
    },
    [{ a: 1n, b: ['x'] }, null, { a: null, b: null }],
  ),
  chat: deep({ name: 'list', item: message }, [[{ role: 'user', content: 'hi' }, null], null, []]),
  'struct without fields': deep({ name: 'struct', fields: [] }, [{}, null, {}], ['{}', null, '{}']),
  'struct of dates': deep(
    {
      name: 'struct',
      fields: [
        { name: 'd', type: { name: 'date' } },
        { name: 't', type: { name: 'timestamp', unit: 'us', zone: 'UTC' } },
      ],
    },
    [{ d: 1, t: 1000n }, null, { d: null, t: null }],
    [{ d: new Date(day), t: new Date(1) }, null, { d: null, t: null }],
  ),
};
