"""Ledgers with hardly anything in them still make a whole report, and no sentence of it is nonsense."""

import re
from datetime import date
from html import unescape

import pandas as pd
import pytest
from conftest import REPETITIONS

from kamlib.book import open_book
from kamlib.report.make.report import make_report
from kamlib.settings import Settings

pytestmark = pytest.mark.acceptance  # a whole report for each

MONTHS = pd.date_range("2023-01-10", "2025-12-10", freq="MS") + pd.Timedelta(days=9)
ONE = pd.DataFrame({"customer_id": "a", "date": MONTHS, "amount": 100.0})
ODD = {
    "one account": ONE,
    "nothing but returns": pd.concat([ONE.assign(customer_id=c, amount=-5.0) for c in "abcdefghijkl"]),
    "nobody came back": ONE.assign(customer_id=[f"c{i}" for i in range(len(ONE))]),
    "seven months": pd.concat([ONE.tail(7).assign(customer_id=c) for c in "abcdefgh"]),
}
GROWTH = r"[+−][\d.,]+ %|, which is more than chance|Net sales of the window: [+−]"  # a steady ledger grows by nothing
NONSENSE = r"\b(nan|NaN|inf|NaT)\b|is cannot tell|\b1 (accounts|months|purchase days|orders)\b"


@pytest.mark.parametrize("name", ODD)
def test_a_report(name, tmp_path):
    book, settings = open_book({"ledger": ODD[name]}), Settings(repetitions=REPETITIONS)
    made = make_report(book, as_of=date(2025, 12, 31), out=tmp_path, settings=settings, jobs=1)
    pages = sorted(made.index.parent.glob("*.html"))
    assert len(pages) >= 6
    for page in pages:
        text = re.sub(r"<(style|script|pre|code)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.S)
        text = re.sub(r'(?<=alt=")[^"]*', lambda alt: f'">{alt[0]}<img a="', text)  # what is said of a figure, too
        text = unescape(re.sub(r"<[^>]*>", " ", text))
        found = re.search(rf".{{0,60}}({NONSENSE}).{{0,40}}", text)
        assert found is None, (page.name, found[0])
        assert name != "seven months" or not re.search(GROWTH, text), page.name
        if page.name == "01_ledger.html":
            assert ("came back in the window" if name == "nothing but returns" else "takes money off") in text
