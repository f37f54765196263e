import type { ArrowNode } from '../write/arrow.js';
import { type Bound, showBound } from '../write/bounds.js';
import { shortenMin } from '../write/shorten.js';

/** Texts are shown up to this many bytes. */
const shownBytes = 64;

/**
 * The least and the greatest value of a column, found value by value in what was read back: another way than the writer's,
 * which has them of the encoder's kernels. Columns of binary and nested values have none.
 */
export class ColumnBounds {
  private least: Bound = null;
  private greatest: Bound = null;
  private texts: { least: Buffer; greatest: Buffer } | null = null;

  add(node: ArrowNode): void {
    if (node.type.name === 'utf8') this.addTexts(node);
    else this.addOrdered(node);
  }

  private addOrdered(node: ArrowNode): void {
    const at = readerOf(node);
    if (at === null) return;
    for (let row = 0; row < node.rows; row++) {
      if (!hasValue(node, row)) continue;
      const value = at(row);
      // NaN has no place in an order.
      if (Number.isNaN(value)) continue;
      if (this.least === null || value < this.least) this.least = value;
      if (this.greatest === null || value > this.greatest) this.greatest = value;
    }
  }

  /** As the manifest has them. */
  shown(type: ArrowNode['type']): { min: ReturnType<typeof showBound>; max: ReturnType<typeof showBound> } {
    const text = (bytes: Buffer): string => Buffer.from(shortenMin(bytes, shownBytes)).toString('utf8');
    if (this.texts !== null) return { min: text(this.texts.least), max: text(this.texts.greatest) };
    return { min: showBound(this.least, type), max: showBound(this.greatest, type) };
  }

  private addTexts(node: ArrowNode): void {
    const { offsets, values } = node;
    const bytes = Buffer.from(values!.buffer, values!.byteOffset, values!.byteLength);
    let [least, greatest] = [this.texts?.least ?? null, this.texts?.greatest ?? null];
    for (let row = 0; row < node.rows; row++) {
      if (!hasValue(node, row)) continue;
      const [from, to] = [offsets![row]!, offsets![row + 1]!];
      if (least === null || least.compare(bytes, from, to) > 0) least = bytes.subarray(from, to);
      if (greatest === null || greatest.compare(bytes, from, to) < 0) greatest = bytes.subarray(from, to);
    }
    // Copies: the row group goes.
    if (least !== null) this.texts = { least: Buffer.from(least), greatest: Buffer.from(greatest!) };
  }
}

const hasValue = ({ validity }: ArrowNode, row: number): boolean =>
  validity === null || (validity[row >> 3]! & (1 << (row & 7))) !== 0;

/** The value of a row that is not null; null for types without an order. */
function readerOf({ type, values }: ArrowNode): ((row: number) => bigint | number | boolean) | null {
  if (values === null) return null;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const signed = (bits: number) => (row: number) =>
    bits === 64
      ? view.getBigInt64(row * 8, true)
      : BigInt(
          bits === 32 ? view.getInt32(row * 4, true) : bits === 16 ? view.getInt16(row * 2, true) : view.getInt8(row),
        );
  const unsigned = (bits: number) => (row: number) =>
    bits === 64
      ? view.getBigUint64(row * 8, true)
      : BigInt(
          bits === 32
            ? view.getUint32(row * 4, true)
            : bits === 16
              ? view.getUint16(row * 2, true)
              : view.getUint8(row),
        );
  switch (type.name) {
    case 'bool':
      return (row) => (view.getUint8(row >> 3) & (1 << (row & 7))) !== 0;
    case 'int':
      return (type.signed ? signed : unsigned)(type.bits);
    case 'date':
      return signed(32);
    case 'time':
      return signed(type.unit === 'ms' ? 32 : 64);
    case 'timestamp':
    case 'duration':
      return signed(64);
    case 'float':
      return type.bits === 64 ? (row) => view.getFloat64(row * 8, true) : (row) => view.getFloat32(row * 4, true);
    case 'decimal':
      return (row) => (view.getBigInt64(row * 16 + 8, true) << 64n) | view.getBigUint64(row * 16, true);
    default:
      return null;
  }
}
