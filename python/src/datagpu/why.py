"""What became of a record of a source, from `.datagpu/lineage.parquet`; the same answers as `datagpu why --json`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import DatagpuError
from .manifest import Manifest

if TYPE_CHECKING:
    from .dataset import CompiledDataset

_LINEAGE = ".datagpu/lineage.parquet"
_STAGES = {
    "malformed": "read",
    "empty row": "clean",
    "too short": "filter",
    "too long": "filter",
    "exact duplicate": "dedupe",
    "near duplicate": "dedupe",
    "semantic duplicate": "dedupe",
    "below top": "rank",
}


def why(manifest: Manifest, data: CompiledDataset, row: int, source: str | None = None) -> dict[str, Any]:
    """What became of record ``row`` (from 1) of a source, which must be named where there are several.

    Returns a dict: ``source``, ``row``; ``fate``, "kept" or the reason for dropping it; ``stage`` that dropped it;
    ``because``, one sentence; ``output``, where a kept row is (``file``, ``position`` over all files, ``content``);
    ``duplicate_of``, the row that was kept instead of a duplicate (``source``, ``row``, ``fate``, ``output``);
    ``similarity`` of a near duplicate with it; ``score`` of a kept row that was ranked. What does not apply is None. The
    terms that made a score are what ``datagpu why`` on the command line adds.

    Raises:
        DatagpuError: ``usage`` for a record or source that was not read, ``input`` when the lineage can't be read.
    """
    sources: list[dict[str, Any]] = manifest.content["sources"]
    number = _source_number(manifest, sources, source)
    name, rows = sources[number]["path"], sources[number]["rows"]
    if not 1 <= row <= rows:
        raise DatagpuError(
            "usage",
            f"there is no record {row}: it has {rows}",
            file=name,
            hint="Records are counted from 1, the header left out",
        )
    record = _record(manifest.folder, _start(sources, number) + row - 1)
    if record["row"] != row or record["source"] != name:
        raise DatagpuError("input", "lineage and manifest are not of the same data set", file=_LINEAGE)
    twin = None
    if record["kept_row"] is not None:
        kept = next(i for i, s in enumerate(sources) if s["path"] == record["kept_source"])
        twin = _record(manifest.folder, _start(sources, kept) + record["kept_row"] - 1)
    output = _output(manifest, data, record["position"])
    score = data.score_column
    return {
        "source": name,
        "row": row,
        "fate": record["fate"],
        "stage": _STAGES.get(record["fate"]),
        "because": _sentence(record, twin, manifest),
        "output": output,
        "duplicate_of": None
        if twin is None
        else {
            "source": twin["source"],
            "row": twin["row"],
            "fate": twin["fate"],
            "output": _output(manifest, data, twin["position"]),
        },
        "similarity": record["similarity"],
        "score": output["content"][score] if output is not None and score is not None else None,
    }


def _start(sources: list[dict[str, Any]], number: int) -> int:
    total = 0
    for source in sources[:number]:
        total += int(source["rows"])
    return total


def _record(folder: Path, ordinal: int) -> dict[str, Any]:
    """A row of the lineage. Decodes its row group."""
    try:
        with pq.ParquetFile(folder / _LINEAGE) as lineage:
            for number in range(lineage.metadata.num_row_groups):
                rows = lineage.metadata.row_group(number).num_rows
                if ordinal < rows:
                    found: dict[str, Any] = lineage.read_row_group(number).slice(ordinal, 1).to_pylist()[0]
                    return found
                ordinal -= rows
    except FileNotFoundError:
        raise DatagpuError(
            "input", "there is no lineage", file=_LINEAGE, hint="Copy the whole folder, .datagpu included"
        ) from None
    except (OSError, pa.ArrowException) as error:
        raise DatagpuError("input", f"the lineage can't be read ({error})", file=_LINEAGE) from error
    raise DatagpuError("input", "lineage and manifest are not of the same data set", file=_LINEAGE)


def _output(manifest: Manifest, data: CompiledDataset, position: int | None) -> dict[str, Any] | None:
    if position is None:
        return None
    start = 0
    for file in manifest.files:
        if position < start + file.rows:
            return {"file": file.name, "position": position, "content": data[position]}
        start += file.rows
    raise DatagpuError("input", "lineage and manifest are not of the same data set", file=_LINEAGE)


def _sentence(record: dict[str, Any], twin: dict[str, Any] | None, manifest: Manifest) -> str:
    named, cut = "", ""
    if twin is not None:
        named = f"row {twin['row']}" + ("" if twin["source"] == record["source"] else f" of {twin['source']}")
        cut = ", which --top left out" if twin["fate"] == "below top" else ""
    config = manifest.content.get("config", {})
    match record["fate"]:
        case "kept":
            return f"row {record['position']} of the output"
        case "malformed":
            return "it is not a well-formed record, or does not fit a declared type"
        case "empty row":
            return "every value is null or empty after cleaning"
        case "too short" | "too long" as fate:
            words = record.get("number")
            bound = f"at least {config.get('min-words')}" if fate == "too short" else f"at most {config.get('max-words')}"
            return f"{words} {'word' if words == 1 else 'words'}, {bound} are asked for"
        case "exact duplicate":
            on = config.get("dedupe-on") or []
            return f"it equals {named}{' in ' + ', '.join(on) if on else ''}{cut}"
        case "near duplicate":
            comma = f"{cut}," if cut else ""
            return (
                f"its similarity with {named}{comma} is {record['similarity']}, "
                f"and the threshold {config.get('near-dup-threshold')}"
            )
        case "below top":
            return "its score is not among those that --top keeps"
        case fate:
            return f"{fate}: {named}{cut}" if named else f"{fate}"


def _source_number(manifest: Manifest, sources: list[dict[str, Any]], wanted: str | None) -> int:
    """The source that is meant: by its path in the manifest, by the file it is, or by the end of its path if one has it."""
    paths = [str(source["path"]) for source in sources]
    if wanted is None:
        if len(paths) == 1:
            return 0
        hint = f"Say which one, for example source={paths[0]!r}" if paths else None
        raise DatagpuError("usage", f"the data set has {len(paths)} sources", hint=hint)
    if wanted in paths:
        return paths.index(wanted)
    absolute = os.path.abspath(wanted)
    for i, path in enumerate(paths):
        if os.path.normpath(manifest.folder / path) == absolute:
            return i
    ends = [i for i, path in enumerate(paths) if path.endswith(f"/{wanted}")]
    if len(ends) == 1:
        return ends[0]
    raise DatagpuError(
        "usage", f'"{wanted}" is not a source of the data set', hint=f"Its sources are {', '.join(paths[:10])}"
    )
