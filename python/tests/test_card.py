"""Cards: `datasets` and `mlcroissant` read the folder with what `datagpu card` writes there."""

from __future__ import annotations

import json
import subprocess
from itertools import islice
from pathlib import Path

import datasets
import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from conftest import EVERYTHING, compiled, numbered

import datagpu
from datagpu.node import find_node

ROOT = Path(__file__).parents[2]


def card(out: Path) -> subprocess.CompletedProcess[str]:
    command = [str(find_node()), str(ROOT / "bin/datagpu.js"), "card", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def head_of(out: Path) -> dict[str, object]:
    text = (out / "README.md").read_text()
    return yaml.safe_load(text.split("---\n")[1])  # type: ignore[no-any-return]


def records(out: Path, name: str, most: int = 1000) -> list[dict[str, object]]:
    data = mlcroissant.Dataset(jsonld=str(out / "croissant.json"))
    assert not data.metadata.ctx.issues.errors
    return [{key.split("/", 1)[1]: value for key, value in row.items()} for row in islice(data.records(name), most)]


def test_splits(tmp_path: Path) -> None:
    out = compiled(tmp_path, numbered(500), split="learn=0.7,holdout=0.3")
    assert card(out).returncode == 0, card(out).stderr
    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    for name in ("learn", "holdout"):
        table = pq.read_table(out / f"{name}.parquet")
        assert loaded[name].to_list() == table.to_pylist()
        rows = records(out, name)
        assert [row["id"] for row in rows] == table.column("id").to_pylist()
        assert [row["text"].decode() for row in rows] == table.column("text").to_pylist()  # type: ignore[attr-defined]
        assert [None if row["part"] is None else int(row["part"]) for row in rows] == table.column("part").to_pylist()  # type: ignore[call-overload]


def test_shards(tmp_path: Path) -> None:
    out = compiled(tmp_path, numbered(140_000), shard_size=1)
    assert card(out).returncode == 0
    assert len(list(out.glob("data-*.parquet"))) > 1
    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"), split="train")
    assert loaded["id"][:] == list(range(140_000))
    assert [row["id"] for row in records(out, "train")] == list(range(1000))


def test_splits_of_several_shards(tmp_path: Path) -> None:
    out = compiled(tmp_path, numbered(290_000), split="learn=0.5,holdout=0.5", shard_size=1, card=True)
    assert sorted(file.name for file in out.glob("*.parquet")) == [
        f"{name}-0000{i}-of-00002.parquet" for name in ("holdout", "learn") for i in (0, 1)
    ]
    by_folder = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    by_us = datagpu.load_to_hf(out, cache_dir=str(tmp_path / "cache"))
    seen: list[int] = []
    for name in ("learn", "holdout"):
        data = datagpu.load(out, split=name, verify=True)
        ids = data["id"]
        assert by_folder[name]["id"][:] == ids and by_us[name]["id"][:] == ids
        assert [row["id"] for row in records(out, name)] == ids[:1000]
        loader = datagpu.load_to_pytorch(out, 4096, split=name, num_workers=2, columns=["id"])
        assert sorted(id for batch in loader for id in batch["id"].tolist()) == sorted(ids)
        seen += ids
    assert sorted(seen) == list(range(290_000))


def test_everything(everything: Path, tmp_path: Path) -> None:
    assert card(everything).returncode == 0, card(everything).stderr
    head = head_of(everything)
    info = head["dataset_info"]
    assert isinstance(info, dict)
    features = datasets.Features._from_yaml_list(info["features"])
    assert features.arrow_schema.types == pq.read_schema(everything / "data.parquet").types
    assert len(records(everything, "train")) == EVERYTHING.num_rows
    loaded = datasets.load_dataset(str(everything), cache_dir=str(tmp_path / "cache"), split="train")
    assert loaded.num_rows == EVERYTHING.num_rows


def test_a_readme_of_a_person(tmp_path: Path) -> None:
    out = compiled(tmp_path, numbered(5))
    (out / "README.md").write_text("mine\n")
    refused = card(out)
    assert refused.returncode == 4 and "somebody else" in refused.stderr
    assert (out / "README.md").read_text() == "mine\n"
    (out / "README.md").unlink()
    assert card(out).returncode == 0
    text = (out / "README.md").read_text()
    own = text.replace("---\n# datagpu", "---\nlicense: mit\n# datagpu", 1) + "\nWritten by me.\n"
    (out / "README.md").write_text(own)
    assert card(out).returncode == 0
    assert (out / "README.md").read_text() == own
    assert head_of(out)["license"] == "mit"
    assert "prov:wasDerivedFrom" in json.loads((out / "croissant.json").read_text())


@pytest.mark.parametrize("name", ["a|b", "`x`", "yes"])
def test_names_that_mean_something(tmp_path: Path, name: str) -> None:
    out = compiled(tmp_path, pa.table({name: [1, 2]}))
    assert card(out).returncode == 0
    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"), split="train")
    assert loaded.column_names == [name]
    assert [row[name] for row in records(out, "train")] == [1, 2]
    assert f"| {name} |" not in (out / "README.md").read_text() or name == "yes"
