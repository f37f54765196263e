"""A compiled data set: rows, columns and views of it, read when they are asked for."""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, overload

import pyarrow as pa
import pyarrow.compute as pc

from .errors import DatagpuError, missing_package, unknown_column
from .groupcache import GroupCache
from .manifest import Manifest
from .permutation import permutation
from .rowindex import RowIndex

if TYPE_CHECKING:
    import pandas
    import polars

# Rows made into Python objects at once while iterating.
_ROWS_AT_ONCE = 2048
# Bytes of rows gathered at once where a view's order is not that of the data set.
_GATHERED_BYTES = 128 * 2**20


class CompiledDataset:
    """Rows of a compiled data set, in order; nothing is read before it is asked for.

    ``ds[i]`` is a row as a dict, ``ds["column"]`` a list of values, ``ds[2:5]`` and ``ds[[7, 1]]`` views, ``ds[["a", "b"]]``
    the same rows with fewer columns. Values are as Parquet has them: integers, floats, booleans, texts, dates and times,
    lists of dicts, None. Views share the open files and the cache; none of them changes. Threads may read at once, and so
    may processes, by fork or by pickle.
    """

    def __init__(self, manifest: Manifest, cache: GroupCache, columns: tuple[str, ...], rows: RowIndex) -> None:
        self._manifest = manifest
        self._cache = cache
        self._columns = columns
        self._rows = rows
        # What every access to a row needs, at hand.
        self._positions = rows.positions
        self._starts = cache.storage.starts
        self._shelf = cache.shelf(columns)

    def __reduce__(self) -> tuple[type[CompiledDataset], tuple[Manifest, GroupCache, tuple[str, ...], RowIndex]]:
        return (CompiledDataset, (self._manifest, self._cache, self._columns, self._rows))

    # What it is.

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        name = self.manifest.get("dataset_name")
        return f"CompiledDataset({name!r}, {len(self)} rows, columns {', '.join(self._columns)})"

    @property
    def manifest(self) -> dict[str, Any]:
        """manifest.yaml, all of it, as plain values."""
        return self._manifest.content

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the columns."""
        whole = self._cache.storage.schema
        return pa.schema([whole.field(name) for name in self._columns], metadata=whole.metadata)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    @property
    def splits(self) -> list[str]:
        """Names of the splits, for ``load(path, split=...)``; empty where the data set has none."""
        return list(dict.fromkeys(file.split for file in self._manifest.files if file.split is not None))

    @property
    def score_column(self) -> str | None:
        """The column that holds the score of ranking; None without ranking."""
        return self._manifest.score_column

    # Rows and columns.

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...  # type: ignore[overload-overlap]
    @overload
    def __getitem__(self, key: slice | Iterable[int] | Iterable[str]) -> CompiledDataset: ...
    def __getitem__(self, key: Any) -> Any:
        if type(key) is int:
            return self._row(key)
        if isinstance(key, str):
            return self._column(key)
        if isinstance(key, slice):
            return self._view(self._rows.slice(key))
        try:
            i = operator.index(key)
        except TypeError:
            return self._chosen(key)
        return self._row(i)

    def __getitems__(self, keys: Iterable[int]) -> list[dict[str, Any]]:
        """Rows at these places; what PyTorch asks a data set for, a batch at a time."""
        return [self._row(operator.index(key)) for key in keys]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for table in self.batches(_ROWS_AT_ONCE):
            yield from _pylist(table)

    def batches(self, rows: int | None = None) -> Iterator[pa.Table]:
        """Arrow tables of at most ``rows`` rows (default: a row group), in order. Holds no more than one at a time."""
        if rows is not None and rows < 1:
            raise DatagpuError("usage", f"rows must be at least 1, got {rows}")
        columns = list(self._columns)
        for table in self._tables(columns):
            step = table.num_rows if rows is None else rows
            for start in range(0, table.num_rows, max(1, step)):
                yield table.slice(start, step)

    # As other libraries have it. All of these hold the whole view in memory.

    def to_arrow(self) -> pa.Table:
        """A `pyarrow.Table`."""
        tables = list(self._tables(list(self._columns)))
        return pa.concat_tables(tables) if tables else self.schema.empty_table()

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """A `pandas.DataFrame`; ``options`` are those of `pyarrow.Table.to_pandas`."""
        try:
            import pandas  # noqa: F401
        except ImportError:
            raise missing_package("pandas", "to_pandas()", "pandas") from None
        frame: pandas.DataFrame = self.to_arrow().to_pandas(**options)
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A `polars.DataFrame`."""
        try:
            import polars
        except ImportError:
            raise missing_package("polars", "to_polars()", "polars") from None
        frame = polars.from_arrow(self.to_arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def to_dict(self) -> list[dict[str, Any]]:
        """Every row as a dict, as in the Python DataGPU."""
        return _pylist(self.to_arrow())

    # Views.

    def select(self, columns: Iterable[str]) -> CompiledDataset:
        """The same rows with these columns, in this order."""
        chosen = (columns,) if isinstance(columns, str) else tuple(columns)
        for name in chosen:
            if name not in self._columns:
                raise unknown_column(name, self.columns)
        if len(set(chosen)) < len(chosen):
            raise DatagpuError("usage", "a column is chosen twice")
        return CompiledDataset(self._manifest, self._cache, chosen, self._rows)

    def where(self, *, min_score: float | None = None, max_score: float | None = None) -> CompiledDataset:
        """The rows whose score is within these bounds, both included, in the same order.

        Raises:
            DatagpuError: ``usage`` when the data set was not ranked.
        """
        name = self._scored()
        found: list[pa.Int64Array] = []
        start = 0
        for table in self._tables([name]):
            score = table.column(0)
            mask = pc.is_valid(score)
            if min_score is not None:
                mask = pc.and_(mask, pc.greater_equal(score, min_score))
            if max_score is not None:
                mask = pc.and_(mask, pc.less_equal(score, max_score))
            places = pc.indices_nonzero(pc.fill_null(mask, False)).cast(pa.int64())
            found.append(pc.add(places, pa.scalar(start, pa.int64())))
            start += table.num_rows
        return self._view(self._rows.take(_joined(found)))

    def top(self, n: int) -> CompiledDataset:
        """The ``n`` rows with the best scores, best first; ties stay in order.

        Raises:
            DatagpuError: ``usage`` when the data set was not ranked.
        """
        if n < 0:
            raise DatagpuError("usage", f"n must be at least 0, got {n}")
        name = self._scored()
        scores = [chunk for table in self._tables([name]) for chunk in table.column(0).chunks]
        table = pa.table({"score": pa.chunked_array(scores, pa.float64()), "place": _count(len(self))})
        order = pc.sort_indices(table, sort_keys=[("score", "descending"), ("place", "ascending")])
        return self._view(self._rows.take(order.slice(0, n).cast(pa.int64())))

    def shuffle(self, seed: int = 0) -> CompiledDataset:
        """The same rows in an order that depends on ``seed`` and their number only. Takes 8 bytes a row.

        Reading a data set in this order that does not fit into the cache decodes its row groups again and again; for
        training, let `load_to_pytorch` shuffle.
        """
        return self._view(self._rows.take(permutation(len(self), seed)))

    # Where rows come from.

    def why(self, row: int, source: str | None = None) -> dict[str, Any]:
        """What became of a record of a source, and why: see `datagpu.why.why`. Records are counted from 1."""
        from .why import why

        whole = RowIndex(range(self._cache.storage.rows))
        everything = CompiledDataset(self._manifest, self._cache, tuple(self._cache.storage.schema.names), whole)
        return why(self._manifest, everything, row, source)

    # How it is read.

    def _view(self, rows: RowIndex) -> CompiledDataset:
        return CompiledDataset(self._manifest, self._cache, self._columns, rows)

    def _place(self, i: int) -> int:
        n = len(self)
        if not -n <= i < n:
            raise IndexError(f"row {i} of a data set of {n} rows")
        return i + n if i < 0 else i

    def _row(self, i: int) -> dict[str, Any]:
        try:
            position = self._positions[i]
        except IndexError:
            raise IndexError(f"row {i} of a data set of {len(self)} rows") from None
        number = bisect_right(self._starts, position) - 1
        held = self._shelf[number]
        if held is None:
            held = self._cache.get(number, self._columns)
        held.used = self._cache.clock
        at = position - self._starts[number]
        try:
            return {name: read(at) for name, read in held.cells}
        except ValueError as error:
            raise _no_python_value(error) from error

    def _column(self, name: str) -> list[Any]:
        if name not in self._columns:
            raise unknown_column(name, self.columns)
        values: list[Any] = []
        for table in self._tables([name]):
            values.extend(_values(table.column(0)))
        return values

    def _chosen(self, keys: Any) -> CompiledDataset:
        if not isinstance(keys, Iterable):
            raise TypeError(f"rows are chosen by numbers, slices or names, not by {type(keys).__name__}")
        chosen = list(keys)
        if chosen and all(isinstance(key, str) for key in chosen):
            return self.select(chosen)
        if any(isinstance(key, bool) or type(key).__name__ == "bool_" for key in chosen):
            raise TypeError("rows are chosen by their numbers, not by a mask")
        return self._view(self._rows.take(pa.array([self._place(operator.index(k)) for k in chosen], pa.int64())))

    def _scored(self) -> str:
        name = self.score_column
        if name is None:
            raise DatagpuError(
                "usage",
                "the data set has no scores",
                hint="Compile it with ranking, the default, to choose rows by score",
            )
        return name

    def _tables(self, columns: list[str]) -> Iterator[pa.Table]:
        """The rows in order, as tables of about a row group."""
        rows = self._rows.range
        storage = self._cache.storage
        if len(self) == 0:
            return
        if rows is None:
            yield from self._gathered(columns)
            return
        for number in range(storage.group_of(rows.start), storage.group_of(rows.stop - 1) + 1):
            group = storage.groups[number]
            first, last = max(rows.start, group.start), min(rows.stop, group.start + group.rows)
            if first < last:
                yield storage.read(number, columns).slice(first - group.start, last - first)

    def _gathered(self, columns: list[str]) -> Iterator[pa.Table]:
        storage = self._cache.storage
        row_bytes = max(1, sum(group.bytes for group in storage.groups) // max(1, storage.rows))
        step = max(_ROWS_AT_ONCE, _GATHERED_BYTES // row_bytes)
        for start in range(0, len(self), step):
            yield self.gather(self._rows.array(start, min(len(self), start + step)), columns)

    def gather(self, positions: pa.Int64Array, columns: list[str]) -> pa.Table:
        """The rows at these positions of the whole data set, in this order."""
        order = pc.sort_indices(positions)
        ascending = positions.take(order)
        words = RowIndex(ascending).positions
        storage = self._cache.storage
        parts: list[pa.Table] = []
        at = 0
        while at < len(words):
            number = storage.group_of(words[at])
            group = storage.groups[number]
            end = bisect_left(words, group.start + group.rows, at)
            table = self._cache.get(number, tuple(columns)).table
            places = pc.subtract(ascending.slice(at, end - at), pa.scalar(group.start, pa.int64()))
            parts.append(table.take(places))
            at = end
        if len(parts) == 0:
            return storage.schema.empty_table().select(columns)
        return pa.concat_tables(parts).combine_chunks().take(pc.sort_indices(order))


def _pylist(table: pa.Table) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = table.to_pylist()
    except ValueError as error:
        raise _no_python_value(error) from error
    return rows


def _values(column: pa.ChunkedArray) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except ValueError as error:
        raise _no_python_value(error) from error
    return values


def _no_python_value(error: ValueError) -> DatagpuError:
    """Python's own times end at microseconds and at the year 9999; pandas has nanoseconds."""
    return DatagpuError(
        "usage",
        f"a value has no Python type that holds it ({error})",
        hint="Install pandas, or read the data set with to_arrow()",
    )


def _joined(arrays: list[pa.Int64Array]) -> pa.Int64Array:
    return pa.concat_arrays(arrays) if arrays else pa.array([], pa.int64())


def _count(n: int) -> pa.Int64Array:
    """The numbers from 0 to ``n - 1``."""
    ones = pa.repeat(pa.scalar(1, pa.int64()), n)
    return pc.subtract(pc.cumulative_sum(ones), pa.scalar(1, pa.int64())) if n > 0 else ones
