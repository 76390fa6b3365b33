"""Amounts and sums that do not fit into 64 bits are refused in words; what does fit is right to the cent."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from kamlib import ledger as room
from kamlib.book import BookError, control_totals, open_book
from kamlib.cli import app
from kamlib.panel import build_panel
from kamlib.run import check_reconciled

LARGEST, NINES = "92233720368547758.07", "9" * 30
ONES = ["1"] * 18


def lines(**columns):
    return {"ledger": pd.DataFrame({"customer": [f"c{i}" for i in range(20)], "date": "2024-03-13", **columns})}


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({"amount": ["92233720368547758.08", "1", *ONES]}, "1 values of amount are too large (line 1: '92233720368547"),
        ({"amount": [*ONES, "-1e40", NINES]}, f"2 values of amount are too large (line 19: '-1e40'; line 20: '{NINES}"),
        ({"amount": [1e30, *[1.0] * 19]}, "(line 1: '1e+30')"),
        ({"amount": [10**17, *[1] * 19]}, "(line 1: '100000000000000000')"),
        ({"quantity": ["1e9", "1", *ONES], "price": ["1e9", "1", *ONES]}, "(line 1: '1e9 x 1e9')"),
    ],
)
def test_an_amount_that_does_not_fit_is_refused(columns, shown):
    with pytest.raises(BookError) as refused:
        open_book(lines(**columns))
    assert shown in str(refused.value) and "the frame 'ledger'" in str(refused.value)
    assert "more than 92,233,720,368,547,758.07" in str(refused.value)


def test_what_is_no_number_stays_unreadable():
    for amounts in (["inf", *["1"] * 19], [np.inf, *[1.0] * 19], ["1e400", *["1"] * 19]):
        assert open_book(lines(amount=amounts)).problems["cause"].tolist() == ["unreadable"]


def test_a_cost_that_does_not_fit_is_emptied_and_told():
    book = open_book(lines(amount="1", cost=["1e30", *["0.5"] * 19]))
    assert any("1 values of cost are too large (line 1: '1e30')" in n and "emptied" in n for n in book.notes)


@pytest.mark.parametrize("other", ["0.01", "-0.01"])
def test_a_sum_that_does_not_fit_is_refused_with_its_largest_lines(other):
    with pytest.raises(BookError) as refused:
        open_book(lines(amount=[LARGEST, other, *["0"] * 18]))
    said = str(refused.value)
    assert "the ledger's 20 lines come to 92,233,720,368,547,758.08" in said
    assert "'c0' on 2024-03-13: 92,233,720,368,547,758.07; 'c1'" in said


def test_profits_that_do_not_fit_are_not_used():
    book = open_book(lines(amount="1", profit="90000000000000000"))
    assert not book.has_profit and any("profits" in n and "judged by sales" in n for n in book.notes)
    far = open_book(lines(amount=["9e16", *["0"] * 19], cost=["-9e16", *["0"] * 19]))  # their difference does not fit
    assert far.ledger.aggregate("count(profit_cents)").fetchall() == [(19,)]


@pytest.fixture(scope="module")
def largest(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.csv"
    path.write_text(f"customer,date,amount,cost\na,2024-03-13,{LARGEST},0\nb,2024-03-31,0,0\n", "utf-8")
    return path


def test_the_largest_total_is_shown_to_the_cent(largest):
    done = CliRunner().invoke(app, ["check", str(largest)])
    assert done.exit_code == 0 and "92233720368547758" not in done.stdout
    for row in ("all lines, net total", "of identified customers", "analysed: identified, trade"):
        assert re.search(rf"{row} +2 +92,233,720,368,547,758\.07\n", done.stdout), done.stdout
    assert "2 rows were read: 0 set aside, 2 lines." in done.stdout
    assert "Profit 92,233,720,368,547,758.07, known for all 2 lines of customers." in done.stdout


def test_the_largest_total_goes_through_the_page(largest):
    book, day = open_book(largest), dt.date(2024, 3, 31)
    panel, totals = build_panel(book, as_of=day), control_totals(book, as_of=day)
    found = {f.key: f.text for f in room.findings(book, panel, totals)}
    keys = ("ledger.net", "ledger.window_sales", "ledger.profit_known")
    assert [found[k] for k in keys] == ["92,233,720,368,547,758"] * 3
    sums = {s["what"]: s["value"] for s in check_reconciled(panel, totals)}
    assert sums["monthly"] == sums["monthly, profit"] == 2**63 - 1
