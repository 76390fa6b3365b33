"""What engines do differently, and what has to be said so that they do the same."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping, Sequence

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

ZERO, ONE = nw.lit(0, dtype=nw.Int64), nw.lit(1, dtype=nw.Int64)


def sum_by(frame: nw.LazyFrame, keys: Sequence[str], columns: Sequence[str], *others: nw.Expr) -> nw.LazyFrame:
    """Integer sums, and other aggregates, by group.

    The cast comes after the sum: DuckDB sums integers as HUGEINT, which pandas turns into objects.
    """
    sums = frame.group_by(*keys).agg(*(nw.col(c).sum() for c in columns), *others)
    return sums.with_columns(*(nw.col(c).cast(nw.Int64) for c in columns))


def flag(test: nw.Expr) -> nw.Expr:
    """1 where it holds, else 0."""
    return test.cast(nw.Int64)


def odd(column: str) -> nw.Expr:
    """1 where an integer is odd, else 0. Not by `%`: pandas has none for Arrow's integers."""
    return nw.col(column) - nw.col(column) // 2 * 2


def month_number(column: str = "date") -> nw.Expr:
    """Months since the year nought."""
    date = nw.col(column).dt
    return date.year().cast(nw.Int64) * 12 + date.month().cast(nw.Int64) - 1


def day_number(column: str = "date") -> nw.Expr:
    """Days since 0001-01-01 by integer arithmetic: date differences differ from engine to engine."""
    date = nw.col(column).dt
    year = date.year().cast(nw.Int64) - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + date.ordinal_day().cast(nw.Int64)


def keep(frame: nw.LazyFrame, kept: contextlib.ExitStack, lines: nw.LazyFrame) -> nw.LazyFrame:
    """Compute once what is used twice; gone when `kept` closes.

    A temporary table in the caller's DuckDB, which may be larger than memory and whose database may be read-only;
    Spark keeps its own on the cluster, Ibis in the warehouse; other engines collect their own frames. `lines` is what
    `frame` was made from and outlives it: through it DuckDB is reached.
    """
    native = frame.to_native()
    if frame.implementation.is_ibis():
        cached = native.cache()
        kept.callback(cached.release)
        return nw.from_native(cached)
    if frame.implementation.is_spark_like():
        persisted = native.persist()
        kept.callback(persisted.unpersist)
        return nw.from_native(persisted)
    if frame.implementation.is_duckdb():
        name = f"kamlib_{secrets.token_hex(8)}"
        native.query(f"{name}_rows", f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}_rows")
        query = lines.to_native().query  # what `frame` was made from may be dropped before this table
        kept.callback(query, f"{name}_rows", f"DROP TABLE temp.{name}")
        return nw.from_native(query(f"{name}_rows", f"FROM temp.{name}"))
    return frame.collect().lazy()


def fetch(frame: nw.LazyFrame, *, types: Mapping[str, str], by: Sequence[str]) -> pd.DataFrame:
    """To pandas: the columns of `types`, of these types, in order of `by`.

    By way of Arrow, batch by batch into memory of its own, since DuckDB gives a batch back only as a whole: text never
    becomes Python objects, and a table of millions of accounts and months is never there twice.
    """
    arrow = frame.select(*types).sort(*by).collect("pyarrow").to_native()
    batches, rows = arrow.to_batches(), arrow.num_rows
    del arrow
    text = {name: [] for name, dtype in types.items() if dtype == "str"}
    numbers = {name: np.empty(rows, dtype.lower()) for name, dtype in types.items() if dtype != "str"}
    while batches:
        batch = batches.pop()
        rows -= len(batch)
        for name, pieces in text.items():
            pieces.insert(0, _copied(batch.column(name)))
        for name, values in numbers.items():
            values[rows : rows + len(batch)] = batch.column(name).to_numpy(zero_copy_only=False)
        del batch
    columns = numbers | {name: pa.chunked_array(p, pa.large_string()).to_pandas() for name, p in text.items()}
    return pd.DataFrame({name: columns[name] for name in types}, copy=False).astype(dict(types))


def _copied(text: pa.Array) -> pa.Array:
    text = text.cast(pa.large_string())
    return pa.concat_arrays([text, text[:0]])  # of one array alone it would be a view
