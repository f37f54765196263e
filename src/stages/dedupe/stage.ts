import type { StageDef } from '../stage.js';

/** Exact and near duplicates of a row kept so far. */
export const dedupe: StageDef = {
  name: 'dedupe',
  reasons: [
    {
      name: 'exact duplicate',
      isOn: ({ dedupe }) => dedupe.enabled,
      explain: ({ kept, cut, byValue, config }) =>
        `it equals ${kept}${comparedBy(config['dedupe-on'])}${cut}${cut === '' || byValue === '' ? '' : ','}${byValue}`,
    },
    {
      name: 'near duplicate',
      isOn: ({ near }) => near.enabled,
      explain: ({ kept, cut, similarity, config }) =>
        `its similarity with ${kept}${cut === '' ? '' : `${cut},`} is ${similarity}, and the threshold ${config['near-dup-threshold']}`,
    },
  ],
  isOn: ({ dedupe, near }) => dedupe.enabled || near.enabled,
  describe: ({ dedupe, near }) => [
    dedupe.enabled ? `exact dedupe on ${dedupe.on?.join(', ') ?? 'all columns'}` : 'exact dedupe: off',
    ...(near.enabled ? [`near dedupe: Jaccard similarity of ${near.shingle}-word shingles >= ${near.threshold}`] : []),
  ],
};

const comparedBy = (on: unknown): string => (Array.isArray(on) && on.length > 0 ? ` in ${on.join(', ')}` : '');
