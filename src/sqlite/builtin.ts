import { createRequire } from 'node:module';
import { type OpenConnection, SqliteError, translating } from './connection.js';

/** What is used of https://nodejs.org/api/sqlite.html, which Node.js 20 does not have. */
interface SqliteModule {
  DatabaseSync: new (
    file: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): {
      all(...values: unknown[]): Record<string, unknown>[];
      run(...values: unknown[]): { changes: number | bigint };
    };
    close(): void;
  };
}

/** Primary result codes by number, as far as anything asks for them (https://www.sqlite.org/rescode.html). */
const codeNames: Record<number, string> = {
  1: 'SQLITE_ERROR',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/**
 * SQLite by Node.js itself.
 *
 * @throws Error before Node.js 22.13, which has none without a flag
 */
export function loadBuiltinSqlite(): OpenConnection {
  const { DatabaseSync } = withoutItsWarning(() => createRequire(import.meta.url)('node:sqlite') as SqliteModule);
  return (file, waitMs) => {
    let database: InstanceType<typeof DatabaseSync>;
    try {
      database = new DatabaseSync(file);
    } catch (error) {
      throw sqliteErrorOf(error);
    }
    const connection = translating(
      {
        exec: (sql) => database.exec(sql),
        all: (sql, ...values) => database.prepare(sql).all(...values),
        run: (sql, ...values) => Number(database.prepare(sql).run(...values).changes),
        close: () => database.close(),
      },
      sqliteErrorOf,
    );
    connection.exec(`PRAGMA busy_timeout = ${waitMs}`);
    return connection;
  };
}

function sqliteErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const primary = Number(error.errcode) & 0xff;
  return new SqliteError(error.message, codeNames[primary] ?? `SQLITE_${primary}`, error);
}

/** Loads a module that says of itself that it is experimental, which is nothing to the user of datagpu. */
function withoutItsWarning<T>(load: () => T): T {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: unknown, ...rest: unknown[]) => {
    if (!/SQLite is an experimental feature/.test(String(warning))) Reflect.apply(emit, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emit;
  }
}
