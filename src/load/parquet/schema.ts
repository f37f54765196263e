import type { ArrowType, ColumnType } from '../../engine/types.js';
import { type PhysicalType, refuse, type SchemaElement } from './footer.js';
import type { LogicalType } from './logical.js';

/** A leaf of the schema: what its pages hold, and the type that its values get. */
export interface Leaf {
  /** Position among the column chunks of a row group. */
  index: number;
  physical: PhysicalType;
  /** Bytes of a `fixed`. */
  width: number;
  /** The type of its values; a flat one. */
  arrow: ArrowType;
  /** Highest definition and repetition level. */
  definition: number;
  repetition: number;
}

/** How leaves make a value: see kernels/assembly/ingest/parquet-nested.ts. */
export type Shape =
  | { kind: 'leaf'; leaf: Leaf; nullLevel: number }
  | { kind: 'struct'; nullLevel: number; children: Shape[] }
  | { kind: 'list'; nullLevel: number; itemLevel: number; repetition: number; item: Shape };

/** A top-level column. */
export interface ParquetColumn {
  name: string;
  type: ColumnType;
  /** Its leaves, in the order of their column chunks. */
  leaves: Leaf[];
  /** Null for a flat column, which has one leaf. */
  shape: Shape | null;
  /** Why its values can't be read; null when they can. Then `type` and `shape` say nothing. */
  unreadable: string | null;
}

/** What is thrown, and caught, when the values of one column can't be read. */
class Unreadable extends Error {}

/** A schema element with its own elements below it. */
interface Node extends SchemaElement {
  below: Node[];
}

const maxNesting = 40;

/**
 * The columns of a schema. `fine` are the INT96 leaves that are read as nanoseconds; the others are read as microseconds.
 * Throws 'input' for what no reader could make sense of.
 */
export function readSchema(
  elements: readonly SchemaElement[],
  name: string,
  fine: readonly number[] = [],
): ParquetColumn[] {
  return new SchemaBuilder(elements, name, fine).columns();
}

class SchemaBuilder {
  private next = 0;
  private leaf = 0;
  private found: Leaf[] = [];

  constructor(
    private readonly elements: readonly SchemaElement[],
    private readonly name: string,
    private readonly fine: readonly number[],
  ) {}

  columns(): ParquetColumn[] {
    if (this.elements.length === 0) throw refuse(this.name, 'the Parquet schema is empty');
    const root = this.tree(0);
    if (this.next !== this.elements.length)
      throw refuse(this.name, 'the Parquet schema is damaged: elements are left over');
    if (root.below.length === 0) throw refuse(this.name, 'the Parquet file has no columns');
    return root.below.map((node) => {
      this.found = [];
      const first = this.leaf;
      try {
        const { shape, arrow } = this.shapeOf(node, 0, 0);
        const nested = shape.kind !== 'leaf';
        return {
          name: node.name,
          type: nested ? { kind: 'nested', arrow } : columnTypeOf(arrow),
          leaves: this.found,
          shape: nested ? shape : null,
          unreadable: null,
        };
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        const leaves = unreadLeaves(node, first);
        this.leaf = first + leaves.length;
        return { name: node.name, type: { kind: 'null' }, leaves, shape: null, unreadable: error.message };
      }
    });
  }

  private tree(depth: number): Node {
    const element = this.elements[this.next++];
    if (element === undefined) throw refuse(this.name, 'the Parquet schema is damaged: it ends too early');
    if (depth > maxNesting) throw refuse(this.name, `its types are nested more than ${maxNesting} deep`);
    const below: Node[] = [];
    if (element.physical === null) {
      if (element.children < 0 || element.children > this.elements.length)
        throw refuse(this.name, 'the Parquet schema is damaged: a group has an impossible number of fields');
      for (let i = 0; i < element.children; i++) below.push(this.tree(depth + 1));
    }
    return { ...element, below };
  }

  private fail(what: string): never {
    throw new Unreadable(what);
  }

