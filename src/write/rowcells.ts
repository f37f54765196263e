import type { ReadColumn } from '../engine/block.js';
import { rowcellNull } from '../engine/rowcell.js';
import { type ArrowType, arrowWidth } from '../engine/types.js';
import { during } from '../kernels/lent.js';
import { type ArrowNode, packBits } from './arrow.js';

/** Unfolds a column of kind `nested` (engine/rowcell.ts) into Arrow's layout. Copies. */
export function unfoldRowcells(column: ReadColumn, type: ArrowType, rows: number): ArrowNode {
  const root = builderOf(type);
  const { validity } = column;
  const bytes = during(column.values);
  const offsets = column.offsets!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let row = 0; row < rows; row++) {
    const from = offsets[row]!;
    const to = offsets[row + 1]!;
    if ((validity !== null && validity[row] === 0) || from === to) root.absent();
    else if (root.read(view, from) !== to) throw new Error(`row ${row}: a nested value does not fill its cell`);
  }
  return root.finish();
}

/** Gathers values of one type. */
abstract class NodeBuilder {
  protected rows = 0;
  private valid = new Uint8Array(64);

  constructor(readonly type: ArrowType) {}

  /** Takes the value at `at`, null mark included, and returns where it ends. */
  read(view: DataView, at: number): number {
    if (view.getUint8(at) === rowcellNull) {
      this.absent();
      return at + 1;
    }
    this.mark(1);
    return this.payload(view, at + 1);
  }

  /** Takes a null. */
  absent(): void {
    this.mark(0);
    this.fill();
  }

  finish(): ArrowNode {
    const { bits, zeros } = packBits(this.valid.subarray(0, this.rows));
    const validity = zeros === 0 ? null : bits;
    return {
      type: this.type,
      rows: this.rows,
      nulls: zeros,
      validity,
      offsets: null,
      values: null,
      children: [],
      ...this.parts(),
    };
  }

  protected abstract payload(view: DataView, at: number): number;
  /** Puts what stands under a null. */
  protected abstract fill(): void;
  protected abstract parts(): Partial<ArrowNode>;

  private mark(valid: 0 | 1): void {
    if (this.rows === this.valid.length) this.valid = grown(this.valid, this.rows + 1);
    this.valid[this.rows++] = valid;
  }
}

class FlatBuilder extends NodeBuilder {
  private readonly width: number;
  private bytes = new Uint8Array(256);

  constructor(type: ArrowType) {
    super(type);
    this.width = arrowWidth(type);
  }

  protected override payload(view: DataView, at: number): number {
    this.fill();
    const target = (this.rows - 1) * this.width;
    for (let i = 0; i < this.width; i++) this.bytes[target + i] = view.getUint8(at + i);
    return at + this.width;
  }

  protected override fill(): void {
    const end = this.rows * this.width;
    if (end > this.bytes.length) this.bytes = grown(this.bytes, end);
  }

  protected override parts(): Partial<ArrowNode> {
    const values = this.bytes.subarray(0, this.rows * this.width);
    if (this.type.name === 'null') return {};
    return { values: this.type.name === 'bool' ? packBits(values).bits : values };
  }
}

class BytesBuilder extends NodeBuilder {
  private offsets = new Int32Array(64);
  private bytes = new Uint8Array(1024);
  private end = 0;

  protected override payload(view: DataView, at: number): number {
    const length = view.getUint32(at, true);
    const from = at + 4;
    if (this.end + length > this.bytes.length) this.bytes = grown(this.bytes, this.end + length);
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + from, length), this.end);
    this.end += length;
    this.fill();
    return from + length;
  }

  protected override fill(): void {
    if (this.rows >= this.offsets.length) this.offsets = grownInts(this.offsets, this.rows + 1);
    this.offsets[this.rows] = this.end;
  }

  protected override parts(): Partial<ArrowNode> {
    return { offsets: this.offsets.subarray(0, this.rows + 1), values: this.bytes.subarray(0, this.end) };
  }
}

class ListBuilder extends NodeBuilder {
  private readonly item: NodeBuilder;
  private offsets = new Int32Array(64);
  private end = 0;

  constructor(type: ArrowType & { name: 'list' }) {
    super(type);
    this.item = builderOf(type.item);
  }

  protected override payload(view: DataView, at: number): number {
    const count = view.getUint32(at, true);
    let next = at + 4;
    for (let i = 0; i < count; i++) next = this.item.read(view, next);
    this.end += count;
    this.fill();
    return next;
  }

  protected override fill(): void {
    if (this.rows >= this.offsets.length) this.offsets = grownInts(this.offsets, this.rows + 1);
    this.offsets[this.rows] = this.end;
  }

  protected override parts(): Partial<ArrowNode> {
    return { offsets: this.offsets.subarray(0, this.rows + 1), children: [this.item.finish()] };
  }
}

class FixedListBuilder extends NodeBuilder {
  private readonly item: NodeBuilder;
  private readonly size: number;

  constructor(type: ArrowType & { name: 'fixedList' }) {
    super(type);
    this.item = builderOf(type.item);
    this.size = type.size;
  }

  protected override payload(view: DataView, at: number): number {
    let next = at;
    for (let i = 0; i < this.size; i++) next = this.item.read(view, next);
    return next;
  }

  protected override fill(): void {
    for (let i = 0; i < this.size; i++) this.item.absent();
  }

  protected override parts(): Partial<ArrowNode> {
    return { children: [this.item.finish()] };
  }
}

class StructBuilder extends NodeBuilder {
  private readonly fields: NodeBuilder[];

  constructor(type: ArrowType & { name: 'struct' }) {
    super(type);
    this.fields = type.fields.map((f) => builderOf(f.type));
  }

  protected override payload(view: DataView, at: number): number {
    let next = at;
    for (const field of this.fields) next = field.read(view, next);
    return next;
  }

  protected override fill(): void {
    for (const field of this.fields) field.absent();
  }

  protected override parts(): Partial<ArrowNode> {
    return { children: this.fields.map((f) => f.finish()) };
  }
}

function builderOf(type: ArrowType): NodeBuilder {
  switch (type.name) {
    case 'utf8':
    case 'binary':
      return new BytesBuilder(type);
    case 'list':
      return new ListBuilder(type);
    case 'fixedList':
      return new FixedListBuilder(type);
    case 'struct':
      return new StructBuilder(type);
    default:
      return new FlatBuilder(type);
  }
}

function grown(bytes: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

function grownInts(ints: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, ints.length * 2));
  larger.set(ints);
  return larger;
}
