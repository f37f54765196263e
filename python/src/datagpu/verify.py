"""Whether the data files are those that the manifest describes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .errors import DatagpuError
from .manifest import DataFile


def verify_files(folder: Path, files: tuple[DataFile, ...]) -> None:
    """Hashes data files again and compares them with the manifest. Reads all of them, 1 MiB at a time.

    Raises:
        DatagpuError: ``verification`` at the first file that is missing or another one.
    """
    for file in files:
        _verify(folder / file.name, file)


def _verify(path: Path, file: DataFile) -> None:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as handle:
            while piece := handle.read(2**20):
                digest.update(piece)
    except OSError as error:
        raise _differs(file, f"it can't be read ({error.strerror})") from error
    if path.stat().st_size != file.bytes:
        raise _differs(file, f"it has {path.stat().st_size} bytes and not {file.bytes}")
    if f"sha256:{digest.hexdigest()}" != file.hash:
        raise _differs(file, "it has other bytes")


def _differs(file: DataFile, why: str) -> DatagpuError:
    return DatagpuError(
        "verification",
        f"not the file that the manifest describes: {why}",
        file=file.name,
        hint="Compile the data set again, or restore the file",
    )
