import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kind } from '../../dist/kernels/cells.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { typeFromKinds } from '../../dist/load/lattice.js';
import { kindsOf, typeColumns } from '../../dist/load/typing.js';
import { noRules, placeCells, plain, tokens, valuesOf } from './cells.js';

const kernel = createIngestKernel();
const localTime = typeFromKinds(kind.localTime);
const options = { json: false, nullTokens: tokens, clean: noRules };

function kindOfText(text: string): number {
  kernel.reset();
  return kindsOf(kernel, placeCells(kernel, [[plain(text)]]), [0], options)[0]!;
}

function typed(
  texts: readonly string[],
  type: 'int64' | 'float64' | 'date' | 'datetime' | 'localTime',
  declared = false,
) {
  kernel.reset();
  const cells = placeCells(kernel, [texts.map(plain)]);
  const plan = { cell: 0, type: type === 'localTime' ? localTime : { kind: type }, declared, kinds: 0 };
  const { block, coerced, kinds } = typeColumns(kernel, cells, [plan], options);
  return { values: valuesOf(block.columns[0]!, texts.length), coerced: coerced[0]!, kinds: kinds[0]! };
}

const bitsOf = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
};

/** Python's repr of a finite double, from JavaScript's shortest digits. */
function repr(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [digits, exponent] = Math.abs(value).toExponential().split('e') as [string, string];
  const power = Number(exponent);
  const figures = digits.replace('.', '');
  if (value === 0) return `${sign}0.0`;
  if (power < -4 || power >= 16) {
    const mark = `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
    return `${sign}${digits}e${mark}`;
  }
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${figures}`;
  const whole = figures.slice(0, power + 1).padEnd(power + 1, '0');
  return `${sign}${whole}.${figures.slice(power + 1) || '0'}`;
}

describe("Python's reading of numbers", () => {
  const answers = JSON.parse(fs.readFileSync(new URL('./python-numbers.json', import.meta.url), 'utf8')) as [
    string,
    'integer' | 'bigInteger' | 'float' | 'text',
    string | null,
    boolean | null,
  ][];

  test('kinds', () => {
    const wrong = answers.filter(([text, name]) => {
      const token = tokens.includes(text.toLowerCase());
      return kindOfText(text) !== (token ? kind.nullToken : kind[name]);
    });
    expect(wrong).toEqual([]);
    expect(answers.length).toBeGreaterThan(1000);
  });

  test('integers', () => {
    const integers = answers.filter(([, name]) => name === 'integer' || name === 'bigInteger');
    const { values, coerced } = typed(
      integers.map(([text]) => text),
      'int64',
    );
    expect(values.map(String)).toEqual(integers.map(([, , value]) => value));
    expect(coerced).toBe(0);
  });

  test('floats, bit by bit, and which of them change their form', () => {
    const floats = answers.filter(([, name]) => name === 'float');
    const { values } = typed(
      floats.map(([text]) => text),
      'float64',
    );
    expect(values.map((v) => bitsOf(v as number))).toEqual(floats.map(([, , bits]) => bits));
    const wrong = floats.filter(([text, , , canonical]) => (typed([text], 'float64').coerced === 0) !== canonical);
    expect(wrong).toEqual([]);
  });
});

const doubles = fc.double({ noDefaultInfinity: true, noNaN: true });

test('doubles come back from any form of theirs; canonical is what Python prints', () => {
  const forms = fc
    .tuple(doubles, fc.integer({ min: 0, max: 16 }))
    .map(([value, digits]) => [String(value), repr(value), value.toExponential(digits), value.toPrecision(digits + 1)]);
  fc.assert(
    fc.property(forms, (texts) => {
      for (const text of texts) {
        const { values, coerced, kinds } = typed([text], 'float64');
        if ((kinds & (kind.float | kind.integer)) === 0) continue;
        expect([text, values[0]]).toEqual([text, Number(text)]);
        expect([text, coerced === 0]).toEqual([text, repr(Number(text)) === text]);
      }
    }),
    { numRuns: 3000 },
  );
});

test('many doubles at once', () => {
  let state = 0x9e3779b97f4a7c15n;
  const view = new DataView(new ArrayBuffer(8));
  const texts: string[] = [];
  while (texts.length < 50_000) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    view.setBigUint64(0, state ^ (state >> 29n));
    const value = view.getFloat64(0);
    if (Number.isFinite(value)) texts.push(texts.length % 2 === 0 ? repr(value) : value.toExponential(16));
  }
  const { values, coerced } = typed(texts, 'float64');
  expect(values.findIndex((v, i) => !Object.is(v, Number(texts[i])))).toBe(-1);
  expect(coerced).toBe(texts.filter((text) => repr(Number(text)) !== text).length);
});

