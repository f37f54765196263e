import { expect, test } from 'vitest';
import { toNfc } from '../../dist/kernels/nfc.js';

const marks = Array.from({ length: 0x20000 }, (_, c) => String.fromCodePoint(c)).filter((c) => /^\p{M}$/u.test(c));

/** The same numbers every time. */
function* numbers(seed: number): Generator<number> {
  for (let n = seed; ; n = (n * 1103515245 + 12345) % 2147483648) yield n / 2147483648;
}

test('long runs of marks come out as ICU has them', () => {
  const random = numbers(1);
  const below = (n: number): number => Math.floor((random.next().value as number) * n);
  for (let run = 0; run < 300; run++) {
    const few = Array.from({ length: 2 + below(6) }, () => marks[below(marks.length)]!);
    let text = 'ệa';
    for (let i = 0; i < 100; i++) text += below(40) === 0 ? 'e' : few[below(few.length)]!;
    expect(toNfc(text)).toBe(text.normalize('NFC'));
  }
});

test('a long run of marks is seen wherever it begins', () => {
  for (const [one, other] of [
    ['\u0301', '\u0323'],
    ['\u{1d165}', '\u{1d16d}'],
    ['\u0301', '\u{1d16d}'],
  ]) {
    for (let before = 0; before < 60; before++) {
      for (const marks of [22, 23, 24, 25, 26, 60]) {
        const text = `${'a'.repeat(before)}${`${one}${other}`.repeat(marks / 2)}${one!.repeat(marks % 2)}b😀e\u0301`;
        expect(toNfc(text)).toBe(text.normalize('NFC'));
      }
    }
  }
});

test('every mark behind marks of the lowest and of the highest class', () => {
  for (const mark of marks) {
    const text = `a${'\u0345\u0334'.repeat(16)}${mark}${'\u0301\u0316'.repeat(8)}`;
    expect(toNfc(text)).toBe(text.normalize('NFC'));
  }
});

test.each([
  ['alternating classes', '\u0301\u0323'],
  ['Hebrew points', '\u05b8\u05b0\u05c2\u05bc'],
  ['many letters with many marks', `a${'\u0301\u0323'.repeat(20)}`],
  ['marks of class 0 between them', '\u0301\u09be\u0323'],
  ['marks that are two', '\u0f73\u0344'],
])('a million code points take no more than their number: %s', (_, unit) => {
  const began = performance.now();
  const text = toNfc(`a${unit.repeat(1e6 / unit.length)}`);
  expect(text.length).toBeGreaterThan(100_000);
  // Ten minutes with insertion.
  expect(performance.now() - began).toBeLessThan(20_000);
});
