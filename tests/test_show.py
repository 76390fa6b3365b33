"""Tables and sentences for readers: formats, what is left out, and hostile cells."""

import datetime as dt
from html.parser import HTMLParser

import pandas as pd
import pytest

from kamlib.look import Col, say, table, verdict

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></table><h1>owned</h1>",
    "&lt;b&gt;",
    "Evil\u202egnp.exe\u2066\x00\x1b[31m",
    "\ud800 lone surrogate",
    "<script>" + "x" * 80,
]


class Seen(HTMLParser):
    """What a browser would see: elements, attributes, text."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.names, self.text = set(), set(), ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "account": ["Łódź & Sons", "B Ltd", "C"],
            "abc": ["A", "?", "A' onclick='x"],
            "profit_cents": pd.array([123456789, -45, None], "Int64"),
            "low": [1e8, -100.0, None],
            "high": [1.5e8, 250.0, None],
            "share": [0.41, 0.0304, float("nan")],
            "gap_days": [3.14159, 30.0, None],
            "orders": [1200, 1, 0],
            "last": pd.to_datetime(["2011-12-09", None, "2010-01-31"]),
            "new": [True, False, False],
        }
    )


def test_formats_by_name_and_type(frame):
    assert repr(table(frame.drop(columns=["low", "high"]), caption="All")).splitlines() == [
        "All",
        "Account      Class             Profit   Share  Gap days  Orders  Last        New",
        "Łódź & Sons  A              1,234,568  41.0 %      3.14   1,200  2011-12-09  yes",
        "B Ltd        ?                      0   3.0 %     30.00       1  –           no",
        "C            A' onclick='x          –       –         –       0  2010-01-31  no",
    ]


def test_chosen_columns_units_decimals_and_interval(frame):
    columns = {
        "abc": Col("Class", "label"),
        "profit_cents": Col("Profit", unit="GBP", decimals=2, interval=("low", "high")),
    }
    shown = table(frame, caption="Chosen", columns=columns)
    assert repr(shown).splitlines() == [
        "Chosen",
        "Class          Profit (GBP)                 95 % interval",
        "A              1,234,567.89  1,000,000.00 to 1,500,000.00",
        "?                     −0.45                 −1.00 to 2.50",
        "A' onclick='x             –                             –",
    ]


def test_html_structure(frame):
    columns = {"account": "Account", "abc": Col("Class", "label"), "profit_cents": Col("Profit", unit="GBP")}
    html = table(frame, caption="Profit & loss", columns=columns)._repr_html_()
    assert '<table class="kam"><caption>Profit &amp; loss</caption>' in html
    assert '<th scope="col">Account</th>' in html and '<th scope="col" class="num">Profit (GBP)</th>' in html
    assert '<td class="num" data-sort="123456789">1,234,568</td>' in html
    assert '<td class="num" data-sort="">–</td>' in html
    assert "<td><bdi>Łódź &amp; Sons</bdi></td>" in html
    assert '<bdi class="label label-A">A</bdi>' in html and '<bdi class="label label-unknown">?</bdi>' in html
    assert "style" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    everywhere = pd.DataFrame([[text]], columns=pd.Index([text], dtype=object), dtype=object)
    shown = table(everywhere, caption=text, columns={text: Col(text, "label", unit=text)}, n=0, source=text)
    plain = table(everywhere, caption=text, columns={text: Col(kind="money")})
    html = "".join(x._repr_html_() for x in (shown, plain, say(text), verdict("supported", text)))
    seen = Seen(html)
    assert seen.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "bdi", "p", "strong"}
    assert seen.names <= {"class", "scope", "data-sort", "title"}
    assert not set(html + repr(shown) + repr(plain)) & set("\u202e\u2066\x00\x1b\ud800")
    html.encode()


def test_long_text_is_cut_and_kept_in_title():
    name = "Very long name " * 6
    html = table(pd.DataFrame({"name": [name]}), caption="c")._repr_html_()
    assert f'title="{name.strip()}"' in html
    assert f"<bdi>{name[:59].strip()}…</bdi>" in html


def test_long_tables_are_cut_and_say_so():
    long = pd.DataFrame({"x": range(4338)})
    shown = table(long, caption="Accounts", source="key_accounts.parquet")
    assert repr(shown).endswith("Showing 25 of 4,338 rows; all rows in key_accounts.parquet.")
    assert '<p class="kam-note">Showing 25 of 4,338 rows; all rows in' in shown._repr_html_()
    assert shown._repr_html_().count("<tr>") == 26
    assert repr(table(long, caption="c", n=3)).endswith("Showing 3 of 4,338 rows.")
    assert "Showing" not in repr(table(long.head(25), caption="c", source="f"))


def test_findings_of_many_units_stand_in_one_column():
    frame = pd.DataFrame({"finding": ["Accounts", "Share"], "value": ["12", "41.0 %"], "between": ["11 to 14", None]})
    columns = {"finding": Col(), "value": Col(kind="number"), "between": Col(kind="interval")}
    shown = table(frame, caption="c", columns=columns)
    assert repr(shown).splitlines()[1:] == [
        "Finding    Value   Between", "Accounts      12  11 to 14", "Share     41.0 %         –",
    ]  # fmt: skip
    assert "41.0<span" in shown._repr_html_() and '<td class="num interval" data-sort="">–</td>' in shown._repr_html_()


def test_figures_of_many_units_stand_under_each_other_at_the_point():
    values = ["12 accounts", "−1,234.50 EUR", "41.0 %", "cannot tell", "prospect, image-maker, expert"]
    frame = pd.DataFrame({"value": values})
    html = table(frame, caption="c", columns={"value": Col(kind="number")})._repr_html_()
    assert '<td class="num" data-sort="12"><span class="lacks-3">12</span><span class="unit-9"> accounts</span>' in html
    assert '<td class="num" data-sort="-1234.50">−1,234.50<span class="unit-9"> EUR</span>' in html
    assert '<td class="num" data-sort="41.0"><span class="lacks-1">41.0</span><span class="unit-9"> %</span>' in html
    assert '<td class="num">cannot tell</td>' in html and '<td class="num words">prospect, image-maker' in html


def test_lines_in_a_table():
    frame = pd.DataFrame({"account": ["a", "b", "c"], "by_month": [[100, 300, None, 200], [], None]})
    columns = {"account": "Account", "by_month": Col("By month", "spark", of="money")}
    shown = table(frame, caption="c", columns=columns)
    assert repr(shown).splitlines()[1:] == ["Account  By month", "a        ▃█ ▆", "b", "c"]
    html = shown._repr_html_()
    alt = "4 values, 1 missing: first 1, lowest 1, highest 3, last 2"
    assert f'<td class="num line" data-sort="200.0" title="{alt}"><svg class="spark"' in html
    assert html.count('data-sort="" title="no values"') == 2
    assert f'role="img" aria-label="{alt}"' in html


def test_a_line_of_what_no_line_can_be_drawn_of():
    with pytest.raises(ValueError, match="a line is of one of: money, share, whole, number; not of 'text'"):
        Col(kind="spark", of="text")


def test_an_empty_table_still_has_headings():
    shown = table(pd.DataFrame({"name": []}), caption="Nobody")
    assert repr(shown) == "Nobody\nName" and "<caption>Nobody</caption>" in shown._repr_html_()


def test_dates_of_both_sorts_and_index_is_not_shown():
    frame = pd.DataFrame({"day": [dt.date(2011, 12, 9), None]}, index=["secret", "index"])
    assert repr(table(frame, caption="c")) == "c\nDay\n2011-12-09\n–"


@pytest.mark.parametrize("columns", [{"nmae": "Name"}, {"name": Col(interval=("low", "high"))}])
def test_unknown_columns_are_named(columns):
    with pytest.raises(ValueError, match=r"no column (nmae|low, high) to show; there are: name"):
        table(pd.DataFrame({"name": ["x"]}), caption="c", columns=columns)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind 'cash' of a column is none of: money, share"):
        Col(kind="cash")


def test_say():
    prose = say("**12 of 40** in <b>R&D</b>, 41.0 %", "Second")
    assert repr(prose) == "12 of 40 in <b>R&D</b>, 41.0 %\n\nSecond"
    assert prose._repr_html_() == (
        "<p><strong>12 of 40</strong> in &lt;b&gt;R&amp;D&lt;/b&gt;, 41.0\u00a0%</p>\n<p>Second</p>"
    )
    assert say("an odd ** mark")._repr_html_() == "<p>an odd ** mark</p>"


def test_a_sign_for_per_cent_does_not_begin_a_line_of_a_cell():
    frame = pd.DataFrame({"why": ["13.2 % of profit, from 10 %"]})
    shown = table(frame, caption="c", columns={"why": Col("Why", "prose")})
    assert ">13.2\u00a0% of profit, from 10\u00a0%</td>" in shown._repr_html_()


def test_verdict():
    shown = verdict("not supported", "At most **3.1 %**.")
    assert repr(shown) == "[not supported] At most 3.1 %."
    assert shown._repr_html_() == (
        '<p><strong class="verdict verdict-not-supported">not supported</strong> '
        "At most <strong>3.1\u00a0%</strong>.</p>"
    )
    with pytest.raises(ValueError, match="'maybe' is none of: supported, not supported, cannot tell"):
        verdict("maybe", "text")


def test_an_interval_in_words_is_shown_whole():
    frame = pd.DataFrame({"interval": ["42.3 to 52.1 %"]})
    shown = table(frame, caption="Intervals", columns={"interval": Col("95 % interval", "interval")})
    assert ">42.3 to 52.1 %</td>" in shown._repr_html_()
