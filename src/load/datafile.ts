import fs from 'node:fs/promises';
import type { Schema, Table } from 'apache-arrow';
import { DatagpuError } from '../errors.js';
import { moveColumn } from '../write/chunk.js';
import { withoutIndex } from '../write/offset-index.js';
import {
  columnChunk,
  columnMetadata,
  dataPage,
  fileMetadata,
  keyValue,
  magic,
  pageHeader,
  rowGroup,
  schemaElement,
} from '../write/parquet.js';
import {
  binary,
  bytesOf,
  encodeStruct,
  i32,
  i64,
  integer,
  readStruct,
  structOf,
  structs,
  structsOf,
  type ThriftList,
  type ThriftStruct,
} from '../write/thrift.js';
import { isWholeFooter } from './footer-check.js';
import { wire } from './parquet/thrift.js';

/** Footers of our files are far smaller; a longer one is damage. */
const maxFooterBytes = 256 * 2 ** 20;
/** parquet-wasm makes a batch of the whole row group. */
const wholeGroup = 2 ** 30;

/**
 * A data file that datagpu wrote, read a row group at a time. parquet-wasm reads whole files only, or in pieces through
 * a Blob, slowly; so the pages of each row group are given to it as a small file of their own.
 */
export class DataFile {
  private schema: Promise<Schema> | null = null;

  private constructor(
    private readonly handle: fs.FileHandle,
    private readonly name: string,
    private readonly metadata: ThriftStruct,
  ) {}

  /**
   * Opens a data file, whose size is known, and its rows where `rows` says so.
   *
   * @throws DatagpuError `input` when it is missing, or not that file
   */
  static async open(path: string, name: string, bytes: number, rows: number | null = null): Promise<DataFile> {
    const handle = await fs.open(path).catch((cause: unknown) => {
      throw new DatagpuError('input', 'the data file can not be opened', { file: name, cause });
    });
    try {
      const { size } = await handle.stat();
      if (size !== bytes) throw changed(name, `it has ${size} bytes and not ${bytes}`);
      const tail = await readAt(handle, name, size - 8, 8);
      const length = tail.readUInt32LE(0);
      if (!tail.subarray(4).equals(magic) || length > Math.min(maxFooterBytes, size - 12))
        throw changed(name, 'it has no Parquet footer');
      const footer = await readAt(handle, name, size - 8 - length, length);
      const { struct } = readStruct(footer, 0);
      if (!isWholeFooter(struct)) throw changed(name, 'its footer is damaged');
      const file = new DataFile(handle, name, struct);
      if (rows !== null && file.rows() !== rows) throw changed(name, `it has ${file.rows()} rows and not ${rows}`);
      return file;
    } catch (error) {
      await handle.close();
      throw error instanceof DatagpuError ? error : changed(name, 'its footer is damaged', error);
    }
  }

  /** What its metadata have under a key; null if there is no such key. */
  value(key: string): string | null {
    const pair = structsOf(this.metadata, fileMetadata.keyValues).find(
      (one) => Buffer.from(bytesOf(one, keyValue.key)!).toString() === key,
    );
    return pair === undefined ? null : Buffer.from(bytesOf(pair, keyValue.value)!).toString();
  }

  /** The names of the elements of its schema, in their order, the root left out. */
  *elementNames(): Generator<string, void, undefined> {
    for (const element of structsOf(this.metadata, fileMetadata.schema).slice(1))
      yield Buffer.from(bytesOf(element, schemaElement.name)!).toString('utf8');
  }

  /** How many row groups it has. */
  get groups(): number {
    return structsOf(this.metadata, fileMetadata.groups).length;
  }

  /** Rows of a row group. */
  rowsOf(group: number): number {
    return integer(structsOf(this.metadata, fileMetadata.groups)[group]!, rowGroup.rows)!;
  }

  /** Rows of all row groups, as the footer has them. */
  rows(): number {
    const rows = structsOf(this.metadata, fileMetadata.groups).reduce((n, _, group) => n + this.rowsOf(group), 0);
    if (!Number.isSafeInteger(rows)) throw changed(this.name, 'its footer is damaged');
    return rows;
  }

  /**
   * A row group as an Arrow table of one batch, from the columns named (null = all), whose pages alone are read. Copies
   * the pages into WebAssembly and the values out of it.
   */
  async read(group: number, columns: readonly string[] | null): Promise<Table> {
    const found = structsOf(this.metadata, fileMetadata.groups)[group]!;
    const chunks: ThriftStruct[] = [];
    const pages: Buffer[] = [];
    let at = magic.length;
    for (const chunk of structsOf(found, rowGroup.columns)) {
      const column = structOf(chunk, columnChunk.metadata)!;
      if (columns !== null && !columns.includes(rootOf(column))) continue;
      const from = integer(column, columnMetadata.dictionaryPage) ?? integer(column, columnMetadata.dataPage)!;
      const bytes = await readAt(this.handle, this.name, from, integer(column, columnMetadata.compressedBytes)!);
      pages.push(bytes);
      const moved = moveColumn(column, at - from);
      chunks.push(new Map([...withoutIndex(chunk), [columnChunk.metadata, { type: wire.struct, value: moved }]]));
      at += bytes.length;
    }
    const part: ThriftStruct = new Map([...found, [rowGroup.columns, structs(chunks)]]);
    part.delete(rowGroup.fileOffset);
    return this.decode(pages, [part], columns);
  }

  /**
   * The pages of a column of a row group, for who wants few of its rows; null where they can't be read one by one, as those
   * of nested columns. Reads the column, and unpacks nothing.
   */
  async pages(group: number, name: string): Promise<ColumnPage[] | null> {
    const found = structsOf(this.metadata, fileMetadata.groups)[group]!;
    const ofColumn = structsOf(found, rowGroup.columns).filter(
      (chunk) => rootOf(structOf(chunk, columnChunk.metadata)!) === name,
    );
    const column = structOf(ofColumn[0]!, columnChunk.metadata)!;
    const isFlat = ofColumn.length === 1 && (column.get(columnMetadata.path)!.value as ThriftList).items.length === 1;
    if (!isFlat) return null;
    const from = integer(column, columnMetadata.dictionaryPage) ?? integer(column, columnMetadata.dataPage)!;
    const bytes = await readAt(this.handle, this.name, from, integer(column, columnMetadata.compressedBytes)!);
    try {
      return pagesIn(bytes, from);
    } catch (cause) {
      throw changed(this.name, 'its pages are damaged', cause);
    }
  }

  /** A page of a column as an Arrow table of one batch. */
  async readPage(group: number, name: string, page: ColumnPage): Promise<Table> {
    const found = structsOf(this.metadata, fileMetadata.groups)[group]!;
    const chunk = structsOf(found, rowGroup.columns).find(
      (one) => rootOf(structOf(one, columnChunk.metadata)!) === name,
    )!;
    const parts = [page.dictionary, page.data].filter((part) => part !== null);
    const pages: Buffer[] = [];
    for (const { at, bytes } of parts) pages.push(await readAt(this.handle, this.name, at, bytes));
    const length = pages.reduce((sum, { length: n }) => sum + n, 0);
    const column: ThriftStruct = new Map(structOf(chunk, columnChunk.metadata)!);
    column.set(columnMetadata.values, i64(page.rows));
    column.set(columnMetadata.compressedBytes, i64(length));
    if (page.dictionary !== null) column.set(columnMetadata.dictionaryPage, i64(magic.length));
    column.set(columnMetadata.dataPage, i64(magic.length + (page.dictionary?.bytes ?? 0)));
    column.delete(columnMetadata.statistics);
    const moved: ThriftStruct = new Map([
      ...withoutIndex(chunk),
      [columnChunk.metadata, { type: wire.struct, value: column }],
    ]);
    const part: ThriftStruct = new Map([
      ...found,
      [rowGroup.columns, structs([moved])],
      [rowGroup.rows, i64(page.rows)],
    ]);
    part.delete(rowGroup.fileOffset);
    return this.decode(pages, [part], [name]);
  }

