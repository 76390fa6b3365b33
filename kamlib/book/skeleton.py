"""The mapping a book is opened with, as a commented TOML file to be edited; asked for where it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from kamlib.book import Book, mapping_of, open_book
from kamlib.book.errors import BookError, Question, Unsettled, toml
from kamlib.book.formats import load_formats, names_for
from kamlib.book.mapping import ColumnNames, as_dict, load_mapping
from kamlib.book.options import Options
from kamlib.book.roles.decide import roles_of
from kamlib.book.roles.shape import reshaped
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
    ("only_currency", '"EUR"', "of a ledger in several, the one whose lines are taken; the others are left out"),
    ("encoding", '"cp1256"', "of text files; found out where not given"),
    ("delimiter", '";"', 'of text files; found out where not given; " " is any number of blanks'),
    ("header", "false", "the file has no line of column names; columns then names them"),
    ("columns", '["customer_id", "date", "", "amount"]', "their names, from the left"),
    ("table", '"Sales"', "which sheet of a workbook, or table of a database, is the ledger"),
    ("month_columns", '["Jan-24", "Feb-24"]', "columns that are months; each filled cell becomes a line"),
    ("year", "2024", "of the first of month_columns, where they are months without a year"),
    ("carry_customer", "true", "whether a blank customer is the one above it; found out where not given"),
    ("not_sold", '["on hold"]', "states of lines that are no sale, beside the documented words"),
    ("refunded", '["sent back"]', "states of lines that were paid back"),
    ("sold", '["Closed Won"]', "the only states of a line that mean a sale; all others are left out"),
    ("credit", '["Credit Memo"]', "states of lines that are taken off, whatever their sign"),
    ("not_sold_if_negative", '["Payment"]', "states in which a negative line is what the firm bought, and is left out"),
    ("not_sold_if_positive", '["Refund"]', "states in which a positive line is what it got back, and is left out"),
    ("customer_pattern", '"1[0-9]{4}"', "what a customer's id looks like; lines of other accounts are left out"),
    ("tax_included", "true", "whether the amounts contain the columns tax and shipping"),
    ("amount_per_order", "true", "whether the amount is the total of a whole order, on each of its lines"),
    ("totals_per_order", "true", "whether subtotal, gross, tax, shipping, refund are of whole orders, not of lines"),
    ("discount", '"percent"', "what a column of discounts holds, where the amount is quantity x unit price"),
    ("minor_units", "true", "whether amounts are in cents"),
    ("day_month", "true", "dates are day and month (0503); the year is that above the header, or the option year"),
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
MOST_QUESTIONS = 30
MOST_AHEAD = 5  # rounds of questions that are asked in one file


def mapping_text(source, *, mapping=None, formats=None, refused: BookError | None = None) -> str:
    """The mapping with which `open_book` reads a source: every column of its tables and every option, commented.

    Works for a source that is refused, too: a missing column is given its best guess, marked as such; what has
    several answers is left to be chosen.

    Parameters
    ----------
    source, mapping, formats
        As for `kamlib.book.open_book`.
    refused : BookError, optional
        What `open_book` said of it.

    Returns
    -------
    str
        TOML that `open_book(mapping=...)` takes.

    Raises
    ------
    BookError
        The source cannot be read at all.
    """
    names = replace(load_mapping(mapping_of(source, mapping)), formats=load_formats(formats))
    con = connect()
    first: dict[str, Part] = {}
    for part in _parts(con, source, names):
        first.setdefault(part.table, part)
    asked = _all_asked(source, mapping, formats, refused) if isinstance(refused, Unsettled) else []
    sections = []
    for part in first.values():
        part = _shaped(con, part, names_for(part, names))
        try:
            found, questions = roles_of(con, part, names_for(part, names)).found, []
        except Unsettled as question:
            found, questions = question.found, list(question.questions)
        of_columns = {q.key: q for q in questions if q.section != "options"}
        sections.append(_table(TABLES[part.table], part, found, of_columns))
        asked += questions
    options = {q.key: q for q in asked if q.section == "options"}
    if "rates" in first and names.rates:  # a section stands once: columns of the table, then the mapping's own rates
        sections[list(first).index("rates")] += "\n".join(_rates(names)) + "\n"
        names = replace(names, rates={})
    return "\n".join([HEAD, *sections, _options(names.options, options), _rest(names)])


def _all_asked(source, mapping, formats, refused: Unsettled) -> list[Question]:
    """What is asked, and what would be asked next if each first answer were right: one file settles all of it."""
    given, asked = as_dict(load_mapping(mapping_of(source, mapping))), list(refused.questions)
    for _ in range(MOST_AHEAD):
        for question in refused.questions:
            if not question.choices:
                return asked
            given.setdefault(question.section, {})[question.key] = question.choices[0][0]
        try:
            open_book(source, mapping=given, formats=formats)
            return asked
        except Unsettled as again:
            refused = again
        except BookError:
            return asked
        known = {(q.section, q.key) for q in asked}
        fresh = [q for q in refused.questions if (q.section, q.key) not in known]
        if not fresh:
            return asked
        asked += fresh
    return asked


def _parts(con, source, names: ColumnNames) -> list[Part]:
    """The parts; where something is asked for before there are any, as the first answers have it."""
    try:
        return read_parts(con, source, names)
    except Unsettled as question:
        return read_parts(con, source, _with_answers(names, question))


def _with_answers(names: ColumnNames, question: Unsettled) -> ColumnNames:
    given = {q.key: q.choices[0][0] for q in question.questions if q.section == "options" and q.choices}
    given |= {"year": 2024} if any(q.key == "year" for q in question.questions) else {}  # of no import for names
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    return replace(names, options=replace(names.options, **given))


def _shaped(con, part: Part, names: ColumnNames) -> Part:
    """The part with one row a line; where that is asked for, as the first answer has it."""
    try:
        return reshaped(con, part, names)
    except Unsettled as question:
        answered = _with_answers(names, question)
    try:
        return reshaped(con, part, answered)
    except BookError:
        return part


def write_mapping(path: Path, text: str, *, force: bool = False) -> None:
    """Write it; `BookError` where there is such a file already and nobody said that it may go."""
    if path.exists() and not force:
        raise BookError(f"{path} is there already. Give another name, or --force to write over it.")
    path.write_text(text, encoding="utf-8")


def ask_for(
    source, answer: Callable[[Unsettled, Question], object], *, mapping=None, formats=None
) -> tuple[Book, dict]:
    """Open a book, and ask whatever has to be answered first.

    Parameters
    ----------
    source, mapping, formats
        As for `kamlib.book.open_book`.
    answer : callable
        Takes what stopped the reader and one of its questions; gives the answer.

    Returns
    -------
    (Book, dict)
        The book, and the mapping that reads it.
    """
    given = as_dict(load_mapping(mapping_of(source, mapping)))
    for _ in range(MOST_QUESTIONS):
        try:
            return open_book(source, mapping=given, formats=formats), given
        except Unsettled as stopped:
            if not stopped.questions:
                raise
            for question in stopped.questions:
                given.setdefault(question.section, {})[question.key] = answer(stopped, question)
    raise BookError(f"{MOST_QUESTIONS} answers did not settle it. Write a mapping file: kam check BOOK --fix FILE.")


def _table(table: Table, part: Part, found: Mapping[str, int], questions: Mapping[str, Question]) -> str:
    """A section: `column = "header"` where it is known or guessed, a comment where it is neither."""
    lines = [f"[{table.name}]   # {part.where}".replace("\n", " ")]
    for column in table.columns:
        says = f"# {column.meaning}" + ("; required" if column.required else "")
        if column.name in questions:
            lines += _asked(questions[column.name], says)
        elif column.name in found:
            lines.append(f"{column.name} = {toml(part.headers[found[column.name]])}   {says}")
        else:
            lines.append(f'# {column.name} = "..."   {says}')
    rest = [h for i, h in enumerate(part.headers) if h and i not in found.values()]
    if rest:
        lines.append(f"# columns not used: {', '.join(map(toml, rest[:50]))}")
    return "\n".join(lines) + "\n"


def _asked(question: Question, says: str) -> list[str]:
    if not question.choices:
        return [f'# {question.key} = "..."   {says}']
    lines = [f"{question.key} = {toml(value)}   # {why}. {says[2:]}" for value, why in question.choices]
    if question.sure:
        return [lines[0], *(f"# or {line}" for line in lines[1:])]
    return [f"# choose one: {line}" for line in lines]


def _options(options: Options, asked: Mapping[str, Question]) -> str:
    lines = ["[options]"]
    for name, example, says in OPTIONS:
        value = getattr(options, name)
        if name in asked and asked[name].sure:
            lines += [f"{name} = {toml(asked[name].choices[0][0])}   # a guess. {says}"]
        elif name in asked and asked[name].choices:
            lines += [f"# choose one: {name} = {toml(v)}   # {why or says}" for v, why in asked[name].choices]
        elif value != getattr(Options(), name):
            lines.append(f"{name} = {toml(value)}   # {says}")
        else:
            lines.append(f"# {name} = {example}   # {says}")
    return "\n".join(lines) + "\n"


def _rest(names: ColumnNames) -> str:
    lines = []
    if names.rates:
        lines += ["[rates]", *_rates(names), ""]
    if names.same_customer:
        lines += ["[same_customer]", *(f"{toml(a)} = {toml(b)}" for a, b in names.same_customer.items()), ""]
    return "\n".join(lines) + TAIL


def _rates(names: ColumnNames) -> list[str]:
    return [f"{toml(c)} = {r:f}" for c, r in names.rates.items()]
