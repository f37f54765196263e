import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatagpuError } from '../../dist/errors.js';
import type { IngestKernel } from '../../dist/kernels/ingest.js';
import { during } from '../../dist/kernels/lent.js';
import type { ChunkStart, ScannedChunk } from '../../dist/load/chunk.js';
import { parseJson } from '../../dist/load/json/parse.js';
import { scanJson } from '../../dist/load/json/scan.js';
import type { JsonSniff } from '../../dist/load/json/sniff.js';
import { kept, kernel, sniff, withFile } from './json-read.js';

type Scanned = (scanned: ScannedChunk) => ScannedChunk;

/** What parsing comes to, cell for cell as it lies in memory; or the refusal. */
interface Outcome {
  /** `flags:bytes` by column and row. */
  cells: string[][];
  rejects: [index: number, line: number, raw: string][];
  changed: Record<string, number>[];
  newKeys: string[][];
  exact: boolean[];
  refused: { code: string; line: number | undefined } | null;
}

interface How {
  exact?: boolean;
  bytes?: number;
  /** The kernel that parses, of the same memory as the one that scans. */
  parser?: IngestKernel;
  scanned?: Scanned;
  columns?: string[];
}

/** Reads all chunks of a source. */
function read(content: string | Uint8Array, { dialect, dataStart, columns }: JsonSniff, how: How = {}): Outcome {
  const all: Outcome = { cells: [], rejects: [], changed: [], newKeys: [], exact: [], refused: null };
  const names = how.columns ?? columns;
  try {
    withFile(content, (file) => {
      const fd = fs.openSync(file.path, 'r');
      const limits = { bytes: how.bytes ?? 1 << 20, records: 1e6 };
      try {
        for (let start: ChunkStart | null = dataStart; start !== null; ) {
          kernel.reset();
          const scanned = scanJson(kernel, fd, file, start, dialect, limits, 'a.json');
          const told = how.scanned?.(scanned) ?? scanned;
          const parsed = parseJson(how.parser ?? kernel, told, dialect, names, 'a.json', {
            exact: how.exact ?? false,
          });
          const { rows, starts, metas } = parsed.cells;
          names.forEach((_, c) => {
            const column = Array.from({ length: rows }, (_, r) => {
              const at = (c * rows + r) * 4;
              const meta = kernel.u32(metas + at, 1)[0]!;
              return `${meta & 15}:${Buffer.from(kernel.u8(kernel.u32(starts + at, 1)[0]!, meta >>> 4)).toString()}`;
            });
            all.cells.push(column);
          });
          for (const { index, line, raw } of parsed.rejects)
            all.rejects.push([start.record + index, line, Buffer.from(raw).toString('latin1')]);
          all.changed.push(parsed.changed);
          all.newKeys.push(parsed.newKeys);
          all.exact.push(parsed.exact);
          start = scanned.next;
        }
      } finally {
        fs.closeSync(fd);
      }
    });
  } catch (error) {
    if (!(error instanceof DatagpuError)) throw error;
    all.refused = { code: error.code, line: error.line };
  }
  return all;
}

/** Both parsers say the same of a source, whatever the chunks; returns what, or null when it has no records. */
function expectSame(content: string | Uint8Array, format: 'json' | 'jsonl', columns?: string[]): Outcome | null {
  let found: JsonSniff;
  try {
    found = sniff(content, format);
  } catch (error) {
    if (!(error instanceof DatagpuError)) throw error;
    return null;
  }
  const whole = read(content, found, { columns });
  for (const bytes of [1 << 20, 1, 40]) {
    const fast = read(content, found, { bytes, columns });
    const exact = read(content, found, { bytes, columns, exact: true });
    expect(fast.exact.some((e) => e)).toBe(false);
    expect(exact.exact.every((e) => e)).toBe(true);
    expect({ ...exact, exact: [] }).toEqual({ ...fast, exact: [] });
  }
  return whole;
}

const here = import.meta.dirname;
const files = (folder: string): string[] =>
  fs
    .readdirSync(path.join(here, folder))
    .filter((name) => /\.jsonl?$/.test(name))
    .map((name) => path.join(folder, name));

