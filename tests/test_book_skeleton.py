"""The mapping that `kam check --fix` writes: read back it changes nothing, and a refused book gets its skeleton."""

from __future__ import annotations

import tomllib

import pytest
from typer.testing import CliRunner

from kamlib.book import BookError, open_book
from kamlib.book.errors import Unsettled
from kamlib.book.mapping import load_mapping
from kamlib.book.skeleton import OPTIONS, ask_for, mapping_text, write_mapping
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
    assert 'customer_id = "Custmer"   # a guess: its name is like' in text and 'date = "Dag"' in text
    asked = tomllib.loads(text)  # which of the two amounts it is, is asked when the customer is known
    assert asked == {"ledger": {"customer_id": "Custmer", "date": "Dag", "amount": "Sales"}, "options": {}}


def test_two_answers_are_left_to_be_chosen(tmp_path):
    (tmp_path / "l.csv").write_text("Customer;Date;Sales;Revenue\na;13.01.2024;1;2\n", "utf-8")
    CliRunner().invoke(app, ["check", str(tmp_path / "l.csv"), "--fix", str(tmp_path / "m.toml")])
    text = (tmp_path / "m.toml").read_text("utf-8")
    assert '# choose one: amount = "Sales"   # net total 1.00' in text and "net total 2.00" in text
    assert tomllib.loads(text)["ledger"] == {"customer_id": "Customer", "date": "Date"}


def test_what_is_ambiguous_among_the_values_is_to_be_chosen_too(tmp_path):
    (tmp_path / "l.csv").write_text("customer,date,amount\na,05/03/2024,1\n", "utf-8")
    CliRunner().invoke(app, ["check", str(tmp_path / "l.csv"), "--fix", str(tmp_path / "m.toml")])
    text = (tmp_path / "m.toml").read_text("utf-8")
    assert "# choose one: day_first = true" in text and "# choose one: day_first = false" in text


def test_asking_gives_a_book_and_the_mapping_that_reads_it(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("Custmer;Dag;Sales;Revenue\na;05/03/2024;1;2\nb;06/03/2024;1;2\n", "utf-8")
    said = {"customer_id": "Custmer", "amount": "Revenue", "day_first": True}
    asked = []

    def answer(stopped, question):
        asked.append(question.key)
        assert question.choices and str(stopped).startswith("l.csv")
        return said[question.key]

    book, mapping = ask_for(path, answer)
    assert asked == ["customer_id", "amount", "day_first"]
    assert mapping == {"ledger": {"customer_id": "Custmer", "amount": "Revenue"}, "options": {"day_first": True}}
    assert book.ledger.aggregate("sum(cents)::BIGINT, min(date)::VARCHAR").fetchall() == [(400, "2024-03-05")]
    (tmp_path / "m.toml").write_text(mapping_text(path, mapping=mapping), "utf-8")
    again = open_book(path, mapping=tmp_path / "m.toml")
    assert again.ledger.fetchall() == book.ledger.fetchall()


def test_nothing_is_written_over_without_being_told(tmp_path):
    (tmp_path / "m.toml").write_text("mine", "utf-8")
    with pytest.raises(BookError, match="--force"):
        write_mapping(tmp_path / "m.toml", "x")
    write_mapping(tmp_path / "m.toml", "x", force=True)
    assert (tmp_path / "m.toml").read_text("utf-8") == "x"


def test_what_would_be_asked_next_stands_in_the_same_file(tmp_path):
    """No header, then two currencies: one file, in which a line is chosen."""
    path = tmp_path / "invoices.csv"
    rows = [(k, "USD" if k == 4 else "$", "Ana" if k % 2 else "Bob", 70 + k % 2, 10 * k) for k in range(1, 7)]
    kinds = ["6 - Factura B", "201 - Factura de Credito Electronica MyPyMEs (FCE) A", "3 - Nota de Credito A"]
    lines = [f"{k},{c},{n},2024-01-{k:02},{i},{12 * a / 10},{a / 5},{a},{kinds[k % 3]}" for k, c, n, i, a in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(Unsettled) as refused:
        open_book(path)
    text = mapping_text(path, refused=refused.value)
    line = 'only_currency = "$"'
    assert f"# choose one: {line}" in text
    book = open_book(path, mapping=tomllib.loads(text.replace(f"# choose one: {line}", line)))
    net, who = book.ledger.aggregate("sum(cents)::BIGINT, count(DISTINCT customer_id)").fetchall()[0]
    assert (net, who) == (10_00 - 20_00 + 30_00 - 50_00 + 60_00, 2)
