import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type CompileOptions, compile } from '../../dist/index.js';
import { readContent } from '../../dist/load/content-read.js';
import { contentHash } from '../../dist/write/fingerprint.js';
import type { ArrowField } from '../../dist/write/schema.js';
import { readParquet, type Value } from '../ingest/compiled.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fingerprint-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

type Type =
  | 'utf8'
  | 'bool'
  | 'int64'
  | 'float64'
  | { list: Type }
  | { struct: readonly (readonly [name: string, type: Type])[] };
const named: Record<string, unknown> = {
  utf8: ['utf8'],
  bool: ['bool'],
  int64: ['int', 64, true],
  float64: ['float', 64],
};
const typeJson = (type: Type): unknown =>
  typeof type === 'string'
    ? named[type]
    : 'list' in type
      ? ['list', typeJson(type.list)]
      : ['struct', ...type.struct.map(([name, inner]) => [name, typeJson(inner)])];

const uint32 = (n: number): Buffer<ArrayBuffer> => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
};

/** docs/fingerprint.md, from values as another library reads them. */
function sections(type: Type, values: readonly Value[], nulls: number[]): Buffer<ArrayBuffer>[] {
  const present = values.filter((value) => value !== null);
  nulls.push(values.length - present.length);
  const out = present.length === values.length ? [] : [Buffer.from(values.map((value) => Number(value !== null)))];
  if (typeof type === 'object' && 'list' in type) {
    const lists = present as Value[][];
    out.push(...lists.map((list) => uint32(list.length)), ...sections(type.list, lists.flat(1), nulls));
  } else if (typeof type === 'object') {
    const objects = present as { [key: string]: Value }[];
    for (const [name, inner] of type.struct)
      out.push(
        ...sections(
          inner,
          objects.map((object) => object[name] ?? null),
          nulls,
        ),
      );
  } else if (type === 'utf8') {
    const texts = present.map((value) => Buffer.from(value as string));
    out.push(...texts.map((text) => uint32(text.length)), ...texts);
  } else if (type === 'bool') out.push(Buffer.from(present.map(Number)));
  else if (type === 'int64') out.push(Buffer.from(BigInt64Array.from(present as bigint[]).buffer));
  else out.push(Buffer.from(Float64Array.from(present as number[]).buffer));
  return out;
}

function independent(columns: readonly (readonly [string, Type])[], rows: readonly Value[][]): string {
  const hash = createHash('sha256');
  hash.update(`datagpu 2\n${JSON.stringify(columns.map(([name, type]) => [name, typeJson(type)]))}\n`);
  for (let from = 0; from < rows.length; from += 1024) {
    const group = createHash('sha256');
    const nulls: number[] = [];
    columns.forEach(([, type], c) => {
      for (const bytes of sections(
        type,
        rows.slice(from, from + 1024).map((row) => row[c]!),
        nulls,
      ))
        group.update(bytes);
    });
    for (const n of nulls) group.update(uint32(n));
    hash.update(group.digest());
  }
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(BigInt(rows.length));
  return `sha256:${hash.update(count).digest('hex')}`;
}

const source = path.join(folder, 'rows.jsonl');
const lines = Array.from({ length: 3000 }, (_, i) =>
  JSON.stringify({
    id: i,
    text: i % 7 === 0 ? null : `text ${i} \u00e9`.repeat(i % 5),
    good: i % 11 === 0 ? null : i % 2 === 0,
    score: i % 13 === 0 ? null : i / 7,
    messages:
      i % 17 === 0
        ? null
        : Array.from({ length: i % 4 }, (_, k) => ({ role: k % 2 ? 'user' : null, content: `${k} of ${i}` })),
  }),
);
fs.writeFileSync(source, `${lines.join('\n')}\n`);
const columns = [
  ['id', 'int64'],
  ['text', 'utf8'],
  ['good', 'bool'],
  ['score', 'float64'],
  [
    'messages',
    {
      list: {
        struct: [
          ['role', 'utf8'],
          ['content', 'utf8'],
        ],
      },
    },
  ],
] as const satisfies readonly (readonly [string, Type])[];

let made = 0;
async function compiled(sources: string[], options: CompileOptions) {
  const out = path.join(folder, `out-${made++}`);
  const { manifest } = await compile(sources, { out, cache: false, threads: 0, ...options });
  const files = manifest.files.map((f) => ({ ...f, name: f.path, path: path.join(out, f.path) }));
  return { manifest, files, found: await readContent(files) };
}

