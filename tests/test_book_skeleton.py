"""The mapping that `kam check --fix` writes: read back it changes nothing, and a refused book gets its skeleton."""

from __future__ import annotations

import tomllib

import pytest
from typer.testing import CliRunner

from kamlib.book import BookError, open_book
from kamlib.book.mapping import load_mapping
from kamlib.book.skeleton import OPTIONS, mapping_text, write_mapping
from kamlib.cli import app


def test_passed_back_it_reads_the_same(tmp_path):
    (tmp_path / "l.csv").write_text('Kunde;Datum;Umsatz;"a ""b"" \\ c"\na;13.01.2024;1,50;x\n', "utf-8")
    text = mapping_text(tmp_path / "l.csv")
    (tmp_path / "m.toml").write_text(text, "utf-8")
    given = tomllib.loads(text)
    assert given == {"ledger": {"customer_id": "Kunde", "date": "Datum", "amount": "Umsatz"}, "options": {}}
    first, second = (open_book(tmp_path / "l.csv", mapping=m) for m in (None, tmp_path / "m.toml"))
    assert first.ledger.fetchall() == second.ledger.fetchall()
    assert all(f"# {name} = " in text for name, *_ in OPTIONS) and "# order_id" in text


def test_every_option_stands_uncommented_as_an_example_that_is_valid(tmp_path):
    (tmp_path / "l.csv").write_text("Kunde;Datum;Umsatz\na;13.01.2024;1,50\n", "utf-8")
    text = mapping_text(tmp_path / "l.csv").replace('# decimal = "."', 'decimal = ","')
    for line in text.splitlines():
        if line.startswith(tuple(f"# {name} =" for name, *_ in OPTIONS)) or line.startswith(("# [", "# USD", '# "K')):
            text = text.replace(line, line[2:])
    assert load_mapping(tomllib.loads(text)).options.decimal == ","


def test_what_the_user_gave_is_kept(tmp_path):
    (tmp_path / "l.csv").write_text("a;b;c\nk;13.01.2024;1,50\n", "utf-8")
    mapping = {"ledger": {"customer_id": "a", "date": "b", "amount": "c"}, "options": {"day_first": True},
               "rates": {"USD": 0.92}, "same_customer": {"k": "l"}}  # fmt: skip
    assert load_mapping(tomllib.loads(mapping_text(tmp_path / "l.csv", mapping=mapping))) == load_mapping(mapping)


def test_a_refused_book_still_gets_its_skeleton(tmp_path):
    (tmp_path / "l.csv").write_text("Custmer;Dag;Sales;Revenue\na;13.01.2024;1;2\n", "utf-8")
    done = CliRunner().invoke(app, ["check", str(tmp_path / "l.csv"), "--fix", str(tmp_path / "m.toml")])
    assert isinstance(done.exception, BookError)
    text = (tmp_path / "m.toml").read_text("utf-8")
    assert '# customer_id = "Custmer"   # a guess' in text
    assert '# amount = "Sales"   # could be' in text and '# amount = "Revenue"   # could be' in text
    assert tomllib.loads(text) == {"ledger": {}, "options": {}}


def test_nothing_is_written_over_without_being_told(tmp_path):
    (tmp_path / "m.toml").write_text("mine", "utf-8")
    with pytest.raises(BookError, match="--force"):
        write_mapping(tmp_path / "m.toml", "x")
    write_mapping(tmp_path / "m.toml", "x", force=True)
    assert (tmp_path / "m.toml").read_text("utf-8") == "x"
