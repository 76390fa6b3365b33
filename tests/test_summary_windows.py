"""Only windows of equal length that the ledger holds whole are compared; a young ledger is told month by month."""

import datetime as dt
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib import summary
from kamlib.book import open_book
from kamlib.churn import half_lost, retention
from kamlib.client_types.features import _growth
from kamlib.panel import build_panel
from kamlib.run import Run
from kamlib.run.notebooks import NOTEBOOKS
from kamlib.summary.years import years_beside

HELD = pd.DataFrame({"window": [0.5, 1.0, 2.0], "low": np.nan, "high": np.nan},
                    index=["top_1", "top_10", "effective_accounts"])  # fmt: skip
COMPARED = re.compile(r"[+−]?\d[\d.,]* %")  # any share at all: the sentences of a young ledger hold none


def steady(months, *, first="2025-01-01", begins=1, accounts=8):
    """Every account buys the same on the 1st (or the day the ledger begins), 11th and 21st of every month."""
    starts = pd.date_range(first, periods=months, freq="MS")
    days = [m + pd.Timedelta(days=d - 1) for m in starts for d in (1, 11, 21)]
    days = sorted({max(d, starts[0] + pd.Timedelta(days=begins - 1)) for d in days})
    rows = [(f"k{i}", d, 100.0 + i) for i in range(accounts) for d in days]
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


def told_of(lines, as_of, *, months=12, fiscal_year_start=1):
    job = Run(None, as_of=f"{as_of}", months=months)
    job.book = open_book({"ledger": lines}, name="steady")
    told = summary.compare(job, leave_out=[], fiscal_year_start=fiscal_year_start)
    facts = {f.key: f for f in summary.findings(told, [], then=HELD if told.bridge else None, now=HELD)}
    return job, told, facts


@pytest.mark.parametrize(("months", "as_of", "since"), [
    (7, "2025-07-31", "31 Jan 2026"), (12, "2025-12-31", "31 Jan 2026"), (1, "2025-01-31", "31 Jan 2026"),
])  # fmt: skip
def test_a_young_ledger_is_told_no_growth(months, as_of, since):
    job, told, facts = told_of(steady(months), as_of)
    assert (told.bridge, told.luck, len(told.by_account)) == (None, None, 0)
    words = summary.sentences(facts, [])
    assert words[0].startswith("**Too young to compare**: The ledger begins on 1 Jan 2025. The twelve-month ")
    assert f"comparison is possible from {since} on." in words[0] and "equal" in words[1]
    assert not [k for k in facts if re.search("_change|_before|expected|bridge|retention", k)]
    page = [*words, *summary.bridge_words(None, job.panel), repr(summary.years_shown(told.years))]
    page += [repr(summary.months_shown(summary.months_beside(job.book, job.panel, leave_out=[])))]
    page += [repr(summary.one_by_one_shown(summary.months_one_by_one(job.panel)))]
    assert not COMPARED.search("\n".join(page))
    assert summary.kinds_shown(told.bridge) is None and summary.accounts_shown(told.by_account) is None


def test_months_one_by_one():
    table = summary.months_one_by_one(build_panel(open_book({"ledger": steady(7)}), as_of="2025-07-15"))
    assert table["month"].iloc[[0, -1]].tolist() == [pd.Timestamp("2025-07-01"), pd.Timestamp("2025-01-01")]
    assert table["cents"].tolist() == [2 * 828_00, *[3 * 828_00] * 6]
    assert set(table["customers"]) == {8} and table["orders"].tolist() == [16, *[24] * 6]
    assert table["whole"].tolist() == [False, *[True] * 6]
    late = summary.months_one_by_one(build_panel(open_book({"ledger": steady(3, begins=10)}), as_of="2025-03-31"))
    assert late["whole"].tolist() == [True, True, False]


