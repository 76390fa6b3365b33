"""A frame of pandas, Polars, Arrow or DuckDB -> a part."""

from __future__ import annotations

import hashlib

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.book.errors import BookError
from kamlib.book.source.part import Part, cells_of, checked_headers, first_line, keep
from kamlib.tables import TABLES


def read_frame(con, number: int, table: str, frame) -> Part:
    where = f"the frame {table!r}"
    if table not in TABLES:
        raise BookError(f"{where}: there is no such table. The tables are {', '.join(TABLES)}.")
    arrow = _arrow(frame, where)
    headers = checked_headers(arrow.column_names, where)
    part = Part(table, where, f"raw_{number}", headers, digest=_digest_of(arrow), first=1)
    keep(con, part, arrow.rename_columns([f"c{i}" for i in range(arrow.num_columns)]))
    return part


def _arrow(frame, where: str) -> pa.Table:
    import narwhals as nw

    if isinstance(frame, pd.DataFrame):
        checked_headers([str(c) for c in frame.columns], where)
        frame = frame.set_axis([str(c) for c in frame.columns], axis=1)
        frame = frame.assign(**{c: _one_type(frame[c]) for c in frame})
    try:
        arrow = nw.from_native(frame).lazy().collect("pyarrow").to_native()
    except (TypeError, pa.ArrowException) as error:
        kinds = "a frame of pandas, Polars, Arrow or DuckDB"
        raise BookError(f"{where}: not {kinds} that can be read: {first_line(error)}") from None
    return pa.table({n: _plain_type(arrow[i]) for i, n in enumerate(arrow.column_names)})


def _one_type(column: pd.Series) -> pd.Series:
    """What Arrow has no type for: ids of which some are numbers and some are text, months, sparse columns."""
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if isinstance(column.dtype, pd.SparseDtype):
        return column.sparse.to_dense()
    if column.dtype != object:
        return column
    try:
        pa.array(column, from_pandas=True)
    except pa.ArrowException:
        return column.map(cells_of(column), na_action="ignore")
    return column


def _plain_type(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Categories as text, and times as their own clock shows them."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return pc.local_timestamp(column) if getattr(column.type, "tz", None) else column


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
