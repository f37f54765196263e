import { resolveColumns } from '../../load/columns.js';
import { requireTextIn, textColumns } from '../../rank/columns.js';
import { isRankable } from '../../rank/texts.js';
import type { Reason, RowStage } from '../stage.js';
import { FilterLane, type FilterPlan } from './lane.js';
import { boundsOf, options } from './options.js';

const words = (n: unknown): string => `${n} ${n === 1 ? 'word' : 'words'}`;

const tooShort: Reason = {
  name: 'too short',
  isOn: (config) => boundsOf(config).least !== null,
  explain: ({ number, config }) => `${words(number)}, at least ${config['min-words']} are asked for`,
};

const tooLong: Reason = {
  name: 'too long',
  isOn: (config) => boundsOf(config).most !== null,
  explain: ({ number, config }) => `${words(number)}, at most ${config['max-words']} are asked for`,
};

/** Word bounds: drops rows whose texts have fewer or more words, as near-dup counts words. */
export const filter: RowStage<FilterPlan> = {
  name: 'filter',
  reasons: [tooShort, tooLong],
  counts: true,
  options,
  isOn(config) {
    const { least, most } = boundsOf(config);
    return least !== null || most !== null;
  },
  describe(config) {
    const { least, most, on } = boundsOf(config);
    if (least === null && most === null) return [];
    const bounds = [least === null ? [] : `at least ${least}`, most === null ? [] : `at most ${most}`].flat();
    return [`filter: rows of ${bounds.join(' and ')} words in ${on?.join(', ') ?? 'all text'}`];
  },
  requireText(config, fields) {
    const { on } = boundsOf(config);
    if (on !== null) requireTextIn(fields, on, '--filter-on', 'to count words of');
  },
  plan(config, fields) {
    const { least, most, on } = boundsOf(config);
    if (least === null && most === null) return null;
    const wanted = on === null ? textColumns(fields) : resolveColumns(on, fields, '--filter-on');
    // Types may still widen to text: a column without text is refused once they hold.
    return { least, most, columns: wanted.filter((f) => isRankable(fields[f]!.type)) };
  },
  open: (plan, codes) => new FilterLane(plan, codes),
};
