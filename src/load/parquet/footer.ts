import { DatagpuError, type ErrorDetail, quoteValue } from '../../errors.js';
import { readFully, statSource, withSource } from '../source-file.js';
import { fromConverted, type LogicalType, logicalType } from './logical.js';
import { ThriftReader, wire } from './thrift.js';

/** Physical types, by their number in the format (parquet.thrift, `Type`). */
export const physicalTypes = ['boolean', 'int32', 'int64', 'int96', 'float', 'double', 'bytes', 'fixed'] as const;
export type PhysicalType = (typeof physicalTypes)[number];

/** An element of the flattened schema. */
export interface SchemaElement {
  name: string;
  /** Null for a group. */
  physical: PhysicalType | null;
  /** Bytes of a `fixed`. */
  width: number;
  repetition: 'required' | 'optional' | 'repeated';
  /** How many of the elements after it are its own, with theirs between them. */
  children: number;
  logical: LogicalType | null;
}

/** A column of a row group (`ColumnMetaData`). */
export interface ColumnChunk {
  physical: PhysicalType;
  codec: number;
  values: number;
  /** Bytes of the pages on disk, and unpacked; not to be relied on. */
  packedBytes: number;
  bytes: number;
  dataPage: number;
  dictionaryPage: number | null;
  /** Unpacked bytes of all byte-array values, when the writer says so. */
  textBytes: number | null;
  /** Whether any page may name values of a dictionary. */
  listed: boolean;
}

export interface RowGroup {
  rows: number;
  columns: ColumnChunk[];
}

export interface FileMetadata {
  schema: SchemaElement[];
  rows: number;
  groups: RowGroup[];
  createdBy: string;
  /** Where the footer begins: pages lie before it. */
  end: number;
}

/** A footer describes columns by row groups; one of a million column chunks takes about 100 MB. */
const maxFooterBytes = 256 * 1024 * 1024;

/** A file that can't be read as Parquet: `what` says why. */
export function refuse(name: string, what: string, detail: Omit<ErrorDetail, 'file'> = {}): DatagpuError {
  return new DatagpuError('input', what, { file: name, ...detail });
}

/** Reads the footer of a Parquet file. Throws 'input' for what is none, is damaged or encrypted. */
export function readFooter(path: string, name: string): FileMetadata {
  const { size } = statSource(path, name);
  return withSource(path, name, (fd) => {
    const tail = Buffer.alloc(8);
    if (size < 12) throw notParquet(name);
    readFully(fd, tail, size - 8, name);
    const magic = tail.toString('latin1', 4, 8);
    if (magic === 'PARE') throw encrypted(name);
    if (magic !== 'PAR1') throw notParquet(name);
    const bytes = tail.readUInt32LE(0);
    if (bytes > size - 12) throw refuse(name, 'the Parquet footer is damaged: it would be longer than the file');
    if (bytes > maxFooterBytes)
      throw refuse(name, `the Parquet footer has ${bytes} bytes; ${maxFooterBytes} are the most`);
    const footer = Buffer.alloc(bytes);
    readFully(fd, footer, size - 8 - bytes, name);
    return parseFooter(footer, size - 8 - bytes, name);
  });
}

const notParquet = (name: string): DatagpuError =>
  refuse(name, 'this is not a Parquet file: it does not end with PAR1', { hint: 'Check that it was copied whole' });
const encrypted = (name: string): DatagpuError =>
  refuse(name, 'the Parquet file is encrypted, which is not supported', {
    hint: 'Write it again without encryption',
  });

function parseFooter(footer: Uint8Array, end: number, name: string): FileMetadata {
  const meta: FileMetadata = { schema: [], rows: 0, groups: [], createdBy: '', end };
  const reader = new ThriftReader(footer);
  try {
    reader.struct((id, type) => {
      if (id === 2 && type === wire.list) meta.schema = reader.list(() => schemaElement(reader));
      else if (id === 3 && type === wire.i64) meta.rows = reader.long();
      else if (id === 4 && type === wire.list) meta.groups = reader.list(() => rowGroup(reader, name));
      else if (id === 6 && type === wire.binary) meta.createdBy = reader.string();
      else if (id === 8) throw encrypted(name);
      else return false;
      return true;
    });
  } catch (cause) {
    if (cause instanceof DatagpuError) throw cause;
    throw refuse(name, `the Parquet footer is damaged: ${(cause as Error).message}`);
  }
  return meta;
}

