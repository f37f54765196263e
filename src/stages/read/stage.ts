import type { StageDef } from '../stage.js';

/** Reading: a record that is malformed, or does not fit a declared type, is none of the rows. */
export const read: StageDef = {
  name: 'read',
  reasons: [
    {
      name: 'malformed',
      explain: () =>
        'it is not a well-formed record, or does not fit a declared type; compile with --rejects to see what is wrong with every one',
    },
  ],
  isOn: () => true,
  describe: () => [],
};
