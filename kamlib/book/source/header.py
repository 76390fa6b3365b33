"""Where in a table the header stands: a title, a date or empty rows may be above it; or that there is none."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from kamlib.book.errors import Question, Unsettled
from kamlib.book.formats import format_of
from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.names import recognisable
from kamlib.book.source.part import cell
from kamlib.tables import TABLES

LOOKED_AT = 20  # rows
FEWEST = 3  # rows, from which on a column that is the sum of two others is no chance
_CURRENCY = re.compile(r"[$€£¥₽₺₹₩]|[A-Z]{3}|[A-Z]{1,2}\$")
_DOCUMENT = re.compile(
    r"(?i)\b(invoice|credit|receipt|factura|boleta|nota|recibo|fattura|ricevuta|facture|avoir|rechnung|gutschrift|faktur)"
)
_DATE = re.compile(
    r"(\d{1,4}([-/.])\d{1,2}\2\d{1,4}([ T]\d.*)?|(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d|1\d{9}(\d{3})?"
    r"|\d{1,2}[ .-]{1,2}[^\W\d_]{3,9}[ .,-]{1,2}\d{2,4})"
)
_NUMBER = re.compile(r"[^\w\s]{0,3}\s?\d[\d.,'’\s]*(e[+-]?\d+)?[^\w\s]{0,3}", re.IGNORECASE)


def header_row(rows: Sequence[Sequence], table: str, names: ColumnNames) -> tuple[int, bool]:
    """Position of the header among the first rows, and whether it was recognised.

    It is the first of the first 20 rows that gives a format away, or in which every required column is recognised.
    Where there is none, it is the likeliest: names that are all text, all different, and nearly as many as the rows
    below have cells.

    Examples
    --------
    >>> header_row([["Sales 2024"], [], ["Kunde", "Datum", "Betrag"]], "ledger", ColumnNames())
    (2, True)
    >>> header_row([["1", "2", "3"], ["Who", "When", "What"], ["a", "2024-01-05", "1"]], "ledger", ColumnNames())
    (1, False)
    """
    rows = _shown(rows)
    for i, row in enumerate(rows):
        if format_of(row, names.formats) or (_can_be_header(row, table) and recognisable(row, table, names)):
            return i, True
    return _likeliest(rows), False


def _can_be_header(row: list[str], table: str) -> bool:
    """Whether it has as many words as a table needs columns; to ask for each cell what it could be named is slow."""
    least = len(TABLES[table].required)
    words = (c for c in row if c and not _is_number(c) and not _is_date(c))
    return sum(1 for _ in itertools.islice(words, least)) == least


def _shown(rows: Sequence[Sequence]) -> list[list[str]]:
    return [[cell(c).strip() for c in row] for row in rows[:LOOKED_AT]]


def _likeliest(rows: list[list[str]]) -> int:
    for i, row in enumerate(rows):
        names = list(filter(None, row))
        wide = len(names) >= max(2, 0.8 * _width(rows[i + 1 :]))
        if wide and len(set(names)) == len(names) and not any(_is_date(n) or _is_number(n) for n in names):
            return i
    filled = [sum(map(bool, row)) for row in rows]
    return next((i for least in (2, 1) for i, n in enumerate(filled) if n >= least), 0)


def _width(rows: list[list[str]]) -> int:
    """How many cells of a row are filled, in most rows."""
    widths = Counter(n for row in rows if (n := sum(map(bool, row))))
    return max(widths, key=lambda n: (widths[n], n)) if widths else 0


def looks_headerless(rows: Sequence[Sequence]) -> bool:
    """Whether the first row holds values like those below: a date where they have dates.

    Examples
    --------
    >>> looks_headerless([["k1", "2024-01-05", "1.50"], ["k2", "2024-01-06", "2"]])
    True
    >>> looks_headerless([["who", "2024-01-05", "2024-02-05"], ["k2", "100", "200"]])
    False
    """
    filled = [row for row in _shown(rows) if sum(map(bool, row)) > 1]
    return bool(filled) and bool(_date_columns(filled))


def _date_columns(rows: list[list[str]]) -> list[int]:
    """Columns in which the first row and most of the others hold a date."""
    found = []
    for i, first in enumerate(rows[0]):
        below = [row[i] for row in rows[1:] if i < len(row) and row[i]]
        if _is_date(first) and below and sum(map(_is_date, below)) * 4 >= len(below) * 3:
            found.append(i)
    return found


def _is_date(text: str) -> bool:
    return bool(_DATE.fullmatch(text))


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


def refuse_headerless(rows: Sequence[Sequence], where: str, delimiter: str = "") -> None:
    """`Unsettled` where the first row holds values, with what to say of such a file.

    To be called where no header was recognised. `delimiter`: to be said, too, if it is that of the rows.
    """
    if looks_headerless(rows):
        raise _ask(rows, f"{where} seems to have no header: its first row holds values like those below.", delimiter)


def columns_without_header(rows: Sequence[Sequence], columns: Sequence[str], where: str) -> list[str]:
    """Names of the columns of a file or sheet that has no header (`header = false`), as the mapping gives them.

    Parameters
    ----------
    rows : sequence of sequences
        The first rows, as they stand in the file.
    columns : sequence of str
        The option `columns`.
    where : str
        What to call the file in a message.

    Raises
    ------
    Unsettled
        There are no names, or not as many as columns.

    Examples
    --------
    >>> columns_without_header([["k1", "2024-01-05", "1"]], ("customer_id", "date", "amount"), "a.csv")
    ['customer_id', 'date', 'amount']
    """
    if not columns:
        raise _ask(rows, f"{where}: header = false, and nothing says what its columns are.")
    widths = Counter(len(row) for row in rows[:LOOKED_AT] if any(cell(c).strip() for c in row))
    width = max(widths, key=lambda n: (widths[n], n)) if widths else len(columns)
    if width != len(columns):
        raise _ask(
            rows,
            f"{where}: its rows have {width} columns, and columns under [options] names {len(columns)}. Name each of "
            'them, from the left; "" is one that is not needed.',
        )
    return [name.strip() for name in columns]


def _ask(rows: Sequence[Sequence], why: str, delimiter: str = "") -> Unsettled:
    """The question what the columns are, with the first three rows and a guess."""
    filled = [row for row in _shown(rows) if any(row)]
    shown = "\n".join("  " + " | ".join(c[:40] for c in row[:12]) for row in filled[:3])
    columns = [(_guess(filled), 'only a guess; from the left, "" is one that is not needed')] if filled else []
    questions = [
        Question("options", "header", "whether there is a row of names", [(False, "")], sure=True),
        Question("options", "columns", "what the columns are", columns, sure=True),
    ]
    if delimiter:
        questions.append(Question("options", "delimiter", "what stands between cells", [(delimiter, "")], sure=True))
    return Unsettled(why, questions, shown)


def _guess(rows: list[list[str]]) -> list[str]:
    """What the columns of a table without a header seem to be, by the first rows: at least customer, date, amount.

    The date is the first column of dates. Where of three columns of numbers one is the sum of the others, these are
    gross, tax and amount; else the amount is the last of numbers. Currencies and kinds of documents are told by their
    words. The customer is who comes again: a name, and its number where one goes with it; else the first other column.

    Examples
    --------
    >>> _guess([["1", "$", "Ana", "2024-01-05", "70", "119.00", "19.00", "100.00", "x"],
    ...         ["2", "$", "Bob", "2024-01-06", "71", "238.00", "38.00", "200.00", "x"],
    ...         ["3", "$", "Ana", "2024-01-07", "70", "11.90", "1.90", "10.00", "x"]])
    ['', 'currency', 'customer_name', 'date', 'customer_id', 'gross', 'tax', 'amount', '']
    """
    names = [""] * len(rows[0])
    columns = [[row[i] if i < len(row) else "" for row in rows] for i in range(len(names))]
    dates = _date_columns(rows) or [i for i, c in enumerate(rows[0]) if _is_date(c)]
    for i in dates[:1]:
        names[i] = "date"
    numbers = [i for i, cells in enumerate(columns) if i not in dates and all(_is_number(c) for c in cells if c)]
    numbers = [i for i in numbers if any(columns[i])]
    for i, role in _sum_of(columns, numbers) or [(i, "amount") for i in numbers[-1:]]:
        names[i] = role
    for i, cells in enumerate(columns):
        words = {c for c in cells if c}
        if not names[i] and words and all(map(_CURRENCY.fullmatch, words)):
            names[i] = "currency"
        elif not names[i] and len(words) > 1 and all(map(_DOCUMENT.search, words)):
            names[i] = "state"
    free = [i for i, name in enumerate(names) if not name and i not in dates]
    again = [i for i in free if 1 < len(set(columns[i]) - {""}) < len(rows)]
    for name, number in itertools.product(again, again):
        if name not in numbers and number in numbers and _go_together(columns[name], columns[number]):
            names[name], names[number] = "customer_name", "customer_id"
            return names
    for i in ([i for i in again if i not in numbers] or free)[:1]:
        names[i] = "customer_id"
    return names


def _go_together(one: list[str], other: list[str]) -> bool:
    """Whether to each cell of a column belongs one of the other, where both are filled."""
    pairs = {(a, b) for a, b in zip(one, other, strict=True) if a and b}
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def _sum_of(columns: list[list[str]], numbers: list[int]) -> list[tuple[int, str]]:
    """Of columns of numbers the first three of which one is the sum of the others, and neither is nothing."""
    plain = {i: [_plain_number(c) for c in columns[i]] for i in numbers}
    plain = {i: n for i, n in plain.items() if None not in n and len(n) >= FEWEST and any(n)}
    for gross, tax, net in itertools.permutations(plain, 3):
        rows = list(zip(plain[gross], plain[tax], plain[net], strict=True))
        if all(abs(g - t - n) < 0.02 and abs(t) < abs(n) for g, t, n in rows) and all(t for _, t, _ in rows):
            return [(gross, "gross"), (tax, "tax"), (net, "amount")]
    return []


def _plain_number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def title_note(where: str, above: Sequence[Sequence]) -> list[str]:
    """What stands above the header, to be told."""
    said = " ".join(cell(c).strip() for row in above for c in row if cell(c).strip())
    return [f"{where}: what stands above the header is not read: {said[:80]!r}."] if said else []
