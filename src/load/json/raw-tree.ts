import type { ArrowType, ColumnType } from '../../engine/types.js';
import type { IngestKernel } from '../../kernels/ingest.js';

/**
 * The places of a column whose lists and objects are kept as they were read, beside their canonical text: those that become
 * text. Plain data.
 */
export interface RawTree {
  /** It is such a place; nothing below it is one. */
  raw: boolean;
  item: RawTree | null;
  /** By key as it stands in canonical JSON text, without quotes. */
  fields: [key: string, tree: RawTree][];
}

const here: RawTree = { raw: true, item: null, fields: [] };

/** The tree of a column of a JSON source; null where nothing is kept so. */
export function rawTreeOf(type: ColumnType): RawTree | null {
  if (type.kind === 'text') return here;
  if (type.kind !== 'json') return null;
  return type.arrow === null ? here : treeOf(type.arrow);
}

function treeOf(type: ArrowType): RawTree | null {
  if (type.name === 'utf8') return type.holds === undefined ? null : here;
  if (type.name === 'list') {
    const item = treeOf(type.item);
    return item === null ? null : { raw: false, item, fields: [] };
  }
  if (type.name !== 'struct') return null;
  const fields = type.fields.flatMap(({ name, type: inner }): RawTree['fields'] => {
    const tree = treeOf(inner);
    return tree === null ? [] : [[JSON.stringify(name).slice(1, -1), tree]];
  });
  return fields.length === 0 ? null : { raw: false, item: null, fields };
}

/** Bytes of a node of the parse kernel's tree (kernels/assembly/ingest/json-nested.ts). */
const nodeWords = 8;

/** Puts the trees of columns into the kernel; returns the address of a uint32 a column, or 0 if none has a tree. */
export function placeTrees(kernel: IngestKernel, trees: readonly (RawTree | null)[]): number {
  if (trees.every((tree) => tree === null)) return 0;
  const roots = trees.map((tree) => (tree === null ? 0 : placeTree(kernel, tree, 0, '')));
  return kernel.put(Uint32Array.from(roots));
}

/** Returns the node's address; `next` is the node of the next field of the same object. */
function placeTree(kernel: IngestKernel, tree: RawTree, next: number, key: string): number {
  const item = tree.item === null ? 0 : placeTree(kernel, tree.item, 0, '');
  const first = tree.fields.reduceRight((after, [name, field]) => placeTree(kernel, field, after, name), 0);
  const bytes = new TextEncoder().encode(key);
  const keyAt = kernel.put(bytes);
  return kernel.put(
    Uint32Array.from([tree.raw ? 1 : 0, item, first, next, keyAt, bytes.length, 0, 0].slice(0, nodeWords)),
  );
}

/** What stands behind a value's canonical text where its text as it was read is another one; `text` is that. */
export function rawMark(text: string): string {
  const bytes = Buffer.byteLength(text);
  const digits = [0, 7, 14, 21, 28].map((shift) => String.fromCharCode(Math.floor(bytes / 2 ** shift) & 127));
  return `\u0001${digits.join('')}${text}`;
}
