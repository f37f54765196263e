import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIngestKernel } from '../../../dist/kernels/ingest.js';
import { lookParquet, openParquet } from '../../../dist/load/parquet/look.js';
import { readParquetChunk } from '../../../dist/load/parquet/read.js';
import { readCanonical } from './canonical.js';

const folder = path.join(import.meta.dirname, 'files');
const file = (name: string): string => path.join(folder, name);
const expected = (table: string): unknown => JSON.parse(fs.readFileSync(file(`${table}.json`), 'utf8'));

describe('values', () => {
  // What pyarrow reads in the same files (make.py).
  for (const name of fs
    .readdirSync(folder)
    .filter((f) => /^(flat|nested|required|int96)[a-z0-9-]*\.parquet$/.test(f))) {
    const table = name.startsWith('int96') ? name.slice(0, -8) : name.replace(/-.*/, '');
    it.each([Infinity, 5, 33])(`${name} in pieces of %s rows`, async (cut) => {
      expect(readCanonical(file(name), cut).values).toEqual(expected(table));
    });
  }
});

describe('types', () => {
  it('keeps what Parquet says, in the plain kinds where they mean the same', () => {
    const { fields } = lookParquet(file('flat-v1-snappy.parquet'), 'f');
    const types = Object.fromEntries(fields.map((f) => [f.name, f.type]));
    expect(types).toMatchObject({
      bool: { kind: 'boolean' },
      int8: { kind: 'arrow', arrow: { name: 'int', bits: 8, signed: true } },
      int64: { kind: 'int64' },
      uint64: { kind: 'arrow', arrow: { name: 'int', bits: 64, signed: false } },
      half: { kind: 'arrow', arrow: { name: 'float', bits: 16 } },
      double: { kind: 'float64' },
      decimal38: { kind: 'arrow', arrow: { name: 'decimal', precision: 38, scale: 10 } },
      date: { kind: 'date' },
      time_ns: { kind: 'arrow', arrow: { name: 'time', unit: 'ns' } },
      ts_ms: { kind: 'arrow', arrow: { name: 'timestamp', unit: 'ms', zone: null } },
      ts_us: { kind: 'arrow', arrow: { name: 'timestamp', unit: 'us', zone: null } },
      ts_us_utc: { kind: 'datetime' },
      ts_ns_utc: { kind: 'arrow', arrow: { name: 'timestamp', unit: 'ns', zone: 'UTC' } },
      text: { kind: 'text' },
      binary: { kind: 'arrow', arrow: { name: 'binary' } },
      uuid: { kind: 'arrow', arrow: { name: 'fixed', width: 16 } },
      nothing: { kind: 'null' },
      only_nulls: { kind: 'int64' },
    });
  });

  it('makes lists and structs of maps and messages', () => {
    const { fields } = lookParquet(file('nested-v2-zstd.parquet'), 'f');
    const types = Object.fromEntries(fields.map((f) => [f.name, f.type]));
    const text = { name: 'utf8' };
    const struct = (...names: [string, unknown][]) => ({
      name: 'struct',
      fields: names.map(([name, type]) => ({ name, type })),
    });
    expect(types.map).toEqual({
      kind: 'nested',
      arrow: { name: 'list', item: struct(['key', text], ['value', { name: 'int', bits: 64, signed: true }]) },
    });
    expect(types.messages).toEqual({
      kind: 'nested',
      arrow: { name: 'list', item: struct(['role', text], ['content', text]) },
    });
  });

  it('reads INT96 as microseconds unless a value is finer', async () => {
    expect(lookParquet(file('int96.parquet'), 'f').fields[0]!.type).toMatchObject({ arrow: { unit: 'us' } });
    const fine = lookParquet(file('int96-fine.parquet'), 'f');
    expect(fine.fields[0]!.type).toMatchObject({ arrow: { unit: 'ns' } });
  });
});

