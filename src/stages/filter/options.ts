import type { Config } from '../../config/options.js';
import { count, list } from '../../config/values.js';
import type { StageOptions } from '../stage.js';

/** Fields of the API, as in `CompileOptions`. */
export interface FilterFields {
  /** Drop rows of fewer words. @default none */
  minWords?: number | undefined;
  /** Drop rows of more words. @default none */
  maxWords?: number | undefined;
  /** Columns whose words are counted. @default all text columns and message texts together */
  filterOn?: readonly string[] | string | undefined;
}

/** Words that a row may have; null: any number. `on` are the columns named, null for all text. */
export interface Bounds {
  least: number | null;
  most: number | null;
  on: readonly string[] | null;
}

export const options: StageOptions = {
  specs: [
    { name: 'min-words', value: 'n', group: 'Filtering', help: 'drop rows of fewer words (default: none)' },
    { name: 'max-words', value: 'n', group: 'Filtering', help: 'drop rows of more words (default: none)' },
    {
      name: 'filter-on',
      value: 'cols',
      list: true,
      group: 'Filtering',
      help: 'columns whose words are counted (default: all text together)',
    },
  ],
  resolve: (get) => ({
    'min-words': get('min-words', count(1), null),
    'max-words': get('max-words', count(0), null),
    'filter-on': get('filter-on', list, null),
  }),
  check(given, failure) {
    const [least, most] = [given['min-words'] as number | null, given['max-words'] as number | null];
    if (given['filter-on'] !== null && least === null && most === null)
      throw failure(
        'filter-on',
        'does nothing without --min-words or --max-words',
        'Add one of them, or leave --filter-on out',
      );
    if (least !== null && most !== null && least > most)
      throw failure('min-words', `is ${least}, more than --max-words ${most}: no row would be left`);
  },
};

/** The bounds that a compile was given. */
export function boundsOf({ stages }: Config): Bounds {
  const given = stages.filter!;
  return {
    least: given['min-words'] as number | null,
    most: given['max-words'] as number | null,
    on: given['filter-on'] as readonly string[] | null,
  };
}
