"""Every format on invented rows under its tool's header: the right total, customers, days; and it is told."""

from __future__ import annotations

import re

import pytest
from formats import LEDGER, Case, cases, cents, formats

from kamlib.book import BookError, open_book
from kamlib.book.formats import format_of, load_formats
from kamlib.book.mapping import key

FORMATS, CASES = formats(), cases()


def opened(case: Case, folder):
    """The book of a case: a file, or a folder in which it stands beside a ledger."""
    path = folder / "export.csv"
    path.write_bytes(case.text().encode(case.encoding))
    if case.table == "ledger":
        return open_book(path)
    (folder / "ledger_2024.csv").write_text(LEDGER)
    return open_book(folder)


def tried():
    """The first case of every format; the others in `make acceptance`."""
    first = {c.stem: c for c in reversed(CASES)}
    more = pytest.mark.acceptance
    return [pytest.param(c, id=f"{c.stem}: {c.name}", marks=() if c is first[c.stem] else more) for c in CASES]


@pytest.mark.parametrize("case", tried())
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
            there = {key(h): h for h in headers}
            assert format_of(headers, tuple(FORMATS.values())).name == FORMATS[case.stem].name
            others = [f for s, f in FORMATS.items() if s != case.stem and f.seen_in(there)]
            assert all(f.seen_in(there) < FORMATS[case.stem].seen_in(there) for f in others), (case.stem, others)


TILL = """
[format]
name = "Till"
source = "its manual"
signature = ["Receipt", ["Member", "Mitglied"], "Net"]
[ledger]
customer_id = ["Member", "Mitglied"]
date = "Sold at"
amount = "Net"
state = ["State", "Kind"]
[options]
not_sold = ["parked"]
credit = ["back"]
"""
RECEIPTS = """Receipt,Mitglied,Net,Gross,Sold at,State,Kind
1,m1,10.00,12.00,2024-01-05,,
2,m2,5.00,6.00,2024-01-06,parked,
3,m2,7.00,8.40,2024-01-07,,
4,m2,2.00,2.40,2024-01-08,,back
"""


@pytest.fixture
def till(tmp_path):
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats/till.toml").write_text(TILL)
    (tmp_path / "receipts.csv").write_text(RECEIPTS)
    return tmp_path


def totals(book) -> dict:
    return dict(book.ledger.aggregate("customer_id, sum(cents)::BIGINT", "customer_id").fetchall())


def test_a_format_of_ones_own(till):
    book = open_book(till / "receipts.csv", formats=till / "formats")
    assert totals(book) == {"m1": 1000, "m2": 500}
    assert book.formats == ("receipts.csv: read as Till, by its columns 'Receipt', 'Mitglied', 'Net'.",)
    assert book.notes[0] == book.formats[0]


def test_a_mapping_wins_over_a_format(till):
    book = open_book(till / "receipts.csv", formats=till / "formats", mapping={"ledger": {"amount": "Gross"}})
    assert totals(book) == {"m1": 1200, "m2": 600}


def test_only_named_states_are_sales_where_a_format_says_so(till):
    (till / "formats/till.toml").write_text(TILL.replace('not_sold = ["parked"]', 'sold = ["done"]'))
    (till / "receipts.csv").write_text(RECEIPTS.replace(",,\n", ",done,\n"))
    assert totals(open_book(till / "receipts.csv", formats=till / "formats")) == {"m1": 1000, "m2": 500}


def test_other_accounts_are_left_out(till):
    (till / "formats/till.toml").write_text(TILL + "customer_pattern = 'm1'\n")
    book = open_book(till / "receipts.csv", formats=till / "formats")
    assert totals(book) == {"m1": 1000}
    assert "no customer by its id" in set(book.not_sold["state"])


def test_a_table_that_is_no_ledger_says_where_to_put_it(till):
    (till / "formats/till.toml").write_text(
        TILL.split("[ledger]")[0] + '[contacts]\ncustomer_id = ["Member", "Mitglied"]\n'
    )
    with pytest.raises(BookError, match=r"is Till .*: the table contacts of a book, and no ledger"):
        open_book(till / "receipts.csv", formats=till / "formats")


HEAD, NET = '[format]\nname = "T"\nsource = "s"\n', '[ledger]\namount = "Net"'