  /** A table without rows. */
  schemaOnly(columns: readonly string[] | null = null): Promise<Table> {
    return this.decode([], [], columns);
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /**
   * The Arrow schema of all columns, as parquet-wasm gives it: the one in the footer is checked there, while apache-arrow would
   * follow its lengths wherever they lead.
   */
  private wholeSchema(): Promise<Schema> {
    this.schema ??= this.decode([], [], null).then((table) => table.schema);
    return this.schema;
  }

  private async decode(pages: Uint8Array[], groups: ThriftStruct[], columns: readonly string[] | null): Promise<Table> {
    const [wasm, arrow] = await Promise.all([import('parquet-wasm'), import('apache-arrow')]);
    try {
      const metadata =
        columns === null ? new Map(this.metadata) : project(this.metadata, columns, await this.wholeSchema(), arrow);
      metadata.set(fileMetadata.groups, structs(groups));
      metadata.set(fileMetadata.rows, i64(groups.reduce((n, group) => n + integer(group, rowGroup.rows)!, 0)));
      const footer = encodeStruct(metadata);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      const file = Buffer.concat([magic, ...pages, footer, length, magic]);
      return arrow.tableFromIPC(wasm.readParquet(file, { batchSize: wholeGroup }).intoIPCStream());
    } catch (cause) {
      throw changed(this.name, 'its pages are damaged', cause);
    }
  }
}

/** Where a page of a column chunk is in the file, with the dictionary that it needs. */
export interface ColumnPage {
  /** Rows of the row group before it. */
  first: number;
  rows: number;
  dictionary: { at: number; bytes: number } | null;
  data: { at: number; bytes: number };
}

function pagesIn(bytes: Uint8Array, from: number): ColumnPage[] | null {
  const found: ColumnPage[] = [];
  let dictionary: ColumnPage['dictionary'] = null;
  let first = 0;
  for (let at = 0; at < bytes.length; ) {
    const { struct, end } = readStruct(bytes, at);
    const next = end + integer(struct, pageHeader.compressedBytes)!;
    const place = { at: from + at, bytes: next - at };
    const data = structOf(struct, pageHeader.data);
    if (data !== undefined) {
      const rows = integer(data, dataPage.values)!;
      found.push({ first, rows, dictionary, data: place });
      first += rows;
    } else if (struct.has(pageHeader.dictionary)) dictionary = place;
    else return null;
    at = next;
  }
  return found;
}

/** The name of the column of the data set that a leaf column belongs to. */
function rootOf(column: ThriftStruct): string {
  const path = column.get(columnMetadata.path)!.value as ThriftList;
  return Buffer.from(path.items[0] as Uint8Array).toString('utf8');
}

/**
 * The metadata with some columns of the schema only, the Arrow schema beside it included: readers compare the two.
 * (parquet-wasm has an option for columns, and reads all of them all the same.)
 */
function project(
  metadata: ThriftStruct,
  columns: readonly string[],
  whole: Schema,
  arrow: typeof import('apache-arrow'),
): ThriftStruct {
  const [root, ...elements] = structsOf(metadata, fileMetadata.schema);
  const kept: ThriftStruct[] = [];
  for (let i = 0; i < elements.length; ) {
    let end = i + 1;
    for (let open = integer(elements[i]!, schemaElement.children) ?? 0; open > 0; open--, end++)
      open += integer(elements[end]!, schemaElement.children) ?? 0;
    const name = Buffer.from(bytesOf(elements[i]!, schemaElement.name)!).toString('utf8');
    if (columns.includes(name)) kept.push(...elements.slice(i, end));
    i = end;
  }
  const part: ThriftStruct = new Map(metadata);
  const newRoot: ThriftStruct = new Map([...root!, [schemaElement.children, i32(columns.length)]]);
  part.set(fileMetadata.schema, structs([newRoot, ...kept]));
  part.delete(fileMetadata.orders);
  const isSchema = (pair: ThriftStruct): boolean =>
    Buffer.from(bytesOf(pair, keyValue.key)!).toString('latin1') === arrowSchemaKey;
  const pairs = structsOf(metadata, fileMetadata.keyValues)
    .filter(isSchema)
    .map((pair): ThriftStruct => {
      const chosen = new arrow.Schema(whole.fields.filter((field) => columns.includes(field.name)));
      const encoded = Buffer.from(arrow.tableToIPC(new arrow.Table(chosen), 'stream')).toString('base64');
      return new Map([...pair, [keyValue.value, binary(encoded)]]);
    });
  part.set(fileMetadata.keyValues, structs(pairs));
  return part;
}

/** The one entry of the metadata that a reader compares with the columns. */
const arrowSchemaKey = 'ARROW:schema';

async function readAt(handle: fs.FileHandle, name: string, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, length));
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, position + at);
    if (bytesRead === 0) throw changed(name, 'it ends too early');
    at += bytesRead;
  }
  return bytes;
}

function changed(name: string, what: string, cause?: unknown): DatagpuError {
  return new DatagpuError('input', `not the file that the manifest describes: ${what}`, {
    file: name,
    cause,
    hint: 'Compile the data set again',
  });
}
