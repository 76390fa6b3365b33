"""A frame of pandas, Polars, Arrow or DuckDB -> a part."""

from __future__ import annotations

import hashlib

import duckdb
import pandas as pd
import pyarrow as pa

from kamlib.book.errors import BookError
from kamlib.book.source.part import Part, cells_of, checked_headers, first_line
from kamlib.book.source.typed import is_moment, plain, zone_note
from kamlib.tables import TABLES

_NO_ARROW = ("float128", "float96", "longdouble")


def read_frame(con, number: int, table: str, frame) -> Part:
    """The part of a frame. The day of a moment is that of its own time zone; of a DuckDB relation, that in UTC."""
    where = f"the frame {table!r}"
    if table not in TABLES:
        raise BookError(f"{where}: there is no such table. The tables are {', '.join(TABLES)}.")
    arrow = _arrow(frame, where)
    headers = checked_headers(arrow.column_names, where)
    part = Part(table, where, f"raw_{number}", headers, digest=_digest_of(arrow), first=1)
    # A relation's zone is that of its connection, and so of the machine.
    local = isinstance(frame, duckdb.DuckDBPyRelation)
    zones = ["UTC" if local else getattr(t, "tz", None) or "UTC" for t in arrow.schema.types]
    try:
        _keep(con, part, arrow.rename_columns([f"c{i}" for i in range(arrow.num_columns)]), zones)
    except duckdb.Error as error:
        raise BookError(f"{where}: not readable: {first_line(error)}") from None
    return part


def _keep(con: duckdb.DuckDBPyConnection, part: Part, arrow: pa.Table, zones: list[str]) -> None:
    con.register("incoming", arrow)
    try:
        kinds = [str(kind) for kind in con.table("incoming").types]
        columns = enumerate(zip(kinds, zones, strict=True))
        cells = ", ".join(f"{plain(con, f'c{i}', kind, zone)} AS c{i}" for i, (kind, zone) in columns)
        con.execute(f"CREATE TABLE {part.relation} AS SELECT {cells} FROM incoming")
    finally:
        con.unregister("incoming")
    moments = (c for c in zip(part.headers, kinds, zones, strict=True) if is_moment(c[1]))
    part.notes += [zone_note(con, part.where, header, zone) for header, _, zone in moments]


def _arrow(frame, where: str) -> pa.Table:
    import narwhals as nw

    try:
        if isinstance(frame, pd.Series):
            frame = frame.to_frame()
        if isinstance(frame, (pa.RecordBatch, pa.RecordBatchReader)):
            frame = pa.Table.from_batches([frame]) if isinstance(frame, pa.RecordBatch) else frame.read_all()
        if isinstance(frame, pd.DataFrame):
            frame = _of_pandas(frame, where)
        arrow = nw.from_native(frame).lazy().collect("pyarrow").to_native()
        checked_headers(arrow.column_names, where)
        return pa.table({n: _known_type(arrow[i]) for i, n in enumerate(arrow.column_names)})
    except BookError:
        raise
    except Exception as error:  # other libraries meet a frame that they cannot convert in many ways
        said = first_line(error)
    raise BookError(f"{where}: not a frame of pandas, Polars, Arrow or DuckDB that can be read: {said}")


def _of_pandas(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """With text as names, an index that says something as columns, and columns of one type each."""
    frame = _with_index(frame)
    frame = frame.set_axis([_name(c) for c in frame.columns], axis=1)
    checked_headers(list(frame.columns), where)
    return pd.DataFrame({c: _one_type(frame[c]) for c in frame}, index=frame.index)


def _name(column: object) -> str:
    """Of names in several levels, as pandas makes them when it aggregates, those that say something."""
    return " ".join(str(c) for c in column if str(c)) if isinstance(column, tuple) else str(column)


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The levels of an index that has names, or holds days, before the columns; numbers of rows are no data."""
    index = frame.index
    data = any(name is not None for name in index.names) or index.nlevels > 1
    if not data and not isinstance(index, (pd.DatetimeIndex, pd.PeriodIndex)):
        return frame.reset_index(drop=True)
    there = [i for i, name in enumerate(index.names) if name in frame.columns]  # it stands in both
    if len(there) == index.nlevels:
        return frame.reset_index(drop=True)
    return frame.reset_index(level=there, drop=True).reset_index() if there else frame.reset_index()


def _one_type(column: pd.Series) -> pd.Series:
    """What Arrow has no type for: ids of which some are numbers and some are text, months, sparse columns."""
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if isinstance(column.dtype, pd.SparseDtype):
        return column.sparse.to_dense()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _one_type(column.astype(column.cat.categories.dtype))
    if column.dtype != object:
        return column.astype(str) if column.dtype.kind == "c" or str(column.dtype) in _NO_ARROW else column
    try:
        kind = pa.array(column, from_pandas=True).type
    except Exception:  # of mixed types, too large, or half a pair of signs
        return _written(column)
    several = getattr(kind, "tz", None) and column.dropna().map(lambda moment: str(moment.tzinfo)).nunique() > 1
    return _written(column) if several else column  # Arrow would turn all to the zone of the first


def _written(column: pd.Series) -> pd.Series:
    """Every cell as text."""
    cell = cells_of(column)

    def text(value) -> str:
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else cell(value)
        return value.encode("utf-8", "replace").decode("utf-8")

    return column.map(text, na_action="ignore")


def _known_type(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """What DuckDB has no type for: categories as what they name, the rarer numbers as text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _known_type(column.cast(kind.value_type))
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_float16(kind):
        return column.cast(pa.float32())
    if "decimal256" in str(kind) or "halffloat" in str(kind):
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])
    return column


def _digest_of(arrow: pa.Table) -> str:
    sink = hashlib.sha256()
    with pa.ipc.new_stream(_Sink(sink), arrow.schema.remove_metadata()) as stream:
        stream.write_table(arrow.replace_schema_metadata().combine_chunks())
    return sink.hexdigest()


class _Sink:
    """A file that only hashes what is written to it."""

    closed = False

    def __init__(self, hasher):
        self.hasher = hasher

    def write(self, data) -> int:
        self.hasher.update(data)
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass
