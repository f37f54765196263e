import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { type OpenConnection, SqliteError, translating } from './connection.js';

/**
 * SQLite by better-sqlite3.
 *
 * @throws Error when its native part is missing (its install script did not run) or was built for another Node.js
 */
export function loadBetterSqlite(): OpenConnection {
  const Library = createRequire(import.meta.url)('better-sqlite3') as typeof Database;
  // The native part is loaded by the first database.
  new Library(':memory:').close();
  return (file, waitMs) => {
    const database = opening(() => new Library(file, { timeout: waitMs }));
    const connection = {
      exec: (sql: string) => void database.exec(sql),
      all: (sql: string, ...values: unknown[]) => database.prepare(sql).all(...values) as Record<string, unknown>[],
      run: (sql: string, ...values: unknown[]) => database.prepare(sql).run(...values).changes,
      close: () => void database.close(),
    };
    return translating(connection, sqliteErrorOf);
  };
}

function opening<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw sqliteErrorOf(error);
  }
}

function sqliteErrorOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? /^SQLITE_[A-Z]+/.exec(String(error.code))?.[0] : undefined;
  // A folder that does not exist is a TypeError there.
  if (code === undefined && !(error instanceof TypeError)) return error;
  return new SqliteError(error.message, code ?? 'SQLITE_CANTOPEN', error);
}
