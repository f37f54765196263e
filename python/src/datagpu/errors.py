"""The one error that datagpu raises for what a user can cause, and its words."""

from __future__ import annotations

import re

# C0, DEL, C1, line and direction control characters: text of the input must not act on a terminal.
_controls = re.compile("[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class DatagpuError(Exception):
    """A failure that is not a bug in datagpu: ``str()`` of it is one line for people, ``code`` is stable for programs.

    Attributes:
        code: ``usage`` (wrong call or option), ``input`` (unreadable or refused), ``output`` (can't be written),
            ``verification`` (data and manifest disagree), ``interrupted``, or ``bug``.
        what: what happened, without the place and the hint.
        file: the file as the user named it.
        row: 1-based record number in that file.
        line: 1-based physical line in that file.
        column: the column as it is named in the source.
        hint: one sentence that says what to do.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        file: str | None = None,
        row: int | None = None,
        line: int | None = None,
        column: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.file = file
        self.row = row
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        where = self.file or ""
        if self.row is not None:
            where += f" row {self.row}"
        if self.line is not None:
            where += f" (line {self.line})"
        if self.column is not None:
            where += f', column "{self.column}"'
        text = f"{where.lstrip()}: {self.what}" if where else self.what
        if self.hint is not None:
            text = f"{_sentence(text)} {_sentence(self.hint)}"
        return escape_controls(text)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors of worker processes come home by pickle, which knows positional arguments only.
        return (_restore, (self.code, self.what, self.file, self.row, self.line, self.column, self.hint))


def _restore(
    code: str, what: str, file: str | None, row: int | None, line: int | None, column: str | None, hint: str | None
) -> DatagpuError:
    return DatagpuError(code, what, file=file, row=row, line=line, column=column, hint=hint)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def escape_controls(text: str) -> str:
    """``text`` with control characters as ``\\u....``."""
    return _controls.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def missing_package(package: str, purpose: str, extra: str) -> DatagpuError:
    """The error for an optional package that is not installed."""
    return DatagpuError(
        "usage",
        f"{purpose} needs the package {package}, which is not installed",
        hint=f"Install it: pip install {extra}",
    )


def unknown_column(name: str, columns: list[str]) -> DatagpuError:
    """The error for a column that the data set does not have."""
    shown = ", ".join(columns[:20]) + (", ..." if len(columns) > 20 else "")
    return DatagpuError("usage", f'there is no column "{name}" in the data set', hint=f"Its columns are {shown}")
