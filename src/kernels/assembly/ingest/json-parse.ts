// The second count of JSON sources: the cells of every record, found by strict parsing.
import { utf8Invalid, utf8Valid } from '../shared/utf8';
import {
  COLON, COMMA, GROW, KEY, NOT_OBJECT, TRAILING, TRAILING_COMMA, UTF8, fail, textErrorAt, textErrorCode,
} from './json-errors';
import { sameBytes } from './json-hash';
import { NO_KEY, endOfKey, forgetKeys, keyAt } from './json-keys';
import { copyMarked, copyValue, setMemberStack, setTextDuplicates, textDuplicates } from './json-nested';
import { literalEnd, nanEnd, nanMode, nans, numberEnd, setNans } from './json-scalar';
import { markBytes } from './json-scan';
import {
  AFTER_ELEMENT, AT, CHECK_UTF8, CLOSED, COLUMNS, DUPLICATES, END, ERROR_AT, ERROR_CODE, FIRST_KEY, FROM, KEYS, KEYS_KEPT, KEY_COUNT, LAYOUT,
  METAS, OUT, RECORD, REJECTS, REJECT_COUNT, REJECT_LIMIT, ROW, SEEN, STACK, STACK_END, STAMP, STARTS, STRIDE, SURROGATES, TREES, NAN_MODE, NANS,
} from './json-state';
import {
  decodeString, setTextLines, setTextOut, setTextSurrogates, skipSpace, stringStop, textOut, textSurrogates,
} from './json-string';

const LINES: u32 = 0;
const ARRAY: u32 = 1;

const DONE: i32 = 0;
const DRAIN_REJECTS: i32 = 1;
const GROW_STACK: i32 = 2;
const GROW_KEYS: i32 = 3;
const ERROR: i32 = 4;
/** There are more records than the first count found. */
const MORE: i32 = 5;

// Flags of a cell (kernels/cells.ts).
const ABSENT: u32 = 2;
const NESTED: u32 = 4;
const STRING: u32 = 9;

/** True when `length` bytes at `p` are those at `key`; both may be read to the next multiple of 16. */
// @ts-ignore: decorator
@inline
function startsWith(p: usize, key: usize, length: u32): bool {
  if (length <= 16) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(key)));
    const due = (1 << <i32>length) - 1;
    return (same & due) == due;
  }
  return sameBytes(p, key, length);
}

