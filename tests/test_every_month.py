"""For every month of both books, ledger, panel and bridge have the same totals, to the cent.

The ledger's own sums are taken by SQL that shares no code with the panel or the bridge.
"""

import calendar
import datetime as dt
import itertools
import os

import pandas as pd
import pytest

from kamlib.book import control_totals
from kamlib.datasets import open_source
from kamlib.panel import build_panel, window_start
from kamlib.stats.bridge import bridge, period_accounts
from kamlib.summary import sales_bridge
from kamlib.tables import NOT_TRADE

WITH_DATA = [
    pytest.mark.skipif(not os.environ.get("KAMLIB_DATA"), reason="KAMLIB_DATA is not set"),
    pytest.mark.acceptance,
]
# book, last month-end, month-ends (by number) whose panels are built anew
BOOKS = [
    pytest.param("sample", dt.date(2026, 6, 30), (0, 11, 23, 34), id="sample"),
    pytest.param("online-retail-ii", dt.date(2011, 11, 30), (0, 11), id="online-retail-ii", marks=WITH_DATA),
]


@pytest.fixture(scope="module")
def opened():
    books = {}
    return lambda name: books.setdefault(name, open_source(name))


def month_ends(first, last):
    for months in range((last.year - first.year) * 12 + last.month - first.month + 1):
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        yield dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def by_month(book):
    """Net by month and by what becomes of a line: three columns that sum to the ledger."""
    kinds = ", ".join(f"'{k}'" for k in NOT_TRADE)
    part = f"CASE WHEN kind IN ({kinds}) THEN 'not trade' WHEN customer_id IS NULL THEN 'no customer' ELSE 'known' END"
    month = "date_trunc('month', date)"
    sums = f"{month}::DATE AS month, {part} AS part, sum(cents)::BIGINT AS cents"
    rows = book.ledger.aggregate(sums, f"{month}, {part}").df()
    wide = rows.pivot(index="month", columns="part", values="cents").fillna(0).astype("int64")
    return wide.reindex(columns=["known", "no customer", "not trade"], fill_value=0)


def window_of(sums, end):
    start = pd.Timestamp(window_start(end, 12))
    return sums[(sums.index >= start) & (sums.index <= pd.Timestamp(end))].sum()


@pytest.mark.parametrize(("name", "last", "anew"), BOOKS)
def test_the_bridge_sums_to_the_ledger_every_month(opened, name, last, anew):
    book = opened(name)
    sums, panel = by_month(book), build_panel(book, as_of=last)
    ends = list(month_ends(panel.first_day, last))
    assert len(ends) >= 24
    for earlier, now in itertools.pairwise(ends):
        before, after = window_of(sums, earlier), window_of(sums, now)
        sides = [period_accounts(panel.monthly, window_start(end, 12), end) for end in (earlier, now)]
        outside = {part: (before[part], after[part]) for part in ("no customer", "not trade")}
        found = bridge(*sides, accounts=panel.accounts, until=earlier, outside=outside)
        assert (found.before, found.after) == (before.sum(), after.sum())
        assert found.accounts[["before", "after"]].sum().tolist() == [before["known"], after["known"]]
        assert found.summary["change"].sum() == after.sum() - before.sum()
        # a year's window moves by the month that came in less the one that fell out
        year_ago = pd.Timestamp(now).replace(day=1) - pd.DateOffset(years=1)
        fell_out = sums.loc[year_ago].sum() if year_ago in sums.index else 0
        assert found.after - found.before == sums.loc[pd.Timestamp(now).replace(day=1)].sum() - fell_out


@pytest.mark.parametrize(("name", "last", "anew"), BOOKS)
def test_control_totals_sum_to_the_ledger_every_month(opened, name, last, anew):
    book = opened(name)
    sums = by_month(book).cumsum()
    for end in month_ends(sums.index[0].date(), last):
        totals = control_totals(book, as_of=end)
        parts = [totals[f"{p}_cents"] for p in ("analysed", "no_customer", "not_trade")]
        assert parts == sums.loc[pd.Timestamp(end).replace(day=1)].tolist()
        assert sum(parts) == totals["net_cents_to_as_of"]


@pytest.mark.parametrize(("name", "last", "anew"), BOOKS)
def test_panels_built_for_their_day_give_the_same_bridge(opened, name, last, anew):
    book = opened(name)
    whole, sums = build_panel(book, as_of=last), by_month(book)
    ends = list(month_ends(whole.first_day, last))
    panels, kept = {}, [i for i in anew if i + 1 < len(ends)]
    for i in kept:
        for end in ends[i : i + 2]:
            panels.setdefault(end, build_panel(book, as_of=end))
        earlier, now = panels[ends[i]], panels[ends[i + 1]]
        found = sales_bridge(book, earlier, now)  # checks itself against the ledger's sums of these days
        assert found.after == window_of(sums, now.as_of).sum()
        sides = [period_accounts(whole.monthly, p.start, p.as_of) for p in (earlier, now)]
        same = bridge(*sides, accounts=whole.accounts, until=earlier.as_of)
        pd.testing.assert_frame_equal(found.accounts, same.accounts)
