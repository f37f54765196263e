"""Opening a compiled data set."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from .dataset import CompiledDataset
from .decoded import decoded_folder
from .errors import DatagpuError
from .groupcache import GroupCache
from .journal import JOURNAL_NAME, PRIVATE_FOLDER, recover
from .manifest import Manifest, manifest_path, read_manifest
from .rowindex import RowIndex
from .storage import Storage
from .verify import verify_files

# How often a folder is read again that a compile changed meanwhile.
_ATTEMPTS = 20
_PAUSE_SECONDS = 0.05


def load(
    path: str | os.PathLike[str],
    *,
    split: str | None = None,
    columns: Iterable[str] | None = None,
    verify: bool = False,
    cache_bytes: int = 256 * 2**20,
    decoded_cache: bool | str | os.PathLike[str] = True,
) -> CompiledDataset:
    """Opens a data set by its folder or its manifest. A commit that was interrupted is finished first.

    Args:
        split: read the files of this split only; default: all files, in the order of the manifest.
        columns: columns to read, in this order; default: all.
        verify: hash the data files again and compare them with the manifest; reads all of them.
        cache_bytes: bytes of decoded row groups that random access keeps in memory.
        decoded_cache: whether random access also stores decoded row groups of data sets above 32 MiB on disk, where the next
            process maps them into memory; a folder for them. Default: the environment variable ``DATAGPU_DECODED_CACHE`` (a
            folder, or ``off``), else ``datagpu/decoded`` in the user's cache folder. At most 10 GiB are stored.

    Raises:
        DatagpuError: ``input`` when the manifest or a data file is missing or not what the manifest says, or is outside of
            its folder; ``verification`` when a hash differs; ``usage`` for an unknown split or column.
    """
    manifest, storage = _open(manifest_path(path))
    rows = _rows_of(manifest, split)
    if verify:
        verify_files(manifest.folder, tuple(f for f in manifest.files if split is None or f.split == split))
    cache = GroupCache(storage, cache_bytes, decoded_folder(decoded_cache))
    data = CompiledDataset(manifest, cache, tuple(storage.schema.names), rows)
    return data if columns is None else data.select(columns)


def _open(path: Path) -> tuple[Manifest, Storage]:
    """Manifest and files of one and the same data set, though a compile may put another in its place meanwhile."""
    for attempt in range(_ATTEMPTS):
        recover(path.parent)
        before = _identity(path)
        try:
            manifest = read_manifest(path)
            storage = Storage(manifest.folder, manifest.files)
        except DatagpuError:
            if _is_settled(path, before) or attempt == _ATTEMPTS - 1:
                raise
        else:
            if _is_settled(path, before):
                return manifest, storage
        time.sleep(_PAUSE_SECONDS)
    raise DatagpuError(
        "input",
        "the data set is being replaced again and again",
        file=str(path),
        hint="Load it when the compile is done",
    )


def _is_settled(path: Path, before: tuple[int, ...] | None) -> bool:
    return _identity(path) == before and not (path.parent / PRIVATE_FOLDER / JOURNAL_NAME).exists()


def _identity(path: Path) -> tuple[int, ...] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _rows_of(manifest: Manifest, split: str | None) -> RowIndex:
    if split is None:
        return RowIndex(range(sum(file.rows for file in manifest.files)))
    ranges: list[range] = []
    start = 0
    for file in manifest.files:
        if file.split == split:
            if ranges and ranges[-1].stop == start:
                ranges[-1] = range(ranges[-1].start, start + file.rows)
            else:
                ranges.append(range(start, start + file.rows))
        start += file.rows
    if not ranges:
        splits = list(dict.fromkeys(file.split for file in manifest.files if file.split is not None))
        raise DatagpuError(
            "usage",
            f'there is no split "{split}" in the data set',
            file=str(manifest.path),
            hint=f"Its splits are {', '.join(splits)}" if splits else "It was compiled without --split",
        )
    if len(ranges) == 1:
        return RowIndex(ranges[0])
    return RowIndex(pa.concat_arrays([pa.array(part, pa.int64()) for part in ranges]))