/** Parses the object at `start` into row `row`. Returns the address behind it, or 0. */
function parseObject(state: usize, start: usize, row: u32, stamp: u32): usize {
  const keys = <usize>load<u32>(state, KEYS);
  const columns = load<u32>(state, COLUMNS);
  const seen = <usize>load<u32>(state, SEEN);
  const stride = <usize>load<u32>(state, STRIDE) << 2;
  const starts = <usize>load<u32>(state, STARTS) + (<usize>row << 2);
  const metas = <usize>load<u32>(state, METAS) + (<usize>row << 2);
  let found: u32 = 0;
  // Where the prediction of the next key is stored.
  let follow: usize = state + FIRST_KEY;
  let p = skipSpace(start + 1);
  if (load<u8>(p) == 0x7d) {
    p++;
  } else {
    while (true) {
      if (load<u8>(p) != 0x22) return fail(load<u8>(p) == 0x7d ? TRAILING_COMMA : KEY, p);
      let index = load<u32>(follow);
      let key = keys + (<usize>index << 5);
      const due = index < load<u32>(state, KEY_COUNT) ? load<u32>(key, 16) : 0;
      if (due != 0 && startsWith(p + 1, load<u32>(key), due)) {
        p += <usize>due + 1;
      } else {
        index = keyAt(state, p);
        if (index == NO_KEY) return 0;
        store<u32>(follow, index);
        key = keys + (<usize>index << 5);
        p = endOfKey() + 1;
      }
      follow = key + 12;
      if (load<u8>(p) != 0x3a) {
        p = skipSpace(p);
        if (load<u8>(p) != 0x3a) return fail(COLON, p);
      }
      p = skipSpace(p + 1);

      let from = p;
      let meta: u32;
      const c = <u32>load<u8>(p);
      if (c == 0x22) {
        from = p + 1;
        p = stringStop(from);
        if (load<u8>(p) == 0x22) {
          meta = (<u32>(p - from) << 4) | STRING;
        } else {
          const text = textOut();
          p = decodeString(from);
          if (p == 0) return 0;
          from = text;
          meta = (<u32>(textOut() - text) << 4) | STRING;
        }
        p++;
      } else if (c == 0x2d || c - 48 < 10) {
        p = numberEnd(p);
        meta = <u32>(p - from) << 4;
        if (p == 0) {
          p = nanEnd(from);
          if (p == 0) return 0;
          meta = nanMode == 1 ? ABSENT : (<u32>(p - from) << 4) | STRING;
        }
      } else if (c == 0x7b || c == 0x5b) {
        from = textOut();
        const trees = <usize>load<u32>(state, TREES);
        const tree: usize = trees == 0 || index >= columns ? 0 : <usize>load<u32>(trees + (<usize>index << 2));
        p = tree == 0 ? copyValue(p, 1) : copyMarked(p, 1, tree);
        if (p == 0) return 0;
        meta = (<u32>(textOut() - from) << 4) | NESTED;
      } else {
        p = literalEnd(p);
        meta = c == 0x6e ? ABSENT : <u32>(p - from) << 4;
        if (p == 0) {
          p = nanEnd(from);
          if (p == 0) return 0;
          meta = nanMode == 1 ? ABSENT : (<u32>(p - from) << 4) | STRING;
        }
      }
      if (index < columns) {
        const at = <usize>index * stride;
        store<u32>(starts + at, <u32>from);
        store<u32>(metas + at, meta);
        const mark = seen + (<usize>index << 2);
        if (load<u32>(mark) == stamp) {
          setTextDuplicates(textDuplicates() + 1);
        } else {
          store<u32>(mark, stamp);
          found++;
        }
      }

      let d = <u32>load<u8>(p);
      if (d != 0x2c && d != 0x7d) {
        p = skipSpace(p);
        d = load<u8>(p);
      }
      p++;
      if (d == 0x7d) break;
      if (d != 0x2c) return fail(COMMA, p - 1);
      p = skipSpace(p);
    }
  }
  if (found != columns) {
    for (let c: u32 = 0; c < columns; c++) {
      if (load<u32>(seen + (<usize>c << 2)) != stamp) {
        store<u32>(starts + <usize>c * stride, <u32>start);
        store<u32>(metas + <usize>c * stride, ABSENT);
      }
    }
  }
  return p;
}

/** The address of the next LF at or after `p`, at most `end`. */
function lineEnd(p: usize, end: usize): usize {
  const lf = i8x16.splat(10);
  while (p < end) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(p), lf));
    if (mask != 0) return min(end, p + <usize>ctz(mask));
    p += 16;
  }
  return end;
}

