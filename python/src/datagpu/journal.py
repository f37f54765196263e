"""The journal of a commit that was interrupted: read, checked, and carried out under the lock of the folder.

docs/journal.md has the format and the steps. While there is a journal the folder may be between two data sets, and whoever
meets it carries it out, a reader too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import DatagpuError

PRIVATE_FOLDER = ".datagpu"
JOURNAL_NAME = "journal.json"
OLD_FOLDER = "old"

_VERSIONS = (2, 3)
_MAX_BYTES = 64 * 2**20
_LOCK_SECONDS = 10.0
_STAGING = re.compile(r"\.datagpu/staging-[A-Za-z0-9]{6}")
_STAGED = re.compile(r"\w[\w.-]*", re.ASCII)
# What a data set has; src/write/journal.ts has the same.
_TARGET = re.compile(
    r"([a-z][a-z0-9_]*(-\d{5,}-of-\d{5,})?|\.datagpu/lineage|\.datagpu/rejects)\.parquet|\.datagpu/ranking\.json|manifest\.yaml"
    r"|README\.md|croissant\.json",
    re.ASCII,
)


@dataclass(frozen=True)
class Journal:
    """What a commit was about to do. Paths are relative to the output folder."""

    staging: str
    over: tuple[str, ...]
    """Old files in whose place a new one comes in one step."""
    away: tuple[str, ...]
    """Old files that go before any new one comes."""
    rename: tuple[tuple[str, str], ...]
    """The new files, from and to; the manifest last."""


def recover(folder: Path) -> bool:
    """Carries out the journal of an output folder, if there is one; returns whether there was.

    Raises:
        DatagpuError: ``output`` when the folder can't be written or locked, or the journal is not one of datagpu.
    """
    from .carry_out import carry_out

    path = folder / PRIVATE_FOLDER / JOURNAL_NAME
    if not path.exists():
        return False
    with _locked(folder):
        # Another process may have carried it out while this one waited.
        journal = read_journal(path)
        if journal is not None:
            try:
                carry_out(folder, journal)
            except OSError as error:
                raise DatagpuError(
                    "output",
                    f"a commit that was interrupted can't be finished ({error.strerror})",
                    file=str(folder),
                    hint="Load the data set once as a user who may write to its folder",
                ) from error
    return True


def read_journal(path: Path) -> Journal | None:
    """The journal; None when there is none.

    Raises:
        DatagpuError: ``output`` when it can't be read, is of another version, or is not a journal.
    """
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            if not path.exists():
                return None
            raise _not_a_journal(path)
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatagpuError("output", f"it can't be read ({error.strerror})", file=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise _not_a_journal(path) from error
    journal = _checked(value)
    if journal is not None:
        return journal
    version = value.get("version") if isinstance(value, dict) else None
    if isinstance(version, int) and not isinstance(version, bool) and version not in _VERSIONS:
        raise DatagpuError(
            "output",
            "a commit is under way here that another version of datagpu began",
            file=str(path.parent.parent),
            hint="Run a command of that version on the folder to finish it",
        )
    raise _not_a_journal(path)


def _checked(value: object) -> Journal | None:
    """A journal may only move its own staged files to the places that a data set has: it may come with a copied folder."""
    if not isinstance(value, dict) or value.get("version") not in _VERSIONS:
        return None
    staging, over, away, rename = (value.get(key) for key in ("staging", "over", "away", "rename"))
    if not isinstance(staging, str) or not _STAGING.fullmatch(staging):
        return None
    if not isinstance(over, list) or not isinstance(away, list) or not isinstance(rename, list):
        return None

    def is_target(name: object) -> bool:
        return isinstance(name, str) and _TARGET.fullmatch(name) is not None

    def is_staged(name: object) -> bool:
        if not isinstance(name, str) or not name.startswith(f"{staging}/"):
            return False
        rest = name[len(staging) + 1 :]
        return _STAGED.fullmatch(rest) is not None and rest != OLD_FOLDER

    if not all(isinstance(step, dict) and is_staged(step.get("from")) and is_target(step.get("to")) for step in rename):
        return None
    if not all(is_target(name) for name in [*over, *away]):
        return None
    return Journal(staging, tuple(over), tuple(away), tuple((step["from"], step["to"]) for step in rename))


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
