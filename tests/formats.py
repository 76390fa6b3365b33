"""Invented rows under the header of each tool: what must come of them; and the page of formats, made from both.

`tests/formats/<format>.toml` stands beside `kamlib/book/formats/<format>.toml`. Each case has a `header` and `rows`
(cells between `|`; `cells` names the columns that are filled, where not all are), or the `file` as it is.
"""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from kamlib.book.formats import FOLDER, Format, load_format
from kamlib.book.skeleton import OPTIONS

HERE = Path(__file__).with_name("formats")
LEDGER = "customer_id,date,amount\nzz,2024-01-02,1.00\n"  # beside which other tables stand


@dataclass(frozen=True)
class Case:
    """One file of a format, and what is right: money as text, days and ids as text."""

    stem: str
    name: str
    header: str = ""
    rows: str = ""
    cells: str = ""
    above: str = ""  # lines above the header
    below: str = ""
    sep: str = ","
    file: str = ""
    encoding: str = "utf-8"
    table: str = "ledger"
    total: str = ""
    customers: dict[str, str] = field(default_factory=dict)
    left_out: str = "0.00"
    refunded: str = "0.00"
    days: list[str] = field(default_factory=list)
    currency: str = ""
    told: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)  # of another table
    expected: list[list[str]] = field(default_factory=list)

    def text(self) -> str:
        """The file."""
        if self.file:
            return self.file.lstrip("\n")
        header = next(csv.reader([self.header], delimiter=self.sep))
        filled = self.cells.split("|") if self.cells else header
        sink = io.StringIO()
        out = csv.writer(sink, delimiter=self.sep, lineterminator="\n")
        out.writerow(header)
        for line in self.rows.strip("\n").split("\n"):
            row = dict(zip(filled, line.split("|"), strict=True))
            unknown = row.keys() - set(header)
            assert not unknown, unknown
            out.writerow([row.get(h, "") for h in header])
        return self.above.lstrip("\n") + sink.getvalue() + self.below.lstrip("\n")


def formats() -> dict[str, Format]:
    """Every format by the name of its file."""
    return {file.stem: load_format(file) for file in sorted(FOLDER.glob("*.toml"))}


def cases() -> list[Case]:
    """Every case."""
    files = sorted(HERE.glob("*.toml"))
    return [Case(f.stem, **case) for f in files for case in tomllib.loads(f.read_text("utf-8"))["case"]]


def cents(money: str) -> int:
    """Money in words of a case, in cents."""
    return int(Decimal(money) * 100)


def page() -> str:
    """The formats as a table of Markdown."""
    of: dict[str, list[Case]] = {}
    for case in cases():
        of.setdefault(case.stem, []).append(case)
    lines = ["| format | known by | its header comes from | what comes of invented rows |", "|---|---|---|---|"]
    for stem, format_ in formats().items():
        known = "its lines" if format_.rows else ", ".join(f"`{'` or `'.join(g)}`" for g in _written(stem))
        came = "; ".join(f"{case.name}: {_came(case)}" for case in of.get(stem, []))
        lines.append(f"| `{stem}`: {format_.name} | {known} | {format_.source} | {came} |")
    return "\n".join(lines)


def options_page() -> str:
    """Every option, for the same page."""
    rows = [f"| `{name} = {example}` | {says} |" for name, example, says in OPTIONS]
    return "\n".join(["| under `[options]`, for example | what it says |", "|---|---|", *rows])


def _came(case: Case) -> str:
    n = len(case.customers)
    return f"{case.total} net, {n} customer{'s' * (n != 1)}" if case.total else f"table {case.table}"


def _written(stem: str) -> list[list[str]]:
    """A signature as it is written."""
    head = tomllib.loads((FOLDER / f"{stem}.toml").read_text("utf-8"))["format"]
    return [[g] if isinstance(g, str) else g for g in head["signature"]]
