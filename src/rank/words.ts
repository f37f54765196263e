import type { Column } from '../engine/block.js';
import { createRankKernel } from '../kernels/rank.js';
import { loadLanguage } from './language.js';
import { englishStopWords } from './stopwords.js';
import { TermTable, unpackTerms } from './terms.js';
import { Tokeniser } from './tokeniser.js';

/**
 * The words of each text as ranking sees them (lower-cased, stop words left out, stemmed if there is a language), as
 * binary strings. For targets and explanations: a few texts, not a data set.
 */
export function wordsOf(texts: readonly string[], language: string | null): string[][] {
  const stem = language === null ? undefined : loadLanguage(language);
  const kernel = createRankKernel(stem);
  const table = new TermTable(kernel, stem === undefined ? englishStopWords : [], stem !== undefined);
  const column = textColumn(texts);
  const streams: Uint32Array[] = [];
  let room = { at: 0, end: 0 };
  new Tokeniser(kernel, table).run([column], texts.length, true, (top, bytes) => {
    if (top > room.at) streams.push(kernel.u32(room.at, (top - room.at) / 4).slice());
    const at = kernel.alloc(bytes);
    room = { at, end: at + bytes };
    return room;
  });
  const keys = unpackTerms(table.pack(Uint32Array.from({ length: table.size }, (_, i) => i + 1)));
  const words: string[][] = [];
  for (const stream of streams) {
    for (let from = 0; from < stream.length; ) {
      const to = stream.indexOf(0xffffffff, from);
      words.push(Array.from(stream.subarray(from, to), (id) => keys[id - 1]!));
      from = to + 2;
    }
  }
  return words;
}

export function textColumn(texts: readonly string[]): Column {
  const encoded = texts.map((text) => Buffer.from(text));
  const offsets = new Int32Array(texts.length + 1);
  for (let i = 0; i < encoded.length; i++) offsets[i + 1] = offsets[i]! + encoded[i]!.length;
  return { type: { kind: 'text' }, validity: null, offsets, values: Buffer.concat(encoded) };
}
