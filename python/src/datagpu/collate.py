"""Rows of a table as what a training loop takes: tensors of numbers, lists of everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import torch

from .dataset import _values
from .errors import DatagpuError

Batch = dict[str, Any]

_DTYPES: dict[pa.DataType, torch.dtype] = {
    pa.int8(): torch.int8,
    pa.int16(): torch.int16,
    pa.int32(): torch.int32,
    pa.int64(): torch.int64,
    pa.uint8(): torch.uint8,
    # PyTorch has no arithmetic on larger unsigned integers; those of 64 bits stay lists.
    pa.uint16(): torch.int32,
    pa.uint32(): torch.int64,
    pa.float16(): torch.float32,
    pa.float32(): torch.float32,
    pa.float64(): torch.float64,
    pa.bool_(): torch.bool,
}
_CAST = {pa.uint16(): pa.int32(), pa.uint32(): pa.int64(), pa.float16(): pa.float32(), pa.bool_(): pa.uint8()}


@dataclass(frozen=True)
class ColumnRule:
    """How a column becomes a value of a batch."""

    name: str
    dtype: torch.dtype | None
    """Of the tensor; None: a list of Python values."""
    width: int
    """Numbers a row, in columns of lists of one length; else 0."""
    null_name: str | None
    """The key of a tensor that is True where the value was null; None where the data set has no nulls."""


class Collator:
    """Makes batches of one shape out of tables of the same columns.

    * Integers, floats and booleans: a tensor of one dimension, of the column's own type. Lists of numbers that are all of
      one length by type: a tensor of two; a null in such a list is NaN.
    * Where the data set has nulls in such a column, they are 0 (NaN in floats, False in booleans), and the batch also has
      ``<column>_is_null``, a tensor of booleans. Which columns have that key depends on the data set, never on the batch.
    * Everything else, texts, dates, decimals, chat messages, lists: a list of Python values, null as None.
    """

    def __init__(self, schema: pa.Schema, nulls: dict[str, int]) -> None:
        self.rules = [_rule(field, nulls.get(field.name, 0) > 0, schema.names) for field in schema]

    def columns(self, table: pa.Table) -> list[tuple[str, Any]]:
        """Every value of a table, by key: tensors and lists that can be sliced."""
        values: list[tuple[str, Any]] = []
        for rule, column in zip(self.rules, table.columns, strict=True):
            if rule.dtype is None:
                values.append((rule.name, _values(column)))
                continue
            array = column.combine_chunks()
            if isinstance(array, pa.ChunkedArray):
                array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
            if rule.null_name is not None:
                values.append((rule.name, _tensor(_without_nulls(array), rule)))
                values.append((rule.null_name, _tensor(array.is_null(), _FLAGS)))
            else:
                values.append((rule.name, _tensor(array, rule)))
        return values

    def batch(self, table: pa.Table) -> Batch:
        """A table as one batch."""
        return dict(self.columns(table))

    def batches(self, table: pa.Table, sizes: list[int], shares_memory: bool) -> list[Batch]:
        """A table cut into batches of these sizes. Tensors are slices of one tensor, unless ``shares_memory`` is False."""
        columns = self.columns(table)
        made: list[Batch] = []
        start = 0
        for size in sizes:
            end = start + size
            batch: Batch = {}
            for name, values in columns:
                part = values[start:end]
                batch[name] = part.clone() if not shares_memory and isinstance(part, torch.Tensor) else part
            made.append(batch)
            start = end
        return made


_FLAGS = ColumnRule("", torch.bool, 0, None)


def _rule(field: pa.Field, has_nulls: bool, names: list[str]) -> ColumnRule:
    kind, width = field.type, 0
    if pa.types.is_fixed_size_list(kind) and not has_nulls and kind.value_type in _DTYPES:
        kind, width = kind.value_type, kind.list_size
    dtype = _DTYPES.get(kind)
    return ColumnRule(field.name, dtype, width, _free(f"{field.name}_is_null", names) if dtype and has_nulls else None)


def _free(name: str, taken: list[str]) -> str:
    free, n = name, 1
    while free in taken:
        n += 1
        free = f"{name}_{n}"
    return free


def _without_nulls(array: pa.Array) -> pa.Array:
    fill: Any = float("nan") if pa.types.is_floating(array.type) else False if array.type == pa.bool_() else 0
    return pc.fill_null(array, pa.scalar(fill, array.type))


def _tensor(array: pa.Array, rule: ColumnRule) -> torch.Tensor:
    """The values as a tensor of its own memory. ``array`` has no nulls."""
    rows = len(array)
    if rule.width > 0 and not array.null_count:
        array = array.flatten()
        if array.null_count and pa.types.is_floating(array.type):
            array = _without_nulls(array)
    if array.null_count:
        raise _unexpected_null(rule.name)
    cast: pa.DataType | None = _CAST.get(array.type)
    if cast is not None:
        array = array.cast(cast)
    tensor = torch.empty(0, dtype=rule.dtype) if len(array) == 0 else _copied(array).to(rule.dtype)
    return tensor.reshape(rows, rule.width) if rule.width > 0 else tensor


def _copied(array: pa.Array) -> torch.Tensor:
    # Arrow's memory must not be written to, and PyTorch does not know that: a copy, of 8 bytes a number at most.
    width = array.type.bit_width // 8
    data = array.buffers()[1]
    raw = bytearray(memoryview(data)[array.offset * width : (array.offset + len(array)) * width])
    return torch.frombuffer(raw, dtype=_DTYPES[array.type])


def _unexpected_null(name: str) -> Exception:
    return DatagpuError(
        "usage",
        "a tensor can't hold its nulls",
        column=name,
        hint="Give a collate_fn, which gets rows as they are, or leave the column out with columns=",
    )
