import { escapeControls } from '../errors.js';
import { count } from './quantities.js';

/** Words for one and for several, where the name of a count alone is no sentence. */
type Words = Readonly<Record<string, readonly [one: string, several: string]>>;

const reasons: Words = {
  'exact duplicate': ['exact duplicate', 'exact duplicates'],
  'near duplicate': ['near duplicate', 'near duplicates'],
  'empty row': ['empty row', 'empty rows'],
};
const changes: Words = {
  trimmed: ['cell trimmed', 'cells trimmed'],
  'null text filled': ['null of text made ""', 'nulls of text made ""'],
  'null token': ['null token made null', 'null tokens made null'],
  padded: ['missing cell added', 'missing cells added'],
  'trimmed empty cells': ['empty cell too many left out', 'empty cells too many left out'],
  'control characters removed': ['cell without its control characters', 'cells without their control characters'],
  'normalised to NFC': ['cell normalised to NFC', 'cells normalised to NFC'],
  'duplicate keys': ['duplicate key', 'duplicate keys'],
  'lone surrogates': ['lone surrogate replaced', 'lone surrogates replaced'],
  'NaN and Infinity': ['NaN or Infinity read', 'NaNs and Infinities read'],
};

/** `1,500 exact duplicates, 1 empty row`: what is above zero, the largest first. */
export const droppedText = (dropped: Readonly<Record<string, number>>): string => textOf(dropped, reasons);

/** `60 cells trimmed, 19 null tokens made null`. */
export const changedText = (changed: Readonly<Record<string, number>>): string => textOf(changed, changes);

/** `3 categorical, 1 text`. */
export const labelsText = (labels: Readonly<Record<string, number>>): string => textOf(labels, {});

function textOf(counts: Readonly<Record<string, number>>, words: Words): string {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .map(
      ([name, n]) => `${count(n)} ${escapeControls(Object.hasOwn(words, name) ? words[name]![n === 1 ? 0 : 1] : name)}`,
    )
    .join(', ');
}