def test_from_thirteen_months_on_equal_windows_are_compared():
    _, told, facts = told_of(steady(13), "2026-01-31")
    assert (told.before.start, told.before.as_of) == (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    assert facts["summary.sales_change"].value == 0 and told.luck.difference == 0
    assert facts["summary.month_change"].value == facts["summary.year_to_date_change"].value == 0
    text = " ".join(summary.bridge_words(told.before, told.after))
    assert "Both windows last a year. All that differs is that January 2026 came in and January 2025 fell out" in text
    assert "season" not in text
    assert "summary.comparable_from" not in facts


def test_a_ledger_that_begins_on_the_tenth_does_not_hold_that_month():
    _, told, facts = told_of(steady(13, begins=10), "2026-01-31")
    assert told.bridge is None
    assert (
        "Its first whole month is February 2025. The twelve-month comparison is possible from 28 Feb 2026 on."
        in (summary.sentences(facts, [])[0])
    )
    assert told_of(steady(14, begins=10), "2026-02-28")[2]["summary.sales_change"].value == 0
    assert told_of(steady(13, begins=8), "2026-01-31")[1].bridge is not None  # as little later as a holiday


def test_in_mid_month_the_same_days_are_compared():
    _, told, facts = told_of(steady(13), "2026-01-15")
    assert facts["summary.sales_change"].value == facts["summary.year_to_date_change"].value == 0
    text = " ".join(summary.bridge_words(told.before, told.after))
    assert "1 to 15 January 2026 came in and 1 to 15 January 2025 fell out" in text
    assert told.years.set_index("key").loc["month", ["days", "then"]].tolist() == [
        "1 to 15 January 2026", "1 to 15 January 2025",
    ]  # fmt: skip
    _, told, facts = told_of(steady(12), "2025-12-15")
    assert told.bridge is None and not COMPARED.search(" ".join(summary.sentences(facts, [])))


def test_shorter_windows_say_which_months_differ():
    _, told, facts = told_of(steady(7), "2025-07-31", months=6)
    assert facts["summary.sales_change"].value == 0
    text = " ".join(summary.bridge_words(told.before, told.after))
    assert "Both windows last 6 months. All that differs is that July 2025 came in and January 2025 fell out" in text
    assert "other months of the year" in text
    young = summary.sentences(told_of(steady(6), "2025-06-30", months=6)[2], [])[0]
    assert "The 6-month comparison is possible from 31 Jul 2025 on." in young


# customer, day, amount: fiscal years from April on; the report is of the end of June 2026
LINES = pd.DataFrame(
    [("a", "2023-04-01", 1.11), ("a", "2024-03-31", 10.01), ("a", "2024-04-01", 20.02), ("a", "2025-03-31", 30.03),
     ("a", "2025-04-01", 40.04), ("b", "2025-06-30", 0.50), ("b", "2025-07-01", 100.00), ("a", "2026-03-31", 50.05),
     ("a", "2026-04-01", 60.06), ("b", "2026-06-30", 2.00), ("b", "2026-07-01", 999.00)],
    columns=["customer_id", "date", "amount"],
)  # fmt: skip


@pytest.mark.parametrize(("start", "key", "days", "cents", "then", "then_cents"), [
    (4, "year_to_date", "April to June 2026", 62_06, "April to June 2025", 40_54),
    (4, "fiscal_year", "April 2025 to March 2026", 190_59, "April 2024 to March 2025", 50_05),
    (1, "year_to_date", "January to June 2026", 112_11, "January to June 2025", 70_57),
    (1, "fiscal_year", "January to December 2025", 170_57, "January to December 2024", 30_03),
    (7, "year_to_date", "July 2025 to June 2026", 212_11, "July 2024 to June 2025", 70_57),
    (7, "fiscal_year", "July 2024 to June 2025", 70_57, "July 2023 to June 2024", 30_03),
    (7, "last_months", "July 2025 to June 2026", 212_11, "July 2024 to June 2025", 70_57),
    (1, "month", "June 2026", 2_00, "June 2025", 50),
])  # fmt: skip
def test_years_by_hand(start, key, days, cents, then, then_cents):
    _, told, facts = told_of(LINES, "2026-06-30", fiscal_year_start=start)
    row = told.years.set_index("key").loc[key]
    assert row[["days", "cents", "then", "then_cents"]].tolist() == [days, cents, then, then_cents]
    assert row["change"] == cents - then_cents and row["share"] == pytest.approx(cents / then_cents - 1)
    assert facts[f"summary.{key}_change"].value == cents - then_cents
    assert ("Fiscal year to date" if start > 1 else "Year to date") in told.years["what"].tolist()


def test_the_year_to_date_in_the_first_sentences():
    text = summary.sentences(told_of(LINES, "2026-06-30", fiscal_year_start=4)[2], [])[1]
    assert text.endswith(
        "Fiscal year to date, net sales of April to June 2026: 62. "
        "Change against April to June 2025: **+22 (+53.1 %)**."
    )


def test_a_year_that_is_not_held_is_compared_with_nothing():
    _, told, _ = told_of(steady(14, first="2024-11-01"), "2025-12-31")
    years = told.years.set_index("key")
    assert years["then"].notna().to_dict() == {"month": True, "year_to_date": False, "last_months": False}
    shown = repr(summary.years_shown(told.years))
    assert shown.count("not held by the ledger") == 2
    begun = told_of(steady(3, first="2025-03-01", begins=20), "2025-05-31")[1].years.set_index("key")
    assert begun.loc["year_to_date", ["days", "held"]].tolist() == ["20 Mar 2025 to 31 May 2025", False]


def test_leap_years_and_a_month_that_is_none():
    book = open_book({"ledger": steady(40, first="2021-01-01")})
    panel = build_panel(book, as_of="2024-02-29")
    days = pd.DataFrame({"customer_id": [], "date": pd.to_datetime([]), "cents": []})
    assert years_beside(book, panel, days)["then"].iloc[:2].tolist() == ["February 2023", "January to February 2023"]
    with pytest.raises(ValueError, match="must be a month, 1 to 12, not 13"):
        years_beside(book, panel, days, fiscal_year_start=13)


def test_a_ledger_that_ends_before_the_report_says_so():
    lines = steady(13)
    _, told, facts = told_of(lines, "2026-02-15")
    assert told.last_sale == dt.date(2026, 1, 21)
    assert "**The last sale is of 2026-01-21**, 25 days before" in summary.sentences(facts, [])[2]
    assert told_of(lines, "2026-01-31")[1].last_sale is None


def test_halves_of_the_window_are_equally_long_in_mid_month():
    for as_of in ("2026-01-31", "2026-02-13"):
        grown = _growth(build_panel(open_book({"ledger": steady(14)}), as_of=as_of))
        assert grown.tolist() == [0.0] * 8


@pytest.mark.parametrize(("begins", "months", "ends"), [(1, 24, 1), (8, 24, 1), (10, 24, 0), (10, 25, 1)])
def test_last_years_customers_are_followed_through_whole_months_only(begins, months, ends):
    as_of = pd.Timestamp("2024-01-01") + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    lines = steady(months, first="2024-01-01", begins=begins).rename(columns={"amount": "cents"})
    panel = build_panel(lines.assign(cents=100), as_of=f"{as_of:%Y-%m-%d}")
    kept = retention(panel)
    assert len(kept) == ends and set(kept["gross"]) <= {1.0}
    tested = half_lost(panel, active=panel.accounts.index)
    assert len(tested) == 8 * ends and not tested["half_lost"].any()


@pytest.mark.acceptance  # whole notebooks
@pytest.mark.parametrize(("name", "months", "as_of"), [
    ("00_summary", 7, "2025-07-31"), ("00_summary", 13, "2026-01-31"), ("02_segmentation", 7, "2025-07-31"),
    ("03_client_types", 7, "2025-07-31"),
])  # fmt: skip
def test_whole_notebooks_lessons_and_all(name, months, as_of):
    """Cells that teach, exercises and solutions too, which no report runs."""
    notebook = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))
    scope = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), scope)
        if "parameters" in cell["metadata"].get("tags", []):
            scope |= {"book": {"ledger": steady(months)}, "as_of": as_of, "repetitions": 100}
    plt.close("all")
    assert (scope["job"].previous_whole is None) == (months == 7)
    if name == "00_summary":
        assert (scope["told"].bridge is None) == (months == 7)
