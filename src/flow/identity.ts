import { sha256Of } from '../cache/lookup.js';
import { ownSignatureText, sameSignature } from '../cache/signature.js';
import { badScratch } from '../engine/checksum.js';
import { DatagpuError } from '../errors.js';
import { fingerprint, type StatSignature, statSignature } from '../load/fingerprint.js';
import type { Source } from '../load/sources.js';
import type { Look } from './look.js';

/** What says that sources are the same as before: their stamps as they were when the compile began, and their hashes. */
export class SourceIdentity {
  /** Null where a source can't be read twice (standard input, pipes). */
  readonly signatures: (StatSignature | null)[];
  private readonly sources: readonly Source[];

  constructor(sources: readonly Source[]) {
    this.sources = sources;
    this.signatures = sources.map((s) => (s.seekable ? statSignature(s.absolute, s.path) : null));
  }

  /** The sources with their signatures; null if one of them can't be looked at twice. */
  get present(): { path: string; bytes: number; signature: StatSignature }[] | null {
    const present = this.sources.map((s, i) => ({
      path: s.absolute,
      bytes: s.bytes,
      signature: this.signatures[i]!,
    }));
    return this.signatures.includes(null) ? null : present;
  }

  /**
   * `xxh64:...` of every source's bytes, of those sources at once and beside the compile that lanes don't hash as they read
   * them. The function that it returns is given what lanes hashed, by number of source, and refuses a copy in scratch of which
   * they read other bytes than were written. `signal` ends it.
   */
  hashes(
    looks: readonly Look[],
    signal: AbortSignal | undefined,
  ): (passed: ReadonlyMap<number, string>) => Promise<string[]> {
    const hash = async ({ source, file }: Look): Promise<string> =>
      file.stream?.hash ?? fingerprint(source.absolute, source.path, signal);
    const early = (async () => {
      const known: (string | null)[] = [];
      for (const look of looks) known.push(look.plan.hashed && !look.file.owned ? null : await hash(look));
      return known;
    })();
    early.catch(() => undefined);
    return async (passed) => {
      const known = await early;
      const all: string[] = [];
      // A source of which not every record was wanted was not read to its end.
      for (const [s, { file }] of looks.entries())
        if (file.written !== null && (passed.get(s) ?? file.written) !== file.written) throw badScratch(file.path);
      for (const [s, look] of looks.entries()) all.push(known[s] ?? passed.get(s) ?? (await hash(look)));
      return all;
    };
  }

  /**
   * `sha256:...` of the bytes of a source, by its number; null if it has changed since the compile began. XXH64 is quick, but
   * other bytes with the same XXH64 are made easily.
   */
  async contentHash(source: number): Promise<string | null> {
    const { absolute, path } = this.sources[source]!;
    const before = ownSignatureText(this.signatures[source]!);
    const hash = await sha256Of(absolute);
    return sameSignature(before, statSignature(absolute, path)) ? hash : null;
  }

  /**
   * Refuses a source that changed since the compile began, even if its time of modification was put back: its hash and
   * its rows might not be of the same bytes.
   */
  requireUnchanged(): void {
    this.sources.forEach((source, i) => {
      const before = this.signatures[i];
      if (before == null) return;
      const now = statSignature(source.absolute, source.path);
      if (!sameSignature(ownSignatureText(before), now))
        throw new DatagpuError('input', 'the file changed while it was read', {
          file: source.path,
          hint: 'Compile it again when nothing writes to it',
        });
    });
  }
}
