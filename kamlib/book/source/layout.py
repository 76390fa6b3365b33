"""How a text file is laid out: what stands between its cells, where its header is, and what its columns are called."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kamlib.book.errors import Question, Unsettled
from kamlib.book.formats import Format, format_of_rows
from kamlib.book.mapping import ColumnNames
from kamlib.book.options import Options
from kamlib.book.source.encoding import BLANK_CELL, LEFT_OUT
from kamlib.book.source.header import LOOKED_AT, columns_without_header, header_row, refuse_headerless
from kamlib.book.source.part import refuse_wide

DELIMITERS = (",", ";", "\t", "|", "^", "~", "¦", "\x01")
BLANK = " "  # as a delimiter: any number of blanks
_SAID = re.compile(r'\ufeff?"?sep=(.)"?\s*$', re.IGNORECASE)  # a first line that Excel takes as the delimiter


@dataclass(frozen=True)
class Layout:
    """What is known of a text file from its first rows.

    `above` is how many lines stand above the header (or the first row, where there is no header); `rows` the cells of
    the rows there; `headers` the names of the columns: those of the file or, where it has none, of the mapping or of
    the `format` that its rows gave away.
    """

    delimiter: str
    above: int
    rows: list[list[str]]
    headers: list[str]
    has_header: bool = True
    format: Format | None = None


def layout_of(head: str, table: str, names: ColumnNames, where: str) -> Layout:
    """The layout of a text, by its begin.

    The first delimiter with which a header is recognised; where there is none, the likeliest.

    Raises
    ------
    BookError
        The file has no header, and nothing says what its columns are.

    Examples
    --------
    >>> found = layout_of("Umsatz 2024\\nKunde;Datum;Betrag\\na;13.01.2024;1,50\\n", "ledger", ColumnNames(), "a.csv")
    >>> found.delimiter, found.above, found.headers
    (';', 1, ['Kunde', 'Datum', 'Betrag'])
    """
    options = names.options
    order = [options.delimiter] if options.delimiter else delimiters(head)
    if not options.header:
        return _without_header(head, order[0], options, where)
    known = format_of_rows(head.splitlines(), names.formats)
    if known:
        found = _without_header(head, known.names.options.delimiter or order[0], known.names.options, where)
        return replace(found, format=known)
    for delimiter in order:
        rows = first_rows(head, delimiter)
        refuse_wide(max((len(cells) for _, cells in rows), default=0), where)
        at, recognised = header_row([cells for _, cells in rows], table, names)
        if recognised:
            return _with_header(rows, at, delimiter)
    rows = first_rows(head, order[0])
    refuse_headerless([cells for _, cells in rows], where)
    if all(len(cells) < 2 for _, cells in rows):
        _offer_blanks(head, table, names, where)
    return _with_header(rows, header_row([cells for _, cells in rows], table, names)[0], order[0])


def _offer_blanks(head: str, table: str, names: ColumnNames, where: str) -> None:
    """`Unsettled` where nothing cuts the lines into cells but blanks do; names hold blanks, so it is asked."""
    rows = [cells for _, cells in first_rows(head, BLANK)]
    refuse_headerless(rows, where, BLANK)
    at, recognised = header_row(rows, table, names)
    if recognised:
        question = Question(
            "options", "delimiter", "what stands between cells", [(BLANK, "any number of blanks")], sure=True
        )
        shown = "\n".join("  " + " | ".join(c[:40] for c in row[:12]) for row in rows[at : at + 3])
        raise Unsettled(f"{where}: only blanks stand between its cells. So cut, it begins:", [question], shown)


def _with_header(rows: list[tuple[int, list[str]]], at: int, delimiter: str) -> Layout:
    if not rows:
        return Layout(delimiter, 0, [], [])
    return Layout(delimiter, rows[at][0], [cells for _, cells in rows[:at]], rows[at][1])


def _without_header(head: str, delimiter: str, options: Options, where: str) -> Layout:
    rows = first_rows(head, delimiter)
    headers = columns_without_header([cells for _, cells in rows], options.columns, where)
    above = next((number for number, cells in rows if any(map(str.strip, cells))), 0)
    return Layout(delimiter, above, [], headers, has_header=False)


def first_rows(head: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows, each with the number of lines above it."""
    rows, above = [], 0
    reader = reader_of(io.StringIO(head, newline=""), delimiter)
    try:
        for cells in itertools.islice(reader, LOOKED_AT):
            rows.append((above, [c.replace(LEFT_OUT, "") for c in cells]))
            above = reader.line_num
    except csv.Error:  # a very long cell; the header is above it
        pass
    return rows


def delimiters(head: str) -> list[str]:
    """The likeliest first: that which cuts most lines into one number of cells, and then into most.

    A line that Excel reads as the delimiter (`sep=;`) decides.

    Examples
    --------
    >>> delimiters("Kunde;Datum;Betrag, netto\\na;13.01.2024;1,50\\nb;14.01.2024;2,50\\n")[0]
    ';'
    """
    lines = [line for line in head.splitlines() if line.strip()][:LOOKED_AT]
    said = _SAID.match(lines[0]) if lines else None
    return [said[1]] if said else sorted(DELIMITERS, key=lambda d: _score(lines, d), reverse=True)


def _score(lines: list[str], delimiter: str) -> tuple[float, int]:
    widths = Counter(len(split(line, delimiter)) for line in lines)
    widths.pop(1, None)
    if not widths:
        return 0, 0
    width, times = max(widths.items(), key=lambda w: (w[1], w[0]))
    return times / len(lines) >= 0.8, width * times  # a few lines above and below a table are of another width


def split(line: str, delimiter: str) -> list[str]:
    """The cells of one line."""
    try:
        return next(iter(reader_of([line], delimiter)), [])
    except csv.Error:
        return []


def reader_of(lines: Iterable[str], delimiter: str):
    """A reader of rows, with the number of the line that it has come to."""
    if delimiter == BLANK:
        return _Blanks(lines)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


class _Blanks:
    """As csv.reader, where cells stand apart by any number of blanks; a cell in quotation marks may hold some."""

    def __init__(self, lines: Iterable[str]):
        self.lines, self.line_num = iter(lines), 0

    def __iter__(self):
        return self

    def __next__(self) -> list[str]:
        line = next(self.lines)
        self.line_num += 1
        return [_unquoted(c) for c in BLANK_CELL.findall(line)]


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == '"' == text[-1] else text
