import fs from 'node:fs';

/** Says in the header of an SQLite file that it is a cache of datagpu: "dgpu". */
export const applicationId = 0x64677075;
/** Raised when the tables change: a cache of another format is set aside, and a new one begun. */
export const formatVersion = 2;

/** Places in the header of an SQLite file (https://www.sqlite.org/fileformat.html, 1.3), and how long that is. */
const header = { bytes: 100, userVersion: 60, applicationId: 68 };
const magic = 'SQLite format 3\0';

/**
 * Caches that this process has seen, which it may have open: closing a file takes the locks of the whole process from it, those
 * of SQLite included (https://www.sqlite.org/howtocorrupt.html, 2.2), so they are not opened here again.
 */
const ours = new Set<string>();

/**
 * Whose file is at the place of the cache: "nobody" where there is none or an empty one, "another" also for
 * a cache of another format. SQLite is not asked, since opening a
 * database can change it.
 */
export function ownerOf(file: string): 'nobody' | 'datagpu' | 'another' | 'no database' {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return 'nobody';
  if (!stats.isFile()) return 'another';
  if (stats.size === 0) return 'nobody';
  const identity = `${stats.dev}:${stats.ino}`;
  if (ours.has(identity)) return 'datagpu';
  const bytes = Buffer.alloc(header.bytes);
  const fd = fs.openSync(file, 'r');
  try {
    fs.readSync(fd, bytes, 0, bytes.length, 0);
  } finally {
    fs.closeSync(fd);
  }
  if (bytes.toString('latin1', 0, magic.length) !== magic) return 'no database';
  const isOurs =
    bytes.readUInt32BE(header.applicationId) === applicationId &&
    bytes.readUInt32BE(header.userVersion) === formatVersion;
  if (isOurs) ours.add(identity);
  return isOurs ? 'datagpu' : 'another';
}