/** Parses the chunk, or goes on with it after the host did what the last result asked for. */
export function jsonParse(state: usize): i32 {
  const from: usize = load<u32>(state, FROM);
  const end: usize = load<u32>(state, END);
  const layout = load<u32>(state, LAYOUT);
  const lines = layout == LINES;
  const checked = load<u32>(state, CHECK_UTF8) != 0;
  let p: usize = load<u32>(state, AT);
  const rows = load<u32>(state, STRIDE);
  let row = load<u32>(state, ROW);
  let record = load<u32>(state, RECORD);
  let result = DONE;
  setTextOut(load<u32>(state, OUT));
  setTextLines(lines);
  setNans(load<u32>(state, NAN_MODE), load<u32>(state, NANS));
  setTextDuplicates(load<u32>(state, DUPLICATES));
  setTextSurrogates(load<u32>(state, SURROGATES));
  setMemberStack(load<u32>(state, STACK), load<u32>(state, STACK_END));

  while (true) {
    // Between records, line breaks are white space in every layout.
    while (p < end) {
      const c = <u32>load<u8>(p);
      if (c == 0xef && lines && (p == from || load<u8>(p - 1) == 10)) {
        const mark = markBytes(p);
        if (mark == 0) break;
        p += mark;
        continue;
      }
      if (c > 32 || (c != 32 && c != 10 && c != 13 && c != 9)) break;
      p++;
    }
    if (p >= end) break;
    let start = p;
    if (layout == ARRAY) {
      const c = <u32>load<u8>(p);
      let code: u32 = 0;
      if (c == 0x5d) {
        store<u32>(state, 1, CLOSED);
        p++;
        break;
      }
      if (load<u32>(state, AFTER_ELEMENT)) {
        if (c != 0x2c) code = COMMA;
        else {
          start = skipSpace(p + 1);
          if (load<u8>(start) == 0x5d) {
            code = TRAILING_COMMA;
            p = start;
          }
        }
      }
      if (code != 0) {
        store<u32>(state, code, ERROR_CODE);
        store<u32>(state, <u32>p, ERROR_AT);
        result = ERROR;
        break;
      }
    }
    const duplicates = textDuplicates();
    const surrogates = textSurrogates();
    const nansBefore = nans;
    const text = textOut();
    let code: u32 = 0;
    let at: usize = 0;
    let next: usize = 0;
    if (checked) {
      const stop = lineEnd(start, end);
      if (!utf8Valid(start, stop)) {
        code = UTF8;
        at = utf8Invalid(start, stop);
      }
    }
    if (code == 0) {
      const isObject = load<u8>(start) == 0x7b;
      const stamp = load<u32>(state, STAMP) + 1;
      store<u32>(state, stamp, STAMP);
      // Behind the last row there is no room for cells.
      next = isObject && row < rows ? parseObject(state, start, row, stamp) : copyValue(start, 0);
      if (next == 0) {
        code = textErrorCode();
        at = textErrorAt();
        if (code == GROW) {
          setTextOut(text);
          setTextDuplicates(duplicates);
          setTextSurrogates(surrogates);
          setNans(nanMode, nansBefore);
          result = at == 0 ? GROW_KEYS : GROW_STACK;
          break;
        }
      } else {
        if (lines) {
          const after = skipSpace(next);
          if (after < end && load<u8>(after) != 10) {
            code = TRAILING;
            at = after;
          }
        }
        if (code == 0 && !isObject) {
          code = NOT_OBJECT;
          at = start;
        }
        if (code == 0 && row == rows) {
          result = MORE;
          break;
        }
      }
    }
    if (code != 0) {
      setTextOut(text);
      setTextDuplicates(duplicates);
      setTextSurrogates(surrogates);
      setNans(nanMode, nansBefore);
      forgetKeys(state, load<u32>(state, KEYS_KEPT));
      if (!lines && !(layout == ARRAY && code == NOT_OBJECT)) {
        store<u32>(state, code, ERROR_CODE);
        store<u32>(state, <u32>at, ERROR_AT);
        result = ERROR;
        break;
      }
      const count = load<u32>(state, REJECT_COUNT);
      if (count == load<u32>(state, REJECT_LIMIT)) {
        result = DRAIN_REJECTS;
        break;
      }
      if (lines) next = lineEnd(start, end);
      const reject = <usize>load<u32>(state, REJECTS) + (<usize>count << 5);
      store<u32>(reject, record);
      store<u32>(reject, <u32>start, 4);
      store<u32>(reject, <u32>next, 8);
      store<u32>(reject, <u32>at, 12);
      store<u32>(reject, code, 16);
      store<u32>(state, count + 1, REJECT_COUNT);
    } else {
      row++;
      store<u32>(state, load<u32>(state, KEY_COUNT), KEYS_KEPT);
    }
    record++;
    store<u32>(state, 1, AFTER_ELEMENT);
    p = next;
  }
  store<u32>(state, <u32>p, AT);
  store<u32>(state, row, ROW);
  store<u32>(state, record, RECORD);
  store<u32>(state, <u32>textOut(), OUT);
  store<u32>(state, textDuplicates(), DUPLICATES);
  store<u32>(state, textSurrogates(), SURROGATES);
  store<u32>(state, nans, NANS);
  return result;
}
