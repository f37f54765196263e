"""Row groups in the user's cache folder, decoded: random access maps them into memory instead of decoding them again.

A row group is stored as an Arrow IPC file after random access decoded it, by a thread of its own, in a quiet moment. The
folder of a data file is named by what the file system says of it (device, inode, size, times of modification and of change)
and by its hash in the manifest: another file, or the same with other bytes, has another folder. Nothing is stored of data
sets that are decoded in a moment, and no more than `_MOST_BYTES` in all: folders that were used longest ago go first.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sys
import time
from collections import deque
from pathlib import Path
from threading import Lock, Thread, main_thread

import pyarrow as pa

from .storage import Storage

FOLDER_VARIABLE = "DATAGPU_DECODED_CACHE"

_VERSION = 1
# Smaller data sets are decoded in less than a tenth of a second.
_LEAST_BYTES = 32 * 2**20
_MOST_BYTES = 10 * 2**30
# What is left free on the disk, as a part of what is free.
_SHARE_OF_FREE = 5
_STALE_SECONDS = 3600.0
# Writing begins when nothing was decoded for so long, or when the program ends: who waits for rows is not to wait for it.
_QUIET_SECONDS = 0.5


def decoded_folder(wanted: bool | str | os.PathLike[str]) -> Path | None:
    """The folder that is meant by ``load(decoded_cache=...)`` and the environment; None for none."""
    if wanted is False:
        return None
    if wanted is not True:
        return Path(os.path.abspath(wanted))
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return None if named in ("", "off") else Path(os.path.abspath(named))
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        home = os.path.expanduser("~/Library/Caches")
    else:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    # Without a home there is a "~" left over, or nothing.
    return Path(home, "datagpu", "decoded") if home and os.path.isabs(home) else None


class DecodedGroups:
    """The decoded row groups of a data set on disk. Where the folder can't be used, there are none, and nothing fails."""

    def __init__(self, root: Path | None, storage: Storage, most_waiting: int) -> None:
        is_worth_it = sum(group.bytes for group in storage.groups) >= _LEAST_BYTES
        self.root = root
        self._storage = storage
        self._folders = [_name(file.hash, stamp) for file, stamp in zip(storage.files, storage.stamps, strict=True)]
        self._writer = _Writer(root, most_waiting) if root is not None and is_worth_it else None
        self._used: set[str] = set()

    def open(self, number: int) -> pa.Table | None:
        """A row group, mapped into memory: every column is one chunk. None if it is not stored."""
        path = self._path(number)
        if path is None:
            return None
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        except (OSError, pa.ArrowException):
            return None
        group = self._storage.groups[number]
        is_whole = table.num_rows == group.rows and all(column.num_chunks == 1 for column in table.columns)
        if not is_whole or not table.schema.equals(self._storage.schema):
            return None
        if path.parent.name not in self._used:
            self._used.add(path.parent.name)
            with contextlib.suppress(OSError):
                os.utime(path.parent)
        return table

    def keep(self, number: int, table: pa.Table) -> None:
        """Stores a row group, of all columns in their order, beside what this thread goes on with."""
        path = self._path(number)
        if path is not None and self._writer is not None and table.column_names == self._storage.schema.names:
            self._writer.put(path, table)

    def _path(self, number: int) -> Path | None:
        if self._writer is None or self.root is None:
            return None
        group = self._storage.groups[number]
        folder = self._folders[group.file]
        return None if folder is None else self.root / folder / f"{group.index}.arrow"


class _Writer:
    """Writes tables one after the other, in a thread that lives while there are some; a process waits for it at its end."""

    def __init__(self, root: Path, most_waiting: int) -> None:
        self.root = root
        self.most_waiting = most_waiting
        self._reset()

    def _reset(self) -> None:
        self._process = os.getpid()
        self._lock = Lock()
        self._waiting: deque[tuple[Path, pa.Table]] = deque()
        self._bytes = 0
        self._last = 0.0
        self._thread: Thread | None = None
        self._room: int | None = None

    def put(self, path: Path, table: pa.Table) -> None:
        if self._process != os.getpid():
            # After a fork the thread is not there, and the lock may be held for ever.
            self._reset()
        with self._lock:
            if self._bytes + table.nbytes > self.most_waiting or self._room == 0:
                return
            self._waiting.append((path, table))
            self._bytes += table.nbytes
            self._last = time.monotonic()
            if self._thread is None:
                # Not a daemon: ended in the middle of Arrow's code, it could end the process with an abort.
                self._thread = Thread(target=self._work, name="datagpu-decoded")
                try:
                    self._thread.start()
                except RuntimeError:
                    self._room = 0

    def _work(self) -> None:
        while True:
            while self._is_busy():
                time.sleep(0.05)
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                path, table = self._waiting.popleft()
                self._bytes -= table.nbytes
            try:
                self._store(path, table)
            except (OSError, pa.ArrowException):
                self._room = 0

    def _is_busy(self) -> bool:
        is_quiet = time.monotonic() - self._last >= _QUIET_SECONDS
        return not is_quiet and self._bytes <= self.most_waiting // 2 and main_thread().is_alive()

    def _store(self, path: Path, table: pa.Table) -> None:
        if path.exists():
            return
        if self._room is None:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._room = _make_room(self.root, path.parent.name)
        if table.nbytes > self._room:
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        staged = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            with pa.OSFile(str(staged), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            # After a power failure a file that was not synced can be whole by its size, and full of zeros.
            with open(staged, "rb+") as written:
                os.fsync(written.fileno())
            os.replace(staged, path)
        finally:
            staged.unlink(missing_ok=True)
        self._room -= table.nbytes


def _name(digest: str, stamp: tuple[int, ...] | None) -> str | None:
    if stamp is None:
        return None
    return hashlib.sha256(json.dumps([_VERSION, digest, *stamp]).encode()).hexdigest()[:32]


def _make_room(root: Path, mine: str) -> int:
    """Removes what was used longest ago beyond half of what may be stored; returns how many bytes may be added."""
    most = min(_MOST_BYTES, _stored(root) + shutil.disk_usage(root).free // _SHARE_OF_FREE)
    folders = sorted((folder for folder in root.iterdir() if folder.is_dir()), key=lambda folder: folder.stat().st_mtime)
    total = _stored(root)
    for folder in folders:
        if total <= most // 2:
            break
        if folder.name != mine:
            total -= _stored(folder)
            shutil.rmtree(folder, ignore_errors=True)
    return max(0, most - total)


def _stored(folder: Path) -> int:
    """Bytes of the files below a folder; what a process that was killed left half written is removed."""
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if file.suffix == ".new" and time.time() - file.stat().st_mtime > _STALE_SECONDS:
                file.unlink()
            elif file.is_file():
                total += file.stat().st_size
    return total
