import fs from 'node:fs';

/** The version in package.json, read without loading anything else. */
export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return JSON.parse(fs.readFileSync(file, 'utf8')).version;
}