describe('pieces', () => {
  it('covers every row once, numbered through the file', () => {
    const { pieces, rows, groups } = lookParquet(file('many-rows.parquet'), 'f');
    expect(rows).toBe(300_000);
    expect(groups.map((g) => g.rows)).toEqual([200_000, 100_000]);
    expect(pieces).toEqual([
      { group: 0, from: 0, to: 100_000, record: 1 },
      { group: 0, from: 100_000, to: 200_000, record: 100_001 },
      { group: 1, from: 0, to: 100_000, record: 200_001 },
    ]);
  });

  it('reads a file without rows', async () => {
    const { look, values } = readCanonical(file('no-rows.parquet'));
    expect(look).toMatchObject({ rows: 0, pieces: [] });
    expect(values).toEqual({ int64: [], text: [] });
  });

  it('cuts a page of 100 MB, and text that a dictionary hides', async () => {
    for (const [name, rows, most] of [
      ['large-page.parquet', 100, 400],
      ['expanding.parquet', 5000, 200],
    ] as const) {
      const look = lookParquet(file(name), name);
      const opened = openParquet(file(name), name);
      expect(look.pieces.length, name).toBeGreaterThan(1);
      const kernel = createIngestKernel();
      let read = 0;
      for (const piece of look.pieces) {
        kernel.reset();
        const text = opened.columns.findIndex((c) => c.name === 'text');
        const { columns, rows: n } = readParquetChunk(kernel, opened, piece, [text]);
        expect(columns[0]!.values.length).toBeLessThan(64 * 2 ** 20);
        const first = Buffer.from(columns[0]!.values.subarray(0, 7)).toString();
        expect(first).toBe(name === 'large-page.parquet' ? String(read).padStart(7, '0') : 'bbbbbbb');
        read += n;
      }
      expect(read).toBe(rows);
      expect(kernel.heldBytes / 2 ** 20, name).toBeLessThan(most);
    }
  });

  it('reads some columns, in the order asked for', () => {
    const opened = openParquet(file('required-lz4.parquet'), 'f');
    const kernel = createIngestKernel();
    const block = readParquetChunk(kernel, opened, { group: 0, from: 10, to: 12, record: 11 }, [2, 0]);
    expect(block.rows).toBe(2);
    expect(block.columns.map((c) => c.type.kind)).toEqual(['boolean', 'int64']);
    expect(block.columns.every((c) => c.validity === null)).toBe(true);
  });
});

describe('refusals', () => {
  const refusal = async (name: string): Promise<string> => {
    try {
      readCanonical(name);
    } catch (error) {
      const e = error as { code: string; describe(): string };
      return `${e.code}: ${e.describe().replace(name, '<file>')}`;
    }
    return 'accepted';
  };
  const patched = async (name: string, patch: (bytes: Buffer) => Buffer): Promise<string> => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parquet-'));
    const target = path.join(dir, 'f.parquet');
    fs.writeFileSync(target, patch(fs.readFileSync(file(name))));
    try {
      return await refusal(target);
    } finally {
      fs.rmSync(dir, { recursive: true });
    }
  };

  it('refuses text that is not UTF-8, naming the row', async () => {
    expect(await refusal(file('bad-utf8.parquet'))).toBe(
      'input: <file> row 2, column "text": text that is not valid UTF-8',
    );
    expect(await refusal(file('bad-utf8-split.parquet'))).toMatch(/row 1, column "text": text that is not valid UTF-8/);
  });

  it('refuses a page that would not fit memory, before unpacking it', async () => {
    expect(await refusal(file('bomb.parquet'))).toMatch(/a page has 280000010 bytes, unpacked; 268435456 are the most/);
  });

  it('refuses what is none, is cut off, or is encrypted', async () => {
    const name = 'required-plain-gzip.parquet';
    expect(await patched(name, (b) => b.subarray(0, b.length - 1))).toMatch(/not a Parquet file/);
    expect(await patched(name, () => Buffer.from('PAR1'))).toMatch(/not a Parquet file/);
    expect(await patched(name, (b) => b.subarray(b.length - 400))).toMatch(/footer is damaged|end of the file/);
    const sealed = await patched(name, (b) => Buffer.concat([b.subarray(0, b.length - 1), Buffer.from('E')]));
    expect(sealed).toMatch(/^input: <file>: the Parquet file is encrypted/);
    expect(await refusal(file('gone.parquet'))).toMatch(/no such file/);
  });

  it('refuses a page whose checksum is wrong', async () => {
    const damaged = await patched('required-brotli-crc.parquet', (b) => {
      b[300] = b[300]! ^ 1;
      return b;
    });
    expect(damaged).toMatch(
      /^input: <file>, column "id": the Parquet pages are damaged: the checksum of a page is wrong/,
    );
  });

  it('reads or refuses a damaged file, and never anything else', async () => {
    // A fixed sequence of damages: 1 to 4 bytes changed anywhere, or the file cut.
    let seed = 12345;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const names = fs.readdirSync(folder).filter((f) => /^(flat|nested|required).*\.parquet$/.test(f));
    const outcomes = { read: 0, refused: 0 };
    for (let i = 0; i < 150; i++) {
      const outcome = await patched(names[random(names.length)]!, (b) => {
        for (let n = random(4); n >= 0; n--)
          b[random(2) === 0 ? random(b.length) : b.length - 1 - random(2000)] = random(256);
        return b;
      });
      expect(outcome).toMatch(/^(accepted|input: )/);
      outcomes[outcome === 'accepted' ? 'read' : 'refused']++;
    }
    expect(outcomes.refused).toBeGreaterThan(25);
  });
});