function schemaElement(reader: ThriftReader): SchemaElement {
  const element: SchemaElement = {
    name: '',
    physical: null,
    width: 0,
    repetition: 'required',
    children: 0,
    logical: null,
  };
  let converted = -1;
  let scale = 0;
  let precision = 0;
  reader.struct((id, type) => {
    if (id === 1 && type === wire.i32) element.physical = physical(reader.zigzag());
    else if (id === 2 && type === wire.i32) element.width = reader.zigzag();
    else if (id === 3 && type === wire.i32) element.repetition = repetition(reader.zigzag());
    else if (id === 4 && type === wire.binary) element.name = reader.string();
    else if (id === 5 && type === wire.i32) element.children = reader.zigzag();
    else if (id === 6 && type === wire.i32) converted = reader.zigzag();
    else if (id === 7 && type === wire.i32) scale = reader.zigzag();
    else if (id === 8 && type === wire.i32) precision = reader.zigzag();
    else if (id === 10 && type === wire.struct) element.logical = logicalType(reader);
    else return false;
    return true;
  });
  element.logical ??= fromConverted(converted, precision, scale);
  return element;
}

function physical(n: number): PhysicalType {
  const type = physicalTypes[n];
  if (type === undefined) throw new Error(`unknown physical type ${n}`);
  return type;
}

function repetition(n: number): SchemaElement['repetition'] {
  const type = (['required', 'optional', 'repeated'] as const)[n];
  if (type === undefined) throw new Error(`unknown repetition ${n}`);
  return type;
}

function rowGroup(reader: ThriftReader, name: string): RowGroup {
  const group: RowGroup = { rows: 0, columns: [] };
  reader.struct((id, type) => {
    if (id === 1 && type === wire.list) group.columns = reader.list(() => columnChunk(reader, name));
    else if (id === 3 && type === wire.i64) group.rows = reader.long();
    else return false;
    return true;
  });
  return group;
}

function columnChunk(reader: ThriftReader, name: string): ColumnChunk {
  let column: ColumnChunk | null = null;
  let hidden = false;
  reader.struct((id, type) => {
    if (id === 1 && type === wire.binary) {
      const elsewhere = reader.string();
      if (elsewhere !== '')
        throw refuse(name, `its pages lie in other files (${quoteValue(elsewhere)})`, {
          hint: 'Name those files',
        });
    } else if (id === 3 && type === wire.struct) column = columnMetadata(reader);
    else if (id === 8 || id === 9) {
      hidden = true;
      return false;
    } else return false;
    return true;
  });
  if (hidden) throw encrypted(name);
  if (column === null) throw new Error('a column has no metadata');
  return column;
}

function columnMetadata(reader: ThriftReader): ColumnChunk {
  const column: ColumnChunk = {
    physical: 'boolean',
    codec: 0,
    values: 0,
    packedBytes: 0,
    bytes: 0,
    dataPage: 0,
    dictionaryPage: null,
    textBytes: null,
    listed: true,
  };
  reader.struct((id, type) => {
    if (id === 1 && type === wire.i32) column.physical = physical(reader.zigzag());
    else if (id === 2 && type === wire.list) {
      const encodings = reader.list(() => reader.zigzag());
      column.listed = encodings.includes(2) || encodings.includes(8);
    } else if (id === 4 && type === wire.i32) column.codec = reader.zigzag();
    else if (id === 5 && type === wire.i64) column.values = reader.long();
    else if (id === 6 && type === wire.i64) column.bytes = reader.long();
    else if (id === 7 && type === wire.i64) column.packedBytes = reader.long();
    else if (id === 9 && type === wire.i64) column.dataPage = reader.long();
    else if (id === 11 && type === wire.i64) column.dictionaryPage = reader.long();
    else if (id === 16 && type === wire.struct)
      reader.struct((f, t) => {
        if (f !== 1 || t !== wire.i64) return false;
        column.textBytes = reader.long();
        return true;
      });
    else return false;
    return true;
  });
  return column;
}
