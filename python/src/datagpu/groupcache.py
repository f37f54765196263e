"""Row groups that random access decoded, kept while they fit."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import pyarrow as pa

from .cells import CellReader, cell_reader
from .decoded import DecodedGroups
from .storage import Storage

# Row groups that are read before access counts as random, and those that were decoded are stored on disk.
_RANDOM_FROM = 2


class Held:
    """A decoded row group."""

    __slots__ = ("bytes", "cells", "is_fresh", "table", "used")

    def __init__(self, table: pa.Table, is_mapped: bool = False) -> None:
        self.table = table
        self.bytes = 0 if is_mapped else table.nbytes
        """Memory that it takes; none of this process's own where it is mapped."""
        self.is_fresh = not is_mapped
        """Whether it was decoded and not yet offered to be stored."""
        self.cells: list[tuple[str, CellReader]] = [
            (name, cell_reader(column.chunk(0))) for name, column in zip(table.column_names, table.columns, strict=True)
        ]
        """Names of its columns, and what reads single values of them."""
        self.used = 0
        """What the cache's `clock` was when it was used last; set by who uses it."""


Shelf = list[Held | None]
"""The decoded row groups of certain columns by their numbers, None where one is not decoded."""


class GroupCache:
    """Row groups that were decoded last, up to a number of bytes. Threads may use it at once.

    Those that were not used for longest are given up. Time is counted in row groups read: using one that is held costs no
    more than noting a number.
    """

    def __init__(self, storage: Storage, max_bytes: int, folder: Path | None = None) -> None:
        """``folder``: where decoded row groups are stored on disk; None: nowhere."""
        self.storage = storage
        self.max_bytes = max_bytes
        self._disk = DecodedGroups(folder, storage, max_bytes)
        self._shelves: dict[tuple[str, ...], Shelf] = {}
        self._held: list[tuple[Shelf, int]] = []
        self._bytes = 0
        self.clock = 0
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[GroupCache], tuple[Storage, int, Path | None]]:
        return (GroupCache, (self.storage, self.max_bytes, self._disk.root))

    def shelf(self, columns: tuple[str, ...]) -> Shelf:
        """Where the decoded row groups of these columns are looked up."""
        with self._lock:
            return self._shelves.setdefault(columns, [None] * len(self.storage.groups))

    def get(self, number: int, columns: tuple[str, ...]) -> Held:
        """A row group, decoded now if it is not on the shelf."""
        shelf = self.shelf(columns)
        held = shelf[number]
        if held is not None:
            held.used = self.clock
            return held
        mapped = self._disk.open(number)
        if mapped is not None:
            return self._put(shelf, number, Held(mapped.select(columns), is_mapped=True))
        held = self._put(shelf, number, Held(self.storage.read(number, list(columns))))
        fresh = [(n, other) for n, other in enumerate(shelf) if other is not None and other.is_fresh]
        if self.clock >= _RANDOM_FROM:
            for n, other in fresh:
                other.is_fresh = False
                self._disk.keep(n, other.table)
        return held

    def _put(self, shelf: Shelf, number: int, held: Held) -> Held:
        with self._lock:
            before = shelf[number]
            if before is not None:
                return before
            self.clock += 1
            held.used = self.clock
            shelf[number] = held
            self._held.append((shelf, number))
            self._bytes += held.bytes
            while self._bytes > self.max_bytes and len(self._held) > 1:
                self._give_up_one()
        return held

    def _give_up_one(self) -> None:
        def used(place: tuple[Shelf, int]) -> int:
            held = place[0][place[1]]
            return 0 if held is None else held.used

        shelf, number = oldest = min(self._held, key=used)
        self._held.remove(oldest)
        held = shelf[number]
        assert held is not None
        shelf[number] = None
        self._bytes -= held.bytes
