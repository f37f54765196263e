"""Carrying out a journal, as docs/journal.md says: forth, or back where a step fails."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path, PurePosixPath

from .journal import JOURNAL_NAME, OLD_FOLDER, PRIVATE_FOLDER, Journal


def carry_out(folder: Path, journal: Journal) -> None:
    """Finishes a commit; the caller has the lock. The new data set is whole afterwards, after a failure the old one.

    Raises:
        OSError: when it can't be finished.
    """
    staging = folder / journal.staging
    if staging.is_dir():
        try:
            _forth(folder, journal)
        except OSError:
            _back(folder, journal)
            raise
    (folder / PRIVATE_FOLDER / JOURNAL_NAME).unlink(missing_ok=True)
    shutil.rmtree(staging, ignore_errors=True)


def _forth(folder: Path, journal: Journal) -> None:
    old = folder / journal.staging / OLD_FOLDER
    old.mkdir(exist_ok=True)
    staged = {to: folder / source for source, to in journal.rename}

    def is_new(name: str) -> bool:
        return name in staged and not staged[name].exists()

    for name in journal.over:
        if not is_new(name) and (folder / name).exists() and not _kept(old, name).exists():
            # Where there are no links, the old file is renamed below.
            with contextlib.suppress(OSError):
                os.link(folder / name, _kept(old, name))
    for name in journal.away:
        if not is_new(name) and (folder / name).exists():
            os.replace(folder / name, _kept(old, name))
    if journal.away:
        _sync(folder)
    for source, to in journal.rename:
        if not (folder / source).exists():
            continue
        if to in journal.over and (folder / to).exists() and not _kept(old, to).exists():
            os.replace(folder / to, _kept(old, to))
        os.replace(folder / source, folder / to)
    _sync(folder)
    _sync(folder / PRIVATE_FOLDER)


def _back(folder: Path, journal: Journal) -> None:
    old = folder / journal.staging / OLD_FOLDER
    for source, to in reversed(journal.rename):
        if not (folder / source).exists():
            os.replace(folder / to, folder / source)
    for name in (*journal.away, *journal.over):
        if not (folder / name).exists() and _kept(old, name).exists():
            os.replace(_kept(old, name), folder / name)
    _sync(folder)
    _sync(folder / PRIVATE_FOLDER)
    (folder / PRIVATE_FOLDER / JOURNAL_NAME).unlink()
    _sync(folder / PRIVATE_FOLDER)
    shutil.rmtree(folder / journal.staging, ignore_errors=True)


def _kept(old: Path, name: str) -> Path:
    """Where an old file is kept: under its last name."""
    return old / PurePosixPath(name).name


def _sync(folder: Path) -> None:
    """Makes renames in a folder last; Windows has no such call, and needs none."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