@pytest.mark.parametrize(
    "text, says",
    [
        (NET, r"a format begins with a section \[format\]"),
        (f'[format]\nname = "T"\n{NET}', 'needs name = "..." and source'),
        (HEAD + NET, "needs signature"),
        (f"{HEAD}signature = [1]\n{NET}", "needs signature"),
        (f"{HEAD}signature = 5\n{NET}", "needs signature"),
        (f'{HEAD}signature = "abc"\n{NET}', "needs signature"),
        (f'{HEAD}signature = ["a"]\nrows = "a"\n{NET}', "needs signature"),
        (f'{HEAD}rows = "("\n{NET}', "no regular expression"),
        (f'{HEAD}signature = ["a"]', "it says of no column what it is"),
        (f'{HEAD}signatures = ["a"]', "Did you mean 'signature'"),
        (f'{HEAD}signature = ["a"]\n[ledger]\namout = "Net"', "Did you mean 'amount'"),
        (f'{HEAD}signature = ["a"]\n[values.tenders]\noutcome = {{a = "gone"}}', "cannot be 'gone'"),
    ],
)
def test_what_is_no_format_is_refused_in_words(text, says, tmp_path):
    (tmp_path / "t.toml").write_text(text)
    with pytest.raises(BookError, match=says):
        load_formats(tmp_path)


def test_a_folder_without_formats_is_told(tmp_path):
    with pytest.raises(BookError, match="There is no format in"):
        load_formats(tmp_path)


def test_the_command_line_takes_formats(till, capsys):
    from kamlib.cli import app

    app(["check", f"{till / 'receipts.csv'}", "--formats", f"{till / 'formats'}"], standalone_mode=False)
    assert "Format: receipts.csv: read as Till" in capsys.readouterr().out


def test_tickets_find_their_account_by_name(till):
    named = RECEIPTS.replace("Gross", "Name").replace("12.00", "Anna").replace("8.40", "Bert")
    (till / "receipts.csv").write_text(named)
    (till / "formats/till.toml").write_text(TILL.replace('amount = "Net"', 'amount = "Net"\ncustomer_name = "Name"'))
    (till / "incidents.csv").write_text("customer_id,date,kind\nANNA,2024-01-09,late\nnobody,2024-01-09,late\n")
    (till / "keep").mkdir()
    for name in ("receipts.csv", "incidents.csv"):
        (till / name).rename(till / "keep" / name)
    book = open_book(till / "keep", formats=till / "formats")
    assert book.tables["incidents"]["customer_id"].tolist() == ["m1", "nobody"]
    said = "\n".join(book.notes)
    assert "incidents: 1 of 2 customers are found by their name" in said
    assert "incidents: 1 of 2 customers are not in the ledger ('nobody')" in said


def test_a_format_that_fits_nothing_is_named(till):
    (till / "receipts.csv").write_text(RECEIPTS.replace("Receipt", "Slip"))
    book = open_book(till / "receipts.csv", formats=till / "formats")
    assert any("The format Till fits no file" in note and "lacks 'receipt'" in note for note in book.notes)


def test_a_sign_can_say_that_it_was_no_sale(till):
    (till / "formats/till.toml").write_text(TILL + 'not_sold_if_negative = ["done"]\n')
    (till / "receipts.csv").write_text(RECEIPTS.replace(",,\n", ",done,\n").replace("7.00", "-7.00"))
    assert totals(open_book(till / "receipts.csv", formats=till / "formats")) == {"m1": 1000, "m2": -200}


@pytest.mark.parametrize(
    "mapping, says",
    [
        ({"options": {"not_sold": ["/(/"]}}, "option not_sold is a list of states"),
        ({"options": {"customer_pattern": "("}}, "is a regular expression"),
        ({"values": {"tenders": {"outcome": {"a": 1}}}}, "takes lines such as outcome"),
        ({"values": {"ledger": {"amount": {"a": "b"}}}}, "no list of words 'amount'"),
        ({"ledger": {"customer_id": []}}, "of several names the first"),
        ({"ledger": {"subtotal": "Nope"}}, "takes subtotal from 'Nope', and there is no such column"),
    ],
)
def test_what_a_mapping_cannot_say_is_refused_in_words(mapping, says, till):
    with pytest.raises(BookError, match=says):
        open_book(till / "receipts.csv", mapping=mapping)
