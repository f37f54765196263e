"""Row groups that random access keeps: how many bytes, which of them, and who decodes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import datagpu
from datagpu.storage import Storage


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The row groups that are decoded, in order."""
    numbers: list[int] = []
    real = Storage.read

    def read(self: Storage, number: int, columns: list[str], threads: bool = True) -> object:
        numbers.append(number)
        return real(self, number, columns, threads)

    monkeypatch.setattr(Storage, "read", read)
    return numbers


def test_a_data_set_that_fits_is_decoded_once(several: Path, reads: list[int]) -> None:
    data = datagpu.load(several)
    assert data[0]["id"] == 0 and data[1]["id"] == 1
    assert reads == [0]
    order = random.Random(3).sample(range(1003), 1003)
    assert [data[i]["id"] for i in order] == order
    assert sorted(reads) == list(range(len(data._cache.storage.groups)))


@pytest.mark.parametrize("cache_bytes", [1, 9_000, 20_000, 10**9])
def test_no_more_bytes_are_held_than_asked_for(several: Path, cache_bytes: int) -> None:
    data = datagpu.load(several, cache_bytes=cache_bytes)
    texts = data.select(["text"])
    chance = random.Random(5)
    for _ in range(300):
        i = chance.randrange(1003)
        assert data[i]["id"] == i and texts[i]["text"].startswith(f"text {i} ")
        held = [group.table.nbytes for shelf in data._cache._shelves.values() for group in shelf if group is not None]
        assert sum(held) <= cache_bytes or len(held) == 1
        assert sum(held) == data._cache._bytes


def test_what_is_used_again_and_again_stays(several: Path, reads: list[int]) -> None:
    one = datagpu.load(several)._cache.get(0, ("id", "text", "part", "share")).table.nbytes
    data = datagpu.load(several, cache_bytes=one * 4)
    starts = [group.start for group in data._cache.storage.groups]
    reads.clear()
    for start in starts[1:] * 3:
        assert data[0]["id"] == 0
        assert data[start]["id"] == start
    assert reads.count(0) == 1
