"""Batches of the DataLoader."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from conftest import in_files, numbered
from torch.utils.data import DataLoader

import datagpu


def _ids(loader: DataLoader[Any]) -> list[list[int]]:
    return [batch["id"].tolist() for batch in loader]


def _flat(batches: list[list[int]]) -> list[int]:
    return [i for batch in batches for i in batch]


@pytest.mark.parametrize("workers", [0, 1, 2, 4])
def test_every_row_comes_once_for_any_workers_and_world_size(several: Path, workers: int) -> None:
    data = datagpu.load(several, columns=["id"])
    for world in (1, 2, 3):
        for shuffle in (False, True):
            parts: list[list[list[int]]] = []
            for rank in range(world):
                options = {"rank": rank, "world_size": world}
                loader = datagpu.load_to_pytorch(data, 32, shuffle, workers, seed=5, **options)
                parts.append(_ids(loader))
                assert len(loader) == len(parts[-1])
                # The same batches as without workers.
                assert parts[-1] == _ids(datagpu.load_to_pytorch(data, 32, shuffle, seed=5, **options))
            sizes = [len(_flat(part)) for part in parts]
            assert max(sizes) - min(sizes) <= 1
            seen = [i for part in parts for i in _flat(part)]
            assert sorted(seen) == list(range(1003))
            if not shuffle:
                assert seen == list(range(1003))


@pytest.mark.parametrize("batch_size", [1, 3, 64, 97, 400, 1002, 1003, 5000])
def test_batches_have_their_size_whatever_lies_beneath(several: Path, batch_size: int) -> None:
    for shuffle in (False, True):
        batches = _ids(datagpu.load_to_pytorch(several, batch_size, shuffle, columns=["id"]))
        assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
        assert sorted(_flat(batches)) == list(range(1003))
        dropped = datagpu.load_to_pytorch(several, batch_size, shuffle, columns=["id"], drop_last=True)
        assert _ids(dropped) == [batch for batch in batches if len(batch) == batch_size]
        assert len(dropped) == 1003 // batch_size


def test_rows_that_are_shuffled_in_many_windows(several: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datagpu.epoch

    monkeypatch.setattr(datagpu.epoch, "SHUFFLED_BYTES", 3000)
    monkeypatch.setattr(datagpu.epoch, "_READ_BYTES", 3000)
    data = datagpu.load(several)
    for view in (data, data[100:900], data[::3], data.shuffle(4), data[[9, 9, 500, 3]]):
        for shuffle in (False, True):
            for workers in (0, 2):
                got = _flat(_ids(datagpu.load_to_pytorch(view, 50, shuffle, workers, columns=["id", "text"])))
                assert (sorted(got) if shuffle else got) == (sorted(view["id"]) if shuffle else view["id"])


def test_an_order_depends_on_seed_and_epoch(several: Path) -> None:
    def loader(**options: Any) -> Any:
        return datagpu.load_to_pytorch(several, 100, columns=["id"], **options)

    first = loader(seed=1)
    epochs = [_ids(first), _ids(first), _ids(first)]
    assert epochs[0] != epochs[1] != epochs[2]
    again = loader(seed=1, num_workers=2)
    assert [_ids(again), _ids(again), _ids(again)] == epochs
    assert _ids(loader(seed=2)) != epochs[0]
    again.set_epoch(1)
    assert [_ids(again), _ids(again)] == epochs[1:]
    # Not the order of the data set with another beginning: neighbours are torn apart.
    flat = _flat(epochs[0])
    assert sum(abs(a - b) == 1 for a, b in itertools.pairwise(flat)) < 20


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_resumes_in_mid_epoch(several: Path, workers: int) -> None:
    def loader(workers: int = workers, seed: int = 3) -> Any:
        return datagpu.load_to_pytorch(several, 40, True, workers, seed=seed, columns=["id"], rank=1, world_size=2)

    whole = loader()
    epochs = [_ids(whole), _ids(whole)]
    for stop in (0, 1, 6, len(epochs[0])):
        running = loader()
        iterator = iter(running)
        seen = [next(iterator)["id"].tolist() for _ in range(stop)]
        state = torch.load(_saved(running.state_dict()), weights_only=True)
        for resumed in (loader(), loader(workers=1, seed=99)):
            resumed.load_state_dict(state)
            assert seen + _ids(resumed) == epochs[0]
            assert _ids(resumed) == epochs[1]
    finished = loader()
    list(finished)
    resumed = loader()
    resumed.load_state_dict(finished.state_dict())
    assert _ids(resumed) == epochs[1]


def _saved(state: dict[str, Any]) -> Any:
    import io

    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return file


def test_a_state_of_another_loader_is_refused(several: Path, ranked: Path) -> None:
    state = datagpu.load_to_pytorch(several, 40).state_dict()
    for other in (datagpu.load_to_pytorch(several, 41), datagpu.load_to_pytorch(ranked, 40)):
        with pytest.raises(datagpu.DatagpuError, match="the state was taken with"):
            other.load_state_dict(state)
    with pytest.raises(datagpu.DatagpuError, match="not a state"):
        datagpu.load_to_pytorch(several).load_state_dict({})


def test_workers_that_stay_follow_the_epoch(several: Path) -> None:
    options: dict[str, Any] = {"num_workers": 2, "persistent_workers": True}
    loader = datagpu.load_to_pytorch(several, 100, columns=["id"], **options)
    plain = datagpu.load_to_pytorch(several, 100, columns=["id"])
    assert [_ids(loader) for _ in range(3)] == [_ids(plain) for _ in range(3)]
    loader.load_state_dict({**loader.state_dict(), "epoch": 0, "batches": 4})
    plain.set_epoch(0)
    assert _ids(loader) == _ids(plain)[4:]


def test_nulls_are_collated_as_documented(several: Path) -> None:
    rows = numbered(1003).to_pylist()
    start = 0
    for batch in datagpu.load_to_pytorch(several, 100, shuffle=False):
        part = rows[start : start + 100]
        start += 100
        assert list(batch) == ["id", "text", "part", "part_is_null", "share", "share_is_null"]
        assert batch["id"].dtype == torch.int64 and batch["share"].dtype == torch.float64
        assert batch["text"] == [row["text"] for row in part]
        assert batch["part"].tolist() == [row["part"] or 0 for row in part]
        assert batch["part_is_null"].tolist() == [row["part"] is None for row in part]
        assert batch["share"].isnan().tolist() == batch["share_is_null"].tolist()
        assert batch["share_is_null"].tolist() == [row["share"] is None for row in part]


def test_every_type_has_a_form(everything: Path) -> None:
    (batch,) = datagpu.load_to_pytorch(everything, 4, shuffle=False)
    assert batch["big"].tolist() == [2**63 - 1, -(2**63), 0, 2**53 + 1]
    assert batch["unsigned"] == [2**64 - 1, 0, None, 1]
    assert batch["small"].dtype == torch.int8
    assert batch["single"].dtype == torch.float32 and batch["single"].isnan().tolist() == [False, True, True, False]
    assert batch["flag"].tolist() == [True, False, False, True] and batch["flag"].dtype == torch.bool
    assert batch["date"][0] == dt.date(2024, 2, 29) and batch["date"][1] is None
    assert batch["vector"] == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]
    assert batch["messages"][0] == [{"role": "user", "content": "hi"}, {"role": "assistant", "content": None}]
    assert batch["numbers"] == [[1, None, 3], [], None, [4]]
    made = datagpu.load_to_pytorch(everything, 2, False, collate_fn=lambda rows: [row["a.b"] for row in rows])
    assert list(made) == [[1, 2], [3, 4]]


def test_lists_of_one_length_by_type_are_tensors(tmp_path: Path) -> None:
    rows = pa.table({"vector": [[1.0, 2.0], [3.0, None], [5.0, 6.0]]})
    schema = pa.schema([("vector", pa.list_(pa.float32(), 2))])
    (batch,) = datagpu.load_to_pytorch(in_files(tmp_path, rows, [2, 1], schema=schema), 3, shuffle=False)
    assert batch["vector"].shape == (3, 2) and batch["vector"].dtype == torch.float32
    assert batch["vector"].nan_to_num(9).tolist() == [[1.0, 2.0], [3.0, 9.0], [5.0, 6.0]]


def test_a_batch_may_be_changed_in_place(several: Path) -> None:
    data = datagpu.load(several)
    for batch in datagpu.load_to_pytorch(data, 100, False, columns=["id"]):
        batch["id"].mul_(0)
    assert data["id"] == list(range(1003))
    assert _flat(_ids(datagpu.load_to_pytorch(data, 100, False, columns=["id"]))) == list(range(1003))


def test_an_empty_data_set_gives_no_batch(empty: Path) -> None:
    for workers in (0, 2):
        loader = datagpu.load_to_pytorch(empty, 4, num_workers=workers)
        assert len(loader) == 0 and list(loader) == []
    few = datagpu.load_to_pytorch(datagpu.load(empty), rank=1, world_size=3)
    assert list(few) == []


def test_a_data_set_is_a_map_style_data_set_too(several: Path) -> None:
    loader = DataLoader(datagpu.load(several, columns=["id", "text"]), batch_size=50, num_workers=2)  # type: ignore[arg-type]
    assert _flat(_ids(loader)) == list(range(1003))


def test_wrong_arguments_are_refused(several: Path) -> None:
    for options, words in (
        ({"batch_size": 0}, "batch_size must be"),
        ({"num_workers": -1}, "num_workers must be"),
        ({"rank": 0}, "go together"),
        ({"rank": 2, "world_size": 2}, "rank must be from 0 to 1"),
        ({"columns": ["no"]}, 'no column "no"'),
        ({"sampler": [1]}, "sampler can't be given"),
        ({"split": "train"}, "no split"),
    ):
        with pytest.raises(datagpu.DatagpuError, match=words) as caught:
            datagpu.load_to_pytorch(several, **options)  # type: ignore[arg-type]
        assert caught.value.code == "usage"
