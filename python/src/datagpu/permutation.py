"""Random orders that depend on numbers alone.

Position ``i`` of a permutation has the key ``mix(s + (i + 1) * 0x9e3779b97f4a7c15)`` (SplitMix64, Steele et al. 2014,
https://doi.org/10.1145/2660193.2660195), where ``s`` is made of the seed; rows come in order of their keys. ``mix`` is a
bijection, so no two keys are equal: the order is the same for every version of pyarrow, on every machine.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_MASK = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def permutation(n: int, *seeds: int) -> pa.Int64Array:
    """The numbers from 0 to ``n - 1`` in an order that depends on ``n`` and ``seeds`` only. Takes 24 bytes a number."""
    state = 0
    for seed in seeds:
        state = _mix((state ^ (seed & _MASK)) + _GOLDEN)
    if n == 0:
        return pa.array([], pa.int64())
    steps = pc.cumulative_sum(pa.repeat(pa.scalar(_GOLDEN, pa.uint64()), n))
    keys = _mix_all(pc.add(steps, pa.scalar(state, pa.uint64())))
    return pc.sort_indices(keys).cast(pa.int64())


def _mix(z: int) -> int:
    z &= _MASK
    z = ((z ^ (z >> 30)) * _FIRST) & _MASK
    z = ((z ^ (z >> 27)) * _SECOND) & _MASK
    return z ^ (z >> 31)


def _mix_all(z: pa.UInt64Array) -> pa.UInt64Array:
    def word(n: int) -> pa.Scalar:
        return pa.scalar(n, pa.uint64())

    z = pc.multiply(pc.bit_wise_xor(z, pc.shift_right(z, word(30))), word(_FIRST))
    z = pc.multiply(pc.bit_wise_xor(z, pc.shift_right(z, word(27))), word(_SECOND))
    return pc.bit_wise_xor(z, pc.shift_right(z, word(31)))
