import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled, temporaryFolder } from '../../ingest/compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** pyarrow: `id` int64, `big col` decimal256(60, 1), `s` struct<a: int64, b: decimal256(60, 1)>, `t` string; two rows. */
const file = path.join(folder, 'wide.parquet');
fs.copyFileSync(path.join(import.meta.dirname, '../../ingest/files/unreadable/decimal-60.parquet'), file);

describe('a Parquet column that can not be read', () => {
  it('refuses the file with what to do, while it is selected', async () => {
    await expect(compiled(file)).rejects.toMatchObject({
      code: 'input',
      column: 'big col',
      message: expect.stringContaining('60 digits'),
      hint: "Leave it out with --drop 'big col'",
    });
    await expect(compiled(file, { drop: ['big col'] })).rejects.toMatchObject({
      column: 's',
      hint: expect.stringContaining('--drop s'),
    });
  });

  it('leaves the other columns alone', async () => {
    for (const options of [{ drop: ['big col', 's'] }, { select: ['id', 't'] }]) {
      const { columns, rows } = await compiled(file, options);
      expect(columns).toEqual(['id', 't']);
      expect(rows).toEqual([
        [1n, 'x'],
        [2n, 'y'],
      ]);
    }
  });

  it('is one whose pages are packed in a way that is not known', async () => {
    // The codec of the first column chunk, snappy (zigzag 2) to LZO (zigzag 6), between its path and its number of values.
    const bytes = fs.readFileSync(file);
    const at = bytes.lastIndexOf(Buffer.from('\x02id\x15\x02\x16', 'latin1'));
    expect(at).toBeGreaterThan(0);
    bytes[at + 4] = 6;
    const packed = path.join(folder, 'lzo.parquet');
    fs.writeFileSync(packed, bytes);
    await expect(compiled(packed, { select: ['id'] })).rejects.toMatchObject({
      column: 'id',
      message: expect.stringMatching(/packed with/),
    });
    expect((await compiled(packed, { select: ['t'] })).rows).toEqual([['x'], ['y']]);
  });
});
