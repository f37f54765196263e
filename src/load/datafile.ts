import fs from 'node:fs/promises';
import type { Table } from 'apache-arrow';
import { DatagpuError } from '../errors.js';
import { moveGroup } from '../write/pages.js';
import { fileMetadata, magic, rowGroup } from '../write/parquet.js';
import { encodeStruct, i64, integer, readStruct, structs, structsOf, type ThriftStruct } from '../write/thrift.js';

/** Footers of our files are far smaller; a longer one is damage. */
const maxFooterBytes = 256 * 2 ** 20;
/** parquet-wasm makes a batch of the whole row group. */
const wholeGroup = 2 ** 30;

/**
 * A data file that datagpu wrote, read a row group at a time. parquet-wasm reads whole files only, or in pieces through
 * a Blob at a tenth of the speed; so each row group, whose pages are contiguous in our files, is given to it as a small
 * file of its own.
 */
export class DataFile {
  private constructor(
    private readonly handle: fs.FileHandle,
    private readonly name: string,
    private readonly metadata: ThriftStruct,
  ) {}

  /**
   * Opens a data file, whose size is known.
   *
   * @throws DatagpuError `input` when it is missing, or not that file
   */
  static async open(path: string, name: string, bytes: number): Promise<DataFile> {
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
      return new DataFile(handle, name, readStruct(footer, 0).struct);
    } catch (error) {
      await handle.close();
      throw error instanceof DatagpuError ? error : changed(name, 'its footer is damaged', error);
    }
  }

  /** How many row groups it has. */
  get groups(): number {
    return structsOf(this.metadata, fileMetadata.groups).length;
  }

  /** A row group as an Arrow table of one batch; `columns` null = all. */
  async read(group: number, columns: string[] | null): Promise<Table> {
    const found = structsOf(this.metadata, fileMetadata.groups)[group]!;
    const from = integer(found, rowGroup.fileOffset)!;
    const pages = await readAt(this.handle, this.name, from, integer(found, rowGroup.compressedBytes)!);
    return this.decode(pages, [structuredClone(found)], from, columns);
  }

  /** A table without rows. */
  schemaOnly(): Promise<Table> {
    return this.decode(Buffer.alloc(0), [], 0, null);
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async decode(
    pages: Uint8Array,
    groups: ThriftStruct[],
    from: number,
    columns: string[] | null,
  ): Promise<Table> {
    for (const group of groups) moveGroup(group, magic.length - from, 0);
    const metadata = new Map(this.metadata);
    metadata.set(fileMetadata.groups, structs(groups));
    metadata.set(fileMetadata.rows, i64(groups.reduce((n, group) => n + integer(group, rowGroup.rows)!, 0)));
    const footer = encodeStruct(metadata);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    const [{ readParquet }, { tableFromIPC }] = await Promise.all([import('parquet-wasm'), import('apache-arrow')]);
    try {
      const table = readParquet(Buffer.concat([magic, pages, footer, length, magic]), {
        batchSize: wholeGroup,
        ...(columns === null ? {} : { columns }),
      });
      return tableFromIPC(table.intoIPCStream());
    } catch (cause) {
      throw changed(this.name, 'its pages are damaged', cause);
    }
  }
}

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
