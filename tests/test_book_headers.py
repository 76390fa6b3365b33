"""Real header lines of sales files and of tools' exports, over invented rows: the right columns and the exact total.

The headers stand in `tests/headers/`, each with its source and with what an analyst says of it: which column is what
(a list: each of them would do), the net total, or what must be asked for. What is not said is not tested.
"""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest

from kamlib.book import BookError, open_book
from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.decide import roles_of
from kamlib.book.source.files import connect, read_parts

pytestmark = pytest.mark.acceptance  # long, of one kind

FILES = sorted(Path(__file__).with_name("headers").glob("*.toml"))
TOLD = [(f.stem, case) for f in FILES for case in tomllib.loads(f.read_text("utf-8"))["case"]]
CASES = [pytest.param(case, id=f"{kind}: {case['name']}") for kind, case in TOLD]
ROLES = ("customer_id", "date", "quantity", "unit_price", "order_id", "tax", "currency")


def written(case: dict) -> str:
    """The file: the whole header, and the rows, which may fill some of its columns only."""
    sep = case.get("sep", ",")
    header = next(csv.reader([case["header"]], delimiter=sep))
    filled = case["cells"].split("|") if "cells" in case else header
    text = io.StringIO()
    out = csv.writer(text, delimiter=sep, lineterminator="\n")
    out.writerow(header)
    for line in case["rows"].strip().split("\n"):
        cells = dict(zip(filled, line.split("|"), strict=True))
        assert cells.keys() <= set(header)
        out.writerow([cells.get(h, "") for h in header])
    return text.getvalue()


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr("kamlib.book.load_formats", lambda folder: ())  # what is found without them is tried here

    def write(case: dict) -> Path:
        path = tmp_path / "export.csv"
        path.write_text(written(case), "utf-8")
        return path

    return write


def picked(path: Path) -> dict:
    """Which header was taken for what; `state` is all that can say whether a line was sold."""
    con = connect()
    part = read_parts(con, path)[0]
    roles = roles_of(con, part, ColumnNames())
    found = {ours: part.headers[i] for ours, i in roles.found.items() if ours != "state"}
    found["amount"] = "quantity x unit price" if roles.amount.column is None else part.headers[roles.amount.column]
    return found | {"state": [part.headers[i] for i, _ in roles.states]}


def any_of(said) -> list[str]:
    return said if isinstance(said, list) else [said]


def cents(book) -> int:
    return int(book.ledger.aggregate("coalesce(sum(cents), 0)").fetchall()[0][0])


@pytest.mark.parametrize("case", CASES)
def test_a_real_header(case, file):
    path = file(case)
    if "refused" in case:
        with pytest.raises(BookError) as said:
            open_book(path)
        assert case["refused"] in str(said.value).split("The file has:")[0]
        return
    found = picked(path)
    for role in (*ROLES, "amount"):
        if role in case:
            assert found.get(role) in any_of(case[role]), f"{role}: {found}"
    assert set(any_of(case.get("state", []))) <= set(found["state"])
    assert f"{cents(open_book(path)) / 100:.2f}" == case["total"], f"{found}"


def test_there_are_many_and_each_says_where_it_is_from():
    said = [p.values[0] for p in CASES]
    assert len({c["name"] for c in said}) == len(said) >= 110
    assert all(c["source"] and c["header"] and c["rows"] for c in said)
    assert all("total" in c or "refused" in c for c in said)
