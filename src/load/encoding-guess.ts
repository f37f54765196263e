import { alphabets, type Ideographs, ideographs } from './encoding-letters.js';
import { westernEvidence } from './encoding-western.js';
import { transcode } from './transcode.js';

/**
 * Which encoding bytes are in that are not UTF-8: the one under which they are the likeliest text of a language that uses it,
 * by the frequencies of letters (encoding-letters.ts) and of what stands beside what. Texts that another reading fits nearly
 * as well are nobody's to decide.
 */
export interface Guess {
  /** Readings that fit, the best first, each with what it makes of the first cell that it matters for. More than one: undecided. */
  candidates: { encoding: string; cell: string }[];
  /** 1-based line of that cell. */
  line: number;
}

/** Bytes that are judged. */
const judgedBytes = 48 * 1024;
/** A reading wins if the text is so many times (e to the power of) likelier under it than under any other. */
const margin = 4;
/** With fewer letters than `someLetters` chance weighs more. */
const wideMargin = 8;
const someLetters = 10;
/** Far more files are in windows-1252 than in any other: how much likelier (e to the power of) it is from the start. */
const before: Readonly<Record<string, number>> = {
  'windows-1252': 9,
  'windows-1250': -4,
  'windows-1254': -2,
  'iso-8859-2': -5,
  'iso-8859-5': -5,
  'iso-8859-6': -5,
  'x-mac-cyrillic': -5,
  ibm866: -2,
  macintosh: -4,
};
/** Where another reading is so many times (e to the power of) likelier by the text alone, the bytes are not taken for windows-1252. */
const doubt = 3;
/** Below this, for each byte, no reading is one. */
const leastLikely = -8.5;

/** Shares of a text's characters above ASCII; of one that is no letter of the language, and of one that is none at all. */
const share = { letter: 0.9, mark: 0.1, latinLetter: 0.65, latinMark: 0.35, other: 1e-5, none: 1e-8 };
/** By their frequency. */
const usualMarks = '’“”–—…‘•°«»\u00a0„€£®©™¿¡§·ºª±²³½№×‚؟،µ';
/** In words of other scripts, too, ASCII and other letters seldom stand side by side. */
const transition = { inWord: 0.8, toWord: 0.2, besideAscii: 0.003, latinPair: 0.04 };

/** What judges characters: logarithms of their probabilities. */
interface Model {
  encoding: string;
  letters: ReadonlyMap<string, number>;
  marks: ReadonlyMap<string, number>;
  latin: boolean;
  /** Most of its characters take two bytes. */
  wide: boolean;
}

/** Fewer letters are no text of another script, and of another Latin alphabet. */
const fewLetters = 3;
const fewLatinLetters = 6;
/** From so many on, letters of different words, their frequencies tell languages apart. */
const manyLetters = 24;

interface Reading {
  encoding: string;
  text: string;
  /** By the text alone, and with what is known before. */
  raw: number;
  score: number;
  letters: number;
  latin: boolean;
  likely: boolean;
}

/** Guesses from samples of a file; null where no reading is likely. */
export function guessEncoding(samples: readonly Uint8Array[]): Guess | null {
  const bytes = oddLines(samples);
  const found = new Map<string, Reading>();
  for (const model of models()) {
    const text = decoded(bytes, model.encoding);
    const { score, ascii, bytes: judged, letters } = scoreOf(text, model);
    const whole = score + ascii + (before[model.encoding] ?? 0);
    const known = found.get(text);
    // Marks alone say nothing of a language.
    const likely = score / Math.max(1, judged) > leastLikely && (letters > 0 || model.latin);
    const reading = {
      encoding: model.encoding,
      raw: score + ascii,
      score: whole,
      letters,
      latin: model.latin,
      text,
      likely,
    };
    // Encodings that read it alike are one candidate, under the name of the likeliest one; any language makes it likely.
    if (known === undefined) found.set(text, reading);
    else if (whole > known.score) found.set(text, { ...reading, likely: likely || known.likely });
    else known.likely ||= likely;
  }
  const ranked = [...found.values()].filter((f) => f.likely).sort((a, b) => b.score - a.score);
  const best = ranked[0];
  if (best === undefined) return null;
  const candidates = ranked.filter((f) =>
    best.encoding === 'windows-1252'
      ? f === best || f.raw > best.raw + doubt
      : best.score - f.score < (best.letters < someLetters ? wideMargin : margin),
  );
  // So few letters fit several encodings, whatever their frequencies.
  if (best.encoding === 'windows-1252') {
    const rival = rivalOf(best, ranked);
    if (rival !== null && !candidates.includes(rival)) candidates.push(rival);
  } else if (best.letters < (best.latin ? fewLatinLetters : fewLetters)) {
    if (!best.latin && isWithinWords(best)) return null;
    const usual = ranked.find((f) => f.encoding === 'windows-1252');
    // Without a reading beside it: a letter or two of another script may be what is left of a damaged character.
    const damaged = { ...best, encoding: 'utf-8', text: new TextDecoder().decode(bytes) };
    const other = usual ?? (best.latin ? ranked[1] : damaged);
    if (other !== undefined && !(best.encoding === 'macintosh' && isWestern(best)) && !candidates.includes(other))
      candidates.unshift(other);
  }
  return {
    candidates: candidates.slice(0, 4).map(({ encoding, text }) => ({ encoding, cell: firstCell(text) })),
    line: firstLine(samples),
  };
}

