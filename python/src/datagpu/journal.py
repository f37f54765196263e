"""Finishing a commit that was interrupted.

A compile puts a new data set in the place of the old one by a journal, ``.datagpu/journal.json``; docs/journal.md says how.
While there is one, the folder may be between two data sets, and whoever meets it carries it out, a reader too: every
step can be done again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import DatagpuError

PRIVATE_FOLDER = ".datagpu"
JOURNAL_NAME = "journal.json"

_MAX_BYTES = 64 * 2**20
_LOCK_SECONDS = 10.0
_STAGING = re.compile(r"\.datagpu/staging-[A-Za-z0-9]{6}")
_STAGED = re.compile(r"\w[\w.-]*", re.ASCII)
_TARGET = re.compile(
    r"(data|data-\d{5,}-of-\d{5,}|\.datagpu/lineage|\.datagpu/rejects)\.parquet|\.datagpu/ranking\.json|manifest\.yaml",
    re.ASCII,
)


def recover(folder: Path) -> bool:
    """Carries out the journal of an output folder, if there is one; returns whether there was.

    Raises:
        DatagpuError: ``output`` when the folder can't be written or locked, or the journal is not one of datagpu.
    """
    path = folder / PRIVATE_FOLDER / JOURNAL_NAME
    if not path.exists():
        return False
    try:
        with _locked(folder):
            # Another process may have carried it out while this one waited.
            journal = _read(path)
            if journal is not None:
                _carry_out(folder, path, journal)
    except OSError as error:
        raise DatagpuError(
            "output",
            f"a commit that was interrupted can't be finished ({error.strerror})",
            file=str(path),
            hint="Load the data set once as a user who may write to its folder",
        ) from error
    return True


def _carry_out(folder: Path, path: Path, journal: dict[str, Any]) -> None:
    for step in journal["rename"]:
        # What is not there was renamed before, by whoever was interrupted.
        if (folder / step["from"]).exists():
            os.replace(folder / step["from"], folder / step["to"])
    _sync(folder)
    _sync(folder / PRIVATE_FOLDER)
    for name in journal["remove"]:
        (folder / name).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    shutil.rmtree(folder / journal["staging"], ignore_errors=True)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _not_a_journal(path)
        journal = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise _not_a_journal(path) from error
    if not _is_journal(journal):
        raise _not_a_journal(path)
    checked: dict[str, Any] = journal
    return checked


def _is_journal(journal: object) -> bool:
    """A journal may only move its own staged files to the places that a data set has: it may come with a copied folder."""
    if not isinstance(journal, dict) or journal.get("version") != 1:
        return False
    staging, rename, remove = (journal.get(key) for key in ("staging", "rename", "remove"))
    if not isinstance(staging, str) or not _STAGING.fullmatch(staging):
        return False
    if not isinstance(rename, list) or not isinstance(remove, list):
        return False

    def is_target(name: object) -> bool:
        return isinstance(name, str) and _TARGET.fullmatch(name) is not None

    def is_staged(name: object) -> bool:
        if not isinstance(name, str) or not name.startswith(f"{staging}/"):
            return False
        return _STAGED.fullmatch(name[len(staging) + 1 :]) is not None

    return all(isinstance(r, dict) and is_staged(r.get("from")) and is_target(r.get("to")) for r in rename) and all(
        is_target(name) for name in remove
    )


def _not_a_journal(path: Path) -> DatagpuError:
    return DatagpuError(
        "output", "this is not a journal that datagpu wrote", file=str(path), hint="Remove it and compile again"
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The lock of an output folder, the same as the compiler's: SQLite's on ``.datagpu/lock``."""
    import sqlite3

    path = folder / PRIVATE_FOLDER / "lock"
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        busy = "locked" in str(error)
        raise DatagpuError(
            "output",
            "a compile is writing into this folder" if busy else f"the folder can't be locked ({error})",
            file=str(folder),
            hint="Wait for it" if busy else "Load the data set once as a user who may write to its folder",
        ) from error
    try:
        yield
    finally:
        connection.close()


def _sync(folder: Path) -> None:
    """Makes renames in a folder last; Windows has no such call, and needs none."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def wait_briefly() -> None:
    """A pause before a folder that changed under a reader is read again."""
    time.sleep(0.05)
