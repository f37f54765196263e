import { describe, expect, test } from 'vitest';
import { DatagpuError } from '../../dist/errors.js';
import { outputError, writing } from '../../dist/write/output-error.js';

const system = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'write' });

describe('a failed system call on the output', () => {
  test.each([
    ['ENOSPC', 'out/data.parquet: no space is left on the disk. Free some space, or choose another folder with --out.'],
    ['EDQUOT', 'out/data.parquet: the disk quota is used up. Free some space, or choose another folder with --out.'],
    ['EACCES', 'out/data.parquet: no permission to write here. Choose another folder with --out.'],
    ['EROFS', 'out/data.parquet: the file system is read-only. Choose another folder with --out.'],
    ['EIO', 'out/data.parquet: the disk reported an error'],
    ['EWEIRD', 'out/data.parquet: writing failed (EWEIRD)'],
  ])('%s is told', (code, message) => {
    const error = outputError(system(code), 'out/data.parquet') as DatagpuError;
    expect(error).toBeInstanceOf(DatagpuError);
    expect([error.code, error.describe()]).toEqual(['output', message]);
  });

  test('a bug stays a bug', () => {
    const bug = new TypeError('x is not a function');
    expect(outputError(bug, 'out')).toBe(bug);
    expect(outputError('text', 'out')).toBe('text');
    expect(() =>
      writing('out', () => {
        throw bug;
      }),
    ).toThrow(bug);
    expect(writing('out', () => 5)).toBe(5);
  });
});
