"""Single values out of an Arrow column, without an Arrow scalar for each: a tenth of the time for numbers and texts."""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Callable
from typing import Any

import pyarrow as pa

CellReader = Callable[[int], Any]

# Format letters of `struct` for values that Python has as they are.
_LETTERS = {
    pa.int8(): "b",
    pa.int16(): "h",
    pa.int32(): "i",
    pa.int64(): "q",
    pa.uint8(): "B",
    pa.uint16(): "H",
    pa.uint32(): "I",
    pa.uint64(): "Q",
    pa.float32(): "f",
    pa.float64(): "d",
}


def cell_reader(array: pa.Array) -> CellReader:
    """A function that gives the value of a row as `pyarrow` would, None for null. Keeps the column alive; copies nothing."""
    letter = _LETTERS.get(array.type)
    if letter is not None and array.buffers()[1] is not None and len(array) > 0:
        read = _numbers(array, letter)
    elif array.type == pa.string() and array.buffers()[2] is not None and len(array) > 0:
        read = _texts(array)
    else:
        return lambda i: array[i].as_py()
    return read if array.null_count == 0 else _with_nulls(array, read)


def _numbers(array: pa.Array, letter: str) -> CellReader:
    values: Any = memoryview(array.buffers()[1]).cast("b")
    read: CellReader = values.cast(letter)[array.offset : array.offset + len(array)].__getitem__
    return read


def _texts(array: pa.Array) -> CellReader:
    _, offsets, data = array.buffers()
    ends = memoryview(offsets).cast("b").cast("i")[array.offset : array.offset + len(array) + 1]
    text = memoryview(data)
    # A tenth faster a row than `str(..., "utf-8")`, which looks the encoding's name up.
    return lambda i: utf_8_decode(text[ends[i] : ends[i + 1]], "strict", True)[0]


def _with_nulls(array: pa.Array, read: CellReader) -> CellReader:
    bits, first = memoryview(array.buffers()[0]).cast("B"), array.offset

    def cell(i: int) -> Any:
        at = first + i
        return read(i) if bits[at >> 3] >> (at & 7) & 1 else None

    return cell
