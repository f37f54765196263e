import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { parseYaml, readBounded, type YamlBounds } from './yaml.js';

/** The file that `compile` looks for in the working folder. */
export const configFileName = 'datagpu.yaml';

/** What a config file says, not yet checked: keys are long option names. */
export interface ConfigFile {
  /** As the user named it, for messages. */
  name: string;
  /** The folder that its paths are relative to. */
  folder: string;
  /** What it holds, by key in the file's order. */
  values: ReadonlyMap<string, unknown>;
}

const bounds: YamlBounds = { what: 'config file', code: 'usage', maxBytes: 2 ** 20, maxAliases: 100 };

/** The config file in `cwd`, or undefined when there is none. */
export function findConfigFile(cwd: string): string | undefined {
  const file = path.join(cwd, configFileName);
  return fs.existsSync(file) ? configFileName : undefined;
}

/** Reads a config file: an empty one says nothing, anything but a mapping is refused. */
export function readConfigFile(name: string, cwd: string): ConfigFile {
  const file = path.resolve(cwd, name);
  const text = readBounded(file, name, bounds);
  // The YAML reader wants a document; comments alone are none.
  const isBlank = text.split(/\r\n|\n|\r/).every((line) => /^\s*(#|$)/.test(line));
  const content = isBlank ? {} : parseYaml(text, name, bounds);
  if (content !== null && (typeof content !== 'object' || Array.isArray(content)))
    throw new DatagpuError('usage', 'must hold option names and values, such as "rank: false"', { file: name });
  return { name, folder: path.dirname(file), values: new Map(Object.entries(content ?? {})) };
}
