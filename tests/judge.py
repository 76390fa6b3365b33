"""A judge of ledgers: what must come of a small ledger, written down beforehand, and whether it did.

The right answers come from the ledgers themselves, worked out by hand, and not from what the reader says of them.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from kamlib.book import BookError, open_book

APART_SECONDS = 30  # of a ledger that could take the process with it


@dataclass(frozen=True, eq=False)
class Kind:
    """A ledger, and what is right.

    `cents` None: it must be refused, with `says` in the message. `refusable` not None: it may be refused as well,
    with these words. Words are regular expressions, case does not count. `pasted`: totals of which one must come out
    once the lines of the refusal stand in the mapping. `by`: total of each customer (None: of nobody).
    """

    name: str
    source: object  # text, bytes, or a function that makes bytes or frames; of a folder, those by file name
    cents: int | None = None
    by: dict | None = None
    lines: int | None = None
    days: tuple[str, str] | None = None  # first and last
    names: dict[str, str] = field(default_factory=dict)  # of customers
    currency: str | None = None
    told: tuple[str, ...] = ()  # in notes, problems, or what was not sold
    says: tuple[str, ...] = ()  # of a refusal
    refusable: tuple[str, ...] | None = None
    pasted: tuple[int, ...] = ()
    left_out: int | None = None  # cents
    refunded: int | None = None
    kept: dict[str, list] = field(default_factory=dict)  # columns of book.ledger and what they hold, sorted
    file: str = "ledger.csv"
    mapping: dict | None = None
    apart: bool = False  # in a process of its own, since it has taken the process down before


def written(kind: Kind, folder: Path):
    """The source as `open_book` takes it: a path with its content, or frames."""
    made = kind.source() if callable(kind.source) else kind.source
    if not isinstance(made, (str, bytes, Mapping)):
        return made
    if isinstance(made, Mapping) and kind.file == "":
        return made  # frames by table
    path = folder / kind.file
    for name, content in made.items() if isinstance(made, Mapping) else [("", made)]:
        target = path / name if name else path
        target.parent.mkdir(parents=True, exist_ok=True)
        content = content() if callable(content) else content
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def judge(kind: Kind, folder: Path) -> None:
    """Open the ledger; an assertion fails where what comes of it is not right."""
    source = written(kind, folder)
    if kind.apart:
        _survives(source)
    try:
        book = open_book(source, mapping=kind.mapping)
    except BookError as refused:
        message = str(refused).replace(str(folder), "")  # its name holds words of the case
        assert kind.cents is None or kind.refusable is not None, f"refused: {message}"
        _judge_refusal(kind, message, source)
    else:
        assert kind.cents is not None, f"read as {_total(book)}, and should be refused; notes {book.notes}"
        _judge_book(kind, book)
        book.con.close()


def _judge_refusal(kind: Kind, message: str, source) -> None:
    for words in (*kind.says, *(kind.refusable or ())):
        assert re.search(words, message, re.IGNORECASE), f"{words!r} is not said: {message}"
    if isinstance(source, Path):
        names = [source.name, *(p.name for p in source.rglob("*"))]
        of_the_book = re.search("ledger|mapping|same_customer", message[:80])
        assert of_the_book or any(n in message for n in names), f"which file? {message}"
    assert len(message) < 6000 and "Traceback" not in message and "\ufffd" not in message
    if kind.pasted:
        mapping = _merged(kind.mapping, offered(message))
        total = _total(open_book(source, mapping=mapping))
        assert total in kind.pasted, f"{total} once {mapping} is pasted; offered: {message}"


def _judge_book(kind: Kind, book) -> None:
    total = _total(book)
    assert total == kind.cents, f"total {total}, not {kind.cents}; notes {book.notes}"
    n = book.ledger.aggregate("count(*)").fetchall()[0][0]
    assert book.rows_read == book.rows_set_aside + n
    assert kind.lines in (None, n), f"{n} lines, not {kind.lines}"
    if kind.by is not None:
        per = book.ledger.aggregate("customer_id, sum(cents)::BIGINT", "customer_id").fetchall()
        assert dict(per) == kind.by, f"{dict(per)}; notes {book.notes}"
    if kind.days:
        first, last = book.ledger.aggregate("min(date)::VARCHAR, max(date)::VARCHAR").fetchall()[0]
        assert (first, last) == kind.days, f"{first} to {last}"
    assert kind.currency in (None, book.currency), book.currency
    names = book.names(kind.days[1] if kind.days else "2024-12-31") if kind.names else {}
    assert {c: names.get(c) for c in kind.names} == kind.names, f"names {dict(names)}"
    _judge_kept(kind, book)
    _judge_not_sold(kind, book)
    said = all_said(book)
    for words in kind.told:
        assert re.search(words, said, re.IGNORECASE), f"{words!r} is not told: {said}"


def _judge_kept(kind: Kind, book) -> None:
    columns = {c.lower(): c for c in book.ledger.columns}
    for name, values in kind.kept.items():
        assert name.lower() in columns, f"no column {name!r} in the ledger: {book.ledger.columns}"
        quoted = '"' + columns[name.lower()].replace('"', '""') + '"'
        rows = book.ledger.project(f"CAST({quoted} AS VARCHAR)").fetchall()
        assert sorted(v for (v,) in rows if v is not None) == sorted(values)


def _judge_not_sold(kind: Kind, book) -> None:
    if kind.left_out is None and kind.refunded is None:
        return
    sums = book.not_sold.groupby("treatment")["cents"].sum()
    if kind.left_out is not None:
        assert abs(int(sums.get("left out", 0))) == kind.left_out, book.not_sold
    if kind.refunded is not None:
        assert abs(int(sums.get("refunded", 0))) == kind.refunded, book.not_sold


def all_said(book) -> str:
    """All that a reader is told of how a book was read."""
    parts = [*book.notes]
    for column in ("column", "cause", "value", "treatment"):
        parts += map(str, book.problems[column])
    not_sold = getattr(book, "not_sold", None)
    if not_sold is not None:
        parts += [str(v) for row in not_sold.itertuples(index=False) for v in row]
    return "\n".join(parts)


def _total(book) -> int:
    return book.ledger.aggregate("coalesce(sum(cents), 0)::BIGINT").fetchall()[0][0]


def offered(message: str) -> dict:
    """The lines of a mapping file that a refusal offers, as a mapping.

    Examples
    --------
    >>> offered('l.csv: which is it? Paste:\\n[ledger]\\namount = "Net"   # or "Gross"')
    {'ledger': {'amount': 'Net'}}
    """
    toml = r'\s*(\[\w+\]\s*(#.*)?|(\w+|"[^"]*")\s*=\s*("|\[|true|false|\d).*)'
    lines = [line for line in message.splitlines() if re.fullmatch(toml, line)]
    assert lines, f"there is nothing to paste: {message}"
    return tomllib.loads("\n".join(lines))


def _merged(given: dict | None, more: dict) -> dict:
    given = dict(given or {})
    return given | {section: {**given.get(section, {}), **lines} for section, lines in more.items()}


_OPEN = """
import sys
from kamlib.book import BookError, open_book
try:
    open_book(sys.argv[1])
except BookError:
    pass
"""


def _survives(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _OPEN, str(path)], capture_output=True, timeout=APART_SECONDS)
    assert done.returncode == 0, f"the process ended with {done.returncode}: {done.stderr.decode()[-500:]}"


def sheet(*rows, then=None, **more):
    """A workbook of a sheet `Sales` with these rows; more sheets by name; `then(page)` does the rest."""

    def make() -> bytes:
        book, sink = openpyxl.Workbook(), io.BytesIO()
        book.active.title = "Sales"
        for name, content in {"Sales": rows, **more}.items():
            page = book[name] if name in book.sheetnames else book.create_sheet(name)
            for row in content:
                page.append(row)
        if then:
            then(book["Sales"])
        book.save(sink)
        return sink.getvalue()

    return make


def zipped(**files):
    """A ZIP archive; of a name the last `_` is its dot: `sales_csv`."""

    def make() -> bytes:
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(".".join(name.rsplit("_", 1)), content)
        return sink.getvalue()

    return make


def database(connect, *statements):
    """The bytes of a database in which these statements were run."""

    def make() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "made.db"
            con = connect(str(path))
            for statement in statements:
                con.execute(statement)
            con.commit()
            con.close()
            return path.read_bytes()

    return make
