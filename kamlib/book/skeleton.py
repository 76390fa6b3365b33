"""The mapping a book is opened with, as a commented TOML file to be edited and passed back."""

from __future__ import annotations

import difflib
import json
from dataclasses import replace
from pathlib import Path

from kamlib.book import mapping_of
from kamlib.book.errors import BookError
from kamlib.book.mapping import ColumnNames, Options, load_mapping
from kamlib.book.roles.names import positions
from kamlib.book.roles.synonyms import of_column, plain
from kamlib.book.source.files import connect, read_parts
from kamlib.book.source.part import Part
from kamlib.tables import TABLES, Table

HEAD = """\
# How the columns of a book are read. Edit it, then:  kam check BOOK --mapping THIS_FILE
# A line that begins with # is not used. Left: our name; right: the column of your file, exactly as it stands there.
"""
OPTIONS = (
    ("decimal", '"."', 'decimal sign of numbers that are text: "." or ","; found out where not given'),
    ("day_first", "true", "whether 05/03/2024 is 5 March; found out where not given"),
    ("year_first", "false", "whether 24-01-05 is of 2024"),
    ("currency", '"EUR"', "currency of the amounts, where no column says it"),
    ("encoding", '"cp1256"', "of text files; found out where not given"),
    ("excel_1904", "true", "day numbers count from 1904"),
    ("earliest_date", "1980-01-01", "an earlier date is set aside as implausible"),
    ("latest_date", "2035-12-31", "a later one too; without it, 2099-12-31"),
)
TAIL = """
# [rates]            # the worth of one unit, in the book's currency
# USD = 0.92

# [same_customer]    # ids that are one customer: the left is merged into the right
# "K002" = "K001"
"""


def mapping_text(source, *, mapping=None) -> str:
    """The mapping with which `open_book` reads a source: every column of its tables and every option, commented.

    Works for a source that is refused for its columns, too: what is missing is guessed, marked, and left out.

    Parameters
    ----------
    source, mapping
        As for `kamlib.book.open_book`.

    Returns
    -------
    str
        TOML that `open_book(mapping=...)` takes.

    Raises
    ------
    BookError
        The source cannot be read at all.
    """
    names = load_mapping(mapping_of(source, mapping))
    con = connect()
    first: dict[str, Part] = {}
    for part in read_parts(con, source, names):
        first.setdefault(part.table, part)
    sections = [_table(TABLES[n], part, names.tables.get(n, {})) for n, part in first.items()]
    if "rates" in first and names.rates:  # a section stands once: columns of the table, then the mapping's own rates
        sections[list(first).index("rates")] += "\n".join(_rates(names)) + "\n"
        names = replace(names, rates={})
    return "\n".join([HEAD, *sections, _options(names.options), _rest(names)])


def write_mapping(path: Path, text: str, *, force: bool = False) -> None:
    """Write it; `BookError` where there is such a file already and nobody said that it may go."""
    if path.exists() and not force:
        raise BookError(f"{path} is there already. Give another name, or --force to write over it.")
    path.write_text(text, encoding="utf-8")


def _table(table: Table, part: Part, mapping: dict[str, str]) -> str:
    """A section: `column = "header"` where it is certain, a comment where it is a guess or nothing is like it."""
    found, taken = {}, set()
    for column in table.names:
        if column in mapping:
            hits = [i for i, h in enumerate(part.headers) if h == mapping[column]]
        else:
            hits = positions(column, part.headers, table, mapping)
        taken |= set(hits)
        found[column] = [part.headers[i] for i in hits]
    rest = [h for i, h in enumerate(part.headers) if h and i not in taken]
    lines = [f"[{table.name}]   # {part.where}".replace("\n", " ")]
    for column in table.columns:
        says = f"# {column.meaning}" + ("; required" if column.required else "")
        headers = found[column.name]
        if len(headers) == 1:
            lines.append(f"{column.name} = {_quoted(headers[0])}   {says}")
        elif headers:
            lines += [f"# {column.name} = {_quoted(h)}   # could be; choose one. {says[2:]}" for h in headers]
        else:
            guess = _guess(table.name, column.name, rest)
            lines.append(f"# {column.name} = {_quoted(guess or '...')}   {'# a guess. ' + says[2:] if guess else says}")
    if rest:
        lines.append(f"# columns not used: {', '.join(map(_quoted, rest[:50]))}")
    return "\n".join(lines) + "\n"


def _guess(table: str, column: str, headers: list[str]) -> str:
    known = {plain(column), *of_column(table, column)}
    near = {h: max(difflib.SequenceMatcher(None, plain(h), k).ratio() for k in known) for h in headers[:200]}
    best = max(near, key=near.get, default="")
    return best if best and near[best] >= 0.7 else ""


def _options(options: Options) -> str:
    lines = ["[options]"]
    for name, example, says in OPTIONS:
        value = getattr(options, name)
        given = value != getattr(Options(), name)
        shown = _toml(value) if given else example
        lines.append(f"{'' if given else '# '}{name} = {shown}   # {says}")
    return "\n".join(lines) + "\n"


def _rest(names: ColumnNames) -> str:
    lines = []
    if names.rates:
        lines += ["[rates]", *_rates(names), ""]
    if names.same_customer:
        lines += ["[same_customer]", *(f"{_quoted(a)} = {_quoted(b)}" for a, b in names.same_customer.items()), ""]
    return "\n".join(lines) + TAIL


def _rates(names: ColumnNames) -> list[str]:
    return [f"{_quoted(c)} = {r:f}" for c, r in names.rates.items()]


def _toml(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    """A TOML string: JSON's, but DEL must be written out, and no half of a pair of signs can stand alone."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
