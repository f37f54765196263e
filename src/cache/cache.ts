import fs from 'node:fs';
import path from 'node:path';
import { type Connection, NoSqliteError, SqliteError } from '../sqlite/connection.js';
import { openSqlite } from '../sqlite/open.js';
import { makeFolder } from '../write/make-folder.js';
import { type CacheEntry, type CacheRow, entryOf, sourcesKey } from './entry.js';
import { applicationId, formatVersion, ownerOf } from './owner.js';

/** The database in the cache's folder. */
export const cacheFileName = 'cache.db';

const schema = `
  CREATE TABLE IF NOT EXISTS datasets (
    folder TEXT PRIMARY KEY, sources_key TEXT NOT NULL, config_hash TEXT NOT NULL, compiler TEXT NOT NULL,
    name TEXT NOT NULL, version TEXT NOT NULL, rows INTEGER NOT NULL, created_at TEXT NOT NULL, used_at TEXT NOT NULL,
    manifest TEXT NOT NULL, sources TEXT NOT NULL, files TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS by_key ON datasets (sources_key, config_hash, compiler);
`;

/** What SQLite says of a file that is damaged or no database of ours. */
const corruptCodes = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_ERROR'];

/**
 * What earlier compiles made. A cache can be lost at any time and must never fail a compile: a corrupt database is set
 * aside, any other failure of SQLite ends its use; `warn` is told once. Several processes may use one cache at once.
 */
export class Cache {
  private database: Connection | null;
  private readonly file: string;
  private readonly warn: (message: string) => void;

  private constructor(file: string, warn: (message: string) => void) {
    this.file = file;
    this.warn = warn;
    this.database = null;
  }

  /** Opens the cache in a folder, which is made if need be. */
  static open(dir: string, warn: (message: string) => void): Cache {
    const cache = new Cache(path.join(dir, cacheFileName), warn);
    cache.guard(() => {
      makeFolder(dir);
      const owner = ownerOf(cache.file);
      const isFree =
        owner === 'another'
          ? cache.setAside('is not a cache of this version of datagpu', 'set-aside')
          : owner !== 'no database' || cache.setAside('is corrupt', 'corrupt');
      if (!isFree) return;
      cache.database = cache.connect();
    }, undefined);
    return cache;
  }

  /** Opens the cache in a folder if there is one; never makes anything. */
  static openExisting(dir: string, warn: (message: string) => void): Cache | null {
    const file = path.join(dir, cacheFileName);
    try {
      const owner = ownerOf(file);
      if (owner === 'another') warn(`${file} is not a cache of this version of datagpu; it is left alone`);
      return owner === 'another' || owner === 'nobody' ? null : Cache.open(dir, warn);
    } catch (error) {
      warn(`${file} can't be read (${(error as Error).message})`);
      return null;
    }
  }

  private connect(): Connection {
    const database = openSqlite(this.file, 5000);
    try {
      if (ownerOf(this.file) === 'nobody') makeTable(database);
      database.exec('PRAGMA journal_mode = WAL');
      database.exec('PRAGMA synchronous = NORMAL');
      // Reads the table's root page, so that a damaged file shows at once.
      database.all('SELECT folder FROM datasets LIMIT 1');
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Runs an operation; on a failure of the database gives `fallback`, and works without the cache from then on. */
  private guard<T>(work: () => T, fallback: T, isRetry = false): T {
    try {
      return work();
    } catch (error) {
      // Without a database: its folder could not be made.
      const isExpected = error instanceof SqliteError || error instanceof NoSqliteError || this.database === null;
      if (!isExpected) throw error;
      this.close();
      const isCorrupt = error instanceof SqliteError && corruptCodes.includes(error.code);
      if (isCorrupt && !isRetry && this.setAside('is corrupt', 'corrupt')) {
        return this.guard(
          () => {
            this.database = this.connect();
            return work();
          },
          fallback,
          true,
        );
      }
      this.warn(`the cache ${this.file} can't be used (${(error as Error).message}); going on without it`);
      return fallback;
    }
  }

  /** Renames a database that can't be used, with the files that belong to it; nothing in them is changed. */
  private setAside(why: string, name: string): boolean {
    const aside = `${this.file}.${name}-${Date.now()}`;
    try {
      fs.renameSync(this.file, aside);
      for (const suffix of ['-wal', '-shm', '-journal'])
        if (fs.existsSync(this.file + suffix)) fs.renameSync(this.file + suffix, aside + suffix);
      this.warn(`the cache ${this.file} ${why}; it was renamed to ${path.basename(aside)}`);
      return true;
    } catch (error) {
      this.warn(`${this.file} ${why} and can't be renamed (${(error as Error).message}); going on without a cache`);
      return false;
    }
  }

  private run<T>(work: (database: Connection) => T, fallback: T): T {
    if (this.database === null) return fallback;
    return this.guard(() => (this.database === null ? fallback : work(this.database)), fallback);
  }

  /**
   * Data sets made from sources of these paths and sizes, with this config and compiler, last used first. Whether the
   * sources' bytes are the same is for the caller to find out (lookup.ts).
   */
  candidates(
    configHash: string,
    compilerVersion: string,
    sources: readonly { path: string; bytes: number }[],
  ): CacheEntry[] {
    return this.run((database) => {
      const rows = database.all(
        'SELECT * FROM datasets WHERE sources_key = ? AND config_hash = ? AND compiler = ? ORDER BY used_at DESC',
        sourcesKey(sources),
        configHash,
        compilerVersion,
      );
      return entriesOf(rows);
    }, []);
  }

  /** Remembers a finished data set in place of what was in its folder. */
  store(entry: CacheEntry): void {
    this.run((database) => {
      database.run(
        `INSERT OR REPLACE INTO datasets (folder, sources_key, config_hash, compiler, name, version, rows, created_at,
           used_at, manifest, sources, files) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        entry.folder,
        sourcesKey(entry.sources),
        entry.configHash,
        entry.compilerVersion,
        entry.name,
        entry.version,
        entry.rows,
        entry.createdAt,
        entry.usedAt,
        entry.manifestText,
        JSON.stringify(entry.sources),
        JSON.stringify(entry.files),
      );
    }, undefined);
  }

  /** Data sets of a name, or all, in order of folder. */
  list(options: { name?: string | undefined } = {}): CacheEntry[] {
    return this.run((database) => {
      const rows =
        options.name === undefined
          ? database.all('SELECT * FROM datasets ORDER BY folder')
          : database.all('SELECT * FROM datasets WHERE name = ? ORDER BY folder', options.name);
      return entriesOf(rows);
    }, []);
  }

  /** Forgets data sets of a name, or all; says how many. The data sets themselves stay. */
  clear(options: { name?: string | undefined } = {}): number {
    return this.run(
      (database) =>
        options.name === undefined
          ? database.run('DELETE FROM datasets')
          : database.run('DELETE FROM datasets WHERE name = ?', options.name),
      0,
    );
  }

  /** Closes the database; further calls find nothing. */
  close(): void {
    try {
      this.database?.close();
    } catch {
      // A database that can't be closed can't be used any more either.
    }
    this.database = null;
  }
}

/** Makes the table; once, however many processes are about to. The marks of datagpu come in the same step. */
function makeTable(database: Connection): void {
  database.exec('BEGIN IMMEDIATE');
  database.exec(schema);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion}`);
  database.exec('COMMIT');
}

function entriesOf(rows: Record<string, unknown>[]): CacheEntry[] {
  return rows.map((row) => entryOf(row as CacheRow)).filter((entry) => entry !== null);
}
