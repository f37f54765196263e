"""Hugging Face `datasets`, and readers that know nothing of datagpu."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from conftest import EVERYTHING, in_files, numbered

import datagpu


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


def test_hugging_face_gets_features_and_rows(everything: Path) -> None:
    data = datagpu.load_to_hf(everything)
    assert isinstance(data, datasets.Dataset)
    assert data.features == datasets.Features.from_arrow_schema(EVERYTHING.schema)
    assert data.column_names == EVERYTHING.schema.names
    assert data[0]["messages"] == [{"role": "user", "content": "hi"}, {"role": "assistant", "content": None}]
    assert repr(data.to_list()) == repr(datagpu.load(everything).to_dict())
    stream = datagpu.load_to_hf(everything, streaming=True)
    assert isinstance(stream, datasets.IterableDataset)
    assert stream.features == data.features
    assert repr(list(stream)) == repr(datagpu.load(everything)[:].to_arrow().to_pylist())


def test_hugging_face_needs_no_inference(everything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its features are those in the file's metadata: types are not looked at."""
    import datasets.features.features as module

    def refuse(_type: object) -> None:
        raise AssertionError("a feature was inferred")

    schema = pq.read_schema(everything / "data.parquet")
    expected = datasets.Features.from_arrow_schema(schema.remove_metadata())
    monkeypatch.setattr(module, "generate_from_arrow_type", refuse)
    assert datasets.Features.from_arrow_schema(schema) == expected
    assert list(expected) == EVERYTHING.schema.names


def test_the_metadata_names_nothing_of_the_machine(everything: Path, tmp_path: Path) -> None:
    other = tmp_path / "another-name.parquet"
    shutil.copy(everything.parent / "source.parquet", other)
    out = datagpu.compile(other, out=tmp_path / "out", clean=False, dedupe=False, rank=False, cache=False, name="another")
    assert (tmp_path / "out/data.parquet").read_bytes() == (everything / "data.parquet").read_bytes()
    metadata = pq.read_metadata(everything / "data.parquet").metadata
    assert set(metadata) == {b"ARROW:schema", b"huggingface"}
    assert b"source" not in metadata[b"huggingface"] and len(out) == 4


def test_hugging_face_takes_columns_and_splits(tmp_path: Path) -> None:
    out = in_files(tmp_path, numbered(100), [60, 20, 20], ["train", "test", "train"])
    both = datagpu.load_to_hf(out)
    assert isinstance(both, datasets.DatasetDict)
    assert {name: len(part) for name, part in both.items()} == {"train": 80, "test": 20}
    test = datagpu.load_to_hf(out, split="test", columns=["text", "id"])
    assert isinstance(test, datasets.Dataset)
    assert test.column_names == ["text", "id"] and test["id"][:] == list(range(60, 80))
    stream = datagpu.load_to_hf(out, split="train", streaming=True)
    assert [row["id"] for row in stream] == [*range(60), *range(80, 100)]


def test_hugging_face_gets_several_files_and_none_of_the_rows(several: Path, empty: Path) -> None:
    assert datagpu.load_to_hf(several)["id"][:] == list(range(1003))
    nothing = datagpu.load_to_hf(empty)
    assert len(nothing) == 0 and nothing.column_names[:2] == ["id", "text"]


def _expected() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = numbered(1003).to_pylist()
    return rows


def test_load_dataset_reads_the_folder(several: Path) -> None:
    for data in (
        datasets.load_dataset(str(several), split="train"),
        datasets.load_dataset("parquet", data_files=f"{several}/*.parquet", split="train"),
    ):
        assert data.to_list() == _expected()


def test_polars_reads_the_pattern(several: Path) -> None:
    assert polars.read_parquet(f"{several}/*.parquet").to_dicts() == _expected()
    assert polars.scan_parquet(f"{several}/*.parquet").select(polars.len()).collect().item() == 1003


def test_pandas_reads_the_file(everything: Path) -> None:
    frame = pandas.read_parquet(everything / "data.parquet")
    assert list(frame.columns) == EVERYTHING.schema.names and len(frame) == 4
    assert frame["big"][0] == 2**63 - 1


def test_duckdb_reads_the_pattern(several: Path) -> None:
    rows = duckdb.sql(f"select * from '{several}/*.parquet' order by id").to_arrow_table()
    assert rows.to_pylist() == _expected()


def test_pyarrow_dataset_reads_the_folder(several: Path) -> None:
    assert pyarrow.dataset.dataset(several, exclude_invalid_files=True).to_table().to_pylist() == _expected()
    assert pyarrow.dataset.dataset(sorted(several.glob("*.parquet"))).count_rows() == 1003
    assert pq.read_table(sorted(several.glob("*.parquet"))).num_rows == 1003


def test_daft_reads_the_pattern(several: Path) -> None:
    import daft

    assert daft.read_parquet(f"{several}/*.parquet").sort("id").to_pylist() == _expected()


@pytest.fixture(scope="module")
def ray_data() -> Iterator[Any]:
    """Ray Data on a cluster of this process's own."""
    # Ray's threads import it at once, and one of them may find it half done.
    import fsspec.implementations.http  # noqa: F401
    import ray
    import ray.data

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray.data
    ray.shutdown()


def test_ray_data_reads_the_pattern(several: Path, ray_data: Any) -> None:
    data = ray_data.read_parquet(sorted(str(file) for file in several.glob("*.parquet")))
    assert data.count() == 1003
    assert sorted(data.take_all(), key=lambda row: row["id"]) == _expected()
    assert data.schema().names == numbered(1).schema.names


def test_ray_data_reads_the_folder(several: Path, everything: Path, ray_data: Any) -> None:
    assert [row["id"] for row in ray_data.read_parquet(str(several)).sort("id").take_all()] == list(range(1003))
    row = ray_data.read_parquet(str(everything)).select_columns(["big", "text", "messages"]).take_all()[0]
    assert row["big"] == 2**63 - 1 and row["text"] == "ä漢\U0001f600"
    assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