describe('the fingerprint', () => {
  test('is what docs/fingerprint.md says, from the values that another library reads', async () => {
    const { manifest, files } = await compiled([source], { rank: false, clean: false });
    const { rows } = await readParquet(files[0]!.path);
    expect(rows.length).toBe(3000);
    expect(independent(columns, rows)).toBe(manifest.hash);
  });

  test('is made again from the files, whatever is done with the rows', async () => {
    for (const options of [
      { rank: false },
      {},
      { top: 1500 },
      { rankMethod: 'none' },
      { shardSize: '20KB' },
    ] as const) {
      const { manifest, found } = await compiled([source], options);
      expect(found.hash).toBe(manifest.hash);
      expect(found.rows).toEqual(manifest.files.map((f) => f.rows));
    }
  });

  test('is the same for any division into sources, row groups and files, and for any compression', async () => {
    const parts = [0, 1, 500, 1500, 1501, 3000].map((from, i, cuts) => {
      const file = path.join(folder, `part-${i}.jsonl`);
      fs.writeFileSync(
        file,
        lines
          .slice(from, cuts[i + 1] ?? 3000)
          .map((line) => `${line}\n`)
          .join(''),
      );
      return file;
    });
    const whole = await compiled([source], { rank: false });
    const divided = await compiled(parts.slice(0, -1), { rank: false, compression: 'snappy' });
    expect(divided.manifest.hash).toBe(whole.manifest.hash);
    // Squares of a prime field are all different, and their differences are not alike: a row group takes more than a shard.
    const number = (i: number): string => `${(i * i) % 1_000_003}\n`;
    const numbers = [0, 70_000].map((from) => {
      const file = path.join(folder, `numbers-${from}.csv`);
      fs.writeFileSync(file, `a\n${Array.from({ length: 70_000 }, (_, i) => number(from + i)).join('')}`);
      return file;
    });
    const all = path.join(folder, 'numbers.csv');
    fs.writeFileSync(all, `a\n${Array.from({ length: 140_000 }, (_, i) => number(i)).join('')}`);
    const shards = await compiled(numbers, { rank: false, shardSize: '20KB' });
    expect(shards.manifest.files.length).toBe(2);
    const one = await compiled([all], { rank: false });
    expect(shards.manifest.hash).toBe(one.manifest.hash);
    expect(shards.found.hash).toBe(one.manifest.hash);
  });

  test('is another one for one other value, and for two rows in each other\u2019s place', async () => {
    const variants = [
      lines,
      lines.with(2000, lines[2000]!.replace('2000', '2999')),
      lines.with(5, lines[6]!).with(6, lines[5]!),
      lines.slice(1),
    ];
    const hashes = [];
    for (const [i, variant] of variants.entries()) {
      const file = path.join(folder, `variant-${i}.jsonl`);
      fs.writeFileSync(file, variant.map((line) => `${line}\n`).join(''));
      hashes.push((await compiled([file], { rank: false })).manifest.hash);
    }
    expect(new Set(hashes).size).toBe(variants.length);
  });

  test('depends on names, types and order', () => {
    const of = (...fields: ArrowField[]): string => contentHash(fields).finish();
    const a: ArrowField = { name: 'a', type: { name: 'utf8' } };
    const b: ArrowField = { name: 'b', type: { name: 'int', bits: 64, signed: true } };
    const nested = (name: string): ArrowField => ({
      name: 'a',
      type: { name: 'struct', fields: [{ name, type: { name: 'bool' } }] },
    });
    const all = [
      of(a, b),
      of(b, a),
      of(a),
      of({ ...a, type: { name: 'float', bits: 64 } }, b),
      of(nested('x')),
      of(nested('y')),
      of({ name: 'a', type: { name: 'timestamp', unit: 'us', zone: null } }),
      of({ name: 'a', type: { name: 'timestamp', unit: 'us', zone: 'UTC' } }),
      of({ name: 'a', type: { name: 'decimal', precision: 9, scale: 2 } }),
      of({ name: 'a', type: { name: 'duration', unit: 'ms' } }),
      of({ name: 'a', type: { name: 'list', item: { name: 'float', bits: 32 } } }),
      of({ name: 'a', type: { name: 'fixedList', item: { name: 'float', bits: 32 }, size: 2 } }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
