"""Which rows of a data set a view has, in which order."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


class RowIndex:
    """Positions in the data set: a range, which takes no memory, or a list of 8 bytes a row. Never changes."""

    __slots__ = ("_array", "positions")

    def __init__(self, rows: range | pa.Int64Array) -> None:
        self._array: pa.Int64Array | None = None if isinstance(rows, range) else rows
        self.positions: Sequence[int] = rows if isinstance(rows, range) else _words(rows)
        """The positions, by their place in the view."""

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, i: int) -> int:
        """The position of row ``i``."""
        return self.positions[i]

    def __reduce__(self) -> tuple[type[RowIndex], tuple[range | pa.Int64Array]]:
        return (RowIndex, (self.range if self.range is not None else self.array(0, len(self)),))

    @property
    def range(self) -> range | None:
        """The positions where they are neighbours in the order of the data set, else None."""
        values = self.positions
        return values if isinstance(values, range) and (values.step == 1 or len(values) == 0) else None

    def array(self, start: int, stop: int) -> pa.Int64Array:
        """The positions of rows ``start`` to ``stop - 1``. A copy of a range, a view of a list."""
        if self._array is not None:
            return self._array.slice(start, stop - start)
        return pa.array(self.positions[start:stop], pa.int64())

    def slice(self, rows: slice) -> RowIndex:
        """The rows of a slice."""
        if self._array is None:
            part = self.positions[rows]
            assert isinstance(part, range)
            return RowIndex(part)
        start, stop, step = rows.indices(len(self))
        if step == 1:
            return RowIndex(self.array(start, max(start, stop)))
        return RowIndex(self._array.take(pa.array(range(start, stop, step), pa.int64())))

    def take(self, rows: pa.Int64Array) -> RowIndex:
        """The rows at these places of the view."""
        contiguous = self.range
        if contiguous is not None:
            return RowIndex(pc.add(rows, pa.scalar(contiguous.start, pa.int64())))
        return RowIndex(self.array(0, len(self)).take(rows))

    def sorted(self) -> RowIndex:
        """The same rows in the order of the data set."""
        if self.range is not None:
            return self
        array = self.array(0, len(self))
        return RowIndex(array.take(pc.sort_indices(array)))


def _words(array: pa.Int64Array) -> memoryview:
    """The values of an array without nulls, not copied."""
    data = array.buffers()[1]
    if data is None or len(array) == 0:
        return memoryview(b"").cast("q")
    return memoryview(data).cast("b").cast("q")[array.offset : array.offset + len(array)]
