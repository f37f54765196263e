// Changes to bytes, each a function of a seed: the same seed makes the same change on any machine.

/** A small generator of numbers in [0, 1) (mulberry32, public domain). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  return { next, below, pick };
}

/** Bytes that mean something in a format, or break an assumption. */
const tokens = [
  ...[
    '"',
    "'",
    ',',
    ';',
    '\t',
    '|',
    '\n',
    '\r',
    '\r\n',
    '\\',
    '""',
    '"\n',
    '#',
    '\0',
    ' ',
    '\ufeff',
    '\u2028',
    '\u0085',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    'null',
    'true',
    'NaN',
    '1e999',
    '-0',
    '9223372036854775808',
    '\\ud800',
    '\\u0000',
    '{"a":',
  ],
  ...['2024-02-30', '0001-01-01T00:00:00+23:59', '\u001b[2J', '\u202e', 'é', '😀', 'e\u0301', '0x10', '1_000', '007'],
].map((text) => Buffer.from(text));
const rawTokens = [
  [0xff],
  [0xc3],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xff, 0xfe],
  [0x80, 0x80, 0x80, 0x80, 0x10],
];
for (const bytes of rawTokens) tokens.push(Buffer.from(bytes));

function slice(bytes, random, most = 4096) {
  const from = random.below(bytes.length + 1);
  return bytes.subarray(from, from + random.below(Math.min(most, bytes.length - from) + 1));
}

function insert(bytes, at, what) {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

const changes = [
  function flipBit(bytes, random) {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)] ^= 1 << random.below(8);
    return changed;
  },
  function setByte(bytes, random) {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    return changed;
  },
  function setWord(bytes, random) {
    if (bytes.length < 4) return bytes;
    const changed = Buffer.from(bytes);
    changed.writeUInt32LE(
      random.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length]),
      random.below(bytes.length - 3),
    );
    return changed;
  },
  function insertToken(bytes, random) {
    return insert(bytes, random.below(bytes.length + 1), random.pick(tokens));
  },
  function replaceByToken(bytes, random) {
    const at = random.below(bytes.length + 1);
    const token = random.pick(tokens);
    return Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at + token.length)]);
  },
  function remove(bytes, random) {
    const part = slice(bytes, random, 64);
    const at = part.byteOffset - bytes.byteOffset;
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + part.length)]);
  },
  function copyWithin(bytes, random) {
    return insert(bytes, random.below(bytes.length + 1), slice(bytes, random));
  },
  function repeat(bytes, random) {
    const part = slice(bytes, random, 64);
    const times = 1 + random.below(200);
    return insert(bytes, random.below(bytes.length + 1), Buffer.concat(Array.from({ length: times }, () => part)));
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function beginLater(bytes, random) {
    return bytes.subarray(random.below(Math.min(bytes.length, 200) + 1));
  },
  function splice(bytes, random, other) {
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), slice(other, random, other.length)]);
  },
  function append(bytes, random, other) {
    return Buffer.concat([bytes, random.pick([Buffer.alloc(0), Buffer.from('\n')]), other]);
  },
];

/** One to eight changes; `other` is another file of the same kind. */
export function mutate(bytes, random, other) {
  const most = 1 + random.below(8);
  let changed = bytes;
  for (let i = 0; i < most; i++) changed = random.pick(changes)(changed, random, other);
  return changed.subarray(0, 4 * 2 ** 20);
}