/** The likeliest reading beside windows-1252, where nothing in a short text speaks for that; null where something does. */
function rivalOf(best: Reading, ranked: readonly Reading[]): Reading | null {
  if (best.letters >= manyLetters) return null;
  const { latin, western, against } = westernEvidence(best.text);
  if (latin > 0 && western >= against) return null;
  const hasNone = ({ text }: Reading): boolean => [...text].some(isNone);
  // A reading with characters that no text has is no rival of one without.
  return ranked.find((f) => f !== best && (latin === 0 || f.latin) && (hasNone(best) || !hasNone(f))) ?? null;
}

/** Whether two words at least are written as in languages of Western Europe, and all of them. */
function isWestern({ text }: Reading): boolean {
  const { latin, against } = westernEvidence(text);
  return latin > 1 && against === 0;
}

/**
 * Whether all characters above ASCII stand in words of ASCII letters ("invalid_\u044f_part"): a letter or two of another script
 * do not, so they are what is left of damaged characters.
 */
function isWithinWords({ text }: Reading): boolean {
  const words = text.split(/[\0-\x20,;"|:/()]+/).filter((word) => /[^\0-\x7f]/.test(word));
  return words.every((word) => /[A-Za-z]/.test(word));
}

/** As the source would be read: some versions of Node.js take windows-1252 for Latin-1. */
function decoded(bytes: Uint8Array, encoding: string): string {
  if (encoding !== 'windows-1252' && encoding !== 'macintosh') return new TextDecoder(encoding).decode(bytes);
  return Buffer.from(transcode(encoding, '').write(bytes)).toString();
}

/** The lines that have a byte above ASCII, as many as are judged. */
function oddLines(samples: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let left = judgedBytes;
  for (const sample of samples) {
    let from = 0;
    while (from < sample.length && left > 0) {
      const odd = sample.subarray(from).findIndex((b) => b >= 0x80);
      if (odd < 0) break;
      const start = Math.max(from, sample.lastIndexOf(10, from + odd) + 1);
      const end = sample.indexOf(10, from + odd);
      const stop = end < 0 ? sample.length : end + 1;
      const line = sample.subarray(Math.max(start, from + odd - 2000), Math.min(stop, from + odd + left));
      parts.push(line);
      left -= line.length;
      from = stop;
    }
  }
  return Buffer.concat(parts);
}

function firstLine(samples: readonly Uint8Array[]): number {
  const head = samples[0]!;
  const odd = head.findIndex((b) => b >= 0x80);
  let line = 1;
  for (let i = 0; i < odd; i++) if (head[i] === 10) line++;
  return line;
}

/** The first cell with a character above ASCII, about. */
function firstCell(text: string): string {
  const at = text.search(/[\u0080-\uffff]/);
  if (at < 0) return '';
  // Not one pattern for all of it: that would be tried from every character of a long cell before it.
  const isBorder = (c: string | undefined): boolean => c === undefined || ',;\t|"\r\n'.includes(c);
  let from = at;
  while (!isBorder(text[from - 1])) from--;
  let to = at;
  while (!isBorder(text[to])) to++;
  return text.slice(from, to).trim().slice(0, 40);
}

/** How likely a text is: its words with characters above ASCII, each of them once, as tables repeat theirs. */
function scoreOf(text: string, model: Model): { score: number; ascii: number; bytes: number; letters: number } {
  let score = 0;
  let letters = 0;
  let ascii = 0;
  let bytes = 0;
  for (const word of new Set(text.split(/[\0-\x20,;"|:/()]+/))) {
    if (!/[^\0-\x7f]/.test(word)) continue;
    let wasLetter = false;
    let previous = ' ';
    for (const c of word) {
      const own = model.letters.get(c) ?? model.letters.get(c.toLowerCase());
      if (c < '\u0080') {
        // What another reading takes for the second half of a character has its price too.
        ascii += ofAscii(c, previous);
        if (wasLetter && isAsciiLetter(c) && !model.latin) score += Math.log(transition.besideAscii);
        wasLetter = false;
      } else {
        // A character of two bytes stands for two of another reading.
        bytes += model.wide && !(isHalfWidth(c) && model.encoding === 'shift_jis') ? 2 : 1;
        score += ofCharacter(c, previous, model);
        if (own !== undefined) {
          letters++;
          if (model.latin) score += wasLetter ? Math.log(transition.latinPair) : 0;
          else if (isAsciiLetter(previous)) score += Math.log(transition.besideAscii);
          else score += Math.log(wasLetter ? transition.inWord : transition.toWord);
        }
        wasLetter = own !== undefined;
      }
      previous = c;
    }
  }
  return { score, ascii, bytes, letters };
}

function ofAscii(c: string, previous: string): number {
  if (c >= 'a' && c <= 'z') return Math.log(0.04);
  if (c >= 'A' && c <= 'Z') return Math.log(isLowerLetter(previous) ? 0.0005 : 0.01);
  return Math.log(c >= '0' && c <= '9' ? 0.02 : 0.001);
}

function ofCharacter(c: string, previous: string, { letters, marks }: Model): number {
  const own = letters.get(c);
  if (own !== undefined) return own;
  const lower = letters.get(c.toLowerCase());
  if (lower !== undefined) return lower + Math.log(isLowerLetter(previous) ? 0.001 : 0.1);
  const mark = marks.get(c);
  if (mark !== undefined) return mark + (inWord(previous, c) ? Math.log(0.01) : 0);
  return Math.log(isNone(c) ? share.none : share.other);
}

const isAsciiLetter = (c: string): boolean => /^[a-z]$/i.test(c);
const isLowerLetter = (c: string): boolean => /^\p{Ll}$/u.test(c);
/** A mark right behind a letter is none of a word's, but for an apostrophe and what ends it. */
const inWord = (previous: string, c: string): boolean =>
  /^\p{L}$/u.test(previous) && !'\u00a0’”»…–—™®·ºª²³°'.includes(c);
const isHalfWidth = (c: string): boolean => c >= '\uff61' && c <= '\uff9f';
const isNone = (c: string): boolean =>
  c === '\ufffd' || (c >= '\u0080' && c < '\u00a0') || (c >= '\ue000' && c <= '\uf8ff');

let made: Model[] | null = null;

/** Made when they are asked for: few files need them. */
function models(): Model[] {
  made ??= [
    ...alphabets.flatMap(({ encodings, letters, latin }) => {
      const known = rankedLetters(letters, latin ? share.latinLetter : share.letter);
      const marks = rankedLetters(usualMarks, latin ? share.latinMark : share.mark);
      return encodings.map((encoding) => ({ encoding, letters: known, marks, latin, wide: false }));
    }),
    ...ideographs.flatMap((script) =>
      script.encodings
        .filter((encoding) => encoding in levelRanges)
        .map((encoding) => ({
          encoding,
          letters: ideographLetters(encoding, script),
          marks: new Map(),
          latin: false,
          wide: true,
        })),
    ),
  ];
  return made;
}

/** The share of a letter falls with its place, as Zipf has it. */
function rankedLetters(letters: string, part: number): Map<string, number> {
  const all = [...new Set(letters)];
  const weight = (i: number): number => 1 / (i + 4);
  const total = all.reduce((sum, _, i) => sum + weight(i), 0);
  return new Map(all.map((c, i) => [c, Math.log((part * weight(i)) / total)]));
}

/** Lead bytes of first level, second level and symbols; trail bytes from `least` on. The rest was added later. */
const levelRanges: Readonly<Record<string, { levels: readonly (readonly [number, number])[]; least: number }>> = {
  gbk: {
    levels: [
      [0xb0, 0xd7],
      [0xd8, 0xf7],
      [0xa1, 0xa9],
    ],
    least: 0xa1,
  },
  'euc-jp': {
    levels: [
      [0xb0, 0xcf],
      [0xd0, 0xf4],
      [0xa1, 0xa8],
    ],
    least: 0xa1,
  },
  'euc-kr': {
    levels: [
      [0xb0, 0xc8],
      [0xca, 0xfd],
      [0xa1, 0xac],
    ],
    least: 0xa1,
  },
  big5: {
    levels: [
      [0xa4, 0xc6],
      [0xc9, 0xf9],
      [0xa1, 0xa3],
    ],
    least: 0x40,
  },
  shift_jis: {
    levels: [
      [0x88, 0x98],
      [0x99, 0xea],
      [0x81, 0x84],
    ],
    least: 0x40,
  },
};

function ideographLetters(encoding: string, { groups, levels }: Ideographs): Map<string, number> {
  const decoder = new TextDecoder(encoding);
  const { levels: ranges, least } = levelRanges[encoding]!;
  const members: string[][] = [[], [], [], []];
  for (let lead = 0x81; lead < 0xff; lead++)
    for (let trail = 0x40; trail < 0xff; trail++) {
      const c = decoder.decode(Uint8Array.of(lead, trail));
      if ([...c].length !== 1 || c < '\u0080' || isNone(c)) continue;
      const level = trail < least ? -1 : ranges.findIndex(([from, to]) => lead >= from && lead <= to);
      members[level < 0 ? 3 : level]!.push(c);
    }
  const letters = new Map<string, number>();
  members.forEach((all, level) => {
    for (const c of all) letters.set(c, Math.log(levels[level]! / all.length));
  });
  // Half-width katakana.
  if (encoding === 'shift_jis' || encoding === 'euc-jp')
    for (let c = 0xff61; c <= 0xff9f; c++) letters.set(String.fromCharCode(c), Math.log(0.01 / 63));
  for (const { characters, share: part } of groups) {
    const all = [...new Set(characters)];
    for (const c of all) letters.set(c, Math.log(part / all.length));
  }
  return letters;
}
