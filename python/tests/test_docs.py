"""The documents' Python runs, as a reader would run it, and so does the example."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(words: list[str], folder: Path) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "python/src"),
        "HF_DATASETS_CACHE": str(folder / "cache"),
    }
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("document", ["README.md", "docs/python.md", "python/README.md"])
def test_every_block_runs(document: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / document).read_text("utf-8"), re.M | re.S)
    assert blocks
    for block in blocks:
        _run(["-c", block], tmp_path)


def test_the_example_trains_a_classifier(tmp_path: Path) -> None:
    out = _run([str(ROOT / "examples/train.py")], tmp_path)
    found = re.search(r"1563 rows of 1726 records.*accuracy on 302 rows that were held out: ([\d.]+)%", out, re.S)
    assert found is not None, out
    assert float(found[1]) > 90
