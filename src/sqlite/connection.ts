/** A value that can be bound to a statement. */
export type Bindable = string | number;

/** An open SQLite database, as far as datagpu needs one. Every method throws `SqliteError`. */
export interface Connection {
  /** Runs statements that give no rows. */
  exec(sql: string): void;
  /** The rows of a query, as objects by column. */
  all(sql: string, ...values: Bindable[]): Record<string, unknown>[];
  /** Runs one statement; gives the number of rows that it changed. */
  run(sql: string, ...values: Bindable[]): number;
  /** Closes the database; a transaction that is open is rolled back. */
  close(): void;
}

/** Opens a database file, which is made if need be; others may hold a lock on it for `waitMs` before that is an error. */
export type OpenConnection = (file: string, waitMs: number) => Connection;

/** A failure that SQLite reports. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';

  /** @param code the primary result code, such as `SQLITE_BUSY` (https://www.sqlite.org/rescode.html) */
  constructor(
    message: string,
    readonly code: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** There is no SQLite in this process. */
export class NoSqliteError extends Error {
  override readonly name = 'NoSqliteError';
}

/** The same connection with every error of a library turned into a `SqliteError`. */
export function translating(connection: Connection, translate: (error: unknown) => unknown): Connection {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    exec: (sql) => attempt(() => connection.exec(sql)),
    all: (sql, ...values) => attempt(() => connection.all(sql, ...values)),
    run: (sql, ...values) => attempt(() => connection.run(sql, ...values)),
    close: () => attempt(() => connection.close()),
  };
}