describe('the exact parser and the kernel read the same', () => {
  it.each([...files('cases/json-suite'), ...files('../ingest/files/json'), ...files('../ingest/files/jsonl')])(
    '%s',
    (name) => {
      const content = fs.readFileSync(path.join(here, name));
      expectSame(content, 'json');
      expectSame(content, 'jsonl');
      // As a value, and as a value within another, too.
      const text = content.toString('latin1').replace(/\s+$/, '');
      if (/[\r\n]/.test(text)) return;
      const inner = Buffer.from(`{"a":1,"b":${text}}\n{"b":[${text}],"a":2}\n`, 'latin1');
      expectSame(inner, 'jsonl', ['a', 'b']);
      expectSame(Buffer.concat([Buffer.from('['), content, Buffer.from(',{"a":3}]')]), 'json', ['a']);
    },
  );
  it('numbers by their text, repeated keys, surrogates and names of JavaScript', () => {
    const text = [
      '{"a":1.50,"b":-0,"c":12345678901234567890123,"d":1E+400,"a":2.0}',
      '{"__proto__":"x","constructor":{"__proto__":[1.0,1e5],"__proto__":null},"toString":true}',
      '{"a":"x\\uD83D","\\udfff":{"\\uDFFF":"\\udfff","\\\\udfff":1},"b":"\\ud83d\\ude00\\/\\u0041\\u001f\\b"}',
      '{"a":{"k":1,"m":{"x":1,"x":2,"y":[{"z":0,"z":0}]},"k":{"n":1,"n":2}},"b":[],"c":{},"d":""}',
      '\ufeff{"a" : null , "a" :\t[ 1 , { } , [ ] ]\r\t}\r',
      '{"zz":1,"a":{"k":1,"k":2,"\\ud800":1}',
      '{"new":{"k":1,"k":2}}',
      '{"a":"\u2028\u2029\u007f\u0085"}',
    ].join('\n');
    const columns = ['a', 'b', 'c', 'd', '__proto__', 'constructor', 'toString', '\\udfff'];
    const { changed, newKeys, rejects } = expectSame(text, 'jsonl', columns)!;
    expect([rejects.length, newKeys]).toEqual([1, [['new']]]);
    expect(changed).toEqual([{ 'duplicate keys': 8, 'lone surrogates': 4 }]);
  });
  it('nesting to its bound', () => {
    const deep = (n: number): string => `{"a":${'['.repeat(n)}${']'.repeat(n)}}`;
    const { rejects } = expectSame([deep(511), deep(512), deep(20_000), '{"a":1}'].join('\n'), 'jsonl', ['a'])!;
    expect(rejects).toHaveLength(2);
  });
  it('what is between the records of an array', () => {
    for (const between of [',', ' , ', ',,', '', ' ', '/**/,', ',/**/', ',[1],', ',"x",1,', '}', ']', ',\u00a0', ':'])
      for (const end of [']', '', ',]', '] ', ']x', '}'])
        expectSame(`[{"a":"1"}${between}{"a":"2"}${end}`, 'json', ['a']);
    for (const between of ['', ' ', '\n', ',', '1', '//\n', ']'])
      expectSame(`{"a":"1"}${between}{"a":"2"}`, 'json', ['a']);
  });
  it('any text that is nearly JSON', () => {
    const value = fc.jsonValue({ depthSize: 'medium', stringUnit: 'grapheme' });
    const object = fc.dictionary(fc.constantFrom('a', 'b', 'é', '', '__proto__', '"'), value, { maxKeys: 4 });
    const bits = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      'u',
      '1',
      '-',
      '.',
      'e',
      ' ',
      '\n',
      'true',
      '\\ud83d',
      '"a":',
    ];
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...bits)), { maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(object, { minLength: 1, maxLength: 5 }),
        edits,
        fc.boolean(),
        (records, changes, isArray) => {
          let text = isArray ? JSON.stringify(records) : records.map((r) => JSON.stringify(r)).join('\n');
          for (const [at, remove, insert] of changes) {
            const p = at % (text.length + 1);
            text = text.slice(0, p) + insert + text.slice(p + remove);
          }
          // A half of a pair that is not escaped has no UTF-8.
          fc.pre(kept(text) === text);
          expectSame(text, isArray ? 'json' : 'jsonl', ['a', 'é', '']);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('when the counts differ', () => {
  const lines: JsonSniff = {
    dialect: { layout: 'lines' },
    dataStart: { byte: 0, record: 1, line: 1 },
    columns: ['a'],
    warnings: [],
  };
  const text = '{"a":"1"}\n{"a":2.50}\n{"a":}\n{"a":[true]}\n';
  /** The kernel with something wrong in it: `spoil` gets its state after each call. */
  const broken = (spoil: (state: Uint32Array) => void): IngestKernel => {
    const exports = { ...kernel.exports };
    const parse = exports.jsonParse;
    exports.jsonParse = (state) => {
      const answer = parse(state);
      spoil(during(kernel.u32(state, 40)));
      return answer;
    };
    return Object.create(kernel, { exports: { value: exports } }) as IngestKernel;
  };
  it('the exact parser reads the chunk', () => {
    const rowsAt = 3;
    const lost = read(text, lines, {
      parser: broken((state) => {
        state[rowsAt]! -= 1;
      }),
    });
    expect(lost.exact).toEqual([true]);
    expect({ ...lost, exact: [false] }).toEqual(read(text, lines));
  });
  it('and a count that differs still is a bug', () => {
    for (const more of [-1, 1, -3])
      expect(() => read(text, lines, { scanned: (s) => ({ ...s, records: s.records + more }) })).toThrow(
        `the record scan counts ${4 + more} records from byte 0, the exact parser 4`,
      );
  });
  it('no record is written behind the room for them', () => {
    const many = `${'{"a":"1"}\n'.repeat(50_000)}{"a":"2"}\n`;
    const scanned: Scanned = (s) => ({ ...s, records: 10 });
    expect(() => read(many, lines, { scanned })).toThrow('the record scan counts 10 records from byte 0');
  });
});

it('keys of a rejected record are no columns', () => {
  const lines = ['{"a":1}', '{"new":1,"\\u006eewer":2,}', '{"a":3}', '{"late":1}', '{"x":', '{"late":2}'].join('\n');
  expect(sniff(lines, 'jsonl').columns).toEqual(['a', 'late']);
  const many = Array.from({ length: 500 }, (_, i) => `{"bad${i}":1}x\n{"good${i % 300}":${i}}`).join('\n');
  expect(sniff(many, 'jsonl').columns).toEqual(Array.from({ length: 300 }, (_, i) => `good${i}`));
});
