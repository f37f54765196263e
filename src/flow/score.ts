import type { Field } from '../engine/types.js';
import { scoreColumn } from '../load/unify.js';

/** The column that ranking adds. */
export const scoreField: Field = { name: scoreColumn, sourceName: scoreColumn, type: { kind: 'float64' } };
