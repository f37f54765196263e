import type { Block } from '../engine/block.js';
import { type ColumnType, type Field, widthOf } from '../engine/types.js';

/** A block of the fields without a row. */
export function emptyBlock(fields: readonly Field[]): Block {
  return {
    rows: 0,
    columns: fields.map(({ type }) => ({
      type,
      validity: null,
      offsets: hasOffsets(type) ? new Int32Array(1) : null,
      values: new Uint8Array(0),
    })),
  };
}

function hasOffsets(type: ColumnType): boolean {
  return type.kind !== 'null' && !(type.kind === 'arrow' && type.arrow.name === 'null') && widthOf(type) === 0;
}
