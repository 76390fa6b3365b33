"""The files of a ledger beside one another: lines that stand in two of them, and days that stand in none."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from kamlib.book.checks.rows import LISTED, PROBLEMS, Checked
from kamlib.book.errors import BookError
from kamlib.book.source.part import Part
from kamlib.book.values import cells
from kamlib.money import money
from kamlib.tables import TABLES

# Equal lines in two files are the same lines again from three different ones on that are a tenth of what the smaller
# file has in the days of both: an anonymous sale of the same article and price on the same day occurs in two shops,
# too, but in a few lines of hundreds; a file that was exported again, or reaches into the next, repeats nearly all.
LEAST, LEAST_SHARE = 3, 0.1
MOST_DAYS = 31  # without a line, between one file and the next
TOLD = 5
AGAIN = "stands in another file"


@dataclass(frozen=True)
class Span:
    """A part of the ledger, and the days it has lines of."""

    part: Part
    checked: Checked
    lines: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Overlap:
    """Lines that stand in two parts: how many, how many different ones, their net, their days."""

    one: Span
    other: Span
    lines: int
    distinct: int
    cents: int
    first: dt.date
    last: dt.date


def compare_files(
    con: duckdb.DuckDBPyConnection, parts: Sequence[tuple[Part, Checked]], *, overlap: str = ""
) -> list[str]:
    """Notes on lines that stand in two parts of a ledger, and on days that none has.

    Only parts whose days overlap are compared, in one pass over their lines.

    Parameters
    ----------
    parts : sequence of (Part, Checked)
        Those of the ledger, in the order in which they are read. Their tables may have a column `_row`.
    overlap : {"", "once", "keep"}
        `once`: such lines are taken from the first part only; the others are set aside as problems of their part.
        `keep`: they all count, and nothing is said.

    Raises
    ------
    BookError
        Two parts hold the same lines, whatever their order, and `overlap` is empty.
    """
    spans = _spans(con, parts)
    notes = _gaps(spans)
    if overlap == "keep":
        return notes
    found = _overlaps(con, spans)
    for same in found:
        if not overlap and _is_copy(same):
            raise BookError(
                f"{same.one.part.where} and {same.other.part.where} hold the same {same.lines:,} lines, whatever their "
                f"order and form: {money(same.cents)} would count twice. Move one of them away, or say in a mapping "
                "file:\n"
                '[options]\noverlap = "once"   # or "keep", if both are right'
            )
    large = [same for same in found if _is_copy(same) or _is_large(con, same)]
    if overlap == "once":
        return notes + _take_once(con, large)
    return notes + [_told(same) for same in large[:TOLD]] + _more(large[TOLD:])


def _spans(con, parts: Sequence[tuple[Part, Checked]]) -> list[Span]:
    if len(parts) < 2:
        return []
    each = " UNION ALL ".join(
        f"SELECT {i} AS i, count(*), min(date), max(date) FROM {checked.relation}"
        for i, (_, checked) in enumerate(parts)
    )
    rows = con.execute(f"SELECT * FROM ({each}) ORDER BY i").fetchall()
    return [Span(*parts[i], *numbers) for i, *numbers in rows if numbers[0]]


def _gaps(spans: list[Span]) -> list[str]:
    """Days between the end of one part and the begin of the next."""
    notes, end = [], None
    for span in sorted(spans, key=lambda s: (s.first, s.last)):
        if end and _is_long(end.last, span.first):
            notes.append(
                f"No line between {_day(end.last)} ({end.part.where} ends) and {_day(span.first)} ({span.part.where} "
                "begins): is a file missing?"
            )
        end = span if end is None or span.last > end.last else end
    return notes[:TOLD] + ([f"{len(notes) - TOLD} more such gaps between files."] if notes[TOLD:] else [])


def _is_long(last: dt.date, first: dt.date) -> bool:
    """Whether a month of the calendar is missed, or as many days."""
    months = (first.year - last.year) * 12 + first.month - last.month
    return months > 1 or (first - last).days > MOST_DAYS + 1


def _overlaps(con, spans: list[Span]) -> list[Overlap]:
    """Pairs of parts with equal lines, in order."""
    days = _days_of_both(spans)
    if not days:
        return []
    _key_lines(con, spans, days)
    rows = con.execute(
        "SELECT a.i, b.i, sum(least(a.n, b.n))::BIGINT, count(*), sum(least(a.n, b.n) * a.cents)::BIGINT, min(a.date),"
        " max(a.date) FROM shared a JOIN shared b ON a.k = b.k AND a.i < b.i GROUP BY a.i, b.i ORDER BY a.i, b.i"
    ).fetchall()
    con.execute("DROP TABLE shared")
    found = [Overlap(spans[a], spans[b], *numbers) for a, b, *numbers in rows]
    # Equal amounts of two currencies are not the same lines.
    return [o for o in found if o.one.checked.currencies.keys() == o.other.checked.currencies.keys()]


def _days_of_both(spans: list[Span]) -> dict[int, tuple[dt.date, dt.date]]:
    """Days of each part that another has, too."""
    days: dict[int, tuple[dt.date, dt.date]] = {}
    for (i, one), (j, other) in itertools.combinations(enumerate(spans), 2):
        first, last = max(one.first, other.first), min(one.last, other.last)
        for k in (i, j) if first <= last else ():
            low, high = days.get(k, (first, last))
            days[k] = min(low, first), max(high, last)
    return days


def _key_lines(con, spans: list[Span], days: dict[int, tuple[dt.date, dt.date]]) -> None:
    """Table `shared`: lines that stand in more than one part (i), each once with how often (n)."""
    key = _key(con, [spans[i] for i in days])
    lines = " UNION ALL ".join(
        f"SELECT {i} AS i, {key} AS k, date, amount FROM {spans[i].checked.relation}"
        f" WHERE date BETWEEN DATE '{low}' AND DATE '{high}'"
        for i, (low, high) in days.items()
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE shared AS SELECT * FROM (SELECT i, k, count(*) AS n, any_value(date) AS date,"
        f" any_value(amount) AS cents, count(*) OVER (PARTITION BY k) AS parts FROM ({lines}) GROUP BY i, k)"
        " WHERE parts > 1"
    )


def _key(con, spans: list[Span]) -> str:
    """SQL: a line in all columns of a ledger, and in those beside them that all of these parts have."""
    columns = [con.execute(f"SELECT * FROM {s.checked.relation} LIMIT 0").description for s in spans]
    extras = set.intersection(*({c[0] for c in part} for part in columns)) - {"_row", *TABLES["ledger"].names}
    listed = ", ".join(map(cells.quoted, [*TABLES["ledger"].names, *sorted(extras)]))
    # Of 128 bits, so that no two lines are ever taken for one.
    return f"(hash({listed})::UHUGEINT << 64) + hash(1, {listed})"


def _is_copy(same: Overlap) -> bool:
    return same.lines == same.one.lines == same.other.lines


def _is_large(con, same: Overlap) -> bool:
    first, last = max(same.one.first, same.other.first), min(same.one.last, same.other.last)
    smaller = min(
        con.execute(
            f"SELECT count(*) FROM {span.checked.relation} WHERE date BETWEEN DATE '{first}' AND DATE '{last}'"
        ).fetchone()[0]
        for span in (same.one, same.other)
    )
    return same.distinct >= LEAST and same.lines >= LEAST_SHARE * smaller


def _told(same: Overlap) -> str:
    days = f"of {_day(same.first)}" + (f" to {_day(same.last)}" if same.last > same.first else "")
    return (
        f"{same.lines:,} lines {days}, {money(same.cents)} net, stand in {same.one.part.where} and again in "
        f"{same.other.part.where}: they count twice. If they are the same sales, set overlap = "
        '"once" under [options]; if not, overlap = "keep".'
    )


def _more(left: list[Overlap]) -> list[str]:
    if not left:
        return []
    lines, cents = sum(s.lines for s in left), sum(s.cents for s in left)
    return [f"{len(left)} more pairs of files have lines in common: {lines:,} lines, {money(cents)} net."]


def _take_once(con, found: list[Overlap]) -> list[str]:
    """Set aside the lines of later parts that an earlier one has as often."""
    notes = []
    later = {id(same.other): same.other for same in found}
    for span in later.values():
        earlier = [same.one for same in found if same.other is span]
        notes.append(_set_aside(con, span, earlier))
    return notes


def _set_aside(con, span: Span, earlier: list[Span]) -> str:
    relation, key = span.checked.relation, _key(con, [span, *earlier])
    theirs = " UNION ALL ".join(
        f"SELECT {key} AS k, count(*) AS n FROM {e.checked.relation}"
        f" WHERE date BETWEEN DATE '{span.first}' AND DATE '{span.last}' GROUP BY k"
        for e in earlier
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE again AS SELECT l.r AS r FROM"
        f" (SELECT rowid AS r, {key} AS k, row_number() OVER (PARTITION BY k ORDER BY rowid) AS m FROM {relation}) l"
        f" JOIN (SELECT k, sum(n) AS n FROM ({theirs}) GROUP BY k) t ON l.k = t.k AND l.m <= t.n"
    )
    n, cents = con.execute(
        f"SELECT count(*), coalesce(sum(amount), 0)::BIGINT FROM {relation} WHERE rowid IN (SELECT r FROM again)"
    ).fetchone()
    _list(con, span, n)
    con.execute(f"DELETE FROM {relation} WHERE rowid IN (SELECT r FROM again); DROP TABLE again")
    span.checked.rows_set_aside += n
    names = ", ".join(e.part.where for e in earlier[:TOLD])
    return (
        f"{span.part.where}: {n:,} lines, {money(cents)} net, stand already in {names} and are taken from there only."
    )


def _list(con, span: Span, n: int) -> None:
    """The lines that are set aside, as problems of their part."""
    relation = span.checked.relation
    has_row = "_row" in [c[0] for c in con.execute(f"SELECT * FROM {relation} LIMIT 0").description]
    rows = con.execute(
        f"SELECT {'_row' if has_row else 'NULL'}, concat_ws(' ', order_id, date, customer_id), amount FROM {relation}"
        f" WHERE rowid IN (SELECT r FROM again) ORDER BY rowid LIMIT {LISTED}"
    ).fetchall()
    lines = span.part.lines([row for row, *_ in rows]) if has_row else {None: 0}
    listed = [
        ("ledger", span.part.where, lines[row], "", AGAIN, f"{said[:180]} {money(cents)}", "row set aside", n)
        for row, said, cents in rows
    ]
    frames = [f for f in (span.checked.problems, pd.DataFrame(listed, columns=[*PROBLEMS, "n"])) if len(f)]
    span.checked.problems = pd.concat(frames, ignore_index=True)


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"
