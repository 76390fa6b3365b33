"""A ledger in the engines that the panel runs on."""

from __future__ import annotations

import duckdb
import polars as pl


def engines(frame):
    """The frame in DuckDB, Polars, Polars at leisure, pandas."""
    typed = frame.assign(cents=frame["cents"].astype("int64"), customer_id=frame["customer_id"].astype("str"))
    con = duckdb.connect()
    con.register("lines", typed)
    yield con.sql("SELECT * FROM lines")
    yield pl.from_pandas(typed)
    yield pl.from_pandas(typed).lazy()
    yield typed