test('whatever looks like a short number, by the grammar', () => {
  let state = 88172645;
  const draw = (n: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
  const likely = '0123456789';
  const unlikely = '.-e+0/: \u0000\u00b7';
  const texts = Array.from({ length: 200_000 }, () => {
    let text = draw(6) === 0 ? '-' : '';
    const length = 1 + draw(18);
    const point = draw(2) === 0 ? draw(length + 1) : -1;
    for (let i = 0; i < length; i++) {
      if (i === point) text += '.';
      text += draw(60) === 0 ? unlikely[draw(unlikely.length)] : draw(5) === 0 ? '0' : likely[draw(10)];
    }
    return text;
  });
  const integer = /^(?!-0$)-?(0|[1-9]\d*)$/;
  const float = /^-?((0|[1-9]\d*)?\.\d+([eE][+-]?\d+)?|(0|[1-9]\d*)[eE][+-]?\d+|0)$/;
  const significant = (text: string): number => {
    const [whole, places = ''] = text.replace(/[eE].*|-/g, '').split('.') as [string, string?];
    return (whole + places.replace(/0+$/, '')).replace(/^0+/, '').length;
  };
  const asInteger = texts.map((t) => {
    const value = integer.test(t) ? BigInt(t) : null;
    return value !== null && BigInt.asIntN(64, value) === value ? value : null;
  });
  const isInteger = asInteger.map((v) => v !== null && v <= 2n ** 53n && v >= -(2n ** 53n));
  const asFloat = texts.map((t, i) => {
    if (isInteger[i]) return Number(t);
    if (!float.test(t) || significant(t) > 17) return null;
    const value = Number(t);
    return Number.isFinite(value) && (value !== 0 || significant(t) === 0) ? value : null;
  });

  const integers = typed(texts, 'int64');
  expect(integers.values.findIndex((v, i) => v !== asInteger[i])).toBe(-1);
  expect(integers.coerced).toBe(0);
  const floats = typed(texts, 'float64');
  const wrong = floats.values.findIndex((v, i) => !Object.is(v, asFloat[i]));
  expect([wrong, texts[wrong], floats.values[wrong]]).toEqual([-1, undefined, undefined]);
  const changed = texts.filter((t, i) => asFloat[i] !== null && (isInteger[i] || repr(asFloat[i] as number) !== t));
  expect(floats.coerced).toBe(changed.length);
});

test('integers of 64 bits are exact; integers in a float column change their form', () => {
  const text = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
  fc.assert(
    fc.property(text, (t) => {
      expect(typed([t], 'int64').values).toEqual([BigInt(t)]);
    }),
  );
  expect(typed(['3', '-7', '1.0'], 'float64')).toMatchObject({ values: [3, -7, 1], coerced: 2 });
  expect(typed(['9007199254740993', '1.5'], 'float64').kinds).toBe(kind.bigInteger | kind.float);
});

describe('zeros at the end of a fraction are no digits', () => {
  test('numerics of a database, with all their places', () => {
    const texts = [
      '1.500000000000000000',
      '-12.340000000000000000000',
      '0.000001000000000000000000',
      '.5000000000000000000',
    ];
    texts.push('100.00000000000000000000', '1.500000000000000000e5', '12345678901234567.000', '0.00000000000000000000');
    expect(texts.map(kindOfText)).toEqual(texts.map(() => kind.float));
    const { values, coerced } = typed(texts, 'float64');
    expect(values).toEqual(texts.map(Number));
    expect(coerced).toBe(texts.length);
  });

  test('of more than 17 others a double keeps no account', () => {
    for (const text of [
      '1.234567890123456789',
      '100000000000000000000.0',
      '123456789012345678.50',
      '1.5000000000000000001',
    ])
      expect([text, kindOfText(text)]).toEqual([text, kind.text]);
  });

  test('any double, padded', () => {
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).filter((x) => x !== 0);
    fc.assert(
      fc.property(doubles, fc.integer({ min: 1, max: 40 }), (x, zeros) => {
        const text = repr(x).replace(/(e|$)/, `${'0'.repeat(zeros)}$1`);
        if (!text.includes('.')) return;
        expect(kindOfText(text)).toBe(kind.float);
        expect(typed([text], 'float64')).toMatchObject({ values: [x], coerced: 1 });
      }),
    );
  });
});

test('declared columns are read in a looser grammar', () => {
  const integers = typed(['007', '+1', '-0', '-00012', '9223372036854775807', '-9223372036854775808'], 'int64', true);
  expect(integers.values).toEqual([7n, 1n, 0n, -12n, 2n ** 63n - 1n, -(2n ** 63n)]);
  expect(integers.coerced).toBe(4);
  const floats = typed(
    ['+1.5', '007', '5.', '.5', '0.1000000000000000055511151231257827', '12345678901234567890'],
    'float64',
    true,
  );
  expect(floats.values).toEqual([1.5, 7, 5, 0.5, 0.1, 12345678901234567000]);
  expect(floats.coerced).toBe(6);
});

describe("Python's reading of dates and times", () => {
  const answers = JSON.parse(fs.readFileSync(new URL('./python-times.json', import.meta.url), 'utf8')) as [
    string,
    'date' | 'datetime' | 'localTime' | 'text' | 'integer',
    number | string | null,
    boolean | null,
  ][];

  test('kinds', () => {
    const wrong = answers.filter(
      ([text, name]) => kindOfText(text) !== (text === '20240101' ? kind.integer : kind[name]),
    );
    expect(wrong).toEqual([]);
  });

  test('values and forms', () => {
    for (const [text, name, value, canonical] of answers) {
      if (name === 'text') continue;
      const own = typed([text], name as 'date' | 'datetime' | 'localTime');
      expect([text, String(own.values[0]), own.coerced === 0]).toEqual([text, String(value), canonical]);
      if (name === 'date') {
        const wide = typed([text], 'datetime');
        expect([wide.values[0], wide.coerced]).toEqual([BigInt(value!) * 86400000000n, 1]);
      }
    }
  });

  test('every day of four centuries', () => {
    const days = Array.from({ length: 146097 }, (_, i) => i - 70000);
    const texts = days.map((d) => new Date(d * 86400000).toISOString().slice(0, 10));
    expect(typed(texts, 'date').values).toEqual(days);
  });
});
