/** Reserves memory that stays reserved. */
// @ts-ignore: decorator
@external("host", "reserve")
declare function reserve(bytes: usize): usize;

let arena: usize = 0;
let arenaEnd: usize = 0;
const arenaBytes: usize = 1 << 19;

/** Memory that is never given back, on a border of 64 bytes. What it holds at first is not defined. */
export function take(bytes: usize): usize {
  if (arena + bytes > arenaEnd) {
    const wanted = max(bytes, arenaBytes);
    arena = (reserve(wanted + 64) + 63) & ~63;
    arenaEnd = arena + wanted;
  }
  const at = arena;
  arena += (bytes + 63) & ~63;
  return at;
}

/** Forgets what is left of the memory reserved last, which the host takes back. */
export function startAgain(): void {
  arena = 0;
  arenaEnd = 0;
}
