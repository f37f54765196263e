import type { Column, ReadColumn } from '../engine/block.js';
import { type ArrowType, arrowWidth, type ColumnType } from '../engine/types.js';
import { during } from '../kernels/lent.js';
import type { RankKernel } from '../kernels/rank.js';

/** Cells of about this many bytes are in the kernel at a time. */
const batchBytes = 1 << 20;

/** A list of structs that have a role and a content: a chat. */
export function isMessageList(type: ArrowType | null): boolean {
  if (type?.name !== 'list' || type.item.name !== 'struct') return false;
  const names = type.item.fields.map((field) => field.name);
  return names.includes('role') && names.includes('content');
}

/** Whether ranking reads a column of this type: text, JSON text, and message lists. */
export function isRankable(type: ColumnType): boolean {
  if (type.kind === 'text') return true;
  if (type.kind === 'json') return type.arrow === null || isMessageList(type.arrow);
  return type.kind === 'nested' && isMessageList(type.arrow);
}

/**
 * The columns' texts: a text column as it is, of message lists a line for each turn that has text (shared/messages.ts says
 * which turns count), other JSON text as it is. Columns of other types than `isRankable` says have no text.
 */
export function textsOf(kernel: RankKernel, columns: readonly ReadColumn[], rows: number): ReadColumn[] {
  return columns.map((column) => {
    const { type } = column;
    if (type.kind === 'json' || (type.kind === 'text' && type.nested)) return jsonTexts(kernel, column, rows);
    if (column.type.kind === 'nested') return nestedTexts(column, rows, column.type.arrow);
    return column;
  });
}

function jsonTexts(kernel: RankKernel, column: ReadColumn, rows: number): Column {
  const from = column.offsets!;
  const values = new Uint8Array(from[rows]! - from[0]!);
  const offsets = new Int32Array(rows + 1);
  const mark = kernel.mark();
  for (let row = 0; row < rows; ) {
    let end = row + 1;
    while (end < rows && from[end + 1]! - from[row]! <= batchBytes) end++;
    const bytes = from[end]! - from[row]!;
    const cells = kernel.put(column.values.subarray(from[row]!, from[end]!));
    const target = kernel.alloc(bytes + 64);
    const newOffsets = kernel.alloc((end - row + 1) * 4);
    kernel.exports.messageTexts(
      cells - from[row]!,
      kernel.put(from.subarray(row, end + 1)),
      end - row,
      newOffsets,
      target,
    );
    const placed = kernel.i32(newOffsets, end - row + 1);
    const at = offsets[row]!;
    for (let r = row; r < end; r++) offsets[r + 1] = at + placed[r + 1 - row]!;
    values.set(kernel.u8(target, offsets[end]! - at), at);
    kernel.reset(mark);
    row = end;
  }
  const validity = column.validity?.slice() ?? null;
  return { type: { kind: 'text' }, validity, offsets, values: values.subarray(0, offsets[rows]) };
}

/** Message lists in the row encoding (engine/rowcell.ts). */
function nestedTexts(column: ReadColumn, rows: number, type: ArrowType): Column {
  const parts: Uint8Array[] = [];
  const offsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    const cell = during(column.values.subarray(column.offsets![row]!, column.offsets![row + 1]!));
    const valid = column.validity === null || column.validity[row] === 1;
    const text = valid && cell.length > 0 ? messagesOf(new CellReader(cell), type) : '';
    const bytes = Buffer.from(text);
    parts.push(bytes);
    offsets[row + 1] = offsets[row]! + bytes.length;
  }
  const validity = column.validity?.slice() ?? null;
  return { type: { kind: 'text' }, validity, offsets, values: Buffer.concat(parts) };
}

function messagesOf(reader: CellReader, type: ArrowType): string {
  if (type.name !== 'list' || type.item.name !== 'struct' || !reader.present()) return '';
  const { fields } = type.item;
  const lines: string[] = [];
  const ofSystem: string[] = [];
  for (let turns = reader.count(); turns > 0; turns--) {
    if (!reader.present()) continue;
    const turn = new Map(fields.map((field) => [field.name, reader.texts(field.type, field.name === 'content')]));
    const text = turn.get('content')!.join(' ');
    if (text !== '') (turn.get('role')!.join(' ') === 'system' ? ofSystem : lines).push(text);
  }
  return (lines.length > 0 ? lines : ofSystem).join('\n');
}

/** Reads a cell of the row encoding from its start. */
class CellReader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly cell: Uint8Array) {
    this.view = new DataView(cell.buffer, cell.byteOffset, cell.length);
  }

  present(): boolean {
    return this.cell[this.at++] === 1;
  }

  count(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  /** Reads a value of the type: a text, and with `parts` the texts of its parts; [] for anything else. */
  texts(type: ArrowType, parts: boolean): string[] {
    if (!this.present()) return [];
    switch (type.name) {
      case 'utf8': {
        const bytes = this.count();
        this.at += bytes;
        return [Buffer.from(this.cell.buffer, this.cell.byteOffset + this.at - bytes, bytes).toString()];
      }
      case 'binary':
        this.at += this.count();
        return [];
      case 'list':
      case 'fixedList': {
        const found: string[] = [];
        for (let n = type.name === 'list' ? this.count() : type.size; n > 0; n--) {
          const texts = this.texts(type.item, parts);
          if (parts) found.push(...texts);
        }
        return found;
      }
      case 'struct': {
        const found: string[] = [];
        for (const field of type.fields) {
          const texts = this.texts(field.type, false);
          if (parts && field.name === 'text') found.push(...texts);
        }
        return found;
      }
      default:
        this.at += arrowWidth(type);
        return [];
    }
  }
}