  /** The shape of a node whose parent's values have these levels. */
  private shapeOf(node: Node, definition: number, repetition: number): { shape: Shape; arrow: ArrowType } {
    if (node.repetition !== 'repeated') return this.once(node, definition, repetition);
    // A repeated field outside a LIST: a list that is never null.
    const item = this.once({ ...node, repetition: 'required' }, definition + 1, repetition + 1);
    return this.listOf(item, 0, definition + 1, repetition + 1);
  }

  private listOf(
    item: { shape: Shape; arrow: ArrowType },
    nullLevel: number,
    itemLevel: number,
    repetition: number,
  ): { shape: Shape; arrow: ArrowType } {
    return {
      shape: { kind: 'list', nullLevel, itemLevel, repetition, item: item.shape },
      arrow: { name: 'list', item: item.arrow },
    };
  }

  /** A node that is not repeated, or whose repetition is dealt with. */
  private once(node: Node, outer: number, repetition: number): { shape: Shape; arrow: ArrowType } {
    const optional = node.repetition === 'optional';
    const definition = optional ? outer + 1 : outer;
    const nullLevel = optional ? definition : 0;
    if (node.physical !== null) {
      const arrow = this.leafType(node, node.physical);
      const leaf: Leaf = {
        index: this.leaf++,
        physical: node.physical,
        width: node.width,
        arrow,
        definition,
        repetition,
      };
      this.found.push(leaf);
      return { shape: { kind: 'leaf', leaf, nullLevel }, arrow };
    }
    if (node.below.length === 0) this.fail('a group has no fields');
    const only = node.below.length === 1 ? node.below[0]! : null;
    if (only !== null && only.repetition === 'repeated') {
      if (node.logical?.name === 'list') {
        const item = this.listItem(node, only, definition + 1, repetition + 1);
        return this.listOf(item, nullLevel, definition + 1, repetition + 1);
      }
      if (node.logical?.name === 'map' && only.physical === null && only.below.length <= 2) {
        const entry = this.mapEntry(only, definition + 1, repetition + 1);
        return this.listOf(entry, nullLevel, definition + 1, repetition + 1);
      }
    }
    const parts = node.below.map((child) => this.shapeOf(child, definition, repetition));
    return {
      shape: { kind: 'struct', nullLevel, children: parts.map((p) => p.shape) },
      arrow: { name: 'struct', fields: parts.map((p, i) => ({ name: node.below[i]!.name, type: p.arrow })) },
    };
  }

  /**
   * The element of a LIST by the format's rules for older writers (LogicalTypes.md, "Lists"): the repeated field is the
   * element itself unless it is a group of one field that is not repeated and is not named as an element.
   */
  private listItem(
    list: Node,
    repeated: Node,
    definition: number,
    repetition: number,
  ): { shape: Shape; arrow: ArrowType } {
    const only = repeated.below.length === 1 ? repeated.below[0]! : null;
    const wrapped =
      repeated.physical === null &&
      only !== null &&
      only.repetition !== 'repeated' &&
      repeated.name !== 'array' &&
      repeated.name !== `${list.name}_tuple`;
    return wrapped
      ? this.once(only, definition, repetition)
      : this.once({ ...repeated, repetition: 'required' }, definition, repetition);
  }

  /** A MAP's entry: a struct of key and value, whatever their names are. */
  private mapEntry(entry: Node, definition: number, repetition: number): { shape: Shape; arrow: ArrowType } {
    if (entry.below.length === 0) this.fail('a group has no fields');
    const names = ['key', 'value'];
    const below = entry.below.map((child, i) => ({ ...child, name: names[i]! }));
    return this.once({ ...entry, repetition: 'required', logical: null, below }, definition, repetition);
  }

  /** The type of a leaf's values. An annotation that its physical type can't have is an error. */
  private leafType(node: Node, physical: PhysicalType): ArrowType {
    const { logical } = node;
    if (physical === 'fixed' && (node.width < 1 || node.width > 1 << 20))
      this.fail(`a fixed length of ${node.width} bytes is not possible`);
    const plain = physicalArrow(physical, node.width, this.fine.includes(this.leaf));
    if (logical === null) return plain;
    const type = annotated(logical, physical, node.width, plain);
    if (type === null) this.fail(`the Parquet schema is damaged: ${logical.name} can't be stored as ${physical}`);
    if (type.name === 'decimal') {
      if (type.precision < 1 || type.scale < 0 || type.scale > type.precision)
        this.fail(`the Parquet schema is damaged: decimal(${type.precision}, ${type.scale}) is not possible`);
      if (type.precision > 38)
        this.fail(`decimals of ${type.precision} digits are not supported; 38 digits are the most`);
    }
    return type;
  }
}

