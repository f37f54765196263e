import { createRequire } from 'node:module';

/** js-yaml, loaded when it is first needed: a compile that writes nothing does without, and others have time for it later. */
export function jsYaml(): typeof import('js-yaml') {
  return createRequire(import.meta.url)('js-yaml');
}
