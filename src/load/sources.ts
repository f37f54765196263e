import fs from 'node:fs';
import path from 'node:path';
import type { SourceFormat } from '../config/options.js';
import { DatagpuError } from '../errors.js';
import { closest } from '../suggest.js';
import { listFolder } from './folder.js';
import {
  compressionOfContent,
  contentConflict,
  formatOfName,
  knownExtensions,
  type SourceCompression,
} from './formats.js';
import { parseGlob } from './glob.js';
import { readFully, readUpTo, statSource, unreadable, withSource } from './source-file.js';

/** One file, or standard input, that records are read from. */
export interface Source {
  /** As the user named it; a file of a folder begins with the folder's name. `-` is standard input. */
  path: string;
  /** The absolute path; `-` for standard input. */
  absolute: string;
  format: SourceFormat;
  compression: SourceCompression;
  /** Bytes on disk; 0 when that is not known beforehand. */
  bytes: number;
  /** False for standard input, pipes and devices: they can be read once, from front to back. */
  seekable: boolean;
}

/** The sources in the order in which they are read, and what the user should know about how they were found. */
export interface ResolvedSources {
  sources: Source[];
  warnings: string[];
}

/** How sources are looked for. */
export interface SourceOptions {
  /** Relative paths start here. */
  cwd: string;
  /** The format that `--format` gives; null = by extension, checked against the content. */
  format: SourceFormat | null;
}

/** A file to look at, before anything is known about it. */
interface Found {
  path: string;
  absolute: string;
  /** Named by the user, not found in a folder or by a glob: what can't be used is an error. */
  named: boolean;
}

/**
 * Finds what the arguments of `compile` name: files, folders (recursive), globs, `-` for standard input. Arguments keep
 * their order; files of a folder or glob come in code-point order of their relative path. The same file twice is read
 * once. Throws 'input' for what is missing, unreadable, empty, of an unknown extension or plainly of another format.
 */
export function resolveSources(paths: readonly string[], options: SourceOptions): ResolvedSources {
  // From JavaScript: the letters of a text would be taken for paths, "/" among them.
  if (!Array.isArray(paths)) throw new DatagpuError('usage', `sources must be a list of paths, got ${typeof paths}`);
  const warnings: string[] = [];
  const sources: Source[] = [];
  const seen = new Map<string, string>();
  for (const named of paths) {
    for (const found of expand(named, options, warnings)) {
      const identity = found.absolute === '-' ? '-' : identityOf(found.absolute, found.path);
      const twin = seen.get(identity);
      if (twin !== undefined) {
        warnings.push(
          identity === '-'
            ? 'standard input is named twice: read once'
            : `${found.path} is the same file as ${twin}: read once`,
        );
        continue;
      }
      seen.set(identity, found.path);
      const source = inspect(found, options.format, warnings);
      if (source !== null) sources.push(source);
    }
  }
  if (paths.length === 0)
    throw new DatagpuError('usage', 'no source is named', { hint: 'Give at least one file, folder or glob' });
  if (sources.length === 0)
    throw new DatagpuError('input', `no data in ${paths.join(', ')}`, { hint: `Known are ${knownExtensions}` });
  return { sources, warnings };
}

/** The files that one argument stands for. */
function expand(named: string, options: SourceOptions, warnings: string[]): Found[] {
  if (named === '-') return [{ path: '-', absolute: '-', named: true }];
  if (named === '') throw new DatagpuError('usage', 'a source is an empty string');
  const absolute = path.resolve(options.cwd, named);
  const stats = statOf(absolute, named);
  if (stats === null) return expandGlob(named, options);
  if (!stats.isDirectory()) return [{ path: named, absolute, named: true }];

  const folder = listFolder(absolute, named);
  if (folder.links > 0)
    warnings.push(
      `${named}: ${folder.links} link(s) that lead out of the folder or nowhere are passed over; name them to read them`,
    );
  const files = folder.files.filter((f) => wanted(f, options.format));
  const others = folder.files.filter((f) => !wanted(f, options.format));
  if (files.length > 0 && others.length > 0) warnings.push(`${named}: ${skippedText(others)}`);
  if (files.length === 0) {
    const hint =
      folder.datasets > 0
        ? 'It holds a compiled data set: name its Parquet files to read them'
        : folder.links > 0
          ? 'Links that lead out of it are passed over: name what they lead to'
          : `Known are ${knownExtensions}`;
    throw new DatagpuError('input', 'no data file in this folder', { file: named, hint });
  }
  return files.map((f) => ({ path: joinShown(named, f), absolute: path.join(absolute, f), named: false }));
}

/** `Did you mean "..."?` for a file or folder of a similar name in the same folder, if there is one. */
function similarName(named: string, cwd: string): string | undefined {
  const folder = path.dirname(path.resolve(cwd, named));
  try {
    const near = closest(path.basename(named), fs.readdirSync(folder));
    return near === null ? undefined : `Did you mean "${path.join(path.dirname(named), near)}"?`;
  } catch {
    return undefined;
  }
}

const mostNamed = 5;

/** Files of a folder that are not read, by their names. */
function skippedText(files: readonly string[]): string {
  const shown = files.slice(0, mostNamed).join(', ');
  const more = files.length > mostNamed ? ` and ${(files.length - mostNamed).toLocaleString('en')} more` : '';
  return `skipped ${files.length === 1 ? '1 file' : `${files.length.toLocaleString('en')} files`}: ${shown}${more}`;
}

