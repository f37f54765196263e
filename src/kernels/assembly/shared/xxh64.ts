const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * P2, 31) * P1;
}

/** Adds whole stripes of 32 bytes to the four lanes at `state`; returns where they end. */
function stripes(state: usize, p: usize, end: usize): usize {
  let a = load<u64>(state);
  let b = load<u64>(state, 8);
  let c = load<u64>(state, 16);
  let d = load<u64>(state, 24);
  for (; p + 32 <= end; p += 32) {
    a = round(a, load<u64>(p));
    b = round(b, load<u64>(p, 8));
    c = round(c, load<u64>(p, 16));
    d = round(d, load<u64>(p, 24));
  }
  store<u64>(state, a);
  store<u64>(state, b, 8);
  store<u64>(state, c, 16);
  store<u64>(state, d, 24);
  return p;
}

/** The hash of `total` bytes: the lanes at `state` have all but the last, fewer than 32, which are at `p`. */
function finish(state: usize, total: u64, p: usize, end: usize): u64 {
  let hash = P5;
  if (total >= 32) {
    hash = rotl<u64>(load<u64>(state), 1) + rotl<u64>(load<u64>(state, 8), 7);
    hash += rotl<u64>(load<u64>(state, 16), 12) + rotl<u64>(load<u64>(state, 24), 18);
    for (let lane: usize = 0; lane < 32; lane += 8) hash = (hash ^ round(0, load<u64>(state + lane))) * P1 + P4;
  }
  hash += total;
  for (; p + 8 <= end; p += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(p)), 27) * P1 + P4;
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * P1), 23) * P2 + P3;
    p += 4;
  }
  for (; p < end; p++) hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}

// What a hash has seen so far: 4 lanes, how many bytes, and those of an unfinished stripe.
const totalAt: usize = 32;
const heldAt: usize = 40;

/** Begins a hash at `state`, 72 bytes. */
export function xxh64Begin(state: usize): void {
  store<u64>(state, P1 + P2);
  store<u64>(state, P2, 8);
  store<u64>(state, 0, 16);
  store<u64>(state, 0 - P1, 24);
  store<u64>(state, 0, 32);
}

/** Adds bytes to a hash. */
export function xxh64Add(state: usize, from: usize, bytes: usize): void {
  const end = from + bytes;
  const held = <usize>(load<u64>(state + totalAt) & 31);
  store<u64>(state + totalAt, load<u64>(state + totalAt) + <u64>bytes);
  if (held > 0) {
    const missing: usize = 32 - held;
    if (bytes < missing) {
      memory.copy(state + heldAt + held, from, bytes);
      return;
    }
    memory.copy(state + heldAt + held, from, missing);
    stripes(state, state + heldAt, state + heldAt + 32);
    from += missing;
  }
  from = stripes(state, from, end);
  memory.copy(state + heldAt, from, end - from);
}

/** The hash of everything added. */
export function xxh64End(state: usize): u64 {
  const total = load<u64>(state + totalAt);
  return finish(state, total, state + heldAt, state + heldAt + <usize>(total & 31));
}

const whole = memory.data(72, 16);

/** XXH64 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), whose low half is a frame's checksum. */
export function xxh64(from: usize, bytes: usize): u64 {
  xxh64Begin(whole);
  const end = from + bytes;
  return finish(whole, <u64>bytes, stripes(whole, from, end), end);
}
