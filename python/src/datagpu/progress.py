"""Showing how far a compile is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

# A compile that ends sooner shows nothing.
_PATIENCE_SECONDS = 0.4
_WIDTH = 24


class Progress(Protocol):
    """Where progress goes."""

    def update(self, event: dict[str, Any]) -> None:
        """Takes an event: ``stage``, ``rows``, ``bytes``, ``totalBytes``, and ``share`` of the whole from 0 to 1."""

    def close(self) -> None:
        """Ends it, however the compile ended."""


def progress_for(wanted: bool | Callable[[dict[str, Any]], None] | None) -> Progress:
    """What shows progress: a function of the caller's, a notebook's output, a terminal, or nothing.

    None means: where somebody watches, in a notebook or a terminal.
    """
    if callable(wanted):
        return _Calls(wanted)
    if wanted is False:
        return _Nothing()
    if _in_notebook():
        return _Notebook()
    if wanted or sys.stderr.isatty():
        return _Terminal()
    return _Nothing()


class _Nothing:
    def update(self, event: dict[str, Any]) -> None:
        pass

    def close(self) -> None:
        pass


class _Calls:
    def __init__(self, function: Callable[[dict[str, Any]], None]) -> None:
        self.update = function

    def close(self) -> None:
        pass


class _Terminal:
    """One line on standard error that is written again."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = 0

    def update(self, event: dict[str, Any]) -> None:
        elapsed = time.monotonic() - self._began
        if elapsed < _PATIENCE_SECONDS:
            return
        text = _line(event, elapsed)
        sys.stderr.write(f"\r{text.ljust(self._shown)}")
        sys.stderr.flush()
        self._shown = len(text)

    def close(self) -> None:
        if self._shown:
            sys.stderr.write(f"\r{' ' * self._shown}\r")
            sys.stderr.flush()


class _Notebook:
    """One output of the cell that is replaced."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._handle: Any = None
        self._last = ""

    def update(self, event: dict[str, Any]) -> None:
        elapsed = time.monotonic() - self._began
        if elapsed >= _PATIENCE_SECONDS:
            self._show(_line(event, elapsed))

    def close(self) -> None:
        if self._handle is not None:
            self._show(f"compiled in {time.monotonic() - self._began:.1f} s")

    def _show(self, text: str) -> None:
        from IPython.display import display

        if text == self._last:
            return
        self._last = text
        content = {"text/plain": text}
        if self._handle is None:
            self._handle = display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)


def _in_notebook() -> bool:
    """Whether this process is a notebook's kernel. IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


def _line(event: dict[str, Any], elapsed: float) -> str:
    share = min(1.0, max(0.0, float(event["share"])))
    done = round(share * _WIDTH)
    parts = [str(event["stage"]), "━" * done + "─" * (_WIDTH - done), f"{share:6.1%}"]
    if event["rows"]:
        parts.append(f"{event['rows']:,} rows")
    if 0.02 < share < 1:
        parts.append(f"{elapsed * (1 - share) / share:.0f} s left")
    return "  ".join(parts)
