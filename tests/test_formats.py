"""Every format on invented rows under its tool's header: the right total, customers, days; and it is told."""

from __future__ import annotations

import re

import pytest
from formats import LEDGER, Case, cases, cents, formats

from kamlib.book import open_book
from kamlib.book.formats import format_of

FORMATS, CASES = formats(), cases()


def opened(case: Case, folder):
    """The book of a case: a file, or a folder in which it stands beside a ledger."""
    path = folder / "export.csv"
    path.write_bytes(case.text().encode(case.encoding))
    if case.table == "ledger":
        return open_book(path)
    (folder / "ledger_2024.csv").write_text(LEDGER)
    return open_book(folder)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.stem}: {c.name}")
def test_a_format_reads_its_tools_file(case, tmp_path):
    book = opened(case, tmp_path)
    said = "\n".join(book.notes)
    assert f"read as {FORMATS[case.stem].name}, by " in said
    for words in case.told:
        assert re.search(words, said), said
    if case.table != "ledger":
        rows = (
            book.tables[case.table]
            .reindex(columns=case.columns)
            .astype("str")
            .fillna("")
            .replace({"nan": "", "NaT": ""})
        )
        assert rows.values.tolist() == case.expected
        return
    total = int(book.ledger.aggregate("coalesce(sum(cents), 0)::BIGINT").fetchall()[0][0])
    assert total == cents(case.total), said
    per = dict(book.ledger.aggregate("coalesce(customer_id, ''), sum(cents)::BIGINT", "customer_id").fetchall())
    assert per == {c: cents(m) for c, m in case.customers.items()}
    sums = book.not_sold.groupby("treatment")["cents"].sum().abs()
    assert {k: int(sums.get(k, 0)) for k in ("left out", "refunded")} == {
        "left out": cents(case.left_out), "refunded": cents(case.refunded)
    }, book.not_sold  # fmt: skip
    if case.days:
        assert list(book.ledger.aggregate("min(date)::VARCHAR, max(date)::VARCHAR").fetchall()[0]) == case.days
    assert case.currency in ("", book.currency)


def test_every_format_has_a_case_and_says_where_its_header_is_from():
    assert {c.stem for c in CASES} == set(FORMATS)
    assert all(f.source for f in FORMATS.values())
    assert len({f.name for f in FORMATS.values()}) == len(FORMATS)


def test_a_header_gives_one_format_away():
    """No signature is a part of another case's header, unless the right one says more."""
    for case in CASES:
        if case.header:
            headers = case.header.split(case.sep)
            assert format_of(headers, tuple(FORMATS.values())).name == FORMATS[case.stem].name
            others = [f for s, f in FORMATS.items() if s != case.stem and f.seen_in(headers)]
            assert all(f.seen_in(headers) < FORMATS[case.stem].seen_in(headers) for f in others), (case.stem, others)
