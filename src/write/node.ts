import type { ReadColumn } from '../engine/block.js';
import { type ArrowType, arrowWidth } from '../engine/types.js';
import { unfoldJson } from '../load/json/unfold.js';
import type { ArrowNode } from './arrow.js';
import { unfoldRowcells } from './rowcells.js';

/** A nested column in Arrow's layout, in the type that is stored (`arrowOf`). Everything is made anew. */
export function nodeOf(column: ReadColumn, rows: number): ArrowNode {
  const { type } = column;
  if (type.kind === 'nested') return stored(unfoldRowcells(column, type.arrow, rows));
  if (type.kind === 'json' && type.arrow !== null) return stored(unfoldJson(column, rows));
  throw new Error(`a column of kind ${type.kind} is not nested`);
}

/** A text column in which every row is null. */
function nullText(rows: number): ArrowNode {
  return {
    type: { name: 'utf8' },
    rows,
    nulls: rows,
    validity: rows === 0 ? null : new Uint8Array((rows + 7) >> 3),
    offsets: new Int32Array(rows + 1),
    values: new Uint8Array(0),
    children: [],
  };
}

/** The node in the type that is stored: see `storedType`. Shares what it need not change. */
function stored(node: ArrowNode): ArrowNode {
  const { type, rows } = node;
  switch (type.name) {
    case 'null':
      return nullText(rows);
    case 'float':
      return type.bits === 16
        ? { ...node, type: { name: 'float', bits: 32 }, values: widenHalves(node.values!) }
        : node;
    case 'time':
      return type.unit === 'ns'
        ? node
        : { ...node, type: { name: 'time', unit: 'ns' }, values: toNanoseconds(node.values!, type) };
    case 'fixed':
      return {
        ...node,
        type: { name: 'binary' },
        offsets: Int32Array.from({ length: rows + 1 }, (_, i) => i * type.width),
      };
    case 'list':
    case 'fixedList': {
      const item = stored(node.children[0]!);
      return { ...node, type: { ...type, item: item.type }, children: [item] };
    }
    case 'struct': {
      if (type.fields.length === 0) return emptyObjects(node);
      const children = node.children.map(stored);
      return { ...node, type: { name: 'struct', fields: named(type.fields, children) }, children };
    }
    default:
      return node;
  }
}

function named(
  fields: readonly { name: string }[],
  children: readonly ArrowNode[],
): { name: string; type: ArrowType }[] {
  return fields.map((f, i) => ({ name: f.name, type: children[i]!.type }));
}

/** The text `{}` in every row that is not null. */
function emptyObjects(node: ArrowNode): ArrowNode {
  const offsets = Int32Array.from({ length: node.rows + 1 }, (_, i) => i * 2);
  return { ...node, type: { name: 'utf8' }, offsets, values: Buffer.from('{}'.repeat(node.rows)), children: [] };
}

function toNanoseconds(values: Uint8Array, type: ArrowType & { name: 'time' }): Uint8Array {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const width = arrowWidth(type);
  const out = new BigInt64Array(values.length / width);
  for (let i = 0; i < out.length; i++) {
    out[i] =
      type.unit === 'ms' ? BigInt(view.getInt32(i * 4, true)) * 1_000_000n : view.getBigInt64(i * 8, true) * 1_000n;
  }
  return new Uint8Array(out.buffer);
}

/** IEEE 754 binary16 to binary32, without loss. */
function widenHalves(values: Uint8Array): Uint8Array {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const out = new Float32Array(values.length / 2);
  for (let i = 0; i < out.length; i++) {
    const half = view.getUint16(i * 2, true);
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) out[i] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else out[i] = exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return new Uint8Array(out.buffer);
}
