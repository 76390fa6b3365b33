"""The first page on a ledger that can be checked by eye: money, accounts, months, luck, words."""

import dataclasses
import datetime as dt
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kamlib import summary
from kamlib.book import open_book, period_totals
from kamlib.panel import purchase_days, window_start
from kamlib.run import Run, RunError
from kamlib.run.findings import Change
from kamlib.run.previous import Previous
from kamlib.summary.chance import difference_sd
from kamlib.summary.figures import bridge_figure
from kamlib.summary.page import signed

# customer, day, amount, kind; reports as of the ends of January and February 2025, windows of a year
LINES = [
    ("up", "2023-01-05", 10.00, "goods"), ("up", "2024-06-05", 20.00, "goods"), ("up", "2025-02-05", 30.00, "goods"),
    ("gone", "2024-02-07", 50.00, "goods"), ("new", "2025-02-11", 5.00, "goods"),
    ("back", "2023-05-01", 9.00, "goods"), ("back", "2025-02-13", 8.00, "goods"),
    (None, "2025-02-14", 7.00, "goods"), ("up", "2025-01-15", -2.00, "fee"),
]  # fmt: skip
NOW, THEN = dt.date(2025, 2, 28), dt.date(2025, 1, 31)
MEASURES = ["top_1", "top_10", "effective_accounts"]
HELD = pd.DataFrame({"window": [0.5, 1.0, 2.0], "low": np.nan, "high": np.nan}, index=MEASURES)


def job_of(lines, as_of):
    frame = pd.DataFrame(lines, columns=["customer_id", "date", "amount", "kind"])
    job = Run(None, as_of=f"{as_of}")
    job.book = open_book({"ledger": frame.astype({"customer_id": "str", "kind": "str"})}, name="tiny")
    return job


@pytest.fixture(scope="module")
def job():
    return job_of(LINES, NOW)


@pytest.fixture(scope="module")
def told(job):
    return summary.compare(job, leave_out=["fee"])


def test_the_bridge_by_eye(told):
    assert told.bridge.accounts["kind"].to_dict() == {"gone": "lost", "up": "up", "back": "returned", "new": "new"}
    assert told.bridge.accounts["change"].tolist() == [-50_00, 30_00, 8_00, 5_00]
    assert told.bridge.outside["change"].to_dict() == {"no customer": 7_00, "not trade": 0}
    assert told.cause["up"] == "orders 1 → 2, of 20 → 25"
    assert told.cause["gone"] == "orders 1 → 0"
    assert told.by_account.columns.tolist() == ["kind", "before", "after", "change", "cause"]


def test_a_bridge_that_does_not_sum_to_the_ledger_stops(job, told):
    sides = [period_totals(job.book, first=p.start, last=p.as_of, leave_out=["fee"]) for p in (told.before, told.after)]
    assert all(r["value"] == r["expected"] for r in summary.check_bridge(told.bridge, *sides))
    with pytest.raises(RunError, match=r"bridge, accounts after: 6,300 instead of 6,301"):
        summary.check_bridge(told.bridge, sides[0], sides[1] | {"analysed": 63_01})


def test_lines_of_accounts_that_came_and_went(told):
    lines = {c.account: c for c in summary.came_and_went(told)}
    assert {k: c.key for k, c in lines.items()} == {
        "gone": "summary.lost", "back": "summary.returned", "new": "summary.new",
    }  # fmt: skip
    assert (lines["gone"].text_before, lines["gone"].text, lines["gone"].cents) == ("1 order", "0 orders", -50_00)
    assert lines["gone"].cause == "last order on 2024-02-07"
    assert lines["back"].cause == "last order on 2025-02-13; customer since 2023-05-01 or before"
    assert lines["new"].cause == "first order on 2025-02-11"
    assert {c.confidence for c in lines.values()} == {"counted"}


def test_months_beside_others(job):
    table = summary.months_beside(job.book, job.panel, leave_out=["fee"])
    assert table["period"].tolist() == ["February 2025", "January 2025", "February 2024"]
    assert table["cents"].tolist() == [43_00, 0, 50_00]
    assert table["no_customer_cents"].tolist() == [7_00, 0, 0]
    assert table["not_trade_cents"].tolist() == [0, -2_00, 0]


