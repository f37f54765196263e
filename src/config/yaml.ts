import fs from 'node:fs';
import { DatagpuError, type ErrorCode } from '../errors.js';
import { jsYaml } from './js-yaml.js';

/** What a YAML file may be, so that a hostile one is refused before it costs anything. */
export interface YamlBounds {
  /** What the file is, for messages: "config file", "manifest". */
  what: string;
  /** How a file that breaks a rule is refused. */
  code: ErrorCode;
  maxBytes: number;
  /** Aliases (`*name`) a document may have: a few of them nested expand to billions of values. */
  maxAliases: number;
}

/** Reads a UTF-8 text file of bounded size; `name` is the file as the user named it. */
export function readBounded(path: string, name: string, bounds: YamlBounds): string {
  let bytes: Buffer;
  try {
    const stats = fs.statSync(path);
    if (!stats.isFile())
      throw new DatagpuError(bounds.code, `is not a file, but a ${bounds.what} is expected`, { file: name });
    if (stats.size > bounds.maxBytes)
      throw new DatagpuError(
        bounds.code,
        `is ${stats.size} bytes long, too long for a ${bounds.what} (at most ${bounds.maxBytes})`,
        { file: name },
      );
    bytes = fs.readFileSync(path);
  } catch (error) {
    if (error instanceof DatagpuError) throw error;
    throw new DatagpuError(bounds.code, `can't read the ${bounds.what}: ${reasonOf(error)}`, {
      file: name,
      cause: error,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DatagpuError(bounds.code, `is not UTF-8 text, but a ${bounds.what} is`, { file: name, cause });
  }
}

/** Parses one YAML document of plain data: no tags of languages, no duplicate keys, bounded aliases and depth. */
export function parseYaml(text: string, name: string, bounds: YamlBounds): unknown {
  const { CORE_SCHEMA, load, YAMLException } = jsYaml();
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: bounds.maxAliases, maxDepth: 64 });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const mark = error instanceof YAMLException ? error.mark : undefined;
    const words = error instanceof YAMLException ? error.reason : error.message;
    const reason = words.includes('maxAliases') ? `more than ${bounds.maxAliases} aliases (*name)` : words;
    throw new DatagpuError(bounds.code, `is not a valid ${bounds.what}: ${reason}`, {
      file: name,
      ...(mark === undefined ? {} : { line: mark.line + 1 }),
      cause: error,
    });
  }
}

/** Why a file could not be read or written, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is not a folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
    ELOOP: 'its links go in a circle',
    ENAMETOOLONG: 'the name is too long',
    EMFILE: 'too many files are open',
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}
