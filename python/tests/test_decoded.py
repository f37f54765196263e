"""Decoded row groups on disk: the same rows, never those of another file, and nothing fails where they can't be used."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pytest
from conftest import EVERYTHING, compiled, numbered
from test_groupcache import reads

import datagpu
from datagpu import decoded

__all__ = ["reads"]


@pytest.fixture(autouse=True)
def _of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded, "_LEAST_BYTES", 0)


def _stored(folder: Path, n: int) -> list[Path]:
    """The files in the folder as soon as there are ``n``."""
    for _ in range(500):
        files = sorted(folder.glob("*/*.arrow"))
        if len(files) == n:
            return files
        time.sleep(0.02)
    raise AssertionError(f"{len(files)} files and not {n}")


def _filled(path: Path, folder: Path) -> datagpu.CompiledDataset:
    """The data set once all its row groups are stored."""
    data = datagpu.load(path, decoded_cache=folder)
    for group in data._cache.storage.groups:
        assert data[group.start]
    _stored(folder, len(data._cache.storage.groups))
    return data


def test_the_next_process_decodes_nothing(several: Path, tmp_path: Path, reads: list[int]) -> None:
    _filled(several, tmp_path / "cache")
    rows = numbered(1003).to_pylist()
    shuffled = datagpu.load(several, decoded_cache=False).shuffle(7).to_arrow()
    reads.clear()
    for cache_bytes in (256 * 2**20, 1):
        data = datagpu.load(several, decoded_cache=tmp_path / "cache", cache_bytes=cache_bytes)
        assert [data[i] for i in range(1003)] == rows
        chosen = data.select(["text", "id"])
        assert [chosen[i] for i in (1002, 3)] == [{"text": rows[i]["text"], "id": i} for i in (1002, 3)]
        assert data.shuffle(7).to_arrow().equals(shuffled)
        assert reads == []


def test_every_type_comes_through(tmp_path: Path, reads: list[int]) -> None:
    table = pa.concat_tables([EVERYTHING] * 50_000)
    out = compiled(tmp_path, table)
    data = _filled(out, tmp_path / "cache")
    assert len(data._cache.storage.groups) > 1
    reads.clear()
    again = datagpu.load(out, decoded_cache=tmp_path / "cache")
    places = [*range(4), *range(len(table) - 4, len(table))]
    assert repr([again[i] for i in places]) == repr(EVERYTHING.to_pylist() * 2)
    assert reads == []


def test_one_look_stores_nothing(several: Path, tmp_path: Path) -> None:
    data = datagpu.load(several, decoded_cache=tmp_path / "cache")
    assert data[0] and list(data) and data["id"] and data.to_arrow().num_rows
    assert not (tmp_path / "cache").exists()


def test_another_file_has_other_rows(tmp_path: Path) -> None:
    """The same size, the same hash in the manifest, the same times: what decides is that it is another file."""
    out = compiled(tmp_path / "a", numbered(300_000))
    _filled(out, tmp_path / "cache")
    file = out / "data.parquet"
    stat = file.stat()
    other = compiled(tmp_path / "b", pa.table({**_columns(numbered(300_000)), "id": pa.array(range(1, 300_001))}))
    content = (other / "data.parquet").read_bytes()
    if len(content) != stat.st_size:
        manifest = (out / "manifest.yaml").read_text()
        (out / "manifest.yaml").write_text(manifest.replace(f"bytes: {stat.st_size}", f"bytes: {len(content)}"))
    file.write_bytes(content)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert datagpu.load(out, decoded_cache=tmp_path / "cache")[0]["id"] == 1


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


@pytest.mark.parametrize("damage", ["cut", "emptied", "another table", "a folder"])
def test_what_is_damaged_is_decoded(several: Path, tmp_path: Path, reads: list[int], damage: str) -> None:
    cache = tmp_path / "cache"
    _filled(several, cache)
    for file in cache.glob("*/*.arrow"):
        content = file.read_bytes()
        file.unlink()
        if damage == "cut":
            file.write_bytes(content[: len(content) // 2])
        elif damage == "emptied":
            file.write_bytes(b"")
        elif damage == "a folder":
            file.mkdir()
        else:
            table = pa.table({"id": pa.array([1, 2])})
            with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
    reads.clear()
    data = datagpu.load(several, decoded_cache=cache)
    assert [data[i]["id"] for i in range(1003)] == list(range(1003))
    assert len(reads) == len(data._cache.storage.groups)


def test_a_folder_that_cannot_be_is_none(several: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    data = datagpu.load(several, decoded_cache=tmp_path / "file" / "cache")
    assert [data[i]["id"] for i in range(1003)] == list(range(1003))


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decoded.decoded_folder(False) is None
    assert decoded.decoded_folder(tmp_path) == tmp_path
    monkeypatch.setenv("DATAGPU_DECODED_CACHE", str(tmp_path / "named"))
    assert decoded.decoded_folder(True) == tmp_path / "named"
    for nothing in ("", "off"):
        monkeypatch.setenv("DATAGPU_DECODED_CACHE", nothing)
        assert decoded.decoded_folder(True) is None
    monkeypatch.delenv("DATAGPU_DECODED_CACHE")
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert decoded.decoded_folder(True) == tmp_path / "datagpu/decoded"


def test_no_more_is_stored_than_may_be(several: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    _filled(several, cache)
    size = sum(file.stat().st_size for file in cache.glob("*/*.arrow"))
    old = cache / ("0" * 32)
    old.mkdir()
    (old / "0.arrow").write_bytes(bytes(size))
    half = cache / ("1" * 32)
    half.mkdir()
    (half / "0.arrow.1234.new").write_bytes(bytes(size))
    for file in (old, half, half / "0.arrow.1234.new"):
        os.utime(file, (1, 1))
    monkeypatch.setattr(decoded, "_MOST_BYTES", size * 2)
    assert decoded._make_room(cache, "mine") == size
    assert not old.exists() and not (half / "0.arrow.1234.new").exists()
    assert sum(file.stat().st_size for file in cache.glob("*/*.arrow")) == size
    monkeypatch.setattr(decoded, "_MOST_BYTES", 1)
    assert decoded._make_room(cache, "mine") == 1
    assert list(cache.glob("*/*.arrow")) == []
    data = datagpu.load(several, decoded_cache=tmp_path / "small")
    assert data[0]["id"] == 0 and data[1002]["id"] == 1002
    time.sleep(0.3)
    assert list((tmp_path / "small").glob("*/*")) == []


def _ids(data: datagpu.CompiledDataset) -> list[int]:
    return [data[i]["id"] for i in range(0, len(data), 7)]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_store_at_once(several: Path, tmp_path: Path, method: str) -> None:
    data = datagpu.load(several, decoded_cache=tmp_path / "cache")
    assert data[0]["id"] == 0 and data[1002]["id"] == 1002
    with get_context(method).Pool(3) as pool:
        assert pool.map(_ids, [data, pickle.loads(pickle.dumps(data)), data]) == [list(range(0, 1003, 7))] * 3
    again = _filled(several, tmp_path / "cache")
    assert _ids(again) == list(range(0, 1003, 7))


def test_a_short_program_stores_what_it_decoded(several: Path, tmp_path: Path) -> None:
    code = (
        "import sys, datagpu; from datagpu import decoded; decoded._LEAST_BYTES = 0;"
        "data = datagpu.load(sys.argv[1], decoded_cache=sys.argv[2]); print(sum(data[i]['id'] for i in range(1003)))"
    )
    words = [sys.executable, "-c", code, str(several), str(tmp_path / "cache")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("502503\n", "")
    assert len(list((tmp_path / "cache").glob("*/*.arrow"))) == len(datagpu.load(several)._cache.storage.groups)
