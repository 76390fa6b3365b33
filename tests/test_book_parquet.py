"""Parquet: the day of a moment as it is written, columns of types that nobody uses."""

from __future__ import annotations

import datetime as dt

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kamlib.book import BookError, open_book


def frame(**more):
    return pd.DataFrame(
        {"customer_id": "a", "date": pd.to_datetime(["2024-01-05", "2024-07-31"]), "amount": 1.5} | more
    )


def days(book):
    return [d.isoformat() for (d,) in book.ledger.project("date").fetchall()]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "UTC", "+02:00", "-03:30"])
def test_the_same_days_from_csv_parquet_and_the_frame(tmp_path, zone):
    tz = pd.Timestamp(f"2024-01-05T00:30:00{zone}").tz if zone[0] in "+-" else zone
    late = pd.to_datetime(["2024-01-05 00:30", "2024-07-31 23:30"]).tz_localize(tz)
    made = frame(date=late)
    made.to_csv(tmp_path / "a.csv", index=False)
    made.to_parquet(tmp_path / "a.parquet")
    sources = [tmp_path / "a.csv", tmp_path / "a.parquet", made]
    if zone[0] not in "+-":  # Polars knows names only
        pl.from_pandas(made).write_parquet(tmp_path / "b.parquet")
        sources += [tmp_path / "b.parquet", pl.from_pandas(made)]
    for source in sources:
        book = open_book(source)
        assert days(book) == ["2024-01-05", "2024-07-31"]
    said = " ".join(book.notes)
    assert ("days in UTC" if zone == "UTC" else "as they are written, days in") in said


def test_a_moment_without_a_zone_of_its_own_is_told_in_utc(tmp_path):
    duckdb.sql(
        f"COPY (SELECT 'a' customer, TIMESTAMPTZ '2024-01-05 23:30:00-05' date, 1 amount) TO '{tmp_path / 'a.parquet'}'"
    )
    nowhere = pa.table({"customer": ["a"], "date": pa.array([0], pa.timestamp("s", "Nowhere/X")), "amount": [1]})
    nowhere = nowhere.set_column(1, "date", nowhere["date"].cast(pa.int64()).cast(pa.timestamp("s", "Nowhere/X")))
    pq.write_table(nowhere, tmp_path / "b.parquet")
    book = open_book(tmp_path / "a.parquet")
    assert days(book) == ["2024-01-06"] and any("are days in UTC." in n for n in book.notes)
    with pytest.raises(BookError, match=r"implausible|no column"):
        open_book(tmp_path / "b.parquet")


@pytest.mark.parametrize(
    ("column", "kind"),
    [("ns", pa.timestamp("ns")), ("day", pa.date32()), ("ms", pa.timestamp("ms")), ("day64", pa.date64())],
)
def test_days_of_every_kind(tmp_path, column, kind):
    made = [dt.datetime(2024, 1, 5), dt.datetime(2024, 7, 31)]
    table = pa.table({"customer_id": ["a", "b"], "date": pa.array(made, kind), "amount": [1, 2]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert days(open_book(tmp_path / "a.parquet")) == ["2024-01-05", "2024-07-31"]


def test_old_days_of_int96_and_text_in_categories_or_bytes(tmp_path):
    made = frame(customer_id=pd.Categorical(["a", "b"]), order_id=[b"o1", b"\xff"])
    made.to_parquet(tmp_path / "a.parquet", use_deprecated_int96_timestamps=True)
    book = open_book(tmp_path / "a.parquet")
    assert days(book) == ["2024-01-05", "2024-07-31"]
    assert book.ledger.project("customer_id, order_id").fetchall() == [("a", "o1"), ("b", "\\xFF")]


def test_columns_that_nobody_uses_do_not_stop_a_file(tmp_path):
    table = pa.Table.from_pandas(frame(), preserve_index=False)
    for name, column in {
        "tags": pa.array([["x"], None]), "where": pa.array([{"a": [1]}, None]), "none": pa.nulls(2),
        "dec": pa.array([1, 2], pa.decimal128(38, 3)), "for": pa.array([1, 2], pa.duration("s")),
    }.items():  # fmt: skip
        table = table.append_column(name, column)
    pq.write_table(table, tmp_path / "a.parquet")
    for source in (tmp_path / "a.parquet", table):
        assert open_book(source).ledger.aggregate("sum(cents)::BIGINT").fetchall() == [(300,)]


def test_names_stay_as_the_file_has_them(tmp_path):
    made = frame()
    made["Date"] = "2023-01-01"  # DuckDB would call it Date_1
    made.to_parquet(tmp_path / "a.parquet")
    book = open_book(tmp_path / "a.parquet", mapping={"ledger": {"date": "Date"}})
    assert days(book) == ["2023-01-01", "2023-01-01"]


@pytest.mark.parametrize("at", [4, 40, -12, -4])
def test_damaged(tmp_path, at):
    file = tmp_path / "a.parquet"
    frame().to_parquet(file)
    raw = bytearray(file.read_bytes())
    raw[at:][:4] = b"\xff" * 4
    file.write_bytes(raw[:at] + b"\xff" * 4)
    with pytest.raises(BookError, match=r"a\.parquet"):
        open_book(file)
