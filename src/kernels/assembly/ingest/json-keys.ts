// The keys of records: an open-addressing table, keyed by a hash with the bytes compared.
import { GROW, fail } from './json-errors';
import { hashBytes, sameBytes } from './json-hash';
import { KEYS, KEY_COUNT, KEY_LIMIT, KEY_TEXT, KEY_TEXT_END, KEY_TEXT_MISSING, SLOTS, SLOT_MASK } from './json-state';
import { decodeString, setTextOut, stringStop, textOut } from './json-string';

export const NO_KEY: u32 = 0xffffffff;

/** The key in the table, or NO_KEY. */
function findKey(state: usize, p: usize, length: u32, hash: u32): u32 {
  const slots = <usize>load<u32>(state, SLOTS);
  const mask = load<u32>(state, SLOT_MASK);
  const keys = <usize>load<u32>(state, KEYS);
  let slot = hash & mask;
  while (true) {
    const at = load<u32>(slots + (<usize>slot << 2));
    if (at == 0) return NO_KEY;
    const key = keys + (<usize>(at - 1) << 5);
    if (load<u32>(key, 8) == hash && load<u32>(key, 4) == length && sameBytes(load<u32>(key), p, length)) return at - 1;
    slot = (slot + 1) & mask;
  }
}

/** Adds a key that is not in the table; `plain` when its bytes in the source are followed by a quote and hold no escape. */
export function jsonAddKey(state: usize, p: usize, length: u32, plain: bool): u32 {
  const hash = hashBytes(p, length);
  const index = load<u32>(state, KEY_COUNT);
  const key = <usize>load<u32>(state, KEYS) + (<usize>index << 5);
  store<u32>(key, <u32>p);
  store<u32>(key, length, 4);
  store<u32>(key, hash, 8);
  store<u32>(key, index + 1, 12);
  store<u32>(key, plain ? length + 1 : 0, 16);
  store<u32>(state, index + 1, KEY_COUNT);
  jsonPlaceKey(state, index);
  return index;
}

/** Enters a key into the hash table. */
export function jsonPlaceKey(state: usize, index: u32): void {
  const slots = <usize>load<u32>(state, SLOTS);
  const mask = load<u32>(state, SLOT_MASK);
  const hash = load<u32>(<usize>load<u32>(state, KEYS) + (<usize>index << 5), 8);
  let slot = hash & mask;
  while (load<u32>(slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & mask;
  store<u32>(slots + (<usize>slot << 2), index + 1);
}

/** Takes all keys but the first `count` out of the table, in the opposite order to the one in which they came. */
export function forgetKeys(state: usize, count: u32): void {
  const slots = <usize>load<u32>(state, SLOTS);
  const mask = load<u32>(state, SLOT_MASK);
  for (let index = load<u32>(state, KEY_COUNT); index > count; index--) {
    let slot = load<u32>(<usize>load<u32>(state, KEYS) + (<usize>(index - 1) << 5), 8) & mask;
    while (load<u32>(slots + (<usize>slot << 2)) != index) slot = (slot + 1) & mask;
    store<u32>(slots + (<usize>slot << 2), 0);
  }
  store<u32>(state, count, KEY_COUNT);
}

/** The position behind the key that `keyAt` looked up, at its closing quote. */
let keyEnd: usize = 0;

// @ts-ignore: decorator
@inline
export function endOfKey(): usize {
  return keyEnd;
}

/** Looks up the key behind the quote at `p`; a new one is added. NO_KEY with an error noted, or GROW as its code. */
export function keyAt(state: usize, p: usize): u32 {
  const from = p + 1;
  let end = stringStop(from);
  let text = from;
  let length: u32;
  const kept = textOut();
  const plain = load<u8>(end) == 0x22;
  if (plain) {
    length = <u32>(end - from);
  } else {
    end = decodeString(from);
    if (end == 0) return NO_KEY;
    text = kept;
    length = <u32>(textOut() - kept);
  }
  keyEnd = end;
  const hash = hashBytes(text, length);
  const found = findKey(state, text, length, hash);
  if (found != NO_KEY) {
    setTextOut(kept);
    return found;
  }
  if (load<u32>(state, KEY_COUNT) >= load<u32>(state, KEY_LIMIT)) {
    store<u32>(state, 0, KEY_TEXT_MISSING);
    fail(GROW, 0);
    return NO_KEY;
  }
  if (!plain) {
    setTextOut(kept);
    const room = <usize>load<u32>(state, KEY_TEXT);
    if (room + length > <usize>load<u32>(state, KEY_TEXT_END)) {
      store<u32>(state, length, KEY_TEXT_MISSING);
      fail(GROW, 0);
      return NO_KEY;
    }
    memory.copy(room, text, length);
    store<u32>(state, <u32>room + length, KEY_TEXT);
    text = room;
  }
  return jsonAddKey(state, text, length, plain);
}
