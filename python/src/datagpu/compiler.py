"""Compiling from Python."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .errors import DatagpuError
from .node import compiler_folder, find_node
from .progress import Progress, progress_for

if TYPE_CHECKING:
    from .dataset import CompiledDataset

# How long a compile may take to clean up after an interrupt.
_GRACE_SECONDS = 30.0

Source = str | os.PathLike[str]


def compile(
    sources: Source | Iterable[Source],
    *,
    progress: bool | Callable[[dict[str, Any]], None] | None = None,
    **options: Any,
) -> CompiledDataset:
    """Compiles files, folders or globs into a data set, and opens it.

    Args:
        sources: one source or several: paths, folders, globs, whatever ``datagpu compile`` takes.
        progress: True shows progress, False does not; default: where somebody watches, in a terminal or a notebook. A
            function is called with each event: a dict of ``stage``, ``rows``, ``bytes``, ``totalBytes`` and ``share``.
        options: those of ``datagpu compile`` with ``_`` for ``-``: ``out="compiled"``, ``near_dup=True``, ``rank=False``,
            ``select=["id", "text"]``, ``rank_target="payment problems"``. ``config`` names a datagpu.yaml; none is read
            without it.

    Raises:
        DatagpuError: what stops ``datagpu compile``, with its code, file, row, column and hint.
        KeyboardInterrupt: on an interrupt, after the compile has ended; what was in the folder before is unchanged.
    """
    from .opening import load

    request = {
        "compiler": str(compiler_folder()),
        "sources": [os.fspath(s) for s in ([sources] if isinstance(sources, (str, os.PathLike)) else sources)],
        "options": {"cwd": os.getcwd(), **_options(options)},
    }
    if "-" in request["sources"]:
        raise DatagpuError("usage", "standard input can't be a source here", hint="Write it to a file first")
    shown = progress_for(progress)
    try:
        manifest = _run(find_node(), request, shown)
    finally:
        shown.close()
    return load(manifest)


def _options(options: dict[str, Any]) -> dict[str, Any]:
    """Options in the compiler's form: names in camel case, paths as text, no None."""
    named: dict[str, Any] = {}
    for name, value in options.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise DatagpuError("usage", f"{name} is not an option", hint='Options are written as in "near_dup=True"')
        if value is not None:
            key = re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)
            named[key] = _plain(value)
    for name in ("signal", "onProgress", "cwd"):
        if name in named:
            raise DatagpuError("usage", f"{name} is not an option")
    return named


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    return value


def _run(node: str, request: dict[str, Any], shown: Progress) -> str:
    """Runs a compile in a process of its own, and gives the path of its manifest."""
    try:
        line = json.dumps(request)
    except (TypeError, ValueError) as error:
        raise DatagpuError("usage", f"an option has a value that can't be passed on ({error})") from error
    driver = Path(__file__).with_name("driver.mjs")
    with tempfile.TemporaryFile() as errors:
        # In a session of its own: an interrupt reaches Python alone, which passes it on and waits for the end.
        process = subprocess.Popen(
            [node, str(driver)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            answer = _listen(process.stdout, shown)
            process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        if answer is None:
            errors.seek(0)
            raise _crashed(process.returncode, errors.read())
    if "error" in answer:
        raise _error(answer["error"])
    return str(answer["manifest"])


def _listen(stream: IO[str], shown: Progress) -> dict[str, Any] | None:
    """Shows progress until the compile says how it ended; None when it ended without a word."""
    for line in stream:
        message: dict[str, Any] = json.loads(line)
        if "progress" not in message:
            return message
        shown.update(message["progress"])
    return None


def _end(process: subprocess.Popen[str]) -> None:
    """Ends a compile, which cleans up first. A second interrupt ends it at once."""
    if process.poll() is not None:
        return
    try:
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM) if os.name == "nt" else signal.SIGINT)
        # Nobody reads its answers now: the pipe must not fill up.
        if process.stdout is not None:
            process.stdout.close()
        process.wait(_GRACE_SECONDS)
    except (KeyboardInterrupt, subprocess.TimeoutExpired, OSError):
        process.kill()
        process.wait()


def _error(error: dict[str, Any]) -> DatagpuError:
    if error["code"] == "bug":
        made = DatagpuError("bug", f"this is a bug in datagpu: {error['what']}", hint="Please report it")
    else:
        names = ("file", "row", "line", "column", "hint")
        made = DatagpuError(error["code"], error["what"], **{name: error.get(name) for name in names})
    return made


def _crashed(code: int | None, errors: bytes) -> DatagpuError:
    last = [line for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    why = f": {last[-1].strip()}" if last else ""
    return DatagpuError("bug", f"the compiler ended with {code}{why}", hint="Please report it")
