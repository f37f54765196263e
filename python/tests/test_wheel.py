"""The wheel, in an environment of its own where there is neither Node.js nor npm beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, as `npm run wheel` makes it."""
    out = tmp_path_factory.mktemp("wheel")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = ["node", str(ROOT / "scripts/wheel.mjs"), "--out", str(out)]
    subprocess.run(command, check=True, env={**environment, "PYTHON": sys.executable})
    (made,) = out.glob("*.whl")
    return made


def test_it_holds_the_compiler_and_what_it_loads(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("bin/datagpu.js", "dist/app/main.js", "package.json", "node_modules/js-yaml/package.json", "LICENSE"):
        assert f"datagpu/compiler_files/{name}" in names
    assert "datagpu/py.typed" in names and "datagpu/driver.mjs" in names
    assert not any("mongoose" in name or "better-sqlite3" in name or name.endswith(".d.ts") for name in names)


def test_it_compiles_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    programs = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    # No other program is on the PATH: no node, no npm.
    environment = {"PATH": str(programs), "HOME": str(tmp_path)}
    install = [str(programs / "python"), "-m", "pip", "install", "--quiet", f"{wheel}[node]"]
    subprocess.run(install, check=True, env={**os.environ, "PYTHONPATH": ""})

    source = tmp_path / "rows.csv"
    source.write_text("id,text\n" + "".join(f"{i % 40},Viele Wörter {i % 40}\n" for i in range(60)))

    def run(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, env=environment, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    # Every stemmer's files are there, and the files that only some sources need.
    for code in ["de", "en", "es", "fa", "fr", "id", "it", "ja", "nl", "no", "pt", "ru", "sv", "uk"]:
        run(str(programs / "datagpu"), "compile", "rows.csv", "--rank-language", code, "--no-cache", "--quiet")
    run(str(programs / "datagpu"), "compile", "compiled/data.parquet", "-o", "again", "--quiet")
    assert "ok" in run(str(programs / "datagpu"), "verify", "again")
    code = (
        "import datagpu; data = datagpu.compile('rows.csv', out='python');"
        "print(len(data), data.manifest['ledger']['dropped']['exact duplicate'], len(datagpu.load('python', verify=True)))"
    )
    assert run(str(programs / "python"), "-c", code) == "40 20 40\n"
    with_pandas = "import datagpu; datagpu.load('python').to_pandas()"
    failed = subprocess.run(
        [str(programs / "python"), "-c", with_pandas], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert "to_pandas() needs the package pandas, which is not installed. Install it: pip install pandas." in failed.stderr
