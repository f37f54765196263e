import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Column, ReadColumn } from '../../dist/engine/block.js';
import type { ArrowType } from '../../dist/engine/types.js';
import { createRankKernel } from '../../dist/kernels/rank.js';
import { isMessageList, isRankable, textsOf } from '../../dist/rank/texts.js';
import { textColumn } from './rank.js';

const kernel = createRankKernel();
const utf8: ArrowType = { name: 'utf8' };
const chat: ArrowType = {
  name: 'list',
  item: {
    name: 'struct',
    fields: [
      { name: 'role', type: utf8 },
      { name: 'weight', type: { name: 'float', bits: 64 } },
      { name: 'content', type: utf8 },
    ],
  },
};

function decode(column: ReadColumn, rows: number): string[] {
  return Array.from({ length: rows }, (_, i) =>
    Buffer.from(column.values.slice(column.offsets![i]!, column.offsets![i + 1]!)).toString(),
  );
}

function jsonTexts(cells: unknown[], type: ArrowType | null = chat): string[] {
  const column: Column = { ...textColumn(cells.map((c) => JSON.stringify(c))), type: { kind: 'json', arrow: type } };
  return decode(textsOf(kernel, [column], cells.length)[0]!, cells.length);
}

test('a turn that has text is a line of its content', () => {
  const turns = [
    { role: 'user', content: 'hi "there"\n\\ \u2028 é' },
    { content: 'swapped', role: 'bot', name: 'role' },
    { role: 'tool', content: null, tool_calls: [{ role: 'no', content: 'no' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'part 1' },
        { type: 'image', url: 'no' },
        { type: 'text', text: '2' },
      ],
    },
    { role: 'end' },
  ];
  expect(jsonTexts([turns])).toEqual(['hi "there"\n\\ \u2028 é\nswapped\npart 1 2']);
});

test('what the system says counts only where no other turn says anything', () => {
  const system = { role: 'system', content: 'Be brief.' };
  const cells = [
    [system, { role: 'user', content: 'hi' }],
    [{ role: 'user', content: 'hi' }, system],
    [system],
    [system, { role: 'user', content: '' }],
    [system, { role: 'assistant', content: null, tool_calls: [{ name: 'f' }] }, system],
    [{ role: 'system', content: [{ type: 'text', text: 'part' }] }],
    [{ content: 'no role', role: null }, system],
    [{ role: 'systems', content: 'x' }],
  ];
  const expected = ['hi', 'hi', 'Be brief.', 'Be brief.', 'Be brief.\nBe brief.', 'part', 'no role', 'x'];
  expect(jsonTexts(cells)).toEqual(expected);
});

test('other JSON text stays as it is', () => {
  const cells = [{ a: 1 }, [1, 2], [], 'text', [{ x: [{ role: 'a' }] }], null];
  expect(jsonTexts(cells, null)).toEqual(cells.map((c) => JSON.stringify(c)));
});

test('escapes are what JSON.parse makes of them', () => {
  const turn = fc.record({
    role: fc.oneof(fc.constantFrom('system', 'user', 'System'), fc.string({ unit: 'binary' })),
    content: fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 60 })),
  });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 5 }), fc.boolean(), (turns, escaped) => {
      const plain = JSON.stringify(turns);
      const cell = escaped
        ? plain.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        : plain;
      const column: Column = { ...textColumn(['[]', cell, '']), type: { kind: 'json', arrow: chat } };
      const texts = (isSystem: boolean) => turns.filter((t) => t.content !== '' && (t.role === 'system') === isSystem);
      const expected = (texts(false).length > 0 ? texts(false) : texts(true)).map((t) => t.content).join('\n');
      expect(decode(textsOf(kernel, [column], 3)[0]!, 3)).toEqual(['[]', expected, '']);
    }),
  );
});

test('cut JSON text does no harm', () => {
  const whole = JSON.stringify([
    { role: 'user', content: [{ text: 'a\\u00e9"b' }] },
    { content: 'x', role: 'y' },
  ]);
  const cells = Array.from({ length: whole.length }, (_, n) => whole.slice(0, n));
  const column: Column = { ...textColumn(cells), type: { kind: 'json', arrow: chat } };
  for (const text of decode(textsOf(kernel, [column], cells.length)[0]!, cells.length))
    expect(text.length).toBeLessThanOrEqual(whole.length);
});

test('message lists of Parquet are read from the row encoding', () => {
  const text = (s: string): Buffer => {
    const bytes = Buffer.from(s);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([Buffer.of(1), length, bytes]);
  };
  const turn = (role: string, content: string): Buffer =>
    Buffer.concat([Buffer.of(1), text(role), Buffer.of(1, 0, 0, 0, 0, 0, 0, 0, 0), text(content)]);
  const cells = [
    Buffer.concat([Buffer.of(1, 2, 0, 0, 0), turn('user', 'hé'), turn('bot', 'yo')]),
    Buffer.concat([Buffer.of(1, 2, 0, 0, 0), Buffer.of(0), turn('bot', '')]),
    Buffer.of(0),
    Buffer.of(1, 0, 0, 0, 0),
  ];
  const offsets = Int32Array.from([0, ...cells.map((_, i) => Buffer.concat(cells.slice(0, i + 1)).length)]);
  const column: Column = {
    type: { kind: 'nested', arrow: chat },
    validity: null,
    offsets,
    values: Buffer.concat(cells),
  };
  expect(decode(textsOf(kernel, [column], 4)[0]!, 4)).toEqual(['hé\nyo', '', '', '']);
});

test('which columns are ranked', () => {
  expect(isMessageList(chat)).toBe(true);
  expect(isMessageList({ name: 'list', item: utf8 })).toBe(false);
  expect(isRankable({ kind: 'text' })).toBe(true);
  expect(isRankable({ kind: 'json', arrow: null })).toBe(true);
  expect(isRankable({ kind: 'json', arrow: { name: 'list', item: utf8 } })).toBe(false);
  expect(isRankable({ kind: 'nested', arrow: chat })).toBe(true);
  expect(isRankable({ kind: 'int64' })).toBe(false);
});
