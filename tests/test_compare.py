"""Two reports side by side: every finding, and what cannot be compared is refused or said."""

import re

import pytest
from test_history import EVIL, finding, write_report

from kamlib.report.past.compare import comparison_page, report_folder, write_comparison
from kamlib.report.past.stored import stored_report
from kamlib.run import InputError, RunError


@pytest.fixture
def reports(tmp_path):
    """Two reports of one book: figures that rose, fell, stayed, came, went, changed their unit; a verdict turned."""
    home = tmp_path / "acme"
    write_report(
        home, "2024-01-31", finding("a.up", 10), finding("a.same", 5), finding("a.gone", 1), finding("a.unit", 1),
        finding("a.down", 0.5, "share", low=0.45, high=0.55, verdict="supported"),
        finding("a.money", 100_00, "money EUR"), finding("a.day", "2024-01-31", "day"),
    )  # fmt: skip
    write_report(
        home, "2024-02-29", finding("a.up", 12), finding("a.same", 5), finding("a.new", 1),
        finding("a.unit", 1, "lines"), finding("a.down", 0.4, "share", low=0.35, high=0.44, verdict="cannot tell"),
        finding("a.money", None, "money EUR"), finding("a.day", "2024-02-29", "day"),
        settings={"months": 6, "seed": 1}, control_totals={"net_cents_to_as_of": 123_400_50, "lines_to_as_of": 101},
    )  # fmt: skip
    return home


def text(page):
    """The page's words, a table row a line."""
    rows = re.sub(r"</tr>", "\n", page.partition("<main")[2].partition("<script>")[0])
    return re.sub(r"[ \t]+", " ", re.sub(r"<[^>]+>", " ", rows).replace("\xa0", " "))


def compared(reports, a="2024-01-31", b="2024-02-29"):
    return text(comparison_page(stored_report(reports / a), stored_report(reports / b), near=reports))


@pytest.mark.parametrize(
    "row",
    [
        "a.up 10 accounts 12 accounts +2 accounts",
        "a.same 5 accounts 5 accounts none",
        "a.down 50.0 % 40.0 % −10.0 points",
        "a.down 45.0 to 55.0 % 35.0 to 44.0 % −10.0 points are apart",
        "a.new – 1 account new",
        "a.gone 1 account – gone",
        "a.unit 1 account 1 line other unit: accounts, lines",
        "a.money 100 EUR cannot tell changed",
        "a.day 2024-01-31 2024-02-29 changed",
        "a.down supported cannot tell",
        "months 12 6",
        "net to as of, EUR 123,456.00 123,400.50 −55.50",
        "lines to as of 99 101 +2",
    ],
)
def test_each_row(reports, row):
    lines = [" ".join(line.split()) for line in compared(reports).splitlines()]
    assert row in lines


def test_what_the_two_were_made_from(reports):
    page = compared(reports)
    assert "same data, other settings: seed, months, same code" in page or "other settings: months, seed" in page
    assert "Both were made with the same code" in page


def test_a_report_with_itself(reports):
    page = compared(reports, b="2024-01-31")
    assert "No verdict changed, of 1 that both" in page
    assert "Settings: the same in both" in page


def test_two_books_and_two_currencies_are_refused(reports):
    other = write_report(reports.parent / "other", "2024-02-29")
    with pytest.raises(InputError, match="reports of two books, acme and other"):
        write_comparison(reports / "2024-01-31", other)
    pounds = write_report(reports, "2024-03-31", book={"name": "acme", "digest": "d", "currency": "GBP"})
    with pytest.raises(InputError, match="different currencies, EUR and GBP"):
        write_comparison(reports / "2024-01-31", pounds)
    assert list(reports.glob("compare*")) == []


def test_where_the_page_stands(reports, tmp_path):
    one, two = (reports / d for d in ("2024-01-31", "2024-02-29"))
    page = write_comparison(one, two)
    assert page == reports / "compare-2024-01-31-2024-02-29.html"
    assert 'href="2024-01-31/index.html"' in page.read_text("utf-8")
    elsewhere = write_report(tmp_path / "again" / "acme", "2024-02-29")
    far = write_comparison(elsewhere, two)
    assert re.fullmatch(r"compare-2024-02-29-[0-9a-f]{6}-2024-02-29\.html", far.name)
    assert 'href="2024-01-31/index.html"' not in far.read_text("utf-8")
    assert write_comparison(one, two, tmp_path / "x.html") == tmp_path / "x.html"
    with pytest.raises(RunError, match="cannot be written: No such file or directory"):
        write_comparison(one, two, tmp_path / "nowhere" / "x.html")


def test_words_from_a_book_are_escaped(reports):
    evil = write_report(reports, "2024-03-31", finding("a.evil", EVIL, "word", EVIL), settings={EVIL: EVIL})
    page = write_comparison(reports / "2024-01-31", evil).read_text("utf-8")
    assert "<script>x()" not in page
    assert "&lt;script&gt;x()" in page


def test_reports_by_day(reports):
    out = reports.parent
    days = {"name": "2024-01-31", "other": "2024-02-29"}
    assert report_folder(out=out, **days) == reports / "2024-01-31"
    assert report_folder(f"{reports / '2024-02-29'}", out=out) == reports / "2024-02-29"
    for day in ("2024-01-31", "2024-02-29"):
        write_report(out / "other", day)
    with pytest.raises(InputError, match=r"More than one book .* with --book: acme, other"):
        report_folder(out=out, **days)
    assert report_folder(out=out, book="other", **days) == out / "other" / "2024-01-31"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("2024-05-31", "no report of 2024-05-31 and 2024-01-31.*acme: 2024-01-31, 2024-02-29"),
        ("x", "neither the folder"),
    ],
)
def test_a_report_that_is_not_there(reports, name, says):
    with pytest.raises(InputError, match=says):
        report_folder(name, out=reports.parent, other="2024-01-31")
