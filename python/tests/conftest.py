"""Data sets that tests share, compiled by the compiler of this checkout."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import datagpu


def compiled(folder: Path, rows: pa.Table, **options: Any) -> Path:
    """A data set of rows as they are, in order; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "source.parquet"
    pq.write_table(rows, source)
    out = folder / "out"
    datagpu.compile(source, out=out, **{"clean": False, "dedupe": False, "rank": False, "cache": False, **options})
    return out


def numbered(n: int) -> pa.Table:
    """Rows that tell their place: a number, a text, and a number with nulls."""
    return pa.table(
        {
            "id": pa.array(range(n), pa.int64()),
            "text": [f"text {i} ä 漢 \U0001f600" for i in range(n)],
            "part": pa.array([None if i % 7 == 3 else i for i in range(n)], pa.int64()),
            "share": pa.array([None if i % 5 == 1 else i / 8 for i in range(n)], pa.float64()),
        }
    )


EVERYTHING = pa.table(
    {
        "big": pa.array([2**63 - 1, -(2**63), None, 2**53 + 1], pa.int64()),
        "unsigned": pa.array([2**64 - 1, 0, None, 1], pa.uint64()),
        "small": pa.array([1, -128, 127, 0], pa.int8()),
        "single": pa.array([1.5, None, float("nan"), float("inf")], pa.float32()),
        "flag": pa.array([True, None, False, True]),
        "text": ["ä漢\U0001f600", "", None, "two\nlines\t\u2028"],
        "date": pa.array([dt.date(2024, 2, 29), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
        "time": pa.array([dt.datetime(2024, 2, 29, 1, 2, 3, 4), None, None, dt.datetime(1969, 1, 1)], pa.timestamp("us")),
        "zoned": pa.array([dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)] * 3 + [None], pa.timestamp("us", "UTC")),
        "price": pa.array([decimal.Decimal("12.30"), None, decimal.Decimal("-0.01"), None], pa.decimal128(10, 2)),
        "raw": pa.array([b"\0\xff", b"", None, b"x"]),
        "numbers": pa.array([[1, None, 3], [], None, [4]], pa.list_(pa.int64())),
        "vector": pa.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], pa.list_(pa.float32())),
        "messages": pa.array(
            [
                [{"role": "user", "content": "hi"}, {"role": "assistant", "content": None}],
                [],
                None,
                [{"role": "user", "content": "ä"}],
            ],
            pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
        ),
        "a.b": pa.array([1, 2, 3, 4], pa.int32()),
        "point": pa.array([{"x": 1, "y": {"z": "q"}}, None, {"x": None, "y": None}, {"x": 2, "y": {"z": None}}]),
    }
)


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of every type."""
    return compiled(tmp_path_factory.mktemp("everything"), EVERYTHING)


@pytest.fixture(scope="session")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,003 rows in several files of uneven sizes and row groups."""
    return in_files(tmp_path_factory.mktemp("several"), numbered(1003), [400, 1, 250, 352])


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of no rows."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "empty.csv").write_text("id,text\n")
    datagpu.compile(folder / "empty.csv", out=folder / "out", cache=False)
    return folder / "out"


@pytest.fixture(scope="session")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set with scores, duplicates and a source of known rows."""
    folder = tmp_path_factory.mktemp("ranked")
    words = ["red apple pie", "green apple tree", "blue sky", "red apple pie", "old stone bridge", "apple apple apple"]
    lines = [f"{i % 6},{words[i % 6]} {'' if i % 6 == 3 else i // 6}" for i in range(60)]
    (folder / "rows.csv").write_text("kind,text\n" + "\n".join(lines) + "\n")
    datagpu.compile(folder / "rows.csv", out=folder / "out", cache=False)
    return folder / "out"


def in_files(
    folder: Path,
    rows: pa.Table,
    sizes: list[int],
    splits: list[str] | None = None,
    schema: pa.Schema | None = None,
) -> Path:
    """A data set of several files: a compiled one, taken apart, with small row groups and a manifest that says so."""
    import hashlib

    import yaml

    out = compiled(folder, rows)
    manifest = yaml.safe_load((out / "manifest.yaml").read_text())
    table = pq.read_table(out / "data.parquet")
    table = table if schema is None else table.cast(schema)
    (out / "data.parquet").unlink()
    files: list[dict[str, Any]] = []
    start = 0
    for i, size in enumerate(sizes):
        name = f"data-{i:05}-of-{len(sizes):05}.parquet" if splits is None else f"{splits[i]}-{i:05}.parquet"
        pq.write_table(table.slice(start, size), out / name, row_group_size=97)
        start += size
        data = (out / name).read_bytes()
        file = {"path": name, "rows": size, "bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
        files.append(file if splits is None else {**file, "split": splits[i]})
    manifest["files"] = files
    (out / "manifest.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
    return out