def test_a_month_that_is_cut_is_set_beside_months_cut_on_the_same_day():
    job = job_of([*LINES, ("up", "2024-02-08", 3.00, "goods")], "2025-02-07")
    table = summary.months_beside(job.book, job.panel, leave_out=["fee"])
    assert table["period"].tolist() == ["1 to 07 February 2025", "1 to 07 January 2025", "1 to 07 February 2024"]
    assert table["cents"].tolist() == [30_00, 0, 50_00]


def test_months_before_the_ledger_are_left_out():
    job = job_of(LINES[:1], "2023-01-31")
    assert summary.months_beside(job.book, job.panel)["month"].tolist() == ["this month"]


def test_luck_of_a_difference_by_hand():
    known = pd.DataFrame({"shape": [1.0, 4.0, np.inf], "uneven": [0.5, 0.0, 0.0]}, index=list("abc"))
    n, mean = pd.Series([4.0, 8.0, 0.1], index=list("abc")), pd.Series([100.0, 10.0, 1000.0], index=list("abc"))
    counts = [4.0, 8 / 4 + (1 - 1 / 16) / 6, 0.1]  # the last: clockwork, but its gap is longer than the stretch
    by_hand = 2 * (100**2 * (counts[0] + 2) + 10**2 * counts[1] + 1000**2 * counts[2])
    assert difference_sd(n, mean, known) == pytest.approx(math.sqrt(by_hand))


def test_luck_is_told_only_where_there_is_enough_to_learn_from(job, told):
    assert (told.luck.difference, told.luck.verdict, told.luck.probability) == (43_00 - 50_00, "cannot tell", None)
    assert summary.Chance(100, 30.0).verdict == "more than chance"
    assert summary.Chance(-100, 80.0).verdict == "may be chance"
    assert summary.Chance(-100, 80.0).interval == pytest.approx((-256.8, 56.8), abs=0.1)
    assert summary.Chance(0, 80.0).probability == 0.5


def test_the_interval_of_a_difference_covers_what_it_claims():
    """A small version of `benchmarks/coverage_change.py`."""
    rng, hits = np.random.default_rng(3), 0
    for _ in range(40):
        days = made_days(rng)
        windows = [
            SimpleNamespace(as_of=day, start=window_start(day, 12))
            for day in (dt.date(2023, 11, 30), dt.date(2023, 12, 31))
        ]
        low, high = summary.chance(days, *windows).interval
        hits += low <= 0 <= high
    assert hits >= 34


