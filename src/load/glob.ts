import { DatagpuError } from '../errors.js';

/** A pattern for paths below a folder. */
export interface Glob {
  /** The folder in which to look: what stands before the first part with a special character. `` is the working folder. */
  base: string;
  /** Whether a path relative to `base`, with `/`, fits. Takes time in proportion to its length times that of the pattern. */
  matches(path: string): boolean;
}

/** A piece of a pattern. `any` is one character but `/`, `rest` one of all characters. */
type Part =
  | { kind: 'any' | 'rest' }
  | { kind: 'one'; code: number }
  | { kind: 'class'; ranges: [number, number][]; negated: boolean }
  | { kind: 'of'; choices: Part[][]; least: 0 | 1; most: 1 | 2 };

/** What is to be fitted next: a character, or the first and the second, whichever fits. Null is the end. */
type State = { part: Part; next: State | null; other: State | null; isSplit: boolean; seen: number };

const maxDepth = 50;
const maxNumbers = 1000;
const slash = 47;

/**
 * A pattern as shells have it: `*` and `?` (not `/`), `[a-z]`, `[!a-z]`, `{a,b}`, `{1..12}`, `**` for folders at any depth,
 * `?(a|b)`, `*(a|b)`, `+(a|b)`, `@(a|b)`; `\` before a character takes it as it is. Null where nothing in it is special.
 * It is matched by following all possibilities at once, so that none can be written that takes for ever.
 *
 * @throws DatagpuError `usage` for what is not known: `!(a)`, more than 1,000 numbers, 50 levels
 */
export function parseGlob(pattern: string): Glob | null {
  const special = firstSpecial(pattern);
  if (special < 0) return null;
  const cut = pattern.lastIndexOf('/', special);
  const base = cut < 0 ? '' : pattern.slice(0, cut === 0 ? 1 : cut).replace(/\\(.)/gsu, '$1');
  const parser = new Parser(pattern, cut + 1);
  const start = compile(parser.sequence(0, ''), null);
  let run = 0;
  return {
    base,
    matches(path) {
      let now: State[] = [];
      let isAtEnd = enter(start, now, ++run);
      for (const character of path) {
        const code = character.codePointAt(0)!;
        const then: State[] = [];
        isAtEnd = false;
        run++;
        for (const { part, next } of now) if (fits(part, code)) isAtEnd = enter(next, then, run) || isAtEnd;
        now = then;
      }
      return isAtEnd;
    },
  };
}

function firstSpecial(pattern: string): number {
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if ('*?[{'.includes(pattern[at]!) || ('+@!'.includes(pattern[at]!) && pattern[at + 1] === '(')) return at;
  }
  return -1;
}

/** Notes the characters that may come at a state; true if the end may. */
function enter(first: State | null, into: State[], run: number): boolean {
  const waiting: (State | null)[] = [first];
  let isAtEnd = false;
  while (waiting.length > 0) {
    const state = waiting.pop()!;
    if (state === null) isAtEnd = true;
    else if (state.seen !== run) {
      state.seen = run;
      if (state.isSplit) waiting.push(state.next, state.other);
      else into.push(state);
    }
  }
  return isAtEnd;
}

function fits(part: Part, code: number): boolean {
  if (part.kind === 'one') return part.code === code;
  if (part.kind === 'rest') return true;
  if (code === slash || part.kind !== 'class') return code !== slash;
  return part.ranges.some(([low, high]) => low <= code && code <= high) !== part.negated;
}

function compile(parts: readonly Part[], end: State | null): State | null {
  return parts.reduceRight<State | null>((next, part) => {
    if (part.kind !== 'of') return { part, next, other: null, isSplit: false, seen: 0 };
    const split = (one: State | null, other: State | null): State => ({
      part,
      next: one,
      other,
      isSplit: true,
      seen: 0,
    });
    const loop = part.most === 1 ? null : split(null, next);
    const body = part.choices.map((choice) => compile(choice, loop ?? next)).reduce((one, other) => split(one, other));
    if (loop !== null) loop.next = body;
    return part.least === 1 ? body : (loop ?? split(body, next));
  }, end);
}

class Parser {
  private readonly text: string[];
  private at = 0;
  private readonly pattern: string;
  /** Where a bracket turned out to open nothing, so that it isn't followed to the end again and again. */
  private readonly plain = new Set<number>();
  private isNoClassLeft = false;

  constructor(pattern: string, from: number) {
    this.pattern = pattern;
    this.text = [...pattern.slice(from)];
  }

  /** Up to one of the characters of `until` or the end. */
  sequence(depth: number, until: string): Part[] {
    if (depth > maxDepth) throw this.wrong(`has more than ${maxDepth} levels`);
    const parts: Part[] = [];
    while (this.at < this.text.length && !until.includes(this.text[this.at]!)) {
      for (const part of this.part(depth)) parts.push(part);
    }
    return parts;
  }

