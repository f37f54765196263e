import type { Config } from '../../config/options.js';
import type { RowStage } from '../stage.js';
import { emptyRows, fillText } from './rows.js';

type Plan = Pick<Config['clean'], 'emptyRows' | 'fillText'>;

/** Cleaning of whole rows; values were cleaned while they were typed. */
export const clean: RowStage<Plan> = {
  name: 'clean',
  reasons: [
    {
      name: 'empty row',
      isOn: ({ clean }) => clean.emptyRows,
      explain: () => 'every value is null or empty after cleaning',
    },
  ],
  isOn: ({ clean }) => clean.enabled,
  describe: ({ clean }) => [clean.enabled ? 'clean: names, text, empty rows' : 'clean: off'],
  plan: ({ clean }) => (clean.enabled ? { emptyRows: clean.emptyRows, fillText: clean.fillText } : null),
  open: (plan, [code]) => ({
    run(block, drops, changed, absent) {
      const empty = plan.emptyRows ? emptyRows(block) : null;
      if (empty !== null) drops.dropAll(empty, code!);
      return plan.fillText ? fillText(block, changed, drops.mask, absent) : block;
    },
  }),
};
