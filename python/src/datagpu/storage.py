"""The data files of a data set, open for reading a row group at a time."""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import DatagpuError
from .manifest import DataFile


@dataclass(frozen=True)
class Group:
    """A row group of one of the files."""

    file: int
    index: int
    """Its number in the file."""
    start: int
    """The position of its first row over all files."""
    rows: int
    bytes: int
    """Bytes of its pages, not compressed."""


class Storage:
    """Row groups over all files, in order.

    The files stay open, so that a compile which replaces them meanwhile does not mix data sets. Reading is by position
    (``pread``): threads may read at once, and so may processes after a fork.
    """

    def __init__(self, folder: Path, files: tuple[DataFile, ...]) -> None:
        self.folder = folder
        self.files = files
        self._open()

    def _open(self) -> None:
        self._handles: list[pa.NativeFile] = []
        self.stamps: list[tuple[int, ...] | None] = []
        self._metadata: list[pq.FileMetaData] = []
        self.groups: list[Group] = []
        self.schema: pa.Schema = pa.schema([])
        position = 0
        for number, file in enumerate(self.files):
            before = _stamp(self.folder / file.name)
            handle, parquet = self._open_file(file)
            self._handles.append(handle)
            self.stamps.append(before if before == _stamp(self.folder / file.name) else None)
            metadata = parquet.metadata
            self._metadata.append(metadata)
            if number == 0:
                self.schema = parquet.schema_arrow
            elif not parquet.schema_arrow.equals(self.schema):
                raise _differs(file, "its columns are not those of the first file")
            if metadata.num_rows != file.rows:
                raise _differs(file, f"it has {metadata.num_rows} rows and not {file.rows}")
            for index in range(metadata.num_row_groups):
                group = metadata.row_group(index)
                self.groups.append(Group(number, index, position, group.num_rows, group.total_byte_size))
                position += group.num_rows
        self.rows = position
        self.starts = [group.start for group in self.groups]

    def _open_file(self, file: DataFile) -> tuple[pa.NativeFile, pq.ParquetFile]:
        path = self.folder / file.name
        try:
            size = os.stat(path).st_size
            if size != file.bytes:
                raise _differs(file, f"it has {size} bytes and not {file.bytes}")
            handle = pa.OSFile(str(path), "rb")
            return handle, pq.ParquetFile(handle)
        except OSError as error:
            raise DatagpuError("input", f"the data file can't be opened ({error})", file=file.name) from error
        except pa.ArrowException as error:
            raise _differs(file, f"it is not Parquet ({error})") from error

    def __getstate__(self) -> tuple[Path, tuple[DataFile, ...]]:
        return (self.folder, self.files)

    def __setstate__(self, state: tuple[Path, tuple[DataFile, ...]]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def group_of(self, position: int) -> int:
        """The number of the row group that holds a position."""
        return bisect_right(self.starts, position) - 1

    def read(self, number: int, columns: list[str], threads: bool = True) -> pa.Table:
        """Decodes columns of a row group; every column of the table is one chunk.

        Raises:
            DatagpuError: ``input`` when its pages are damaged.
        """
        group = self.groups[number]
        try:
            # A reader of its own: they are cheap with the footer known, and not made to be shared by threads.
            reader = pq.ParquetFile(self._handles[group.file], metadata=self._metadata[group.file])
            indices = _leaves(self._metadata[group.file], columns)
            table = reader.reader.read_row_group(group.index, column_indices=indices, use_threads=threads)
            return table.select(columns).combine_chunks()
        except (OSError, pa.ArrowException) as error:
            raise _differs(self.files[group.file], f"its pages are damaged ({error})") from error


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What tells this file with these bytes from every other; None where it can't be said."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _leaves(metadata: pq.FileMetaData, columns: list[str]) -> list[int]:
    """The numbers of the leaf columns that belong to columns of the data set, whose names may have a dot in them."""
    wanted = set(columns)
    schema = metadata.schema
    arrow = schema.to_arrow_schema()
    leaves: list[int] = []
    leaf = 0
    for field in arrow:
        count = _leaf_count(field.type)
        if field.name in wanted:
            leaves.extend(range(leaf, leaf + count))
        leaf += count
    return leaves


def _leaf_count(kind: pa.DataType) -> int:
    if pa.types.is_struct(kind):
        return sum(_leaf_count(kind.field(i).type) for i in range(kind.num_fields))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _leaf_count(kind.value_type)
    if pa.types.is_map(kind):
        return _leaf_count(kind.key_type) + _leaf_count(kind.item_type)
    return 1


def _differs(file: DataFile, why: str) -> DatagpuError:
    return DatagpuError(
        "input",
        f"not the file that the manifest describes: {why}",
        file=file.name,
        hint="Compile the data set again",
    )
