"""A PyTorch DataLoader over a compiled data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .collate import Collator
from .dataset import CompiledDataset, _pylist
from .epoch import EpochOrder, Share, Window
from .errors import DatagpuError

# Rows that are made into tensors and lists at once.
_BLOCK_ROWS = 8192
_STATE_VERSION = 1

CollateFn = Callable[[list[dict[str, Any]]], Any]


@dataclass(frozen=True)
class Plan:
    """What decides the batches of an epoch, beside its number."""

    data: CompiledDataset
    batch_size: int
    shuffle: bool
    seed: int
    rank: int
    world_size: int
    drop_last: bool
    collate_fn: CollateFn | None

    @property
    def share(self) -> Share:
        """The rows of this rank."""
        return Share.of(len(self.data), self.rank, self.world_size)

    @property
    def batches(self) -> int:
        """Batches of an epoch for this rank."""
        rows = self.share.stop - self.share.start
        return rows // self.batch_size if self.drop_last else -(-rows // self.batch_size)


class EpochBatches(IterableDataset[Any]):
    """The batches of one epoch from a certain one on; a worker process makes its part of them.

    ``point`` is a tensor of the epoch and the first batch. In shared memory, it tells workers that stay what comes next.
    """

    def __init__(self, plan: Plan, point: torch.Tensor) -> None:
        self.plan = plan
        self.point = point

    def __len__(self) -> int:
        return self.plan.batches

    def __iter__(self) -> Iterator[Any]:
        worker = get_worker_info()
        epoch, first = (int(n) for n in self.point)
        number, workers = (0, 1) if worker is None else (worker.id, worker.num_workers)
        return _BatchMaker(self.plan, epoch).batches(first, number, workers, in_process=worker is None)


class _BatchMaker:
    def __init__(self, plan: Plan, epoch: int) -> None:
        self.plan = plan
        self.columns = plan.data.columns
        self.order = EpochOrder(plan.data, shuffle=plan.shuffle, seed=plan.seed, epoch=epoch)
        nulls = {field["name"]: int(field.get("nulls") or 0) for field in plan.data._manifest.fields}
        self.collator = Collator(plan.data.schema, nulls)

    def batches(self, first: int, worker: int, workers: int, in_process: bool) -> Iterator[Any]:
        """The batches from ``first`` on that fall to a worker, in order."""
        part: list[pa.Table] = []
        part_rows = 0
        for window in self.order.windows:
            segments = list(self._segments(window, first, worker, workers))
            if not segments:
                continue
            table, order = self.order.table(window, self.columns), self.order.order(window)
            block: list[tuple[int, int]] = []
            for start, stop, batch_rows in segments:
                if stop - start == batch_rows:
                    block.append((start, stop))
                    if len(block) * batch_rows >= _BLOCK_ROWS:
                        yield from self._made(_taken(table, order, block), block, in_process)
                        block = []
                    continue
                # A batch that goes over the border of a window: its rows before it wait for those behind.
                yield from self._made(_taken(table, order, block), block, in_process)
                block = []
                part.append(_taken(table, order, [(start, stop)]))
                part_rows += stop - start
                if part_rows == batch_rows:
                    yield from self._made(pa.concat_tables(part).combine_chunks(), [(0, batch_rows)], in_process)
                    part, part_rows = [], 0
            yield from self._made(_taken(table, order, block), block, in_process)

    def _segments(self, window: Window, first: int, worker: int, workers: int) -> Iterator[tuple[int, int, int]]:
        """First and end, in the window, of the rows of each batch of the worker that lie in it; and the batch's rows."""
        plan = self.plan
        share, size = plan.share, plan.batch_size
        low = max(window.start, share.start + first * size)
        high = min(window.start + window.rows, min(share.stop, share.start + plan.batches * size))
        if low >= high:
            return
        number = (low - share.start) // size
        number += (worker - (number - first)) % workers
        while (start := share.start + number * size) < high:
            stop = min(start + size, share.stop)
            yield max(start, low) - window.start, min(stop, high) - window.start, stop - start
            number += workers

    def _made(self, table: pa.Table, block: list[tuple[int, int]], in_process: bool) -> Iterator[Any]:
        sizes = [stop - start for start, stop in block]
        if self.plan.collate_fn is None:
            yield from self.collator.batches(table, sizes, shares_memory=in_process)
            return
        at = 0
        for size in sizes:
            yield self.plan.collate_fn(_pylist(table.slice(at, size)))
            at += size


