"""Profit that is missing on a few lines: estimated and told, or not used and told why."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from kamlib import ledger as room
from kamlib.book import control_totals, open_book
from kamlib.book.checks.profit import ENOUGH, is_margin
from kamlib.cli import app
from kamlib.panel import build_panel, purchase_days
from kamlib.run import RunError, check_reconciled
from kamlib.run.store import load_book, save_book

END = dt.date(2024, 12, 31)
# customer, day, amount, profit, kind: sales of customers with trade are 1,000.00 in absolute cents
LINES = [
    ("a", "2024-01-05", "600.00", "300.00", "goods"),
    ("a", "2024-02-05", "-20.00", "-10.00", "goods"),  # a margin of 290 / 580
    ("b", "2024-01-06", "360.00", "120.00", "goods"),  # of a third
    ("a", "2024-03-05", "4.01", None, "goods"),  # 2.005: half a cent goes away from zero
    ("a", "2024-03-06", "-4.01", None, "goods"),
    ("b", "2024-03-07", "7.99", None, "goods"),
    ("c", "2024-03-08", "3.99", None, "goods"),  # has none: the book's, 410 / 940
    (None, "2024-03-09", "500.00", None, "goods"),
    ("b", "2024-03-10", "-300.00", None, "fee"),
]


def book_of(lines, **options):
    columns = ["customer_id", "date", "amount", "profit", "kind"]
    return open_book({"ledger": pd.DataFrame(lines, columns=columns).astype("str")}, **options)


def profits(book):
    return book.ledger.project("profit_cents, profit_estimated").fetchall()


@pytest.fixture(scope="module")
def book():
    return book_of(LINES)


def test_gaps_by_hand(book):
    known = [(30000, False), (-1000, False), (12000, False)]
    gaps = [(201, True), (-201, True), (266, True), (174, True)]  # 2.005; 7.99 / 3; 3.99 * 410 / 940
    assert profits(book) == [*known, *gaps, (None, None), (None, None)]
    assert book.uses_profit and book.notes[1:] == (
        "The profit is missing on 4 of 7 lines of customers, which make 2 % of sales ('b' on 2024-03-07: 7.99; 'a' on"
        " 2024-03-05: 4.01; 'a' on 2024-03-06: -4.01). Their profit is estimated: at the margin of the account's other"
        " lines, or of the book's where it has none; 4.40 in all.",
    )


def test_control_totals_and_the_panel_agree(book):
    totals, panel = control_totals(book, as_of=END), build_panel(book, as_of=END)
    parts = {k.removeprefix("profit_"): v for k, v in totals.items() if k.startswith("profit_")}
    assert parts == {
        "known_lines": 3, "known_sales_cents": 98000, "known_cents": 41000, "estimated_lines": 4,
        "estimated_sales_cents": 2000, "estimated_cents": 440, "missing_lines": 0, "missing_sales_cents": 0,
    }  # fmt: skip
    assert panel.has_profit and panel.accounts["profit_cents"].tolist() == [29000, 12266, 174]
    with pytest.raises(RunError, match="monthly, profit: 41,440 instead of 41,441"):
        check_reconciled(panel, totals | {"profit_known_cents": 41001})
    assert control_totals(book, as_of=dt.date(2024, 2, 28))["profit_estimated_cents"] == 0


def test_findings_say_how_much_is_estimated(book):
    totals, panel = control_totals(book, as_of=END), build_panel(book, as_of=END)
    found = {f.key.removeprefix("ledger."): f for f in room.findings(book, panel, totals)}
    assert (found["profit_known_share"].value, found["profit_known_share"].verdict) == (0.98, "supported")
    assert (found["profit_estimated_share"].value, found["profit_estimated_share"].n) == (0.02, 4)
    assert (found["profit_known"].value, found["profit_estimated"].value) == (41000, 440)


def test_a_cent_below_98_percent_profit_is_not_used():
    short = book_of([*LINES[:-2], ("c", "2024-03-09", "0.01", None, "goods")])
    assert not short.uses_profit and profits(short)[3:] == [(None, None)] * 5 and profits(short)[0] == (30000, False)
    said = "known for 97.9 % of sales (3 of 8 lines of customers); 98 % are needed. So profit is not used"
    assert said in short.notes[-1]
    for day in (END, dt.date(2024, 2, 28)):  # also on a day up to which every line has one: one rule for a book
        panel = build_panel(short, as_of=day)
        assert not panel.has_profit and panel.accounts["profit_cents"].isna().all()
        assert purchase_days(short, as_of=day)["profit_cents"].isna().all()
        found = {f.key: f for f in room.findings(short, panel, control_totals(short, as_of=day))}
        assert found["ledger.profit_known_share"].verdict == "not supported"


def test_all_or_none_changes_nothing():
    for known in (True, False):
        lines = [(c, d, a, "1.00" if known else None, k) for c, d, a, _, k in LINES]
        whole = book_of(lines)
        assert len(whole.notes) == 1 and whole.uses_profit is known
        assert set(profits(whole)) == ({(100, False)} if known else {(None, None)})
    unknown_elsewhere = book_of([*LINES[:3], *LINES[-2:]])  # only on lines of nobody and fees
    assert len(unknown_elsewhere.notes) == 1 and unknown_elsewhere.uses_profit
    panel = build_panel(unknown_elsewhere, as_of=END)
    found = {f.key: f for f in room.findings(unknown_elsewhere, panel, control_totals(unknown_elsewhere, as_of=END))}
    assert found["ledger.profit_known_share"].verdict == "" and panel.has_profit


def test_a_ratio_that_is_no_margin_is_not_used():
    left = [("d", "2024-01-05", "10.00", "5.00", "goods"), ("d", "2024-01-06", "-9.99", "0.00", "goods")]  # 5 of 0.01
    left += [("e", "2024-01-05", "-10.00", "-5.00", "goods")]  # only returns
    gaps = [(c, "2024-01-07", "1.00", None, "goods") for c in "de"]
    book = book_of([*LINES[:3], *left, *gaps])
    margin = Fraction(41000, 93001)  # the book's
    assert profits(book)[-2:] == [(round(margin * 100), True)] * 2
    assert [is_margin(5, 5), is_margin(-5, 5), is_margin(6, 5), is_margin(0, 0), is_margin(-1, -5)] == [
        True, True, False, False, False,
    ]  # fmt: skip
    book = book_of([("a", "2024-01-05", "100.00", "900.00", "goods"), ("a", "2024-01-06", "1.00", None, "goods")])
    assert not book.uses_profit and "which is no margin" in book.notes[-1]


def test_cost_is_called_cost_and_a_merged_account_has_one_margin():
    lines = pd.DataFrame({"customer": ["a", "b", "b2"], "date": "2024-01-05", "amount": [500, 500, 10]})
    source = {"ledger": lines.assign(cost=[400, 250, None])}
    book = open_book(source, mapping={"same_customer": {"b2": "b"}})
    assert profits(book)[-1] == (500, True) and book.notes[-1].startswith("The cost is missing on 1 of 3 lines")
    assert profits(open_book(source))[-1] == (350, True)  # the book's


def test_kam_check_says_it(tmp_path):
    lines = ["customer_id,date,amount,cost", "A,2024-01-05,100,60", "B,2024-02-06,50,45", "A,2024-03-07,100,60"]
    (tmp_path / "l.csv").write_text("\n".join([*lines, "B,2024-03-08,50,"]), "utf-8")
    said = CliRunner().invoke(app, ["check", str(tmp_path / "l.csv")]).stdout
    assert "Note: The cost is known for 83.3 % of sales (3 of 4 lines of customers); 98 % are needed." in said
    assert "accounts are judged by sales. Missing are, for example, 'B' on 2024-03-08: 50.00." in said
    assert "Profit is not used: in the whole ledger, it is known for 83.3 % of sales" in said
    (tmp_path / "l.csv").write_text("\n".join([*lines, "B,2024-03-08,0.50,"]), "utf-8")
    said = CliRunner().invoke(app, ["check", str(tmp_path / "l.csv"), "--as-of", "2024-03-31"]).stdout
    assert "Profit 85.05: 85.00 known, 0.05 estimated, on 1 of 4 lines of customers, which make 0.1 % of sales." in said
    (tmp_path / "l.csv").write_text("customer_id,date,amount\nA,2024-01-05,100\n", "utf-8")
    assert "Profit is not known" in CliRunner().invoke(app, ["check", str(tmp_path / "l.csv")]).stdout


def test_it_is_kept_with_the_book(book, tmp_path):
    save_book(book, tmp_path)
    again = load_book(tmp_path)
    assert profits(again) == profits(book) and again.uses_profit
    assert control_totals(again, as_of=END) == control_totals(book, as_of=END)


number = st.integers(-(10**6), 10**6)
line = st.tuples(st.sampled_from(["a", "b", None]), number, st.none() | number)


@settings(max_examples=40, deadline=None)
@given(st.lists(line, min_size=1, max_size=12), st.integers(0, 3))
def test_the_rule_in_fractions(lines, least):
    lines = [*lines, *[("a", 10**8, 10**7)] * least]  # often enough to fill, and often not
    made = book_of(
        [(c, "2024-01-05", f"{a}e-2", None if p is None else f"{p}e-2", "goods") for c, a, p in lines],
        mapping={"options": {"carry_customer": False}},
    )  # whose the blank ones are is asked of some
    ours = [(c, a, p) for c, a, p in lines if c]
    known, size = [(c, a, p) for c, a, p in ours if p is not None], sum(abs(a) for _, a, _ in ours)
    net, profit = sum(a for _, a, _ in known), sum(p for *_, p in known)
    enough = known and Fraction(sum(abs(a) for _, a, _ in known), max(size, 1)) >= Fraction(*ENOUGH)
    used = enough and is_margin(profit, net) if len(known) < len(ours) else bool(known)
    assert made.uses_profit == bool(used or (ours and len(known) == len(ours)))
    for (c, a, p), (got, _) in zip(lines, profits(made), strict=True):
        want = p
        if c and p is None and used:
            own = [(x, y) for d, x, y in known if d == c]
            sold, earned = sum(x for x, _ in own), sum(y for _, y in own)
            exact = a * (Fraction(earned, sold) if is_margin(earned, sold) else Fraction(profit, net))
            want = int(abs(exact) + Fraction(1, 2)) * (1 if exact > 0 else -1)
        assert got == want
