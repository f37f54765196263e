// What a column's distinct values are counted and estimated from, whatever their order: a set of at most `mostExact` of them,
// exact as long as it is not full, and HyperLogLog registers. Both can be joined. The estimate must be the same in every compile,
// so its hash has no secret, and values can be made that spoil it: it decides nothing. The set tells values apart by a hash under
// the secret of the compile; a value's other hash is kept beside it, for the registers that the set is joined with.
//
// The state, at `state`: uint32 count of the set, uint32 1 when it ran over, then 4096 registers, then the set: 2048
// slots of the 64-bit hash under the secret (0 = free) and the one of the registers.
import { S0, S1, fold, hashWord, setWordSecret } from '../shared/word-hash';

const mostExact: u32 = 1000;
const registerBits: u32 = 12;
const registersAt: usize = 8;
const slotsAt: usize = registersAt + (1 << registerBits);
const slotCount: usize = 2048;

const first: u64 = 0x9e3779b97f4a7c15;
const second: u64 = 0xbf58476d1ce4e5b9;
const third: u64 = 0x94d049bb133111eb;

/** Bytes of a state. */
export function sketchBytes(): usize {
  return slotsAt + slotCount * 16;
}

/** Takes random numbers, the same for all sketches that are joined. */
export function sketchSecret(a: u64, b: u64, c: u64, d: u64): void {
  setWordSecret(a, b, c, d);
}

/** Every bit of the input decides every bit of the result (the finalizer of SplitMix64). */
// @ts-ignore: decorator
@inline
export function mix(h: u64): u64 {
  h = (h ^ (h >> 30)) * second;
  h = (h ^ (h >> 27)) * third;
  return h ^ (h >> 31);
}

/** Hash of bytes; up to 7 bytes behind them are read. */
export function hashOf(at: usize, bytes: usize): u64 {
  let h: u64 = (<u64>bytes + 1) * first;
  const end = at + bytes;
  if (bytes >= 64) {
    let a: u64 = h;
    let b: u64 = second;
    let c: u64 = third;
    let d: u64 = first;
    const last = end - 32;
    while (at <= last) {
      a = rotl<u64>((a ^ load<u64>(at)) * first, 29);
      b = rotl<u64>((b ^ load<u64>(at, 8)) * first, 29);
      c = rotl<u64>((c ^ load<u64>(at, 16)) * first, 29);
      d = rotl<u64>((d ^ load<u64>(at, 24)) * first, 29);
      at += 32;
    }
    h = mix(a) + rotl<u64>(mix(b + first), 17) + rotl<u64>(mix(c + second), 31) + rotl<u64>(mix(d + third), 47);
  }
  while (at + 8 <= end) {
    h = rotl<u64>((h ^ load<u64>(at)) * first, 29);
    at += 8;
  }
  const rest = end - at;
  if (rest > 0) {
    const word = load<u64>(at) & (((<u64>1) << ((<u64>rest) << 3)) - 1);
    h = rotl<u64>((h ^ word) * first, 29);
  }
  return mix(h);
}

// @ts-ignore: decorator
@inline
function raise(state: usize, hash: u64): void {
  const register = state + registersAt + <usize>(hash >> (64 - registerBits));
  const rank = <u32>clz<u64>((hash << registerBits) | (1 << (registerBits - 1))) + 1;
  if (rank > <u32>load<u8>(register)) store<u8>(register, <u8>rank);
}

/** Puts a value into the set; false when the set ran over, and is no longer to be kept. */
function keep(state: usize, keyed: u64, hash: u64): bool {
  const key = keyed == 0 ? 1 : keyed;
  let slot = <usize>key & (slotCount - 1);
  while (true) {
    const at = state + slotsAt + (slot << 4);
    const there = load<u64>(at);
    if (there == key) return true;
    if (there == 0) {
      const count = load<u32>(state);
      if (count == mostExact) {
        store<u32>(state, 1, 4);
        return false;
      }
      store<u64>(at, key);
      store<u64>(at, hash, 8);
      store<u32>(state, count + 1);
      return true;
    }
    slot = (slot + 1) & (slotCount - 1);
  }
}

/** Adds the values of a column with offsets that are not null. `validity` may be 0. */
export function sketchVariable(state: usize, validity: usize, offsets: usize, values: usize, rows: u32): void {
  let isKept: bool = true;
  let from = load<u32>(offsets);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const to = load<u32>(offsets + (r << 2), 4);
    if (validity == 0 || load<u8>(validity + r) != 0) {
      const hash = hashOf(values + <usize>from, <usize>(to - from));
      raise(state, hash);
      if (isKept) isKept = keep(state, hashWord(values + <usize>from, <usize>(to - from)), hash);
    }
    from = to;
  }
}

/** Adds the values of a column of fixed width; with `isFloat` (width 8) -0 is 0. */
export function sketchFixed(state: usize, validity: usize, width: u32, isFloat: bool, values: usize, rows: u32): void {
  let isKept: bool = true;
  if (width != 8) {
    for (let r: usize = 0; r < <usize>rows; r++) {
      if (validity != 0 && load<u8>(validity + r) == 0) continue;
      const hash = hashOf(values + r * <usize>width, <usize>width);
      raise(state, hash);
      if (isKept) isKept = keep(state, hashWord(values + r * <usize>width, <usize>width), hash);
    }
    return;
  }
  const negativeZero: u64 = isFloat ? 0x8000000000000000 : 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    let word = load<u64>(values + (r << 3));
    if (word == negativeZero) word = 0;
    const hash = mix(word * first + first);
    raise(state, hash);
    if (isKept) isKept = keep(state, fold(word ^ S0, S1), hash);
  }
}
