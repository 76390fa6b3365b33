"""Any ledger: every case of the zoo is read to the cent, or refused with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledgers import CASES, page

from kamlib.book import BookError, open_book


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_what_comes_of_it(case, tmp_path):
    made = case.source() if callable(case.source) else case.source
    source = {"ledger": made}
    if case.file:
        source = tmp_path / case.file
        source.write_bytes(made)
    if case.cents is None:
        with pytest.raises(BookError) as refused:
            open_book(source, mapping=case.mapping)
        said = str(refused.value)
        assert not case.file or case.file in said or "ledger mixes" in said
    else:
        book = open_book(source, mapping=case.mapping)
        assert book.ledger.aggregate("sum(cents)::BIGINT, count(*)").fetchall()[0][0] == case.cents
        said = "\n".join([*book.notes, *book.problems["cause"]])
        lines = book.ledger.aggregate("count(*)").fetchall()[0][0]
        assert book.rows_read == book.rows_set_aside + lines
    assert all(part in said for part in case.says), said


def test_the_page_of_ledgers_is_the_list():
    there = (Path(__file__).parent.parent / "docs" / "ledgers.md").read_text("utf-8")
    assert there == page(), "python tests/ledgers.py > docs/ledgers.md"
