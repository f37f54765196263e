import { toNfc } from '../kernels/nfc.js';
import { isAllAssigned, isAssigned } from './assigned.js';

/**
 * A column's name in snake_case, '' if nothing is left of it: in NFC and lower case, without control and format characters
 * (direction overrides, zero-width ones), every run of characters that are not letters, marks, numbers or `_` made one `_`,
 * or nothing at the ends and beside a `_`. Every script is kept; a name that is snake_case already stays as it is, and
 * camelCase is not taken apart: "Text Body" becomes text_body, "userID" userid, "Prix (€)" prix, "_id" stays _id.
 */
export function snakeCase(name: string): string {
  return (
    lower(name)
      // At once, not one by one: a name may be a text of megabytes that was taken for a header.
      .replace(/[ -/:-@[-^`{-~]{2,}/g, ' ')
      // Cc without the white space among it, and Cf.
      .replace(/(?![\t\n\v\f\r])[\p{Cc}\p{Cf}]/gu, (c) => ifAssigned(c, ''))
      .replace(/[^\p{L}\p{M}\p{N}_]/gu, (c) => ifAssigned(c, ' '))
      .replace(/[ _]+/g, (run, at: number, all: string) => {
        if (run.includes('_')) return run.replaceAll(' ', '');
        return at === 0 || at + run.length === all.length ? '' : '_';
      })
  );
}

/** NFC and lower case, as far as the runtime's Unicode version can't make a difference. */
function lower(name: string): string {
  if (/^[\0-\x7f]*$/.test(name)) return name.toLowerCase();
  return isAllAssigned(name) ? toNfc(name).toLowerCase() : name.replace(/[A-Z]/g, (c) => c.toLowerCase());
}

/** What a runtime with a later Unicode version knows about other characters is left out of it. */
function ifAssigned(character: string, replacement: string): string {
  return isAssigned(character.codePointAt(0)!) ? replacement : character;
}

/**
 * Names for the output: unique, and none of them in `reserved`. A name that occurs once keeps it; further ones get `_2`, `_3`,
 * ..., numbers that make a name which another column has by itself being left out.
 */
export function uniqueNames(names: readonly string[], reserved: readonly string[] = []): string[] {
  const natural = new Set(names);
  const taken = new Set(reserved);
  const next = new Map<string, number>();
  return names.map((name) => {
    let unique = name;
    while (taken.has(unique)) {
      const n = next.get(name) ?? 2;
      next.set(name, n + 1);
      if (!natural.has(`${name}_${n}`)) unique = `${name}_${n}`;
    }
    taken.add(unique);
    return unique;
  });
}
