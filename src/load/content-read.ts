import type { Data, DataType, Schema, Table } from 'apache-arrow';
import type { ArrowType } from '../engine/types.js';
import type { ArrowNode } from '../write/arrow.js';
import { ContentRows, type SplitRows } from '../write/content.js';
import { enterNode } from '../write/content-columns.js';
import { contentHash } from '../write/fingerprint.js';
import type { ArrowField } from '../write/schema.js';
import { DataFile } from './datafile.js';

/** What is found in the files of a data set. */
export interface FoundContent {
  /** `sha256:...`, as the fingerprint is made. */
  hash: string;
  /** Rows of each file. */
  rows: number[];
  schema: ArrowField[];
  /** Nulls of each column. */
  nulls: number[];
}

/** Numbers of Arrow's type union (apache-arrow `Type`), which the library has for these. */
const typeIds = {
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixed: 15,
  fixedList: 16,
  duration: 18,
} as const;
const units = ['s', 'ms', 'us', 'ns'] as const;

/**
 * Reads all values of the files again and makes the fingerprint of them, and of the splits that they are said to be of. A row group at a time is in memory;
 * `look` sees each of its columns.
 *
 * @throws DatagpuError `input` when a file is missing or damaged
 */
export async function readContent(
  files: readonly { path: string; name: string; bytes: number }[],
  splits: SplitRows | null = null,
  look: (node: ArrowNode, column: number) => void = () => {},
): Promise<FoundContent> {
  const opened: DataFile[] = [];
  try {
    for (const { path, name, bytes } of files) opened.push(await DataFile.open(path, name, bytes));
    const schema = await storedFields(opened[0]!);
    const hash = contentHash(schema);
    const nulls = schema.map(() => 0);
    const rows: number[] = [];
    let place = 0;
    for (const file of opened) {
      const first = place;
      for (let group = 0; group < file.groups; group++) {
        const table = await file.read(group, null);
        for (const batch of nodesOf(table)) {
          const content = new ContentRows(place, batch.rows);
          batch.nodes.forEach((node, c) => {
            nulls[c]! += node.nulls;
            enterNode(node, content);
            look(node, c);
          });
          for (const part of content.finish()) hash.add(part);
          place += batch.rows;
        }
      }
      rows.push(place - first);
    }
    return { hash: hash.finish(splits), rows, schema, nulls };
  } finally {
    for (const file of opened) await file.close();
  }
}

/** The columns of a data file, by its footer. */
export async function storedFields(file: DataFile): Promise<ArrowField[]> {
  return fieldsOf((await file.schemaOnly()).schema, file.elementNames());
}

const fieldsOf = (schema: Schema, names: Iterator<string>): ArrowField[] =>
  schema.fields.map((field) => ({ name: nameOf(field.name, names), type: arrowTypeOf(field.type, names) }));

/** A name as it was written: the library takes a byte order mark from its beginning. */
function nameOf(name: string, names: Iterator<string>): string {
  const written = names.next().value ?? name;
  return written === `\ufeff${name}` ? written : name;
}

function* nodesOf(table: Table): Generator<{ rows: number; nodes: ArrowNode[] }> {
  for (const batch of table.batches)
    yield { rows: batch.numRows, nodes: batch.data.children.map((data) => nodeOf(data as Data)) };
}

/** `names` are those of the elements of Parquet's schema that come next: a list has two more, of which no name counts. */
function arrowTypeOf(type: DataType, names: Iterator<string> = [].values()): ArrowType {
  const of = type as DataType & Record<string, unknown>;
  const unit = (): 'ms' | 'us' | 'ns' => units[of.unit as number] as 'ms' | 'us' | 'ns';
  const items = (): ArrowType => {
    names.next();
    names.next();
    return arrowTypeOf(type.children[0]!.type as DataType, names);
  };
  switch (type.typeId as number) {
    case typeIds.int:
      return { name: 'int', bits: of.bitWidth as 64, signed: of.isSigned as boolean };
    case typeIds.float:
      return { name: 'float', bits: ([16, 32, 64] as const)[of.precision as number]! };
    case typeIds.binary:
      return { name: 'binary' };
    case typeIds.utf8:
      return { name: 'utf8' };
    case typeIds.bool:
      return { name: 'bool' };
    case typeIds.decimal:
      return { name: 'decimal', precision: of.precision as number, scale: of.scale as number };
    case typeIds.date:
      return { name: 'date' };
    case typeIds.time:
      return { name: 'time', unit: unit() };
    case typeIds.timestamp:
      return { name: 'timestamp', unit: unit(), zone: (of.timezone as string | null) ?? null };
    case typeIds.duration:
      return { name: 'duration', unit: unit() };
    case typeIds.list:
      return { name: 'list', item: items() };
    case typeIds.fixedList:
      return { name: 'fixedList', item: items(), size: of.listSize as number };
    case typeIds.struct:
      return {
        name: 'struct',
        fields: type.children.map((field) => ({
          name: nameOf(field.name, names),
          type: arrowTypeOf(field.type as DataType, names),
        })),
      };
    default:
      throw new Error(`a data set has no columns of the type ${String(type)}`);
  }
}

function nodeOf(data: Data): ArrowNode {
  if (data.offset !== 0) throw new Error('a column that begins in the middle of its memory');
  const { length: rows, nullCount: nulls } = data;
  const values = data.values as { buffer: ArrayBufferLike; byteOffset: number; byteLength: number } | undefined;
  return {
    type: arrowTypeOf(data.type as DataType),
    rows,
    nulls,
    validity: nulls === 0 ? null : data.nullBitmap,
    offsets: (data.valueOffsets as Int32Array | undefined) ?? null,
    values: values === undefined ? null : new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    children: data.children.map((child) => nodeOf(child as Data)),
  };
}