def _taken(table: pa.Table, order: pa.Int64Array | None, block: list[tuple[int, int]]) -> pa.Table:
    """The rows of some segments of a window, one after the other."""
    if not block:
        return table.slice(0, 0)
    first, last = block[0][0], block[-1][1]
    is_run = last - first == sum(stop - start for start, stop in block)
    if order is None:
        if is_run:
            return table.slice(first, last - first)
        return pa.concat_tables([table.slice(start, stop - start) for start, stop in block])
    if is_run:
        return table.take(order.slice(first, last - first))
    return table.take(pa.concat_arrays([order.slice(start, stop - start) for start, stop in block]))


class CompiledDataLoader(DataLoader[Any]):
    """A DataLoader whose batches are whole when they leave the data set.

    Each iteration is an epoch, the first one epoch 0; `set_epoch` says which comes next. `state_dict` and
    `load_state_dict` follow torchdata's StatefulDataLoader.
    """

    def __init__(self, plan: Plan, num_workers: int, **options: Any) -> None:
        self._plan = plan
        self._options = {"num_workers": num_workers, "batch_size": None, "collate_fn": _same, **options}
        self._next = (0, 0)  # Epoch and first batch of the next iteration.
        self._now: tuple[int, int] | None = None  # Epoch and batches given, while an iteration is under way.
        self._lasting: DataLoader[Any] | None = None
        point = torch.zeros(2, dtype=torch.int64)
        super().__init__(EpochBatches(plan, point), **self._options)
        if self.persistent_workers:
            point.share_memory_()
            self._lasting = DataLoader(EpochBatches(plan, point), **self._options)

    def __len__(self) -> int:
        """Batches of an epoch for this rank."""
        return self._plan.batches

    def __iter__(self) -> Iterator[Any]:
        epoch, first = self._next
        self._next = (epoch + 1, 0)
        return _Epoch(self, epoch, first)

    def set_epoch(self, epoch: int) -> None:
        """Makes the next iteration this epoch, from its beginning."""
        if epoch < 0:
            raise DatagpuError("usage", f"epoch must be at least 0, got {epoch}")
        self._next, self._now = (epoch, 0), None

    def state_dict(self) -> dict[str, Any]:
        """Where the loader is: plain values, small, to be saved with a checkpoint."""
        epoch, batches = self._now if self._now is not None else self._next
        return {
            "version": _STATE_VERSION,
            "epoch": epoch,
            "batches": batches,
            "seed": self._plan.seed,
            **self._identity(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Makes the next iteration go on where ``state`` was taken, with what would have come.

        The number of workers may be another one.

        Raises:
            DatagpuError: ``usage`` when the state is of another data set, batch size, rank or world size.
        """
        if state.get("version") != _STATE_VERSION:
            raise DatagpuError("usage", "this is not a state of a datagpu DataLoader", hint="Give what state_dict() gave")
        for name, value in self._identity().items():
            if state.get(name) != value:
                raise DatagpuError(
                    "usage",
                    f"the state was taken with {name} {state.get(name)}, and the loader has {value}",
                    hint="Make the loader as it was made before, or begin an epoch with set_epoch()",
                )
        if state["seed"] != self._plan.seed:
            self._plan = replace(self._plan, seed=state["seed"])
            self._lasting = None
        self._next, self._now = (int(state["epoch"]), int(state["batches"])), None

    def _identity(self) -> dict[str, Any]:
        plan = self._plan
        return {
            "dataset": plan.data.manifest["hash"],
            "rows": len(plan.data),
            "batch_size": plan.batch_size,
            "shuffle": plan.shuffle,
            "rank": plan.rank,
            "world_size": plan.world_size,
            "drop_last": plan.drop_last,
        }

    def _begin(self, epoch: int, first: int) -> Iterator[Any]:
        point = torch.tensor([epoch, first], dtype=torch.int64)
        if not self.persistent_workers:
            return iter(DataLoader(EpochBatches(self._plan, point), **self._options))
        if self._lasting is None:
            self._lasting = DataLoader(EpochBatches(self._plan, point.share_memory_()), **self._options)
        batches = self._lasting.dataset
        assert isinstance(batches, EpochBatches)
        batches.point.copy_(point)
        return iter(self._lasting)


class _Epoch:
    """An iteration under way; counts the batches that it gave."""

    def __init__(self, loader: CompiledDataLoader, epoch: int, first: int) -> None:
        self._loader = loader
        self._epoch = epoch
        self._given = first
        self._batches = loader._begin(epoch, first)
        loader._now = (epoch, first)

    def __iter__(self) -> _Epoch:
        return self

    def __next__(self) -> Any:
        try:
            batch = next(self._batches)
        except StopIteration:
            self._loader._now = None
            raise
        self._given += 1
        self._loader._now = (self._epoch, self._given)
        return batch

    def __len__(self) -> int:
        return len(self._loader)


def _same(batch: Any) -> Any:
    return batch
