import { loadBetterSqlite } from './better.js';
import { loadBuiltinSqlite } from './builtin.js';
import { type Connection, NoSqliteError, type OpenConnection } from './connection.js';

/** What opens databases in this process, or why nothing does: looked for once, since failing to load takes long too. */
let found: OpenConnection | NoSqliteError | null = null;

/**
 * Opens a database file, which is made if need be.
 *
 * @param waitMs how long to wait for a lock that another process holds
 * @throws SqliteError when it can't be opened
 * @throws NoSqliteError when neither better-sqlite3 can be loaded nor Node.js has SQLite of its own
 */
export function openSqlite(file: string, waitMs: number): Connection {
  found ??= find();
  if (found instanceof NoSqliteError) throw found;
  return found(file, waitMs);
}

function find(): OpenConnection | NoSqliteError {
  try {
    return loadBetterSqlite();
  } catch (cause) {
    try {
      return loadBuiltinSqlite();
    } catch {
      const isOtherAbi = cause instanceof Error && cause.message.includes('NODE_MODULE_VERSION');
      const why = isOtherAbi ? `is not built for this Node.js (${process.version})` : "can't be loaded";
      return new NoSqliteError(
        `better-sqlite3 ${why}: run npm rebuild better-sqlite3 where datagpu is installed, or use Node.js 22.13 or later`,
        { cause },
      );
    }
  }
}
