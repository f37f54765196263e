import { countChange, rule } from '../../clean/rules.js';
import type { ReadBlock, ReadColumn } from '../../engine/block.js';
import { withoutNulls } from '../../engine/kernel-column.js';

/** A column's arrays, for as long as nothing is reserved: asking for them takes longer than reading a value. */
type Arrays = Pick<ReadColumn, 'type' | 'validity' | 'offsets' | 'values'>;

/** One byte a row, 1 where every value is null or ""; null when there is no such row. Nested values are never empty. */
export function emptyRows(block: ReadBlock): Uint8Array | null {
  const { rows, columns } = block;
  // A column that has a value in every row, the usual case, settles it.
  if (columns.some((c) => c.validity === null && c.offsets === null)) return null;
  let empty: Uint8Array | null = null;
  // Columns of single values are the quicker ones to find a value in.
  const byCost = columns
    .map(({ type, validity, offsets, values }): Arrays => ({ type, validity, offsets, values }))
    .sort((a, b) => Number(a.offsets !== null) - Number(b.offsets !== null));
  for (let r = 0; r < rows; r++) {
    if (byCost.some((c) => !isEmpty(c, r))) continue;
    empty ??= new Uint8Array(rows);
    empty[r] = 1;
  }
  return empty;
}

function isEmpty(column: Arrays, row: number): boolean {
  if (column.validity !== null && column.validity[row] === 0) return true;
  if (column.type.kind === 'text') return column.offsets![row] === column.offsets![row + 1];
  return column.type.kind === 'json' && column.type.arrow === null && isEmptyJson(column, row);
}

/** A field of several kinds whose value here is the JSON string "". */
function isEmptyJson(column: Arrays, row: number): boolean {
  const at = column.offsets![row]!;
  return column.offsets![row + 1]! - at === 2 && column.values[at] === 0x22 && column.values[at + 1] === 0x22;
}

/**
 * Makes the nulls of text columns "" and counts them. A null text takes no bytes, so only its mark goes. Rows that are not 0 in
 * `skip` are on their way out, and not counted. Columns that are `absent` from the source stay null: nobody left a cell of them empty.
 */
export function fillText(
  block: ReadBlock,
  changed: Record<string, number>,
  skip: Uint8Array | null = null,
  absent: readonly boolean[] = [],
): ReadBlock {
  const columns = block.columns.map((column, c) => {
    const { validity } = column;
    if (column.type.kind !== 'text' || validity === null || absent[c]) return column;
    let nulls = 0;
    for (let r = 0; r < block.rows; r++) if (validity[r] === 0 && (skip === null || skip[r] === 0)) nulls++;
    countChange(changed, rule.fill, nulls);
    return withoutNulls(column);
  });
  return { rows: block.rows, columns };
}