function expandGlob(named: string, options: SourceOptions): Found[] {
  const glob = parseGlob(path.sep === '\\' ? named.replaceAll('\\', '/') : named);
  const missing = new DatagpuError('input', 'no such file or folder', {
    file: named,
    hint: similarName(named, options.cwd),
  });
  if (glob === null) throw missing;
  const base = glob.base === '' ? '.' : glob.base;
  const root = path.resolve(options.cwd, base);
  if (statOf(root, base)?.isDirectory() !== true) throw missing;
  const files = listFolder(root, base).files.filter(glob.matches);
  const known = files.filter((f) => options.format !== null || formatOfName(f).format !== null);
  if (known.length === 0) {
    const what = files.length === 0 ? 'no file matches' : 'no file of a known extension matches';
    throw new DatagpuError('input', what, { file: named, hint: `Known are ${knownExtensions}` });
  }
  return known.map((f) => ({
    path: glob.base === '' ? f : joinShown(glob.base, f),
    absolute: path.join(root, f),
    named: false,
  }));
}

/** Whether a folder's file is read: by its extension, which must agree with `--format` if there is one. */
function wanted(file: string, format: SourceFormat | null): boolean {
  const { format: byName } = formatOfName(file);
  return byName !== null && (format === null || byName === format);
}

const joinShown = (folder: string, file: string): string =>
  /[\\/]$/.test(folder) ? folder + file : `${folder}/${file}`;

function statOf(absolute: string, shown: string): fs.Stats | null {
  try {
    return fs.statSync(absolute);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') return null;
    throw unreadable(shown, cause);
  }
}

/** Device and inode: two names of one file are one source, be it by `..`, a link or a hard link. */
function identityOf(absolute: string, shown: string): string {
  try {
    const { dev, ino } = fs.statSync(absolute, { bigint: true });
    return ino === 0n ? fs.realpathSync(absolute) : `${dev}:${ino}`;
  } catch (cause) {
    throw unreadable(shown, cause);
  }
}

/** Settles a file's format and compression; null when it is passed over with a warning. */
function inspect(found: Found, given: SourceFormat | null, warnings: string[]): Source | null {
  if (found.absolute === '-') {
    if (given === null)
      throw new DatagpuError('usage', 'standard input has no extension to tell its format by', {
        hint: 'Pass --format csv, tsv, jsonl, json or parquet',
      });
    return { path: '-', absolute: '-', format: given, compression: 'none', bytes: 0, seekable: false };
  }
  const stats = statSource(found.absolute, found.path);
  const byName = formatOfName(path.basename(found.absolute));
  const format = given ?? byName.format;
  if (format === null) {
    const what =
      byName.extension === '' ? 'it has no extension to tell its format by' : `unknown extension ${byName.extension}`;
    throw new DatagpuError('input', what, {
      file: found.path,
      hint: `Known are ${knownExtensions}; --format csv, tsv, jsonl, json or parquet says what it is`,
    });
  }
  if (!stats.isFile()) {
    if (!stats.isFIFO() && !stats.isCharacterDevice())
      throw new DatagpuError('input', 'is neither a file, a folder nor a pipe', { file: found.path });
    return {
      path: found.path,
      absolute: found.absolute,
      format,
      compression: byName.compression,
      bytes: 0,
      seekable: false,
    };
  }
  // Files of /proc and the like say 0 bytes, and have more: they are read from front to back, like a pipe.
  if (stats.size === 0 && hasContent(found)) {
    return {
      path: found.path,
      absolute: found.absolute,
      format,
      compression: byName.compression,
      bytes: 0,
      seekable: false,
    };
  }
  if (stats.size === 0) {
    if (found.named) throw new DatagpuError('input', 'the file is empty', { file: found.path });
    warnings.push(`${found.path} is empty: passed over`);
    return null;
  }
  const { head, tail } = readEnds(found, stats.size);
  const compression = settleCompression(byName.compression, head, given !== null, found.path);
  if (compression !== 'none' && format === 'parquet')
    throw new DatagpuError('input', `${compression} around Parquet is not read`, {
      file: found.path,
      hint: 'Decompress it first',
    });
  if (compression === 'none') {
    const conflict = contentConflict(head, tail, format);
    if (conflict !== null) throw new DatagpuError('input', conflict.what, { file: found.path, hint: conflict.hint });
  }
  return { path: found.path, absolute: found.absolute, format, compression, bytes: stats.size, seekable: true };
}

function hasContent(found: Found): boolean {
  return withSource(found.absolute, found.path, (fd) => readUpTo(fd, Buffer.alloc(1), 0, found.path).length > 0);
}

function settleCompression(
  byName: SourceCompression,
  head: Uint8Array,
  formatGiven: boolean,
  shown: string,
): SourceCompression {
  const byContent = compressionOfContent(head);
  if (byName === 'none') return formatGiven ? byContent : 'none';
  if (byContent !== byName)
    throw new DatagpuError('input', `the content is not ${byName} data, as the name says`, {
      file: shown,
      hint: 'If it is not compressed, take the last extension off its name',
    });
  return byName;
}

function readEnds(found: Found, size: number): { head: Uint8Array; tail: Uint8Array } {
  return withSource(found.absolute, found.path, (fd) => {
    const head = Buffer.alloc(Math.min(size, 65536));
    const tail = Buffer.alloc(Math.min(size, 4));
    readFully(fd, head, 0, found.path);
    readFully(fd, tail, size - tail.length, found.path);
    return { head, tail };
  });
}
