"""The order in which the rows of a data set come in one epoch, and who gets which of them.

The rows of a view are divided into *windows*: whole row groups, up to a number of bytes. Without shuffling windows are
neighbours in the view's order. With it, the pieces of row groups come in a random order, windows are filled with them in
that order, and the rows of a window are shuffled: a data set of no more than a window's bytes is shuffled as a whole. This
global order depends on the data set, the seed and the epoch alone. Of its ``n`` rows rank ``r`` of ``w`` gets those from
``r * n // w`` up to ``(r + 1) * n // w``, cut into batches; worker ``k`` of ``v`` makes the batches ``k``, ``k + v``,
``k + 2 * v``, ... So every row comes exactly once, and batches are the same for any number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from .dataset import CompiledDataset
from .permutation import permutation
from .rowindex import RowIndex

# Bytes of decoded rows that are shuffled together.
SHUFFLED_BYTES = 128 * 2**20
# Bytes of decoded rows that are read at once in order.
_READ_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Window:
    """Some rows of the global order."""

    start: int
    """The place of its first row in the order of the epoch."""
    rows: int
    pieces: tuple[tuple[int, int], ...]
    """Ranges of the view (first, end), each within a row group; one range of any rows where the view is not in order."""
    seeds: tuple[int, ...] | None
    """What the order within it depends on; None: as in the view."""


@dataclass(frozen=True)
class Share:
    """What a rank gets of an epoch: ``stop - start`` rows of the global order."""

    start: int
    stop: int

    @staticmethod
    def of(rows: int, rank: int, world_size: int) -> Share:
        """The share of a rank. Sizes differ by one at most."""
        return Share(rank * rows // world_size, (rank + 1) * rows // world_size)


class EpochOrder:
    """The windows of an epoch over a view."""

    def __init__(self, data: CompiledDataset, *, shuffle: bool, seed: int, epoch: int) -> None:
        # In a random order it does not matter which order the view had, and row groups are read once.
        self._rows = data._rows.sorted() if shuffle else data._rows
        self._storage = data._cache.storage
        self._data = data
        self.windows = self._shuffled(seed, epoch) if shuffle else self._in_order()

    def table(self, window: Window, columns: list[str]) -> pa.Table:
        """The rows of a window in the view's order; every column is one chunk."""
        parts = [part for first, end in window.pieces for part in self._read(first, end, columns)]
        return parts[0] if len(parts) == 1 else pa.concat_tables(parts).combine_chunks()

    def order(self, window: Window) -> pa.Int64Array | None:
        """Which row of a window's table comes when; None: as they are."""
        return None if window.seeds is None else permutation(window.rows, *window.seeds)

    def _read(self, first: int, end: int, columns: list[str]) -> Iterator[pa.Table]:
        positions = self._rows.range
        if positions is None and not self._is_ascending:
            yield self._data.gather(self._rows.array(first, end), columns)
            return
        for number, start, stop in self._runs(first, end):
            group = self._storage.groups[number]
            table = self._storage.read(number, columns)
            if positions is not None:
                yield table.slice(self._rows[start] - group.start, stop - start)
            else:
                places = pc.subtract(self._rows.array(start, stop), pa.scalar(group.start, pa.int64()))
                yield table.take(places).combine_chunks()

    def _runs(self, first: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Row group, first and end of each run of rows ``first`` to ``end`` that lie in one group, in ascending views."""
        while first < end:
            number = self._storage.group_of(self._rows[first])
            group = self._storage.groups[number]
            stop = _first_beyond(self._rows, group.start + group.rows, first, end)
            yield number, first, stop
            first = stop

    @property
    def _is_ascending(self) -> bool:
        known: bool | None = getattr(self, "_ascending", None)
        if known is None:
            array = self._rows.array(0, len(self._rows))
            n = len(array)
            known = n < 2 or bool(pc.all(pc.greater_equal(array.slice(1), array.slice(0, n - 1))).as_py())
            self._ascending = known
        return known

    def _bytes(self, number: int, rows: int) -> int:
        group = self._storage.groups[number]
        return group.bytes * rows // max(1, group.rows)

    def _pieces(self) -> list[tuple[int, int, int]]:
        """First and end of the runs of the view that lie in one row group, and their bytes."""
        runs = self._runs(0, len(self._rows))
        return [(first, end, self._bytes(number, end - first)) for number, first, end in runs]

    def _in_order(self) -> list[Window]:
        if len(self._rows) == 0:
            return []
        if self._rows.range is not None or self._is_ascending:
            return _windows(self._pieces(), _READ_BYTES, None)
        total = sum(group.bytes for group in self._storage.groups)
        step = max(1, _READ_BYTES * self._storage.rows // max(1, total))
        n = len(self._rows)
        return [Window(at, min(step, n - at), ((at, min(n, at + step)),), None) for at in range(0, n, step)]

    def _shuffled(self, seed: int, epoch: int) -> list[Window]:
        pieces = self._pieces()
        mixed = [pieces[i] for i in permutation(len(pieces), seed, epoch).to_pylist()]
        return _windows(mixed, SHUFFLED_BYTES, (seed, epoch))


def _windows(pieces: list[tuple[int, int, int]], most: int, seeds: tuple[int, int] | None) -> list[Window]:
    """Fills windows with pieces in order; one that is larger than ``most`` bytes is a window of its own."""
    windows: list[Window] = []
    held: list[tuple[int, int]] = []
    size = rows = start = 0

    def close() -> None:
        nonlocal held, size, rows, start
        if held:
            own = None if seeds is None else (*seeds, len(windows) + 1)
            windows.append(Window(start, rows, tuple(held), own))
            start += rows
        held, size, rows = [], 0, 0

    for first, end, bytes_ in pieces:
        if size + bytes_ > most:
            close()
        held.append((first, end))
        size += bytes_
        rows += end - first
    close()
    return windows


def _first_beyond(rows: RowIndex, position: int, low: int, high: int) -> int:
    """The first of the rows ``low`` to ``high`` of an ascending view at or beyond a position of the data set."""
    while low < high:
        middle = (low + high) // 2
        if rows[middle] < position:
            low = middle + 1
        else:
            high = middle
    return low