/** The leaves of a column that is not read, the first of them with this number: what the footer can be checked by. */
function unreadLeaves(node: Node, first: number): Leaf[] {
  const { physical } = node;
  if (physical === null) {
    const leaves: Leaf[] = [];
    for (const below of node.below) leaves.push(...unreadLeaves(below, first + leaves.length));
    return leaves;
  }
  return [{ index: first, physical, width: node.width, arrow: { name: 'binary' }, definition: 1, repetition: 1 }];
}

function physicalArrow(physical: PhysicalType, width: number, nano: boolean): ArrowType {
  switch (physical) {
    case 'boolean':
      return { name: 'bool' };
    case 'int32':
      return { name: 'int', bits: 32, signed: true };
    case 'int64':
      return { name: 'int', bits: 64, signed: true };
    case 'int96':
      return { name: 'timestamp', unit: nano ? 'ns' : 'us', zone: null };
    case 'float':
      return { name: 'float', bits: 32 };
    case 'double':
      return { name: 'float', bits: 64 };
    case 'bytes':
      return { name: 'binary' };
    case 'fixed':
      return { name: 'fixed', width };
  }
}

/** The type of an annotated leaf; null when the annotation does not go with the physical type. */
function annotated(logical: LogicalType, physical: PhysicalType, width: number, plain: ArrowType): ArrowType | null {
  switch (logical.name) {
    case 'string':
    case 'enum':
      return physical === 'bytes' ? { name: 'utf8' } : null;
    case 'json':
      return physical === 'bytes' ? { name: 'utf8', holds: 'json' } : null;
    case 'bson':
    case 'geometry':
      return physical === 'bytes' ? plain : null;
    case 'uuid':
      return physical === 'fixed' && width === 16 ? plain : null;
    case 'interval':
      return physical === 'fixed' && width === 12 ? plain : null;
    case 'float16':
      return physical === 'fixed' && width === 2 ? { name: 'float', bits: 16 } : null;
    case 'unknown':
      return { name: 'null' };
    case 'date':
      return physical === 'int32' ? { name: 'date' } : null;
    case 'time':
      return physical === (logical.unit === 'ms' ? 'int32' : 'int64') ? { name: 'time', unit: logical.unit } : null;
    case 'timestamp':
      return physical === 'int64' ? { name: 'timestamp', unit: logical.unit, zone: logical.utc ? 'UTC' : null } : null;
    case 'decimal': {
      const fits = physical === 'int32' || physical === 'int64' || physical === 'bytes' || physical === 'fixed';
      return fits ? { name: 'decimal', precision: logical.precision, scale: logical.scale } : null;
    }
    case 'integer': {
      const { bits, signed } = logical;
      if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) return null;
      return physical === (bits === 64 ? 'int64' : 'int32') ? { name: 'int', bits, signed } : null;
    }
    default:
      // An annotation of groups (MAP, LIST, VARIANT) says nothing of a leaf.
      return plain;
  }
}

/** The kind of column that values of a flat type make. */
function columnTypeOf(arrow: ArrowType): ColumnType {
  switch (arrow.name) {
    case 'null':
      return { kind: 'null' };
    case 'bool':
      return { kind: 'boolean' };
    case 'utf8':
      return arrow.holds === 'json' ? { kind: 'json', arrow: null, messages: true } : { kind: 'text' };
    case 'date':
      return { kind: 'date' };
    case 'int':
      return arrow.bits === 64 && arrow.signed ? { kind: 'int64' } : { kind: 'arrow', arrow };
    case 'float':
      return arrow.bits === 64 ? { kind: 'float64' } : { kind: 'arrow', arrow };
    case 'timestamp':
      return arrow.unit === 'us' && arrow.zone !== null ? { kind: 'datetime' } : { kind: 'arrow', arrow };
    default:
      return { kind: 'arrow', arrow };
  }
}
