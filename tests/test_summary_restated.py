"""What was posted late, corrected or cancelled stands apart, to the cent, by part of the ledger and by account."""

import datetime as dt

import pandas as pd
import pytest

from kamlib.book import control_totals, open_book
from kamlib.panel import build_panel
from kamlib.run.previous import Previous
from kamlib.run.store import write_frame, write_json
from kamlib.summary import posted_late, restated, restated_words

JANUARY = dt.date(2024, 1, 31)
REPORTED = [
    ("a", "2022-05-05", 40.00, "goods"), ("a", "2024-01-05", 10.00, "goods"), ("b", "2024-01-09", 20.00, "goods"),
    (None, "2024-01-10", 5.00, "goods"), ("b", "2024-01-11", -1.00, "fee"),
]  # fmt: skip
# Posted late for c, corrected for a (a year and a half ago, before the window), a fee cancelled; b is as it was.
TODAY = [
    ("a", "2022-05-05", 43.00, "goods"), ("a", "2024-01-05", 10.00, "goods"), ("b", "2024-01-09", 20.00, "goods"),
    (None, "2024-01-10", 5.00, "goods"), ("c", "2024-01-30", 7.50, "goods"), ("a", "2024-02-20", 99.00, "goods"),
]  # fmt: skip


def book_of(lines):
    frame = pd.DataFrame(lines, columns=["customer_id", "date", "amount", "kind"])
    return open_book({"ledger": frame.astype({"customer_id": "str", "kind": "str"})})


@pytest.fixture
def previous(tmp_path):
    """Today's book as of January, beside what was published of the other one then."""

    def make(reported, today, **options):
        then = book_of(reported)
        totals = control_totals(then, as_of=JANUARY)
        write_json(tmp_path / "manifest.json", {"control_totals": totals})
        write_frame(tmp_path / "frames", "accounts", build_panel(then, as_of=JANUARY).accounts)
        book = book_of(today)
        return Previous(JANUARY, book, lambda: build_panel(book, as_of=JANUARY), published=tmp_path, **options)

    return make


def test_differences_by_eye(previous):
    found = restated(previous(REPORTED, TODAY), leave_out=["fee"])
    assert found.parts["change"].to_dict() == {"analysed": 10_50, "no_customer": 0, "not_trade": 1_00}
    assert found.accounts["change"].to_dict() == {"c": 7_50, "a": 3_00}
    assert found.accounts["window_change"].to_dict() == {"c": 7_50, "a": 0}
    assert (found.cents, found.window_cents) == (11_50, 7_50)
    assert found.accounts["change"].sum() == found.parts.loc["analysed", "change"]


def test_one_line_for_the_whole_book(previous):
    (line,) = posted_late(restated(previous(REPORTED, TODAY), leave_out=["fee"]), currency="EUR")
    assert (line.key, line.account, line.cents, line.confidence) == ("summary.restated", "", 11_50, "counted")
    assert (line.before, line.value, line.unit) == (74_00, 85_50, "money EUR")
    assert line.cause == "posted late or corrected, 2 accounts"


def test_in_words(previous):
    words = restated_words(restated(previous(REPORTED, TODAY), leave_out=["fee"]), currency="EUR")
    assert words.startswith("**12 EUR net** has been posted late or corrected since, in 2 accounts")
    assert "c 8 EUR; a 3 EUR" in words


def test_a_later_line_restates_nothing(previous):
    same = restated(previous(REPORTED, [*REPORTED, ("a", "2024-02-02", 9.00, "goods")]), leave_out=["fee"])
    assert same.cents == 0 and same.accounts.empty
    assert posted_late(same) == []
    assert restated_words(same).startswith("Nothing")


def test_what_moves_between_accounts_is_told_though_the_sum_stays(previous):
    moved = [("b" if line == REPORTED[1] else line[0], *line[1:]) for line in REPORTED]
    found = restated(previous(REPORTED, moved), leave_out=["fee"])
    assert found.cents == 0 and found.accounts["change"].to_dict() == {"a": -10_00, "b": 10_00}
    assert len(posted_late(found)) == 1


def test_other_settings_cannot_be_compared(previous):
    found = restated(previous(REPORTED, TODAY, differs=["months"]), leave_out=["fee"])
    assert found is None and posted_late(found) == []
    assert "no earlier report" in restated_words(found)
