"""Compiled data sets of datagpu: loading them, and compiling them.

>>> import datagpu
>>> data = datagpu.compile("raw.csv", out="compiled")  # or datagpu.load("compiled")
>>> loader = datagpu.load_to_pytorch("compiled", batch_size=32)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .errors import DatagpuError

if TYPE_CHECKING:
    from .compiler import compile
    from .dataset import CompiledDataset
    from .hf import load_to_hf
    from .opening import load
    from .pytorch import load_to_pytorch

__version__ = "0.1.0"

__all__ = [
    "CompiledDataset",
    "DatagpuError",
    "__version__",
    "compile",
    "load",
    "load_to_hf",
    "load_to_pytorch",
]

# Imported when they are used first: pyarrow alone takes longer than all the rest.
_homes = {
    "CompiledDataset": "dataset",
    "compile": "compiler",
    "load": "opening",
    "load_to_hf": "hf",
    "load_to_pytorch": "pytorch",
}


def __getattr__(name: str) -> Any:
    if name not in _homes:
        raise AttributeError(f"module 'datagpu' has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_homes[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
