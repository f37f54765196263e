const digitCounts = memory.data(4 << 8, 16);

/**
 * Sorts `n` uint64 at `at` and removes repetitions; returns how many are left. `spare` has room for as many, `counts` for
 * n + 1 uint32. The numbers are hashes, so that one pass puts each near its place and insertion does the rest; input that
 * defeats this is sorted by digits.
 */
export function sortDistinct(at: usize, n: u32, spare: usize, counts: usize): u32 {
  if (n < 2) return n;
  memory.fill(counts, 0, (<usize>n + 1) << 2);
  for (let i: usize = 0; i < <usize>n; i++) {
    const slot = counts + bucket(load<u64>(at + (i << 3)), n);
    store<u32>(slot, load<u32>(slot, 4) + 1, 4);
  }
  let sum: u32 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    sum += load<u32>(counts + (i << 2), 4);
    store<u32>(counts + (i << 2), sum, 4);
  }
  for (let i: usize = 0; i < <usize>n; i++) {
    const h = load<u64>(at + (i << 3));
    const slot = counts + bucket(h, n);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    store<u64>(spare + ((<usize>place) << 3), h);
  }
  if (insert(spare, at, n)) return unique(at, n);
  byDigits(spare, n, at);
  memory.copy(at, spare, (<usize>n) << 3);
  return unique(at, n);
}

// @ts-ignore: decorator
@inline
function bucket(h: u64, n: u32): usize {
  return (<usize>(((h >> 32) * <u64>n) >> 32)) << 2;
}

/** Sorts nearly sorted numbers by insertion into `to`; gives up when they turn out not to be. */
function insert(from: usize, to: usize, n: u32): bool {
  let patience: i32 = <i32>n * 16 + 256;
  const end = to + ((<usize>n) << 3);
  for (let place = to; place < end; place += 8) {
    const h = load<u64>(from);
    from += 8;
    let p = place;
    while (p > to && load<u64>(p - 8) > h) {
      store<u64>(p, load<u64>(p - 8));
      p -= 8;
    }
    store<u64>(p, h);
    patience -= <i32>((place - p) >> 3);
    if (patience < 0) return false;
  }
  return true;
}

/** Least significant digit first, a byte at a time; an even number of passes, so that the result is where the input was. */
export function byDigits(at: usize, n: u32, spare: usize): void {
  let from = at;
  let to = spare;
  const bytes = (<usize>n) << 3;
  for (let digit: usize = 0; digit < 8; digit++) {
    memory.fill(digitCounts, 0, 4 << 8);
    for (let i: usize = 0; i < bytes; i += 8) {
      const slot = digitCounts + ((<usize>load<u8>(from + i + digit)) << 2);
      store<u32>(slot, load<u32>(slot) + 1);
    }
    let sum: u32 = 0;
    for (let i: usize = 0; i < 1024; i += 4) {
      const count = load<u32>(digitCounts + i);
      store<u32>(digitCounts + i, sum);
      sum += count;
    }
    for (let i: usize = 0; i < bytes; i += 8) {
      const slot = digitCounts + ((<usize>load<u8>(from + i + digit)) << 2);
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      store<u64>(to + ((<usize>place) << 3), load<u64>(from + i));
    }
    const swap = from;
    from = to;
    to = swap;
  }
}

function unique(at: usize, n: u32): u32 {
  let kept: u32 = 1;
  let last = load<u64>(at);
  for (let i: usize = 1; i < <usize>n; i++) {
    const h = load<u64>(at + (i << 3));
    if (h == last) continue;
    store<u64>(at + ((<usize>kept) << 3), h);
    kept++;
    last = h;
  }
  return kept;
}
