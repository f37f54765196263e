import { DatagpuError } from '../errors.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { Beginning } from '../load/beginning.js';
import type { Extent } from '../load/extent.js';
import type { Scratch } from '../load/scratch-copy.js';
import type { Source } from '../load/sources.js';
import type { Spooled, SpoolOptions } from '../load/spool.js';
import type { Look } from './look.js';
import { OpenFiles, scanPiece } from './read.js';
import { turnOrAbort } from './turn.js';

/** Lines beyond the wanted records: titles, a header, comments, blank ones. */
const linesBeside = 100;
/** Where lines say nothing of records (JSON documents). The samples of a first look end before it. */
const firstBytes = 4 * 2 ** 20;
/** What a longer beginning does not mend is an error of the source. */
const mostDoubtedBytes = 64 * 2 ** 20;
/** Records are counted in pieces of so many bytes, between two turns of the event loop. */
const countedBytes = 4 * 2 ** 20;

interface Wanted {
  /** How many records are going to be read; null for all. */
  records: number | null;
  /** None of them is, after this look. */
  isGlance: boolean;
  scratch: Scratch;
  options: SpoolOptions;
}

/**
 * Looks at a source of which the first records are wanted. What can't be read in place is copied as far as it takes to hold
 * them: a longer beginning each time, until there is something behind the last of them.
 */
export async function lookAtBeginning(
  source: Source,
  { records, isGlance, scratch, options }: Wanted,
  look: (file: Spooled, extent: Extent) => Promise<Look>,
  kernel: IngestKernel,
): Promise<Look> {
  const beginning = new Beginning(source, scratch, options);
  const countsLines = source.format !== 'json' && records !== null;
  let extent: Extent = {
    lines: countsLines ? records + linesBeside : Number.POSITIVE_INFINITY,
    bytes: isGlance || !countsLines ? firstBytes : Number.POSITIVE_INFINITY,
  };
  const least = isGlance ? 1 : records!;
  try {
    for (; ; extent = { lines: extent.lines * 2, bytes: extent.bytes * 4 }) {
      const file = await beginning.upTo(extent);
      try {
        const found = await look(file, extent);
        if (found.file.whole || (await holds(found, least, kernel, options.signal))) return found;
      } catch (error) {
        const isDoubted = error instanceof DatagpuError && error.code === 'input' && file.bytes <= mostDoubtedBytes;
        if (file.whole || !isDoubted) throw error;
      }
    }
  } finally {
    await beginning.close();
  }
}

/** Whether there is something behind so many records of a beginning. */
async function holds(
  { plan, start }: Look,
  records: number,
  kernel: IngestKernel,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const files = new OpenFiles();
  const source = { ...plan, map: [] };
  let left = records;
  let at = start;
  try {
    while (at !== null && left > 0) {
      kernel.reset();
      const scanned = scanPiece(kernel, files, source, { start: at, limits: { bytes: countedBytes, records: left } });
      left -= scanned.records;
      at = scanned.next;
      await turnOrAbort(signal);
    }
  } finally {
    files.close();
  }
  return at !== null && left <= 0;
}
