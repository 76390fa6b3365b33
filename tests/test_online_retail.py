"""Online Retail II: the published file, and the totals of it by a way that shares no code with kamlib."""

from __future__ import annotations

import datetime as dt
import http.client
import io
import os
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from kamlib.book import control_totals, open_book
from kamlib.datasets import DatasetError, fetch_online_retail_ii, online_retail, open_source

HEADERS = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
FIRST = [
    [489434, 85048, "15CM BALL ", 12, dt.datetime(2009, 12, 1, 7, 45), 6.95, 13085, "United Kingdom"],
    ["C489449", "79323p", None, -1, dt.datetime(2009, 12, 2, 9, 0), 6.75, None, "Australia"],
    [536365, "POST", "Post", 1, dt.datetime(2010, 12, 1, 8, 26), 18.0, 17850, "France"],  # stands in both
]
SECOND = [FIRST[2], [536366, "m", "Manual", 1, dt.datetime(2011, 12, 9, 12, 50), 0.001, 12346.0, "EIRE"]]

needs_data = pytest.mark.skipif(
    not os.environ.get("KAMLIB_DATA"), reason="KAMLIB_DATA is not set: it names the folder that holds online_retail_ii/"
)


def archive(*sheets, name="online_retail_II.xlsx", headers=HEADERS) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for i, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Year {2009 + i}-{2010 + i}")
        for row in [headers, *rows]:
            sheet.append(row)
    file, zipped = io.BytesIO(), io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(zipped, "w") as z:
        z.writestr(name, file.getvalue())
    return zipped.getvalue()


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Neither a copy nor a cache nor a network."""
    monkeypatch.delenv("KAMLIB_DATA", raising=False)
    monkeypatch.setenv("KAMLIB_CACHE", str(tmp_path / "cache"))

    def answer(content):
        def opened(*_, **__):
            if isinstance(content, Exception):
                raise content
            return io.BytesIO(content)

        monkeypatch.setattr(urllib.request, "urlopen", opened)

    answer(urllib.error.URLError("no network in tests"))
    return answer


def refusal():
    with pytest.raises(DatasetError) as said:
        fetch_online_retail_ii()
    return str(said.value)


def test_a_workbook_in_a_zip_is_downloaded_checked_and_kept(alone, monkeypatch, tmp_path):
    monkeypatch.setattr(online_retail, "ROWS", (4,))
    alone(archive(FIRST, SECOND))
    ledger = fetch_online_retail_ii()
    assert ledger["order_id"].tolist() == ["489434", "C489449", "536365", "536366"]  # the overlap once, no .0
    assert ledger["product_id"].tolist() == ["85048", "79323P", "POST", "M"]
    assert ledger["kind"].tolist() == ["goods", "goods", "carriage", "manual"]
    assert ledger["customer_id"].fillna("-").tolist() == ["13085", "-", "17850", "12346"]
    assert ledger["product_name"].isna().tolist() == [False, True, False, False]
    alone(OSError("asked twice"))
    again = fetch_online_retail_ii()
    pd.testing.assert_frame_equal(again.astype({"date": "datetime64[s]"}), ledger)
    book = open_source("online-retail-ii")
    assert book.name == "online-retail-ii" and book.currency == "GBP"
    assert book.ledger.project("cents").fetchall() == [(8340,), (-675,), (1800,), (0,)]
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["online_retail_ii.parquet"]


@pytest.mark.parametrize(
    "error", [urllib.error.URLError("unreachable"), TimeoutError("slow"), http.client.IncompleteRead(b"")]
)
def test_no_network(alone, error):
    alone(error)
    assert all(
        part in refusal() for part in ("could not be downloaded from https://archive.ics.uci.edu", "KAMLIB_DATA")
    )


@pytest.mark.parametrize(
    "content",
    [b"<html>sorry</html>", b"", archive(FIRST, name="readme.txt"), archive(FIRST), archive(FIRST, SECOND)[:-400]],
)
def test_an_answer_that_is_no_workbook_of_two_sheets(alone, content):
    alone(content)
    assert "is not a zip with a workbook of two sheets" in refusal()


def test_an_answer_with_other_columns(alone):
    alone(archive(FIRST, SECOND, headers=["Invoice No", *HEADERS[1:]]))
    assert "no column Invoice" in refusal()


def test_an_answer_with_other_content(alone):
    alone(archive(FIRST, SECOND))
    assert all(part in refusal() for part in ("1,044,847", "has 4 from 2009-12-01 to 2011-12-09", "again"))
    alone(archive([[*FIRST[0][:3], "twelve", *FIRST[0][4:]]], SECOND))
    assert "the content is not that of the published file" in refusal()


def test_a_cache_that_is_broken_or_stale(alone, tmp_path):
    cached = tmp_path / "cache" / "online_retail_ii.parquet"
    cached.parent.mkdir()
    cached.write_bytes(b"PAR1 cut off")
    assert all(part in refusal() for part in (str(cached), "Delete it"))
    pd.DataFrame({"x": [1]}).to_parquet(cached)
    assert all(part in refusal() for part in (str(cached), "no column", "Delete"))


def test_a_cache_that_cannot_be_written(alone, monkeypatch, tmp_path):
    monkeypatch.setattr(online_retail, "ROWS", (4,))
    (tmp_path / "cache").write_text("a file where the folder should be")
    alone(archive(FIRST, SECOND))
    assert "Set KAMLIB_CACHE" in refusal()


def test_a_folder_without_the_copy(alone, monkeypatch, tmp_path):
    monkeypatch.setenv("KAMLIB_DATA", str(tmp_path / "nowhere"))
    assert all(part in refusal() for part in ("KAMLIB_DATA", "year_2009_2010.parquet", "Unset it"))


# The whole of it ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAMLIB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield open_source("online-retail-ii")


@pytest.fixture(scope="module")
def plain():
    """The two sheets without the overlap, cents by integers: tenths of a penny, halves away from zero."""
    folder = Path(os.environ["KAMLIB_DATA"]) / "online_retail_ii"
    first, second = (pd.read_parquet(folder / f"year_{y}.parquet") for y in ("2009_2010", "2010_2011"))
    both = pd.concat([first[first["InvoiceDate"] < "2010-12-01"], second], ignore_index=True)
    mills = np.rint(both["Price"].to_numpy() * 1000).astype("int64")
    assert np.allclose(mills / 1000, both["Price"], rtol=0, atol=1e-9)  # no price has more than three decimals
    tenths = mills * both["Quantity"].to_numpy()
    return both.assign(cents=np.sign(tenths) * ((np.abs(tenths) + 5) // 10))


@needs_data
@pytest.mark.parametrize("as_of", ["2011-11-30", "2010-12-05", "2011-12-09"])
def test_control_totals_are_those_of_a_plain_sum(book, plain, as_of):
    totals = control_totals(book, as_of=dt.date.fromisoformat(as_of))
    before = plain[plain["InvoiceDate"].dt.normalize() <= as_of]
    code = before["StockCode"].str.strip().str.upper()
    own = code.isin(["AMAZONFEE", "BANK CHARGES", "B", "CRUK"]) | code.str.match(r"(ADJUST|TEST)\d*$")
    known = before["Customer ID"].notna()
    parts = {"analysed": known & ~own, "no_customer": ~known & ~own, "not_trade": own}
    assert (totals["lines"], totals["net_cents"]) == (len(plain), plain["cents"].sum())
    assert (totals["lines_to_as_of"], totals["net_cents_to_as_of"]) == (len(before), before["cents"].sum())
    assert totals["identified_lines_to_as_of"] == known.sum()
    assert totals["identified_cents_to_as_of"] == before.loc[known, "cents"].sum()
    for part, rows in parts.items():
        assert (totals[f"{part}_lines"], totals[f"{part}_cents"]) == (rows.sum(), before.loc[rows, "cents"].sum())


@needs_data
def test_what_is_known_of_it(book, plain):
    assert book.rows_read in (1_044_847, 1_044_848) and book.rows_set_aside == 0
    nobody = book.ledger.filter("customer_id IS NULL").aggregate("count(*), sum(cents)::BIGINT").fetchall()[0]
    assert nobody[0] == 235_287 and round(nobody[1] / 1e8, 2) == 2.57
    worth = dict(book.ledger.aggregate("product_id, sum(cents)::BIGINT", "product_id").fetchall())
    assert (round(worth["AMAZONFEE"] / 1e5), round(worth["B"] / 1e5)) == (-222, -148)
    largest = book.ledger.filter("customer_id IS NOT NULL").aggregate("customer_id, sum(cents) AS c", "customer_id")
    assert largest.aggregate("max(c) / sum(c)").fetchall()[0][0] < 0.10


@needs_data
def test_the_ledger_is_the_same_from_the_cache_and_from_text(book, tmp_path, monkeypatch):
    monkeypatch.setenv("KAMLIB_CACHE", str(tmp_path))
    ledger = fetch_online_retail_ii()
    some = ledger.iloc[::50]
    some.to_csv(tmp_path / "l.csv", index=False)
    some.to_parquet(tmp_path / "l.parquet", index=False)
    sums = [
        open_book(tmp_path / f"l.{s}").ledger.aggregate("count(*), sum(cents)::BIGINT").fetchall()
        for s in ("csv", "parquet")
    ]
    assert sums[0] == sums[1] == open_book({"ledger": some}).ledger.aggregate("count(*), sum(cents)::BIGINT").fetchall()
