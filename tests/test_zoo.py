"""Any ledger: every case of the zoo is read to the cent, or refused with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledgers import CASES, page

from kamlib.book import BookError, open_book


def written(made, path):
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        for name, content in made.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    return path


@pytest.mark.acceptance  # each kind has its tests in test_book_*
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_what_comes_of_it(case, tmp_path):
    made = case.source() if callable(case.source) else case.source
    source = {"ledger": made}
    if case.file:
        source = written(made, tmp_path / case.file)
    if case.cents is None:
        with pytest.raises(BookError) as refused:
            open_book(source, mapping=case.mapping)
        said = str(refused.value)
        files = made if isinstance(made, dict) else [case.file]
        assert any(name in said for name in files) or "ledger mixes" in said
    else:
        book = open_book(source, mapping=case.mapping)
        assert book.ledger.aggregate("sum(cents)::BIGINT, count(*)").fetchall()[0][0] == case.cents
        who = book.ledger.aggregate("count(DISTINCT customer_id)").fetchall()[0][0]
        assert case.customers in (None, who)
        said = "\n".join([*book.notes, *book.problems["cause"]])
        lines = book.ledger.aggregate("count(*)").fetchall()[0][0]
        assert book.rows_read == book.rows_set_aside + lines
    assert all(part in said for part in case.says), said


def test_the_page_of_ledgers_is_the_list():
    there = (Path(__file__).parent.parent / "docs" / "ledgers.md").read_text("utf-8")
    assert there == page(), "python tests/ledgers.py > docs/ledgers.md"
