"""Formats: what a tool's export is known by, and how it is read. Each is a TOML file in this folder, or the user's.

A format is a mapping with a signature. It says nothing that a user's `--mapping` could not say, and that wins over it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kamlib.book.errors import BookError
from kamlib.book.mapping import ColumnNames, header_like, key, mapping_of_sections, read_toml
from kamlib.book.options import known
from kamlib.book.source.part import Part
from kamlib.tables import TABLES

FOLDER = Path(__file__).parent
FEWEST = 3  # columns of any table
SHOWN = 4  # names of a signature
LOOKED_AT = 10  # rows of a file without a header
OTHER_USES = {"ledger": "tenders"}  # deals are sales where nothing else is the ledger, and tenders beside one


@dataclass(frozen=True)
class Format:
    """What one tool writes.

    Attributes
    ----------
    name : str
        As a page calls it: "Shopify, orders".
    source : str
        Where its header and its rules are documented, or were seen.
    signature : tuple of tuple of str
        Names in its header that give it away, in small letters; of each group one must be there.
    rows : str
        Of a tool that writes no header, in place of a signature: what each of its lines looks like, a regular
        expression.
    names : ColumnNames
        Which column is which, and its rules. The first section is what a file of it is, unless its own name or
        the other files say otherwise.
    note : str
        What a reader of the file should know, told whenever it was seen.
    """

    name: str
    source: str
    signature: tuple[tuple[str, ...], ...]
    names: ColumnNames
    rows: str = ""
    note: str = ""

    @property
    def table(self) -> str:
        """What a file of it is."""
        return next(iter(self.names.tables))

    def seen_in(self, headers: Mapping[str, str]) -> int:
        """How many names of its signature these are, by their `key`; 0 unless it is all of them."""
        return len(self.signature) if self.signature and all(_one_of(g, headers) for g in self.signature) else 0

    def why(self, headers: Sequence[str]) -> str:
        """What it was known by, in words."""
        if not self.signature:
            return "by the form of its lines"
        there = {key(h): h for h in headers}
        said = [_one_of(group, there) for group in self.signature]
        more = f" and {len(said) - SHOWN} more" if len(said) > SHOWN + 1 else ""
        return f"by its columns {', '.join(map(repr, said[: SHOWN if more else None]))}{more}"


def _one_of(group: Sequence[str], headers: Mapping[str, str]) -> str | None:
    return next(filter(None, (header_like(name, headers) for name in group)), None)


def load_formats(folder: str | Path | None = None) -> tuple[Format, ...]:
    """The formats that come with this library, and those of a folder, which win where both fit.

    Raises
    ------
    BookError
        There is no such folder, nothing in it, or one of its files is no format.
    """
    if folder is None:
        return _own()
    files = sorted(Path(folder).glob("*.toml"))
    if not files:
        raise BookError(f"There is no format in {folder}: a format is a file that ends in .toml; see docs/ledgers.md.")
    return (*(load_format(f) for f in files), *_own())


@cache
def _own() -> tuple[Format, ...]:
    return tuple(load_format(f) for f in sorted(FOLDER.glob("*.toml")))


def load_format(file: Path) -> Format:
    """One format; `BookError` says what is wrong with the file."""
    sections, where = read_toml(file), file.name
    head = sections.get("format")
    if not isinstance(head, Mapping):
        raise BookError(
            f'{where}: a format begins with a section [format], with name = "...", source = "..." and a signature: '
            'signature = ["Name", "Financial Status"], names of its header that no other tool has together.'
        )
    for line in head:
        known(line, ("name", "source", "signature", "rows", "note"), f"{where}: [format] has no", "lines")
    name, source, note, rows = (head.get(k, "") for k in ("name", "source", "note", "rows"))
    signature = head.get("signature", [])
    groups = tuple(map(_group, signature)) if isinstance(signature, list) else ((),)
    if not all(isinstance(t, str) for t in (name, source, note, rows)) or not (name and source):
        raise BookError(f'{where}: [format] needs name = "..." and source = "...", in quotation marks.')
    if not all(groups) or bool(groups) == bool(rows):
        raise BookError(
            f'{where}: [format] needs signature = ["Name", ["Zip", "ZIP"]], a list of names of its header (a list in '
            "it: one of them), or, of a file that has no header, rows = '...', a regular expression."
        )
    try:
        re.compile(rows)
    except re.error as error:
        raise BookError(f"{where}: rows is no regular expression: {error}.") from None
    names = mapping_of_sections(sections, where)
    if not names.tables:
        raise BookError(f"{where}: it says of no column what it is: a section [ledger], or one of {', '.join(TABLES)}.")
    return Format(name, source, groups, names, rows, note)


def _group(of: object) -> tuple[str, ...]:
    """One name of a signature, or several for one; empty where it is none."""
    found = [of] if isinstance(of, str) else of if isinstance(of, list) else []
    return tuple(map(key, found)) if all(isinstance(n, str) and n.strip() for n in found) else ()


def format_of(headers: Sequence[str], formats: Sequence[Format], table: str = "") -> Format | None:
    """The format that a header gives away: that with the longest signature, of two as long the first.

    Parameters
    ----------
    headers : sequence of str
    formats : sequence of Format
    table : str
        Where it is known which table it is: only formats that say how that is read.

    Examples
    --------
    >>> format_of(["Customer", "Date", "Net"], load_formats()) is None
    True
    """
    there = {key(h): h for h in headers if h}
    if len(there) < FEWEST:  # each row that could be a header is compared with each format
        return None
    seen = [(f.seen_in(there), f) for f in formats if not table or table in f.names.tables]
    best = max(seen, key=lambda s: s[0], default=(0, None))
    return best[1] if best[0] else None


def format_of_rows(lines: Sequence[str], formats: Sequence[Format]) -> Format | None:
    """The format whose lines these are, of a file that has no header."""
    shown = [line.rstrip("\r\n")[:500] for line in lines if line.strip()][:LOOKED_AT]
    return next((f for f in formats if f.rows and shown and all(re.fullmatch(f.rows, s) for s in shown)), None)


def recognised(part: Part, formats: Sequence[Format], *, named: bool = False) -> Part:
    """A part that knows its format, if it has any; what it is comes from there unless its name has said it."""
    found = part.format or format_of(part.headers, formats, part.table if named else "")
    if found is None:
        return part
    part.format = found
    part.table = part.table if named else found.table
    return part


def formats_in_words(parts: Sequence[Part]) -> tuple[str, ...]:
    """A sentence for each format that was seen: in which files, by what, and what is to be known of it."""
    of: dict[str, list[Part]] = {}
    for part in parts:
        if part.format is not None:
            of.setdefault(part.format.name, []).append(part)
    said = []
    for name, seen in of.items():
        files = seen[0].where + (f" and {len(seen) - 1} more" if seen[1:] else "")
        note = seen[0].format.note
        said.append(f"{files}: read as {name}, {seen[0].format.why(seen[0].headers)}." + (f" {note}" if note else ""))
    return tuple(said)


def unseen_formats(parts: Sequence[Part], formats: Sequence[Format]) -> list[str]:
    """Formats of the user's that no file fits, each with the names that its likeliest file lacks."""
    known = {id(f) for f in (*_own(), *(p.format for p in parts))}
    notes = []
    for format_ in (f for f in formats if id(f) not in known and f.signature):
        lacks = {
            p.where: [g[0] for g in format_.signature if not _one_of(g, {key(h): h for h in p.headers})] for p in parts
        }
        where, names = min(lacks.items(), key=lambda item: len(item[1]))
        if not names:
            notes.append(f"The format {format_.name} fits {where}, and another one says more of it.")
        elif len(names) < len(format_.signature):
            said = ", ".join(map(repr, names[:SHOWN]))
            notes.append(f"The format {format_.name} fits no file: of its signature {where} lacks {said}.")
    return notes


def names_for(part: Part, names: ColumnNames) -> ColumnNames:
    """What is said of one part: by the user, and below that by its format."""
    if part.format is not None:
        return names.over(part.format.names, part.table, part.headers)
    return names.over(ColumnNames(), part.table, part.headers)


def deals_beside_a_ledger(parts: Sequence[Part]) -> None:
    """Deals that stand in one folder with invoices are the same sales: they are tenders there."""
    for table, other in OTHER_USES.items():
        both = [p for p in parts if p.table == table and p.format is not None and other in p.format.names.tables]
        if len(both) == sum(p.table == table for p in parts):
            continue
        for part in both:
            part.table = other
            part.notes.append(f"{part.where}: other files are the {table}, so it is read as the table {other}.")
