// The call's state, laid out by the host (load/json/parse.ts): uint32 fields.
export const AT: usize = 0;
export const END: usize = 4;
export const LAYOUT: usize = 8;
export const ROW: usize = 12;
export const RECORD: usize = 16;
export const STRIDE: usize = 20;
export const COLUMNS: usize = 24;
export const STARTS: usize = 28;
export const METAS: usize = 32;
/** uint32 a column: the stamp of the last record that had it. */
export const SEEN: usize = 36;
/** Keys: 32 bytes each (address, length, hash, key that followed it last, bytes to compare or 0). */
export const KEYS: usize = 40;
export const KEY_COUNT: usize = 44;
export const KEY_LIMIT: usize = 48;
export const SLOTS: usize = 52;
export const SLOT_MASK: usize = 56;
export const FIRST_KEY: usize = 60;
export const OUT: usize = 64;
export const STACK: usize = 68;
export const STACK_END: usize = 72;
/** Rejected records: 32 bytes each (record, start, end, where the error is, code). */
export const REJECTS: usize = 76;
export const REJECT_COUNT: usize = 80;
export const REJECT_LIMIT: usize = 84;
export const DUPLICATES: usize = 88;
export const SURROGATES: usize = 92;
export const ERROR_CODE: usize = 96;
export const ERROR_AT: usize = 100;
export const CHECK_UTF8: usize = 104;
/** Array: whether an element was read, so that a comma is due. */
export const AFTER_ELEMENT: usize = 108;
/** Array: 1 when its closing bracket was read. */
export const CLOSED: usize = 112;
/** Counts attempts at a record, so that SEEN is never cleared. */
export const STAMP: usize = 116;
/** Room for the bytes of new keys that were written with escapes, its end, and the bytes that were missing. */
export const KEY_TEXT: usize = 120;
export const KEY_TEXT_END: usize = 124;
export const KEY_TEXT_MISSING: usize = 128;
/** Start of the chunk. */
export const FROM: usize = 132;
/** Keys of the columns and of records that were read: those of a rejected record are forgotten. */
export const KEYS_KEPT: usize = 136;
/** uint32 a column: the tree of what is kept as it was read, or 0; 0 where no column has one. */
export const TREES: usize = 140;
/** What NaN, Infinity and -Infinity are read as: 0 no JSON, 1 null, 2 a string; and how many were read. */
export const NAN_MODE: usize = 144;
export const NANS: usize = 148;
