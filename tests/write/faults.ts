import fs from 'node:fs';

/** Calls of the file system by which a commit changes something, or makes it last. */
const names = [
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'mkdirSync',
  'rmSync',
] as const;

/** What is to happen at a call: nothing, an error, or the end of the process. */
export type Fault = null | { code: string } | 'kill';

/** Thrown by a call at which the process would have ended, and by every later one. */
export class Killed extends Error {}

/**
 * Runs `work` while the calls are watched: `at` says what happens before the one of that number, counted from 1. Gives the
 * calls that there were. After a "kill" nothing is changed any more, as if the process had ended there.
 */
export function withFaults(at: (number: number) => Fault, work: () => void): string[] {
  const calls: string[] = [];
  const originals = names.map((name) => fs[name]);
  let isDead = false;
  // What Node.js calls inside of a call is not one of its own.
  let depth = 0;
  for (const [i, name] of names.entries()) {
    const original = originals[i] as (...args: unknown[]) => unknown;
    (fs as Record<string, unknown>)[name] = (...args: unknown[]): unknown => {
      if (isDead) throw new Killed();
      if (depth === 0) {
        calls.push([name, ...args.filter((arg) => typeof arg === 'string')].join(' '));
        const fault = at(calls.length);
        if (fault === 'kill') {
          isDead = true;
          throw new Killed();
        }
        if (fault !== null)
          throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code, syscall: name });
      }
      // Nobody pulls the plug on a test.
      if (name === 'fsyncSync') return undefined;
      depth++;
      try {
        return original(...args);
      } finally {
        depth--;
      }
    };
  }
  try {
    work();
  } finally {
    for (const [i, name] of names.entries()) (fs as Record<string, unknown>)[name] = originals[i];
  }
  return calls;
}
