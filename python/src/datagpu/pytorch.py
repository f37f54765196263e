"""Compiled data sets for PyTorch."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .dataset import CompiledDataset
from .errors import DatagpuError, missing_package
from .opening import load

if TYPE_CHECKING:
    from .loader import CompiledDataLoader


def load_to_pytorch(
    path: str | os.PathLike[str] | CompiledDataset,
    batch_size: int = 32,
    shuffle: bool = True,
    num_workers: int = 0,
    *,
    seed: int = 0,
    columns: Iterable[str] | None = None,
    rank: int | None = None,
    world_size: int | None = None,
    split: str | None = None,
    drop_last: bool = False,
    collate_fn: Callable[[list[dict[str, Any]]], Any] | None = None,
    **options: Any,
) -> CompiledDataLoader:
    """A `torch.utils.data.DataLoader` over a data set, or over a view of one.

    A batch is a dict by column: numbers and booleans are tensors of ``batch_size`` values, everything else, text too, is a
    list of Python values. In a column of numbers that has nulls in the data set they are 0 (NaN in floats, False in
    booleans), and the batch has ``<column>_is_null``, a tensor of booleans.

    Every row comes exactly once an epoch, for any number of workers and any world size; ranks differ by one row at most.
    Batches are the same for any number of workers. Each iteration over the loader is an epoch with an order of its own,
    which depends on ``seed`` and the epoch's number. ``state_dict()`` and ``load_state_dict()`` resume in mid-epoch.

    Args:
        path: folder or manifest of a data set, or what `load` and its views give.
        batch_size: rows a batch; the last one of a rank may have fewer, unless ``drop_last``.
        shuffle: shuffle the rows, 128 MiB of randomly chosen row groups at a time; False: in the data set's order.
        num_workers: processes that make batches beside this one.
        seed: what the order of every epoch depends on.
        columns: columns to read; default: all.
        rank, world_size: which part of the rows, of how many; default: those of ``torch.distributed`` where it is
            initialised, else all rows.
        split: the split to read, of a data set that has some.
        collate_fn: makes a batch out of a list of rows (dicts, as ``data[i]`` gives them), instead of the rule above.
        options: of `torch.utils.data.DataLoader`: pin_memory, prefetch_factor, persistent_workers, timeout, ...

    Raises:
        DatagpuError: ``usage`` for wrong arguments, or when PyTorch is not installed; what `load` raises.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise missing_package("torch", "load_to_pytorch()", "torch") from None
    from .loader import CompiledDataLoader, Plan

    if isinstance(path, CompiledDataset):
        if split is not None:
            raise DatagpuError("usage", "split is for a path", hint='Give load(path, split="...") that split')
        data = path
    else:
        data = load(path, split=split)
    if columns is not None:
        data = data.select(columns)
    for refused in ("sampler", "batch_sampler", "generator"):
        if refused in options:
            raise DatagpuError("usage", f"{refused} can't be given", hint="The order depends on shuffle and seed")
    rank, world_size = _place(rank, world_size)
    plan = Plan(
        data=data,
        batch_size=_at_least("batch_size", batch_size, 1),
        shuffle=bool(shuffle),
        seed=operator.index(seed),
        rank=rank,
        world_size=world_size,
        drop_last=bool(drop_last),
        collate_fn=collate_fn,
    )
    return CompiledDataLoader(plan, _at_least("num_workers", num_workers, 0), **options)


def _at_least(name: str, value: int, least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise DatagpuError("usage", f"{name} must be an integer of at least {least}, got {value!r}")
    return number


def _place(rank: int | None, world_size: int | None) -> tuple[int, int]:
    if rank is None and world_size is None:
        import torch.distributed as distributed

        if distributed.is_available() and distributed.is_initialized():
            return distributed.get_rank(), distributed.get_world_size()
        return 0, 1
    if rank is None or world_size is None:
        raise DatagpuError("usage", "rank and world_size go together, and one of them is missing")
    world_size = _at_least("world_size", world_size, 1)
    if not 0 <= _at_least("rank", rank, 0) < world_size:
        raise DatagpuError("usage", f"rank must be from 0 to {world_size - 1}, got {rank}")
    return rank, world_size
