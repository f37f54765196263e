"""What is refused, verified and finished before a data set is opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from conftest import compiled, numbered

import datagpu


def _change(out: Path, change: Any) -> None:
    content = yaml.safe_load((out / "manifest.yaml").read_text())
    change(content)
    (out / "manifest.yaml").write_text(yaml.safe_dump(content))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return compiled(tmp_path, numbered(20))


@pytest.mark.parametrize(
    "name",
    [
        "../data.parquet",
        "/etc/passwd",
        "a/../../b.parquet",
        "..",
        "",
        "C:\\x.parquet",
        "c:x",
        "..\\data.parquet",
        "\\\\h\\x",
    ],
)
def test_a_path_that_leaves_the_folder_is_refused(out: Path, name: str) -> None:
    shutil.copy(out / "data.parquet", out.parent / "data.parquet")
    _change(out, lambda content: content["files"][0].update(path=name))
    with pytest.raises(datagpu.DatagpuError, match="not in the manifest's folder") as caught:
        datagpu.load(out)
    assert caught.value.code == "input" and caught.value.file == str(out / "manifest.yaml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.pop("files"), "files is missing"),
        (lambda c: c.update(rows="20"), "rows is missing or of a wrong kind"),
        (lambda c: c.update(rows=21), "rows is 21, and its files have 20"),
        (lambda c: c["files"][0].update(rows=True), "lacks its rows"),
        (lambda c: c["files"].append("x"), "each must be a mapping"),
        (lambda c: c["fields"][0].pop("type"), "name and a type"),
    ],
)
def test_what_is_no_manifest_is_refused(out: Path, change: Any, words: str) -> None:
    _change(out, change)
    with pytest.raises(datagpu.DatagpuError, match=words):
        datagpu.load(out)


@pytest.mark.parametrize("text", ["", "[1]", "a: [", "\tx", "a: !!python/object/apply:os.system ['true']", "[" * 100_000])
def test_other_files_are_no_manifest(out: Path, text: str) -> None:
    (out / "manifest.yaml").write_text(text)
    with pytest.raises(datagpu.DatagpuError, match="not a manifest of datagpu"):
        datagpu.load(out / "manifest.yaml")


def test_a_missing_data_set_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no", tmp_path / "no" / "manifest.yaml"):
        with pytest.raises(datagpu.DatagpuError, match=r"no such manifest\. Name an output folder") as caught:
            datagpu.load(path)
        assert caught.value.code == "input"


def test_names_that_yaml_makes_something_else_of_stay_names(tmp_path: Path) -> None:
    names = [
        "no",
        "on",
        "y",
        "12:30",
        "1_000",
        "0o7",
        "0x1F",
        "=",
        "<<",
        "null",
        "~",
        "1e3",
        "2024-01-01",
        "*a",
        "ä: b",
        "1",
    ]
    out = compiled(tmp_path, pa.table({name: [name, "12:30:45"] for name in names}))
    data = datagpu.load(out)
    assert data.columns == names
    assert [field["name"] for field in data.manifest["fields"]] == names
    assert set(data.manifest["schema"]) == set(names)
    assert data.manifest["fields"][0]["max"] == "no"
    assert data[0] == {name: name for name in names}
    assert isinstance(data.manifest["created_at"], str)


def test_files_that_changed_are_found(out: Path) -> None:
    datagpu.load(out, verify=True)
    data = bytearray((out / "data.parquet").read_bytes())
    data[20] ^= 1
    (out / "data.parquet").write_bytes(data)
    with pytest.raises(datagpu.DatagpuError, match="it has other bytes") as caught:
        datagpu.load(out, verify=True)
    assert caught.value.code == "verification" and caught.value.file == "data.parquet"
    (out / "data.parquet").write_bytes(data[:-1])
    with pytest.raises(datagpu.DatagpuError, match="bytes and not") as caught:
        datagpu.load(out)
    assert caught.value.code == "input"
    (out / "data.parquet").unlink()
    with pytest.raises(datagpu.DatagpuError, match="can't be opened"):
        datagpu.load(out)


def test_damaged_pages_are_told(out: Path) -> None:
    data = bytearray((out / "data.parquet").read_bytes())
    for i in range(4, len(data) // 2):
        data[i] ^= 0x5A
    (out / "data.parquet").write_bytes(data)
    with pytest.raises(datagpu.DatagpuError, match=r"data\.parquet"):
        list(datagpu.load(out))


def _interrupted(folder: Path, done: int) -> Path:
    """An output folder whose commit ended after so many renames."""
    out = compiled(folder / "a", numbered(20), card=True)
    new = compiled(folder / "b", numbered(30), card=True)
    staging = ".datagpu/staging-abc123"
    (out / staging / "old").mkdir(parents=True)
    names = ["data.parquet", ".datagpu/lineage.parquet", "README.md", "croissant.json", "manifest.yaml"]
    rename = []
    for i, name in enumerate(names):
        source = f"{staging}/{Path(name).name}"
        rename.append({"from": source, "to": name})
        if i < done:
            shutil.copy(out / name, out / staging / "old" / Path(name).name)
            shutil.copy(new / name, out / name)
        else:
            shutil.copy(new / name, out / source)
    journal = {"version": 3, "staging": staging, "over": names, "away": [], "rename": rename}
    (out / ".datagpu/journal.json").write_text(json.dumps(journal))
    return out


@pytest.mark.parametrize("done", [0, 1, 2, 3, 4, 5])
def test_an_interrupted_commit_is_finished(tmp_path: Path, done: int) -> None:
    out = _interrupted(tmp_path, done)
    assert datagpu.load(out, verify=True)["id"] == list(range(30))
    left = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert [name for name in left if name != ".datagpu/lock"] == [
        ".datagpu/lineage.parquet",
        "README.md",
        "croissant.json",
        "data.parquet",
        "manifest.yaml",
    ]
    assert "30 rows and" in (out / "README.md").read_text()


def test_a_commit_that_cannot_be_finished_goes_back(tmp_path: Path) -> None:
    out = _interrupted(tmp_path, 0)
    journal = json.loads((out / ".datagpu/journal.json").read_text())
    # A folder stands where the lineage is to come: the rename fails after that of the data.
    (out / ".datagpu/lineage.parquet").unlink()
    (out / ".datagpu/lineage.parquet").mkdir()
    journal["over"].remove(".datagpu/lineage.parquet")
    (out / ".datagpu/journal.json").write_text(json.dumps(journal))
    with pytest.raises(datagpu.DatagpuError, match="can't be finished") as caught:
        datagpu.load(out)
    assert caught.value.code == "output"
    assert datagpu.load(out, verify=True)["id"] == list(range(20))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda j: j.update(version=4), "another version of datagpu"),
        (lambda j: j.update(staging="../elsewhere"), "not a journal"),
        (lambda j: j["rename"][0].update(to="../data.parquet"), "not a journal"),
        (lambda j: j["rename"][0].update(to="run.sh"), "not a journal"),
        (lambda j: j["rename"][0].update({"from": "data.parquet"}), "not a journal"),
        (lambda j: j["away"].append("/etc/passwd"), "not a journal"),
        (lambda j: j.pop("over"), "not a journal"),
    ],
)
def test_a_journal_that_does_other_things_is_refused(tmp_path: Path, change: Any, words: str) -> None:
    out = _interrupted(tmp_path, 0)
    journal = json.loads((out / ".datagpu/journal.json").read_text())
    change(journal)
    (out / ".datagpu/journal.json").write_text(json.dumps(journal))
    with pytest.raises(datagpu.DatagpuError, match=words):
        datagpu.load(out)
    assert (out / ".datagpu/staging-abc123/data.parquet").exists()
