// The hybrid of runs and bit packing (https://github.com/apache/parquet-format/blob/master/Encodings.md) that lineage.parquet has
// for definition levels and dictionary indices.

/** Writes a ULEB128 number; returns where it ends. */
function unsigned(to: usize, value: u64): usize {
  while (value >= 128) {
    store<u8>(to++, <u8>(value & 127) | 128);
    value >>= 7;
  }
  store<u8>(to, <u8>value);
  return to + 1;
}

/** Packs `count` (at most 32) of the numbers, less `base`, as `width` bits each from the lowest bit on; pads the last byte. */
// @ts-ignore: decorator
@inline
function pack<T>(to: usize, values: usize, count: u32, base: u32, width: u32): usize {
  let held: u64 = 0;
  let bits: u32 = 0;
  for (let i: usize = 0; i < <usize>count; i++) {
    held |= (<u64>(<u32>load<T>(values + i * sizeof<T>()) - base)) << <u64>bits;
    bits += width;
    if (bits >= 32) {
      store<u32>(to, <u32>held);
      to += 4;
      held >>= 32;
      bits -= 32;
    }
  }
  for (; bits > 0; bits -= min<u32>(8, bits)) {
    store<u8>(to++, <u8>held);
    held >>= 8;
  }
  return to;
}

/** Numbers of `width` bits: one run if they are all the same, else bit-packed in eights. Returns where they end. */
// @ts-ignore: decorator
@inline
function hybrid<T>(values: usize, count: u32, width: u32, to: usize): usize {
  if (count == 0) return to;
  const first = load<T>(values);
  let same: u32 = 1;
  while (same < count && load<T>(values + (<usize>same) * sizeof<T>()) == first) same++;
  if (same == count) {
    to = unsigned(to, (<u64>count) << 1);
    for (let shift: u32 = 0; shift < width; shift += 8) store<u8>(to++, <u8>((<u32>first) >> shift));
    return to;
  }
  const groups = (count + 7) >> 3;
  to = unsigned(to, ((<u64>groups) << 1) | 1);
  const end = to + <usize>groups * width;
  for (let i: u32 = 0; i < count; i += 32) {
    to = pack<T>(to, values + (<usize>i) * sizeof<T>(), min<u32>(32, count - i), 0, width);
  }
  // The last eight are whole, whatever is missing of them.
  memory.fill(to, 0, end - to);
  return end;
}

/** `hybrid` of bytes. */
export function hybridBytes(values: usize, count: u32, width: u32, to: usize): usize {
  return hybrid<u8>(values, count, width, to);
}

/** `hybrid` of uint32. */
export function hybridWords(values: usize, count: u32, width: u32, to: usize): usize {
  return hybrid<u32>(values, count, width, to);
}
