"""What `datagpu info --types` prints is what rows are."""

from __future__ import annotations

import json
import subprocess
import sys
import types
import typing
from pathlib import Path
from typing import Any

import pyarrow as pa
from conftest import compiled

import datagpu


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type of `typing`, for those that a TypedDict for rows has."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return any(_fits(value, one) for one in typing.get_args(hint))
    if typing.get_origin(hint) is list:
        return type(value) is list and all(_fits(item, typing.get_args(hint)[0]) for item in value)
    if typing.is_typeddict(hint):
        hints = typing.get_type_hints(hint)
        return type(value) is dict and set(value) == set(hints) and all(_fits(value[k], h) for k, h in hints.items())
    return value is None if hint is type(None) else isinstance(value, hint)


def _row_of(folder: Path) -> Any:
    command = [sys.executable, "-m", "datagpu.command", "info", str(folder), "--types", "--json"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True)
    space: dict[str, Any] = {"__name__": "rows"}
    # Without this file's own `annotations`: those of a person's file are evaluated.
    exec(compile(json.loads(printed.stdout)["python"], "rows.py", "exec", dont_inherit=True), space)
    return space["Row"]


def test_rows_are_what_the_typed_dict_says(everything: Path) -> None:
    row_type = _row_of(everything)
    rows = list(datagpu.load(everything))
    assert rows and all(_fits(row, row_type) for row in rows)
    for name, hint in typing.get_type_hints(row_type).items():
        assert not _fits({**rows[0], name: object()}, row_type), (name, hint)


def test_names_are_those_of_the_columns_whatever_they_are(tmp_path: Path) -> None:
    names = ["id", "odd name", "class", "__secret", "1st", '"""', "'", "\\", "\n", "\u2028", "漢", "\U0001f600", "Row"]
    inner = {"a b": {"x": 1}, "a-b": {"x": 2}, "None": None}
    values = [{**{name: i for i, name in enumerate(names)}, "deep": [inner, None], 'it """ ends': inner}] * 2
    folder = compiled(tmp_path, pa.Table.from_pylist(values))
    row_type = _row_of(folder)
    data = datagpu.load(folder)
    assert list(typing.get_type_hints(row_type)) == data.columns == [*names, "deep", 'it """ ends']
    assert all(_fits(row, row_type) for row in data)
    assert data[0]["deep"] == [inner, None]


def test_no_rows_have_types_too(empty: Path) -> None:
    assert list(typing.get_type_hints(_row_of(empty))) == datagpu.load(empty).columns
