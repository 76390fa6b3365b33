"""What is asked where a column is missing: the first rows, the best guess for each with its reason."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping, Sequence

import duckdb

from kamlib.book.errors import Question, Unsettled
from kamlib.book.roles.looks import Look, looks
from kamlib.book.roles.names import listed, missing
from kamlib.book.roles.synonyms import of_column, plain, rank
from kamlib.book.source.part import Part
from kamlib.book.values import cells
from kamlib.tables import Table

SHOWN = 3  # rows
NEAR = 0.7  # likeness of names from which on one speaks for a guess; below, words of 16 languages are alike by chance
OFFERED = 3  # guesses for a column


def refusal(con: duckdb.DuckDBPyConnection, part: Part, found: Mapping[str, int], table: Table) -> Unsettled:
    """The exception for a part that lacks required columns."""
    lacking = missing(found, table)
    seen = looks(con, part)
    free = [i for i, h in enumerate(part.headers) if h and i not in found.values()]
    questions = []
    for column in lacking:
        free = [i for i in free if _free_for(table, column, part.headers[i])]
        offered = guesses(table.name, column, part.headers, seen, free)
        choices = [(part.headers[i], f"a guess: {why}") for i, why in offered]
        questions.append(Question(table.name, column, table[column].meaning, choices, sure=True))
        free = [i for i in free if not offered or i != offered[0][0]]
    known = ", ".join(f"{c} = {part.headers[i]!r}" for c, i in found.items() if table[c].required)
    return Unsettled(
        f"{part.where}: no column for {', '.join(lacking)} of the table {table.name}"
        f"{f' (recognised: {known})' if known else ''}. The file has: {listed(part.headers)}.",
        questions, first_rows(con, part),
    )  # fmt: skip


def _free_for(table: Table, column: str, header: str) -> bool:
    """Whether a header is no good name of another column."""
    return all(rank(table.name, c, header) is None for c in table.names if c != column)


def settle(part: Part, column: str, unclear: cells.Ambiguous) -> Unsettled:
    """The question that values raise which can be read in two ways."""
    lines = part.lines([row for row, _ in unclear.rows])
    shown = "; ".join(f"line {lines[row]}: {value[:60]!r}" for row, value in unclear.rows)
    ((key, first),) = tomllib.loads(unclear.option).items()
    other = (not first) if isinstance(first, bool) else {".": ",", ",": "."}.get(first)
    choices = [(value, "") for value in (first, other) if value is not None]
    question = Question("options", key, unclear.why, choices)
    return Unsettled(f"{part.where}{column}: {unclear.why} ({shown}).", [question])


def first_rows(con: duckdb.DuckDBPyConnection, part: Part) -> str:
    """The header and the first three rows, each cell cut short."""
    shown = range(min(len(part.headers), 12))
    cells = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in shown)
    rows = con.execute(f"SELECT {cells} FROM {part.relation} LIMIT {SHOWN}").fetchall()
    lines = part.lines(list(range(len(rows))))
    said = [f"  line {lines[k]}: {' | '.join(_short(c) for c in row)}" for k, row in enumerate(rows)]
    return "\n".join(["The first rows:", *said]) if said else ""


def _short(cell: str | None) -> str:
    text = "" if cell is None else " ".join(cell.split())
    return text if len(text) <= 24 else text[:23] + "…"


def guesses(
    table: str, column: str, headers: Sequence[str], seen: Sequence[Look], free: Sequence[int]
) -> list[tuple[int, str]]:
    """Columns that could be ours, the likeliest first, with the reason; none whose values cannot be it.

    Examples
    --------
    >>> from kamlib.book.roles.looks import look
    >>> seen = [look(["a", "b", "a"]), look(["2024-01-05", "2024-01-06", "2024-02-06"]), look(["x", "y", "z"])]
    >>> guesses("ledger", "date", ["Who", "When", "Tags"], seen, [0, 1, 2])
    [(1, 'its values are dates')]
    """
    names = {plain(column), *of_column(table, column)}
    scored = []
    for i in free[:200]:
        fits = _fits(column, headers[i], seen[i])
        if fits:
            likeness, near = _nearest(plain(headers[i]), names)
            named = f"its name is like {near!r}, " if likeness >= NEAR else ""
            scored.append((fits + 2 * max(likeness - NEAR, 0), i, named + seen[i].in_words))
    scored.sort(key=lambda s: (-s[0], s[1]))
    return [(i, why) for _, i, why in scored[:OFFERED]]


def _nearest(header: str, names: Collection[str]) -> tuple[float, str]:
    """How like a header the nearest name is, and that name, where it is `NEAR`; of many, so the quick test first."""
    likeness, nearest = 0.0, ""
    matcher = difflib.SequenceMatcher(None, "", header)
    for name in sorted(names):
        if len(name) >= 4 and name in header:
            like = 0.9
        else:
            matcher.set_seq1(name)
            least = max(likeness, NEAR)
            quick = matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least
            like = matcher.ratio() if quick else 0.0
        if like > likeness and like >= NEAR:
            likeness, nearest = like, name
    return likeness, nearest


def _fits(column: str, header: str, seen: Look) -> float:
    """How well values can be those of a column; 0 where they cannot."""
    if not seen.values:
        return 0.0
    if column in ("date", "invoice_date"):
        return seen.dates if seen.dates >= 0.8 else 0.0
    if column in ("amount", "value", "share", "rate"):
        numbers = seen.numbers if seen.numbers >= 0.8 and seen.dates < 0.5 else 0.0
        counts = not seen.decimals and (seen.distinct == 1 or seen.values <= 2)  # ids, flags
        return 0.0 if counts and seen.filled else numbers * (0.5 + min(seen.decimals, 0.5))
    if column.endswith("_id"):
        if seen.dates >= 0.5 or seen.decimals or (seen.values == 1 and seen.distinct < 1):
            return 0.0
        return 0.2 if seen.values == 1 else 0.3 if seen.distinct == 1 else 0.8 if seen.values > 2 else 0.5
    return 0.3 if seen.numbers < 0.5 and seen.dates < 0.5 else 0.0
