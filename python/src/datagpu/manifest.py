"""manifest.yaml: read, checked, and turned into typed values."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .errors import DatagpuError

MANIFEST_NAME = "manifest.yaml"

# A manifest of 100,000 columns is smaller.
_MAX_BYTES = 64 * 2**20


@dataclass(frozen=True)
class DataFile:
    """A data file as the manifest describes it."""

    name: str
    """Path relative to the manifest's folder, with ``/`` between its parts."""
    rows: int
    bytes: int
    hash: str
    """``sha256:`` and 64 hexadecimal digits of the bytes."""
    split: str | None
    """The split that its rows belong to; None where the data set has none."""


@dataclass(frozen=True)
class Manifest:
    """A manifest and where it was found."""

    path: Path
    """The manifest file, absolute."""
    content: dict[str, Any]
    """All of it, as plain values."""
    files: tuple[DataFile, ...]

    @property
    def folder(self) -> Path:
        """The folder that its paths are relative to."""
        return self.path.parent

    @property
    def fields(self) -> list[dict[str, Any]]:
        """One entry a column, in the order of the data set."""
        fields: list[dict[str, Any]] = self.content["fields"]
        return fields

    @property
    def score_column(self) -> str | None:
        """The column that holds the score of ranking; None without one."""
        if "score_column" in self.content:
            name: str | None = self.content["score_column"]
            return name
        if not self.content.get("config", {}).get("rank", False):
            return None
        names = [f["name"] for f in self.fields if f.get("source_name") is None]
        scores = [n for n in names if re.fullmatch(r"quality_score(_\d+)?", n)]
        return scores[-1] if scores else None


def manifest_path(path: str | os.PathLike[str]) -> Path:
    """The manifest file that is meant by a manifest or a folder."""
    absolute = Path(os.path.abspath(path))
    return absolute / MANIFEST_NAME if absolute.is_dir() else absolute


def read_manifest(path: Path) -> Manifest:
    """Reads and checks a manifest.

    Raises:
        DatagpuError: ``input`` when it is missing, not a manifest, or names a file outside of its folder.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise DatagpuError(
            "input",
            "there is no such manifest",
            file=str(path),
            hint="Name an output folder of datagpu, or the manifest in it",
        ) from None
    except OSError as error:
        raise DatagpuError("input", f"it can't be read ({error.strerror})", file=str(path)) from error
    if len(data) > _MAX_BYTES:
        raise _refused(path, f"it is larger than {_MAX_BYTES} bytes")
    return parse_manifest(data, path)


def parse_manifest(data: bytes, path: Path) -> Manifest:
    """Checks the bytes of a manifest; see `read_manifest`."""
    import yaml

    try:
        content = yaml.load(data, Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is nested too deeply"
        raise _refused(path, f"it is not YAML: {reason}") from error
    if not isinstance(content, dict):
        raise _refused(path, "it is not a mapping")
    expected = {"rows": int, "columns": int, "hash": str, "schema": dict, "files": list, "fields": list, "ledger": dict}
    for key, kind in expected.items():
        if not isinstance(content.get(key), kind) or isinstance(content[key], bool):
            raise _refused(path, f"{key} is missing or of a wrong kind")
    for field in content["fields"]:
        if not isinstance(field, dict) or not all(isinstance(field.get(key), str) for key in ("name", "type")):
            raise _refused(path, "fields: each must have a name and a type")
    files = tuple(_data_file(entry, path) for entry in content["files"])
    if sum(file.rows for file in files) != content["rows"]:
        raise _refused(path, f"rows is {content['rows']}, and its files have {sum(f.rows for f in files)}")
    return Manifest(path, content, files)


def _data_file(entry: object, path: Path) -> DataFile:
    if not isinstance(entry, dict):
        raise _refused(path, "files: each must be a mapping")
    name, rows, size, digest, split = (entry.get(key) for key in ("path", "rows", "bytes", "hash", "split"))
    if not isinstance(name, str) or not _is_inside(name):
        raise DatagpuError(
            "input",
            f"the data file {name!r} is not in the manifest's folder",
            file=str(path),
            hint="Load the data set from the folder that it was compiled into, or a copy of all of that folder",
        )
    counts = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in (rows, size))
    if not counts or not isinstance(digest, str) or not (split is None or isinstance(split, str)):
        raise _refused(path, f"files: {name} lacks its rows, bytes or hash")
    assert isinstance(rows, int) and isinstance(size, int)
    return DataFile(name, rows, size, digest, split)


def _is_inside(name: str) -> bool:
    """Whether a path stays in its folder, on every system: ``\\`` and ``C:`` mean something on some."""
    if name == "" or "\0" in name or "\\" in name or re.match(r"[A-Za-z]:", name):
        return False
    parts = PurePosixPath(name)
    return not parts.is_absolute() and ".." not in parts.parts


def _refused(path: Path, why: str) -> DatagpuError:
    return DatagpuError("input", f"is not a manifest of datagpu: {why}", file=str(path))


def _loader() -> Any:
    """A safe YAML loader with the plain scalars of YAML 1.2.

    Those of 1.1 would make a column named ``no`` False, ``12:30`` 750, ``1_000`` 1000 and a date a ``date``.
    """
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = type("ManifestLoader", (base,), {"yaml_implicit_resolvers": {}})
    resolvers = {
        "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        "int": (r"[-+]?[0-9]+", list("-+0123456789")),
        "float": (
            r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
            list("-+0123456789."),
        ),
    }
    for tag, (pattern, first) in resolvers.items():
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)  # type: ignore[attr-defined]
    loader.add_constructor("tag:yaml.org,2002:int", lambda self, node: int(node.value))  # type: ignore[attr-defined]
    loader.add_constructor("tag:yaml.org,2002:float", _float)  # type: ignore[attr-defined]
    return loader


def _float(_loader: object, node: Any) -> float:
    return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))
