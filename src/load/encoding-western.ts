/**
 * Whether a short text that reads as windows-1252 is one. A few letters are likely enough under several encodings: what tells
 * them apart is where they stand. Accents of Western Europe stand among ASCII letters ("café"), those that are other letters
 * in windows-1250 and windows-1254 where these languages have them ("España", not "Gdañsk"), and marks where marks stand.
 */
export interface WesternEvidence {
  /** Words in which every character above ASCII stands where it would. */
  latin: number;
  /** Those of them with one that is another letter in the encodings of Central Europe or Turkey. */
  western: number;
  /** Words with a character that would not stand there. */
  against: number;
}

const vowels = 'aeiouyáéíóúàèìòùâêîôûäëïöüåæøãõ';
/** They are the same letters in windows-1250 and windows-1254, or rare there. */
const shared = 'áâäçéëíîóôöúüßàå';
/** Of the others: how they stand in words of French, Spanish, Portuguese, Italian, Danish, Icelandic. */
const usual: readonly RegExp[] = [
  new RegExp(`(?<=[${vowels}])ñ(?=[${vowels}])`, 'g'),
  /ã(?=[oe])|(?<=ç)ã|õ(?=e)/g,
  new RegExp(`(?<=[^${vowels}\\W]|^)[øæ](?=[^${vowels}\\W])`, 'g'),
  new RegExp(`(?<=[^${vowels}\\W])è(?=[^${vowels}\\W]|$)`, 'g'),
  new RegExp(`(?<=[^${vowels}\\W])ò$`, 'g'),
  new RegExp(`(?<=a)ï(?=[^${vowels}\\W])`, 'g'),
  /^ê|ê(?=t[er]|me|nc)/g,
  /(?<=[o])û|(?<=s)û(?=r)|(?<=br)û(?=l)/g,
  /(?<=[oi])ù$/g,
  /œ(?=[ui])/g,
];
/** Where one of these is, others are of Iceland: Turkish has none of them. */
const icelandic = /[áíóúæ]/i;
/** Marks, in cells. */
const marks: readonly RegExp[] = [
  /(?<=[a-z])’|“(?=[^“”]*”)|(?<=“[^“”]*)”|‘(?=[^‘’]*’)|(?<=‘[^‘’]*)’/gi,
  /«(?=[^«»]*»)|(?<=«[^«»]*)»|[¿¡](?=.*[?!])/g,
  /[€£¥](?=\s?[\d.])|(?<=\d\s?)[€£¥°½¼¾²³%ºª]|[±](?=\s?\d)|µ(?=[a-z]\b)|(?<=[mM])[²³]/g,
  /(?<=^|\s|\d)[–—×½¼¾](?=$|\s|\d)|(?<=[a-z.])…|^•(?=\s?[a-z])|(?<=\s)[©®](?=\s)|^[©®](?=\s|$)|(?<=[a-zé])[®™]|(?<=^|\s)™(?=\s|$)/gi,
  /(?<=\w)\u00a0(?=\w)/g,
];

/** Stands for a mark in its place. */
const placed = '\uffff';

/** Counts them, each word once. `text` is what windows-1252 makes of the bytes. */
export function westernEvidence(text: string): WesternEvidence {
  const found: WesternEvidence = { latin: 0, western: 0, against: 0 };
  const known = icelandic.test(text) ? `${shared}ðþ` : shared;
  const seen = new Set<string>();
  for (const cell of text.split(/[,;\t|"\r\n]+/)) {
    if (!/[^\0-\x7f]/.test(cell)) continue;
    // What stands as a mark would is none of a word.
    let plain = cell.trim();
    for (const mark of marks) plain = plain.replace(mark, placed);
    for (const word of plain.split(/[\s:/()]+/)) {
      if (seen.has(word) || !/[^\0-\x7f]/.test(word)) continue;
      seen.add(word);
      count(word, known, found);
    }
  }
  return found;
}

function count(word: string, known: string, found: WesternEvidence): void {
  const letters = [...word.toLowerCase().replaceAll(placed, ' ').trim()];
  const odd = letters.filter((c) => c >= '\u0080');
  if (odd.length === 0) {
    found.latin++;
    return;
  }
  let left = letters.join('');
  for (const where of usual) left = left.replace(where, '');
  const strange = [...left].filter((c) => c >= '\u0080' && !known.includes(c)).length;
  if (strange > 0 || /\p{Ll}[À-Þ]/u.test(word)) {
    found.against++;
    return;
  }
  const ascii = letters.filter((c) => c >= 'a' && c <= 'z').length;
  const isSpread = letters.length > 2 && /^([a-z]*[à-ÿ](?![à-ÿ]))+[a-z]*$/.test(word);
  if (ascii < 2 * odd.length && !isSpread) return;
  found.latin++;
  if (odd.some((c) => !shared.includes(c))) found.western++;
}
