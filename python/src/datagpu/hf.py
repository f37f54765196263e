"""Compiled data sets for Hugging Face `datasets`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .dataset import CompiledDataset
from .errors import DatagpuError, missing_package
from .opening import load

if TYPE_CHECKING:
    import datasets


def load_to_hf(
    path: str | os.PathLike[str],
    *,
    split: str | None = None,
    columns: Iterable[str] | None = None,
    streaming: bool = False,
    **options: Any,
) -> datasets.Dataset | datasets.IterableDataset | datasets.DatasetDict | datasets.IterableDatasetDict:
    """A `datasets.Dataset` over the files of a data set, whose features are those of its columns.

    The files become Arrow, which `datasets` maps into memory from its own cache: no Python object is made of a row.
    Lists of chat messages are lists of dicts; JSON that was kept as text is text.

    Args:
        split: the split to load; default: all of a data set without splits, a ``DatasetDict`` of one that has some.
        columns: columns to load, in this order; default: all.
        streaming: a `datasets.IterableDataset`, which reads the files while it is iterated over.
        options: of `datasets.load_dataset`: cache_dir, keep_in_memory, num_proc, ...

    Raises:
        DatagpuError: ``usage`` when `datasets` is not installed, or there is no such split or column; what `load` raises.
    """
    try:
        import datasets
    except ImportError:
        raise missing_package("datasets", "load_to_hf()", "datasets") from None
    data = load(path, split=split, columns=columns)
    folder = data._manifest.folder
    files: dict[str, list[str]] = {}
    for file in data._manifest.files:
        if split is None or file.split == split:
            files.setdefault(file.split or "train", []).append(str(folder / file.name))
    if not files:
        raise DatagpuError("input", "the data set has no files", file=str(data._manifest.path))
    is_single = split is not None or not data.splits
    if streaming:
        return _read(files, data, streaming=True, split=next(iter(files)) if is_single else None, **options)
    # `datasets` refuses to read a split without rows.
    rows = {name: sum(f.rows for f in data._manifest.files if (f.split or "train") == name) for name in files}
    full = {name: paths for name, paths in files.items() if rows[name] > 0}
    loaded = _read(full, data, **options) if full else {}
    nothing = datasets.table.InMemoryTable(data.schema.empty_table())
    parts = {name: loaded[name] if name in full else datasets.Dataset(nothing) for name in files}
    return parts[next(iter(files))] if is_single else datasets.DatasetDict(parts)


def _read(files: dict[str, list[str]], data: CompiledDataset, **options: Any) -> Any:
    import datasets

    features = datasets.Features.from_arrow_schema(data.schema)
    loaded = datasets.load_dataset("parquet", data_files=files, features=features, columns=data.columns, **options)
    return loaded.select_columns(data.columns)
