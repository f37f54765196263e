"""Nested columns of random types and values, read by pyarrow, DuckDB and polars as they were."""

from __future__ import annotations

import decimal
import random
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import compiled

FLAT = (pa.int64(), pa.int8(), pa.float64(), pa.bool_(), pa.string(), pa.date32(), pa.timestamp("us"), pa.decimal128(12, 2))


def nested_type(rng: random.Random, depth: int) -> pa.DataType:
    def inner() -> pa.DataType:
        return nested_type(rng, depth - 1) if depth > 1 and rng.random() < 0.6 else rng.choice(FLAT)

    if rng.random() < 0.5:
        return pa.list_(inner())
    return pa.struct([pa.field(f"f{i}", inner()) for i in range(rng.randint(1, 3))])


def value_of(rng: random.Random, kind: pa.DataType) -> Any:
    """A value or null, at every level; lists may be empty."""
    if rng.random() < 0.2:
        return None
    if pa.types.is_list(kind):
        return [value_of(rng, kind.value_type) for _ in range(rng.choice((0, 0, 1, 2, 5)))]
    if pa.types.is_struct(kind):
        return {field.name: value_of(rng, field.type) for field in kind}
    if pa.types.is_floating(kind):
        return rng.choice((0.5, -1.25, 1e300, 3.0))
    if pa.types.is_string(kind):
        return rng.choice(("", "a", "ä漢", "a longer text"))
    if pa.types.is_boolean(kind):
        return rng.random() < 0.5
    number = rng.randint(-100, 100)
    if pa.types.is_decimal(kind):
        return decimal.Decimal(number).scaleb(-2)
    return pa.scalar(number, pa.int32() if pa.types.is_date32(kind) else pa.int64()).cast(kind).as_py()


@pytest.mark.parametrize("seed", range(12))
def test_readers_give_every_value(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    rows = rng.choice((1, 7, 300))
    columns = {}
    for c in range(6):
        kind = nested_type(rng, 4)
        columns[f"c{c}"] = pa.array([value_of(rng, kind) for _ in range(rows)], kind)
    table = pa.table(columns)
    expected = table.to_pylist()
    file = compiled(tmp_path, table) / "data.parquet"
    assert pq.read_table(file).to_pylist() == expected
    assert polars.read_parquet(file).to_dicts() == expected
    names = table.column_names
    found = duckdb.sql(f"SELECT * FROM read_parquet('{file}', file_row_number = true) ORDER BY file_row_number").fetchall()
    assert [dict(zip(names, row, strict=False)) for row in found] == expected


def test_maps_are_lists_of_keys_and_values(tmp_path: Path) -> None:
    kind = pa.map_(pa.string(), pa.list_(pa.int64()))
    table = pa.table({"m": pa.array([[("a", [1, None]), ("b", None)], [], None, [("c", [])]], kind)})
    file = compiled(tmp_path, table) / "data.parquet"
    expected = [
        [{"key": "a", "value": [1, None]}, {"key": "b", "value": None}],
        [],
        None,
        [{"key": "c", "value": []}],
    ]
    assert pq.read_table(file)["m"].to_pylist() == expected
    assert polars.read_parquet(file)["m"].to_list() == expected
    assert [row[0] for row in duckdb.sql(f"SELECT m FROM '{file}'").fetchall()] == expected
