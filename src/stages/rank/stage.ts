import type { StageDef } from '../stage.js';

/** Scores and their order, of which `--top` keeps the best rows. */
export const rank: StageDef = {
  name: 'rank',
  reasons: [
    {
      name: 'below top',
      isOn: ({ rank }) => rank.top !== null,
      explain: () => 'its score is not among those that --top keeps',
    },
  ],
  isOn: ({ rank }) => rank.enabled,
  describe: ({ rank }) => [
    rank.enabled ? `rank: ${rank.method}${rank.keepOrder ? ', source order kept' : ''}` : 'rank: off',
  ],
};
