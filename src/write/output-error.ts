import { DatagpuError } from '../errors.js';
import { withoutPrivate } from '../private-path.js';

/** What system errors mean for someone whose output can't be written. */
const reasons: Record<string, [what: string, hint?: string]> = {
  ENOSPC: ['no space is left on the disk', 'Free some space, or choose another folder with --out'],
  EDQUOT: ['the disk quota is used up', 'Free some space, or choose another folder with --out'],
  EFBIG: ['the file is larger than the file system allows', 'Choose a smaller --shard-size'],
  EACCES: ['no permission to write here', 'Choose another folder with --out'],
  EPERM: ['no permission to write here', 'Choose another folder with --out'],
  EROFS: ['the file system is read-only', 'Choose another folder with --out'],
  ENOTDIR: ['a part of the path is a file and not a folder', 'Choose another folder with --out'],
  EEXIST: ['a file is in the way of the output folder', 'Choose another folder with --out'],
  EISDIR: ['a folder is in the way of a file', 'Move it away, or choose another folder with --out'],
  ENOENT: ['it was removed while it was being written'],
  EIO: ['the disk reported an error'],
  EMFILE: ['too many files are open'],
  ENFILE: ['too many files are open'],
};

/**
 * A failed system call on the output as what the user is told: of a file that is staged, with the output folder's name.
 * Anything else as it is, since it is a bug.
 */
export function outputError(error: unknown, file: string): unknown {
  const path = withoutPrivate(file);
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  const code = String(error.code);
  const [what, hint] = reasons[code] ?? [`writing failed (${code})`];
  return new DatagpuError('output', what, { file: path, cause: error, ...(hint === undefined ? {} : { hint }) });
}

/** Runs what writes to `path`; failures of the system become `DatagpuError('output')`. */
export function writing<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw outputError(error, path);
  }
}
