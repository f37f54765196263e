import fs from 'node:fs';
import { DatagpuError } from '../errors.js';

/** What V8 and Node.js say when the system, or a limit that it was given, has no memory left. */
const said =
  /Memory\.grow|WebAssembly\.(?:Instance|Memory)\(\): (?:Out of memory|could not allocate)|allocation failed/i;
const codes = ['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED', 'ENOMEM'];

/** The refusal for an error that says that memory has run out, in whichever thread; null for any other. */
export function memoryFailure(error: unknown): DatagpuError | null {
  if (!(error instanceof Error) || error instanceof DatagpuError) return null;
  const isRange = error.name === 'RangeError' && said.test(error.message);
  if (!isRange && !codes.includes((error as NodeJS.ErrnoException).code ?? '')) return null;
  const limit = addressLimit();
  if (limit !== null)
    return new DatagpuError('output', `the limit of address space (ulimit -v) is too low: ${limit} KiB`, {
      hint:
        'Lift it (ulimit -v unlimited) and bound memory by --memory or by what the batch system counts as resident: ' +
        'WebAssembly reserves about 10 GB of addresses for each of its memories, without taking memory for them',
      cause: error,
    });
  return new DatagpuError('output', 'there is not enough memory', {
    hint: 'Free some, lower --memory or --threads, or leave out very long texts or many columns with --drop',
    cause: error,
  });
}

/** The limit of this process's address space in KiB; null where there is none, or no way to know. */
function addressLimit(): string | null {
  try {
    const line = /^Max address space\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'));
    return line === null ? null : (Number(line[1]) / 1024).toLocaleString('en');
  } catch {
    return null;
  }
}
