"""The run folder gives back what was put in, the same bytes each time, and findings read as a person would say them."""

import datetime as dt
import json
import math

import numpy as np
import pandas as pd
import pytest
from runs import content

from kamlib.book import control_totals, open_book
from kamlib.panel import build_panel
from kamlib.run import (
    Finding,
    InputError,
    Run,
    RunError,
    check_reconciled,
    in_words,
    last_complete_month,
    open_run,
    parse_day,
)
from kamlib.run.store import as_dict, load_book, load_panel, save_book, save_panel, write_json

END = dt.date(2024, 2, 29)


@pytest.fixture
def folder(tmp_path, tiny_book):
    save_book(tiny_book, tmp_path / "work")
    save_panel(build_panel(tiny_book, as_of=END), tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "share", "cannot tell"), (math.nan, "money EUR", "cannot tell"), (0, "accounts", "0 accounts"),
        (1, "accounts", "1 account"), (np.int64(1234), "lines", "1,234 lines"), (2.5, "days", "2.50 days"),
        (-0.0, "share", "0.0 %"), (-0.0004, "share", "0.0 %"), (-40, "money EUR", "0 EUR"), (-150, "money", "−2"),
        ("2024-02-29", "day", "2024-02-29"), ("profit", "word", "profit"),
    ],
)  # fmt: skip
def test_a_number_in_words(value, unit, words):
    assert in_words(value, unit) == words


def test_a_finding_in_a_sentence():
    share = Finding("a.b", "Share", 0.5, "share", 0.4, 0.6)
    assert f"{share}; {share:ci}; {share:n}" == "50.0 %; 50.0 % (95 % interval 40.0 to 60.0 %); 50.0"
    assert f"{Finding('a', 'A', 3, 'accounts'):ci}" == "3 accounts"
    assert f"{Finding('a', 'A', 0, 'accounts'):n}, {Finding('a', 'A', None, 'accounts'):n}" == "none, cannot tell"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_no_number_is_stored_as_null(value):
    assert as_dict(Finding("a", "A", value, "share"))["value"] is None


def test_numbers_are_stored_as_json_can_hold_them():
    stored = as_dict(Finding("a", "A", 1 / 3, "share", np.float64(0.1), n=np.int64(7)))
    assert json.loads(json.dumps(stored)) == stored
    assert stored["value"] == 0.333333333333


def test_json_refuses_what_is_no_number(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"share": math.nan})


def test_book_and_panel_come_back(folder, tiny_book):
    book, panel = load_book(folder / "work"), load_panel(folder)
    assert book.ledger.order("date").fetchall() == tiny_book.ledger.order("date").fetchall()
    assert (book.name, book.has, book.digest, book.notes) == (
        tiny_book.name, tiny_book.has, tiny_book.digest, tiny_book.notes,
    )  # fmt: skip
    fresh = build_panel(tiny_book, as_of=END)
    for name in ("monthly", "accounts", "gaps"):
        pd.testing.assert_frame_equal(getattr(panel, name), getattr(fresh, name))
    assert (panel.as_of, panel.start, panel.period) == (fresh.as_of, fresh.start, fresh.period)


def test_the_same_book_is_stored_as_the_same_bytes(folder, tmp_path_factory, tiny_book):
    other = tmp_path_factory.mktemp("other")
    save_book(tiny_book, other / "work")
    save_panel(build_panel(tiny_book, as_of=END), other)
    assert content(folder) == content(other)


def test_notebooks_share_frames_and_findings(folder):
    table = pd.DataFrame({"x": [1]}, index=pd.Index(["k1"], name="customer_id"))
    first = open_run(str(folder))
    first.save_frame("x", table)
    first.save_findings("01", [Finding("01.old", "Old", 1, "accounts")])
    first.save_findings("01", [Finding("01.new", "New", 2, "accounts")])
    second = open_run(str(folder))
    pd.testing.assert_frame_equal(second.frame("x", pd.DataFrame), table)
    assert list(second.findings()) == ["01.new"]
    assert second.as_of == END


def test_a_notebook_opened_by_hand_computes_what_it_lacks(tiny_book, monkeypatch):
    monkeypatch.setattr("kamlib.run.run.open_source", lambda source: tiny_book)
    run = Run(None, as_of="2024-02-29", leave_out=())
    assert run.totals["not_trade_cents"] == 0
    assert run.panel.accounts["sales_cents"].sum() == 17_800
    assert run.frame("x", lambda: "computed") == "computed"
    assert list(run.findings(lambda: [Finding("a", "A", 1, "lines")])) == ["a"]


@pytest.mark.parametrize("day", ["29.02.2024", "2023-02-29", "2024-2", "today", " "])
def test_what_is_no_day(day):
    with pytest.raises(InputError, match="a day such as 2011-11-30"):
        parse_day(day)


@pytest.mark.parametrize(
    ("first", "last", "day"),
    [
        ("2024-01-10", "2024-03-31", "2024-03-31"),
        ("2024-01-10", "2024-03-28", "2024-03-31"),
        ("2024-01-10", "2024-03-27", "2024-02-29"),
        ("2024-01-10", "2024-02-26", "2024-02-29"),
        ("2023-12-31", "2024-01-01", "2023-12-31"),
        ("2024-03-05", "2024-03-10", "2024-03-10"),  # no complete month: better its last day than none
    ],
)
def test_the_last_complete_month(first, last, day):
    lines = pd.DataFrame({"customer": ["a", "b"], "date": [first, last], "amount": [1, 2]})
    assert last_complete_month(open_book({"ledger": lines})).isoformat() == day


def test_totals_by_eye(tiny_book):
    totals = control_totals(tiny_book, as_of=END)
    assert (totals["analysed_cents"], totals["no_customer_cents"], totals["not_trade_cents"]) == (18_000, 500, -200)
    assert (totals["after_as_of_lines"], totals["rows_read"]) == (1, 7)


def test_totals_that_differ_stop_the_run(tiny_book):
    panel = build_panel(tiny_book, as_of=END)
    totals = control_totals(tiny_book, as_of=END)
    assert all(row["value"] == row["expected"] for row in check_reconciled(panel, totals))
    with pytest.raises(RunError, match=r"monthly: 18,000 instead of 18,001"):
        check_reconciled(panel, totals | {"analysed_cents": 18_001, "net_cents_to_as_of": 18_301})
    with pytest.raises(RunError, match=r"rows: 7 instead of 8"):
        check_reconciled(panel, totals | {"rows_read": 8})
