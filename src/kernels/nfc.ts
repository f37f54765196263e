/** Marks in a row that make it worth while to put them in order here. */
const longRun = 24;

/**
 * The NFC of a text, in time that grows with its length. ICU puts marks behind a letter in order of their combining classes by
 * insertion: a hundred thousand of alternating classes would take minutes. Where there are many they are put in order here
 * (Unicode Standard, section 3.11: the result is canonically equivalent, so its NFC is the same).
 */
export function toNfc(text: string): string {
  return (hasLongRun(text) ? inOrder(text) : text).normalize('NFC');
}

/**
 * Whether so many marks stand in a row. Each such run covers one of the units that are looked at, from which it is followed to
 * both sides: no unit is looked at more than a few times. A regular expression would begin anew behind every letter.
 */
function hasLongRun(text: string): boolean {
  for (let at = longRun - 1; at < text.length; at += longRun) {
    if (text.charCodeAt(at) < 0x300) continue;
    let marks = 0;
    for (let i = startOf(text, at); i >= 0 && marks < longRun && isMark(text, i); i = startOf(text, i - 1)) marks++;
    if (marks === 0) continue;
    for (let i = after(text, startOf(text, at)); marks < longRun && isMark(text, i); i = after(text, i)) marks++;
    if (marks >= longRun) return true;
  }
  return false;
}

const mark: RegExp = /^\p{M}$/u;
const isMark = (text: string, at: number): boolean =>
  text.charCodeAt(at) >= 0x300 && mark.test(String.fromCodePoint(text.codePointAt(at)!));

/** Where the character begins that has the unit at `at`. */
const startOf = (text: string, at: number): number =>
  at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;

/** Where the character behind that at `at` begins. */
const after = (text: string, at: number): number => at + (text.codePointAt(at)! > 0xffff ? 2 : 1);

/** The text with marks decomposed, those between two characters of class 0 sorted by class. */
function inOrder(text: string): string {
  const known = new Map<string, { mark: string; rank: number }[]>();
  const done: string[] = [];
  let waiting: string[][] = [];
  const flush = (): void => {
    waiting.forEach((marks) => {
      for (const mark of marks) done.push(mark);
    });
    waiting = [];
  };
  for (const character of text) {
    let parts = known.get(character);
    if (parts === undefined) {
      parts = [...character.normalize('NFD')].map((mark) => ({ mark, rank: rankOf(mark) }));
      known.set(character, parts);
    }
    if (parts[0]!.rank === 0) {
      if (waiting.length > 0) flush();
      done.push(character);
      continue;
    }
    for (const { mark, rank } of parts) {
      waiting[rank] ??= [];
      waiting[rank].push(mark);
    }
  }
  flush();
  return done.join('');
}

/**
 * A mark of each combining class but 0, by class. A class that came later than these would only mean that its marks are left
 * where they are, between others of class 0.
 */
const ofEachClass: readonly string[] = [
  0x0334, 0x16ff0, 0x093c, 0x3099, 0x094d, 0x05b0, 0x05b1, 0x05b2, 0x05b3, 0x05b4, 0x05b5, 0x05b6, 0x05b7, 0x05b8,
  0x05b9, 0x05bb, 0x05bc, 0x05bd, 0x05bf, 0x05c1, 0x05c2, 0xfb1e, 0x064b, 0x064c, 0x064d, 0x064e, 0x064f, 0x0650,
  0x0651, 0x0652, 0x0670, 0x0711, 0x0c55, 0x0c56, 0x0e38, 0x0e48, 0x0eb8, 0x0ec8, 0x0f71, 0x0f72, 0x0f74, 0x0321,
  0x1dce, 0x031b, 0x1dfa, 0x0316, 0x059a, 0x302e, 0x1d16d, 0x05ae, 0x0301, 0x0315, 0x035c, 0x035d, 0x0345,
].map((c) => String.fromCodePoint(c));

/** The place of a mark's combining class among all classes, from 1; 0 for class 0. A lower class moves before a higher one. */
function rankOf(mark: string): number {
  let low = 0;
  let high = ofEachClass.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const other = ofEachClass[middle]!;
    const isBelow = swaps(other, mark);
    const isAbove = swaps(mark, other);
    if (!isBelow && !isAbove) return isStarter(mark) ? 0 : middle + 1;
    if (isBelow) high = middle - 1;
    else low = middle + 1;
  }
  return 0;
}

/** Whether normalising puts the second before the first. */
const swaps = (first: string, second: string): boolean =>
  first !== second && (first + second).normalize('NFD') === second + first;

/** Class 0 swaps with nothing. */
const isStarter = (mark: string): boolean => !swaps(mark, ofEachClass[0]!) && !swaps(ofEachClass.at(-1)!, mark);