def made_days(rng, accounts=30):
    """Accounts at unchanged rates, for two years and a month."""
    rows = []
    for i in range(accounts):
        at = np.cumsum(rng.gamma(2, 10 / 2 * (1 + i % 6), 200))
        at = at[at < 30 * 30]
        value = rng.lognormal(i / 10, 0.5, len(at))
        rows += [(f"k{i:02}", pd.Timestamp("2022-01-01") + pd.Timedelta(days=int(a)), round(1000 * v)) for a, v in
                 zip(at, value, strict=True)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    return frame[frame["date"] <= "2023-12-31"].groupby(["customer_id", "date"], as_index=False)["cents"].sum()


def facts_of(told, changes):
    found = summary.findings(told, changes, then=HELD, now=HELD, currency="EUR")
    return {f.key: f for f in found}


def test_three_sentences(told):
    moved = Change(
        "segmentation.moved", "Class by sales", "A", "word", before="B", account="up", stake_cents=500, probability=0.8
    )
    back = Change("churn.returned", "Bought again: first order", "active", "word", before="lost", account="up",
                  cents=17_88, stake_cents=5_821_00, probability=1)  # fmt: skip
    changes = [*summary.came_and_went(told), moved, back]
    facts = facts_of(told, changes)
    what, money, sure = summary.sentences(facts, changes)
    assert what.startswith("**Since 2025-01-31: 5 changes.** ")
    assert "New account **1** (+5 EUR)" in what and "Bought again **1** (first orders: 18 EUR)" in what
    assert "Class by sales **1**;" in what and "5,8" not in what  # what is at stake is no change, and in no sum
    assert money == (
        "**Net sales of the window: −7 EUR (−10.0 %)**, from 70 EUR to 63 EUR: new accounts +5 EUR; returned +8 EUR; "
        "bought more +30 EUR; no longer buying −50 EUR. Year to date, net sales of January to February 2025: 43 EUR. "
        "Change against January to February 2024: **−7 EUR (−14.0 %)**."
    )
    assert "counted too: 4; of the others, likelier than not to be more than chance: 1." in sure
    assert "cannot be told here" in sure
    assert facts["summary.ledger_change"].value == facts["summary.sales_change"].value + 7_00
    known = dataclasses.replace(told, luck=summary.Chance(-700, 100.0))
    assert "is **more than chance**: what these accounts buy on average changed by −9 to −5 EUR" in summary.sentences(
        facts_of(known, changes), changes
    )[2]  # fmt: skip


def test_many_sorts_of_change_are_counted_together(told):
    changes = [Change("ledger.x", f"Sort {i}", 1, "lines") for i in range(9)]
    assert "3 others." in summary.sentences(facts_of(told, changes), changes)[0]
    assert summary.sentences(facts_of(told, []), [])[0] == "**Since 2025-01-31: no change.**"


def test_the_first_report_of_a_ledger_says_so():
    job = job_of(LINES[:1], "2023-01-31")
    told = summary.compare(job, leave_out=["fee"])
    assert (told.bridge, told.luck, told.posted) == (None, None, None)
    assert summary.came_and_went(told) == []
    facts = {f.key: f for f in summary.findings(told, [], then=None, now=HELD)}
    assert summary.sentences(facts, [])[0].startswith("**Too young to compare**")
    shown = [summary.kinds_shown(None), summary.accounts_shown(told.by_account), summary.changes_shown(told.by_account)]
    assert [repr(s) for s in shown] == ["None", "None", "No account changed."]
    assert repr(summary.concentration_shown(summary.concentration_table(None, HELD))).count("–") == 0


def test_what_it_is_compared_with(job):
    def said(**options):
        return summary.compared_with(Previous(THEN, job.book, None, **options))

    assert said(published=1) == "Compared with the report as of 2025-01-31, as it was published."
    assert said().endswith("computed anew from today's ledger: there is no report of that day.")
    assert "other settings (key_share, months)" in said(published=1, differs=["key_share", "months"])


def test_the_table_of_changes(told):
    changes = [Change("ledger.x", "X", 2, "lines", account="up", stake_cents=7_00), *summary.came_and_went(told)]
    table = summary.change_table(changes, pd.Series({"gone": "<b>Gone</b>"}), told.cause)
    assert table.columns[:2].tolist() == ["customer_id", "name"]
    assert table.loc[0, "cause"] == "orders 1 → 2, of 20 → 25"  # where a line brings none
    assert pd.isna(table.loc[0, "cents"]) and table["cents"].dtype == "Int64" and table.loc[0, "stake_cents"] == 7_00
    heads = [c.label for c in summary.changes_shown(table).columns]
    assert heads.index("At stake") == heads.index("Its own money") + 1
    assert "&lt;b&gt;Gone" in summary.changes_shown(table)._repr_html_()
    assert "name" not in summary.change_table(changes, pd.Series(dtype="str"), told.cause)


def test_the_bridge_by_kind_ends_with_the_ledger(told):
    last = repr(summary.kinds_shown(told.bridge)).splitlines()[-1].split()
    assert last == ["the", "ledger's", "net", "–", "68", "68", "0"]


def test_signs_are_shown():
    assert [signed(Change("ledger.x", "X", v, "money EUR")) for v in (150_00, -150_00, 0)] == [
        "+150 EUR", "−150 EUR", "0 EUR",
    ]  # fmt: skip


def test_the_figure_ends_with_the_whole_change(told):
    ax = bridge_figure(told.bridge, currency="EUR")
    labels = [t.get_text() for t in ax.get_xticklabels()]
    assert labels == ["new", "returned", "lost", "up", "no\ncustomer", "all"]
    assert [round(p.get_height()) for p in ax.patches] == [5_00, 8_00, -50_00, 30_00, 7_00, 0]
    ends = [p.get_y() + p.get_height() for p in ax.patches]
    assert ends[-2] == ends[-1] == 0
    assert ax.get_ylabel() == "change of net sales, EUR"


def test_purchase_days_are_what_luck_is_told_from(job):
    days = purchase_days(job.book, as_of=NOW)
    assert summary.chance(days, job.previous.panel, job.panel).difference == -7_00
