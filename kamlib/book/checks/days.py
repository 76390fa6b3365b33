"""The days of a ledger as a whole: which lie far from all others, and whether they are days or periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from kamlib.book.checks.rows import LISTED, PROBLEMS, Checked
from kamlib.book.options import EARLIEST, LATEST, Options
from kamlib.book.source.part import Part
from kamlib.money import money
from kamlib.stats.grain import GRAINS

FAR = "far from all other days"
FEW = 0.005  # of the lines, or one: so few, far away, are mistyped; more are a business that paused
LEAST_OTHERS = 10  # lines that must agree before one can be said to stand apart
MOST_DAYS = 10  # days with a line; a business that goes on after a pause has more
TIMES = 10  # the largest gap within the rest
APART = 365  # days: lines that are further away are set aside
APART_FROM_END = 45  # days: later lines stay, but the day of the report does not follow them
LEAST_MONTHS, LEAST_QUARTERS = 3, 4  # distinct dates that are all firsts, or lasts, before they are taken for periods


def core(days: np.ndarray, lines: np.ndarray, *, apart: int, low: bool = True, high: bool = True) -> tuple[int, int]:
    """Which days belong together: places of the first of them, and of the first after them.

    At either end a few lines are left out where they are more than `apart` days, and more than ten times the largest
    gap within the rest, from the rest.

    Parameters
    ----------
    days : numpy.ndarray of int
        Day numbers, in order, each once.
    lines : numpy.ndarray of int
        Lines on each.
    apart : int
    low, high : bool
        Whether early, late ones are left out.

    Examples
    --------
    >>> core(np.array([0, 1, 3, 9000]), np.array([5, 5, 5, 1]), apart=365)
    (0, 3)
    >>> core(np.array([0, 1, 3, 9000]), np.array([1, 1, 1, 1]), apart=365)  # too few to say
    (0, 4)
    """
    gaps, upto, n = np.diff(days), np.cumsum(lines), len(days)
    few = max(1, int(FEW * lines.sum()))
    wide = np.flatnonzero(gaps > apart) + 1
    starts = [0, *(i for i in wide[:MOST_DAYS] if low and i <= MOST_DAYS and upto[i - 1] <= few)]
    ends = [n, *(i for i in wide[-MOST_DAYS:] if high and n - i <= MOST_DAYS and upto[-1] - upto[i - 1] <= few)]
    best = (0, n)
    for first, after in ((i, j) for i in starts for j in ends if i < j):
        others = upto[after - 1] - (upto[first - 1] if first else 0)
        within = gaps[first : after - 1].max(initial=0)
        alone = (first == 0 or gaps[first - 1] > TIMES * within) and (after == n or gaps[after - 1] > TIMES * within)
        if others >= LEAST_OTHERS and alone and after - first < best[1] - best[0]:
            best = (int(first), int(after))
    return best


def set_far_days_aside(
    con: duckdb.DuckDBPyConnection, parts: Sequence[tuple[Part, Checked]], options: Options
) -> list[str]:
    """Set aside lines that lie more than a year from all others, among all parts of a ledger; notes on them.

    Where a mapping says what the earliest or latest date is, that holds at its end, and nothing is set aside there.

    Parameters
    ----------
    con
    parts : sequence of (Part, Checked)
        The ledger's. The table of each, with `_row`, loses these lines; they are added to its problems.
    options : Options
    """
    days, lines = _days(con, [c.relation for _, c in parts])
    low, high = options.earliest_date == EARLIEST, options.latest_date == LATEST
    first, after = core(_numbers(days), lines, apart=APART, low=low, high=high)
    if (first, after) == (0, len(days)):
        return []
    rest = f"all others, {days[first]} to {days[after - 1]}"
    notes = []
    for part, checked in parts:
        for test, option in (
            (f"date < DATE '{days[first]}'", "earliest"),
            (f"date > DATE '{days[after - 1]}'", "latest"),
        ):
            n, net, edge = _move(con, part, checked, test, "min" if option == "earliest" else "max")
            if n:
                notes.append(
                    f"{part.where}: {n:,} lines of net {money(net)} are dated far from {rest}: up to {edge}. They "
                    f"are set aside. If they are right, set {option}_date = {edge} under [options] in a mapping file."
                )
    return notes


def _move(con, part: Part, checked: Checked, test: str, edge: str) -> tuple[int, int, dt.date | None]:
    """Move the lines of a part from its table to its problems: how many, their net in cents, the farthest day."""
    n, net, day = con.execute(
        f"SELECT count(*), coalesce(sum(amount), 0)::HUGEINT, {edge}(date) FROM {checked.relation} WHERE {test}"
    ).fetchone()
    if n:
        rows = con.execute(
            f"SELECT _row, date::VARCHAR FROM {checked.relation} WHERE {test} ORDER BY _row LIMIT {LISTED}"
        ).fetchall()
        at = part.lines([row for row, _ in rows])
        listed = [(part.table, part.where, at[row], "date", FAR, value, "row set aside", n) for row, value in rows]
        found = pd.DataFrame(listed, columns=[*PROBLEMS, "n"])
        checked.problems = pd.concat([f for f in (checked.problems, found) if len(f)], ignore_index=True)
        checked.rows_set_aside += n
        con.execute(f"DELETE FROM {checked.relation} WHERE {test}")
    return n, int(net), day


def last_plausible(ledger: duckdb.DuckDBPyRelation) -> tuple[dt.date, dt.date, int, int]:
    """First day of a ledger; last one that is plausible beside the others; lines after it, and their net in cents."""
    rows = ledger.aggregate("date, count(*) AS lines, sum(cents)::HUGEINT AS cents", "date").order("date").fetchall()
    days, lines = [r[0] for r in rows], np.array([r[1] for r in rows])
    _, after = core(_numbers(days), lines, apart=APART_FROM_END, low=False)
    return days[0], days[after - 1], int(lines[after:].sum()), sum(int(r[2]) for r in rows[after:])


def late_lines(ledger: duckdb.DuckDBPyRelation) -> list[str]:
    """What is to be said of lines so late that the day of a report does not follow them."""
    _, last, n, net = last_plausible(ledger)
    if not n:
        return []
    return [
        f"{n:,} lines of net {money(net)} are dated long after all others, which end on {last}: they stay, but a "
        f"report is by default of the time up to {last}. Give another day with --as-of."
    ]


def grain_of(con: duckdb.DuckDBPyConnection, parts: Sequence[tuple[Part, Checked]]) -> tuple[str, list[str]]:
    """Whether a ledger's dates are days or periods, and a note where they are periods.

    Parts whose dates are written as periods have that grain; others have one if all their dates begin, or all end,
    a month, a quarter or a year. Of several the coarsest holds for the book.
    """
    days = {p.where: _days(con, [c.relation])[0] for p, c in parts}
    dated = sorted({d for p, _ in parts if p.grain == "day" for d in days[p.where]})
    together = grain_of_days(dated)
    of = {p.where: p.grain if p.grain != "day" else together for p, _ in parts}
    if together == "day":
        of |= {p.where: grain_of_days(days[p.where]) for p, _ in parts if p.grain == "day"}
    grain = max(of.values(), key=GRAINS.index, default="day")
    if grain == "day":
        return grain, []
    says = f"the last {grain} counts as a whole one, and gaps between purchases are known to a {grain} only"
    if len(set(of.values())) == 1:
        return grain, [f"The dates are {grain}s: {says}."]
    shown = ", ".join(f"{where}: {known}s" for where, known in list(of.items())[:5]) + (", ..." if len(of) > 5 else "")
    return grain, [f"The dates are not all known alike ({shown}): all count as {grain}s; {says}."]


def grain_of_days(days: Sequence[dt.date]) -> str:
    """The period that dates stand for if all are its first days, or all its last.

    Examples
    --------
    >>> grain_of_days([dt.date(2024, m, 1) for m in (1, 2, 3)])
    'month'
    >>> grain_of_days([dt.date(2024, m, 1) for m in (1, 4, 7, 10)])
    'quarter'
    >>> grain_of_days([dt.date(2024, m, 1) for m in (1, 2)])
    'day'
    """
    last = all((d + dt.timedelta(days=1)).day == 1 for d in days)
    if len(days) < LEAST_MONTHS or not (last or all(d.day == 1 for d in days)):
        return "day"
    months = {d.month % 12 + 1 if last else d.month for d in days}
    if len(days) >= LEAST_QUARTERS and months <= {1, 4, 7, 10}:
        return "year" if months == {1} else "quarter"
    return "month"


def _days(con, relations: Sequence[str]) -> tuple[list[dt.date], np.ndarray]:
    """Days of checked tables, in order, and the lines on each."""
    union = " UNION ALL ".join(f"SELECT date FROM {r}" for r in relations)
    rows = con.execute(f"SELECT date, count(*) FROM ({union}) GROUP BY date ORDER BY date").fetchall()
    return [d for d, _ in rows], np.array([n for _, n in rows], dtype=int)


def _numbers(days: Sequence[dt.date]) -> np.ndarray:
    return np.array([d.toordinal() for d in days], dtype=int)
