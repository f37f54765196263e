import { createRequire } from 'node:module';
import { DatagpuError } from '../errors.js';
import type { Stem } from '../kernels/rank.js';

/** natural's stemmer and stop words by ISO 639-1 code. German's stop words come from the package that natural takes them from. */
const languages: Record<string, { stemmer: string; stopWords: string | null }> = {
  de: { stemmer: 'porter_stemmer_de', stopWords: null },
  en: { stemmer: 'porter_stemmer', stopWords: 'stopwords' },
  es: { stemmer: 'porter_stemmer_es', stopWords: 'stopwords_es' },
  fa: { stemmer: 'porter_stemmer_fa', stopWords: 'stopwords_fa' },
  fr: { stemmer: 'porter_stemmer_fr', stopWords: 'stopwords_fr' },
  id: { stemmer: 'indonesian/stemmer_id', stopWords: 'stopwords_id' },
  it: { stemmer: 'porter_stemmer_it', stopWords: 'stopwords_it' },
  ja: { stemmer: 'stemmer_ja', stopWords: 'stopwords_ja' },
  nl: { stemmer: 'porter_stemmer_nl', stopWords: 'stopwords_nl' },
  no: { stemmer: 'porter_stemmer_no', stopWords: 'stopwords_no' },
  pt: { stemmer: 'porter_stemmer_pt', stopWords: 'stopwords_pt' },
  ru: { stemmer: 'porter_stemmer_ru', stopWords: 'stopwords_ru' },
  sv: { stemmer: 'porter_stemmer_sv', stopWords: 'stopwords_sv' },
  uk: { stemmer: 'porter_stemmer_uk', stopWords: 'stopwords_uk' },
};

/** Codes that `loadLanguage` takes. */
export const languageCodes: readonly string[] = Object.keys(languages);

/**
 * The stemmer of a language, null for its stop words. Loads single files of natural: the whole package takes 0.7 s, pulls
 * in database clients and reads `.env`.
 */
export function loadLanguage(code: string): Stem {
  const language = Object.hasOwn(languages, code) ? languages[code] : undefined;
  if (language === undefined) {
    throw new DatagpuError('usage', `unknown rank language "${code}"`, {
      hint: `Use one of ${languageCodes.join(', ')}`,
    });
  }
  const require = createRequire(import.meta.url);
  const file = `natural/lib/natural/stemmers/${language.stemmer}.js`;
  const stemmer = require(file) as { stem(word: string): string };
  const words =
    language.stopWords === null
      ? (createRequire(require.resolve(file))('stopwords-iso') as Record<string, string[]>)[code]!
      : (require(`natural/lib/natural/util/${language.stopWords}.js`) as { words: string[] }).words;
  const stopWords = new Set(words.map((word) => word.toLowerCase()));
  return (word) => (stopWords.has(word) ? null : stemmer.stem(word));
}