  private part(depth: number): Part[] {
    const { text } = this;
    const character = text[this.at]!;
    if (text[this.at + 1] === '(' && '?*+@!'.includes(character)) {
      if (character === '!') throw this.wrong('has !(...), which is not known');
      const choices = this.choices(this.at + 2, depth, '|', ')');
      if (choices !== null)
        return [
          { kind: 'of', choices, least: '?*'.includes(character) ? 0 : 1, most: '?@'.includes(character) ? 1 : 2 },
        ];
    }
    if (character === '*') return this.stars();
    if (character === '[') {
      const part = this.characters();
      if (part !== null) return [part];
    }
    if (character === '{') {
      const part = this.numbers() ?? this.braces(depth);
      if (part !== null) return [part];
    }
    this.at++;
    if (character === '?') return [{ kind: 'any' }];
    return [one(character === '\\' && this.at < text.length ? text[this.at++]! : character)];
  }

  /** `**` as the whole of a part of the path stands for any number of folders. */
  private stars(): Part[] {
    const { text } = this;
    const from = this.at;
    this.at++;
    while (text[this.at] === '*' && text[this.at + 1] !== '(') this.at++;
    const isWhole = this.at - from === 2 && (from === 0 || text[from - 1] === '/');
    if (isWhole && this.at === text.length) return [many({ kind: 'rest' })];
    if (isWhole && text[this.at] === '/') {
      this.at++;
      return [{ kind: 'of', choices: [[many({ kind: 'any' }), one('/')]], least: 0, most: 2 }];
    }
    return [many({ kind: 'any' })];
  }

  /** `[a-z]`; null where it isn't closed. */
  private characters(): Part | null {
    const { text } = this;
    if (this.isNoClassLeft) return null;
    let at = this.at + 1;
    const negated = text[at] === '!' || text[at] === '^';
    if (negated) at++;
    const ranges: [number, number][] = [];
    const next = (): number => text[text[at] === '\\' && at + 1 < text.length ? ++at : at]!.codePointAt(0)!;
    for (let isFirst = true; at < text.length; isFirst = false, at++) {
      if (text[at] === ']' && !isFirst) {
        this.at = at + 1;
        return { kind: 'class', ranges, negated };
      }
      const low = next();
      if (text[at + 1] !== '-' || at + 2 >= text.length || text[at + 2] === ']') ranges.push([low, low]);
      else {
        at += 2;
        ranges.push([low, next()]);
      }
    }
    this.isNoClassLeft = true;
    return null;
  }

  /** `{a,b}`; null where it isn't closed or has no comma. */
  private braces(depth: number): Part | null {
    const from = this.at;
    const choices = this.choices(this.at + 1, depth, ',', '}');
    if (choices !== null && choices.length > 1) return { kind: 'of', choices, least: 1, most: 1 };
    this.plain.add(from + 1);
    this.at = from;
    return null;
  }

  private choices(from: number, depth: number, between: string, close: string): Part[][] | null {
    if (this.plain.has(from)) return null;
    const before = this.at;
    this.at = from;
    const choices = [this.sequence(depth + 1, between + close)];
    while (this.text[this.at] === between) {
      this.at++;
      choices.push(this.sequence(depth + 1, between + close));
    }
    if (this.text[this.at++] === close) return choices;
    this.plain.add(from);
    this.at = before;
    return null;
  }

  /** `{1..12}`, `{01..12}`: as many digits as the longer one where one begins with 0. */
  private numbers(): Part | null {
    const found = /^\{([0-9]{1,12})\.\.([0-9]{1,12})\}/.exec(this.text.slice(this.at, this.at + 28).join(''));
    if (found === null) return null;
    const [all, first = '', last = ''] = found;
    const [low, high] = [Number(first), Number(last)].sort((a, b) => a - b) as [number, number];
    if (high - low >= maxNumbers)
      throw this.wrong(`stands for more than ${maxNumbers.toLocaleString('en-US')} numbers`);
    const isPadded = [first, last].some((digits) => digits.length > 1 && digits.startsWith('0'));
    const width = isPadded ? Math.max(first.length, last.length) : 0;
    const choices: Part[][] = [];
    for (let n = low; n <= high; n++) choices.push([...String(n).padStart(width, '0')].map(one));
    this.at += all.length;
    return { kind: 'of', choices, least: 1, most: 1 };
  }

  private wrong(what: string): DatagpuError {
    return new DatagpuError('usage', `this pattern ${what}`, {
      file: this.pattern,
      hint: 'Name the files, or a folder',
    });
  }
}

const one = (character: string): Part => ({ kind: 'one', code: character.codePointAt(0)! });
const many = (part: Part): Part => ({ kind: 'of', choices: [[part]], least: 0, most: 2 });
