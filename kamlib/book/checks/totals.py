"""Control totals: what every table of a report must sum back to, in integer cents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from kamlib.book.checks.profit import profit_totals
from kamlib.book.values.cells import kinds_in_sql, quoted
from kamlib.given import as_day
from kamlib.stats.grain import period_ends
from kamlib.tables import NOT_TRADE

ENDS_WITHIN = 3  # days: shops close at weekends, so the last line of a whole month can be before its end


def line_totals(book, *, as_of: dt.date, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """All lines of the ledger, by what becomes of them: every line in exactly one row.

    Parameters
    ----------
    book : kamlib.book.Book
    as_of : datetime.date
        Last day that counts.
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.

    Returns
    -------
    pandas.DataFrame
        part (`analysed`, `no customer`, `not trade`, `after as_of`), kind, lines, cents; sorted.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer": ["a", None, "a"], "date": ["2024-03-13", "2024-03-14", "2025-01-01"],
    ...     "amount": [5, 7, 9]})
    >>> totals = line_totals(open_book({"ledger": lines}), as_of=dt.date(2024, 12, 31))
    >>> totals[["part", "lines", "cents"]].values.tolist()
    [['analysed', 1, 500], ['no customer', 1, 700], ['after as_of', 1, 900]]
    """
    as_of, kinds = as_day(as_of), kinds_in_sql(leave_out)
    part = (
        f"CASE WHEN date > DATE '{as_of:%Y-%m-%d}' THEN 'after as_of' WHEN kind IN ({kinds}) THEN 'not trade'"
        " WHEN customer_id IS NULL THEN 'no customer' ELSE 'analysed' END"
    )
    rows = book.ledger.aggregate(
        f"{part} AS part, kind, count(*) AS lines, sum(cents)::BIGINT AS cents,"
        " count(*) FILTER (cents < 0) AS return_lines,"
        " coalesce(sum(cents) FILTER (cents < 0), 0)::BIGINT AS return_cents",
        f"{part}, kind",
    ).df()
    order = pd.Categorical(rows["part"], ["analysed", "no customer", "not trade", "after as_of"], ordered=True)
    rows = rows.assign(part=order).sort_values(["part", "kind"], ignore_index=True)
    return rows.assign(part=rows["part"].astype(str))


def rows_in_words(book) -> str:
    """What became of the rows of the ledger: they add up.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer": "a", "date": ["2024-03-13"] * 9 + [""], "amount": 5})
    >>> rows_in_words(open_book({"ledger": lines}))
    '10 rows were read: 1 set aside, 9 lines.'
    """
    lines, left = book.ledger.aggregate("count(*)").fetchall()[0][0], book.rows_not_sold
    states = f"{left:,} left out by their state, " if left else ""
    return f"{book.rows_read:,} rows were read: {book.rows_set_aside - left:,} set aside, {states}{lines:,} lines."


def control_totals(book, *, as_of: dt.date, leave_out: Sequence[str] = NOT_TRADE) -> dict[str, int | str]:
    """The totals that a run stores in its manifest, as lines and integer cents.

    Returns
    -------
    dict
        `rows_read` = `rows_set_aside` + `lines`; `lines` = `lines_to_as_of` + `lines_after_as_of`;
        `net_cents_to_as_of` = `analysed_cents` + `no_customer_cents` + `not_trade_cents`, and the same for lines.
        `identified_cents_to_as_of` is all lines with a customer, trade or not. `profit_known_cents` and
        `profit_estimated_cents`, and more of that, as `profit_totals` has it: of the analysed lines.
    """
    as_of = as_day(as_of)
    table = line_totals(book, as_of=as_of, leave_out=leave_out)
    day = f"DATE '{as_of:%Y-%m-%d}'"
    identified = book.ledger.aggregate(
        f"count(*) FILTER (date <= {day} AND customer_id IS NOT NULL),"
        f" coalesce(sum(cents) FILTER (date <= {day} AND customer_id IS NOT NULL), 0)::BIGINT"
    ).fetchall()[0]
    totals: dict[str, int | str] = {
        "as_of": f"{as_of:%Y-%m-%d}",
        "rows_read": book.rows_read,
        "rows_set_aside": book.rows_set_aside,
        "lines": int(table["lines"].sum()),
        "net_cents": int(table["cents"].sum()),
    }
    before = table[table["part"] != "after as_of"]
    totals |= {"lines_to_as_of": int(before["lines"].sum()), "net_cents_to_as_of": int(before["cents"].sum())}
    totals |= {"identified_lines_to_as_of": identified[0], "identified_cents_to_as_of": identified[1]}
    for part in ("analysed", "no customer", "not trade", "after as_of"):
        rows, key = table[table["part"] == part], part.replace(" ", "_")
        totals |= {f"{key}_lines": int(rows["lines"].sum()), f"{key}_cents": int(rows["cents"].sum())}
    return totals | profit_totals(book, as_of=as_of, leave_out=leave_out)


def month_totals(book, *, as_of: dt.date, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """Trade of each calendar month up to `as_of`, with a row for months without any.

    Returns
    -------
    pandas.DataFrame
        month (first day), lines, days (with a line), customers, identified_cents, no_customer_cents,
        returns_cents (negative lines, identified or not), partial (the ledger or `as_of` cuts the month; the
        first month is taken as cut when its first line comes after the 3rd day, and the last when the ledger
        ends more than three days before it does).
    """
    as_of, kinds = as_day(as_of), kinds_in_sql(leave_out)
    trade = book.ledger.filter(f"date <= DATE '{as_of:%Y-%m-%d}' AND kind NOT IN ({kinds})")
    rows = trade.aggregate(
        "date_trunc('month', date)::DATE AS month, count(*) AS lines, count(DISTINCT date) AS days,"
        " count(DISTINCT customer_id) AS customers, min(day(date)) AS first_day,"
        " coalesce(sum(cents) FILTER (customer_id IS NOT NULL), 0)::BIGINT AS identified_cents,"
        " coalesce(sum(cents) FILTER (customer_id IS NULL), 0)::BIGINT AS no_customer_cents,"
        " coalesce(sum(cents) FILTER (cents < 0), 0)::BIGINT AS returns_cents",
        "date_trunc('month', date)",
    ).df()
    rows["month"] = pd.to_datetime(rows["month"])
    table = rows.set_index("month").sort_index()
    if table.empty:
        return table.drop(columns="first_day").assign(partial=False).reset_index()
    months = pd.date_range(table.index.min(), pd.Timestamp(as_of), freq="MS", name="month")
    grain = getattr(book, "grain", "day")
    late_start = table["first_day"].iloc[0] > 3 and grain in ("day", "week")
    table = table.drop(columns="first_day").reindex(months, fill_value=0).astype("int64")
    table["partial"] = False
    table.loc[table.index[0], "partial"] |= bool(late_start)
    table.loc[table.index[-1], "partial"] |= (as_of + dt.timedelta(days=1)).day != 1
    last = period_ends([book.ledger.aggregate("max(date)").fetchall()[0][0]], grain)[0]
    table["partial"] |= table.index + pd.offsets.MonthEnd() > last + pd.Timedelta(days=ENDS_WITHIN)
    return table.reset_index()


def repeated_lines(book, *, as_of: dt.date) -> tuple[int, int]:
    """Lines that repeat an earlier one in every column, and their net in cents.

    They are kept: two equal lines on an invoice can be right. `line_id`, where there is one, is not compared.

    Returns
    -------
    (lines, cents)
    """
    as_of = as_day(as_of)
    names = [c for c in book.ledger.columns if c != "line_id"]  # also those of the file that we know nothing of
    columns, n = ", ".join(map(quoted, names)), quoted("n" * (1 + max(map(len, names))))
    before = book.ledger.filter(f"date <= DATE '{as_of:%Y-%m-%d}'")
    groups = before.aggregate(f"{columns}, count(*) AS {n}", columns).filter(f"{n} > 1")
    lines, cents = groups.aggregate(f"sum({n} - 1)::BIGINT, sum(({n} - 1) * cents)::BIGINT").fetchall()[0]
    return lines or 0, cents or 0


def period_totals(book, *, first: dt.date, last: dt.date, leave_out: Sequence[str] = NOT_TRADE) -> dict[str, int]:
    """Net of all lines from `first` to `last`, by what becomes of them, in integer cents.

    Returns
    -------
    dict
        `analysed`, `no customer`, `not trade`: they sum to the ledger's net of these days.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer": ["a", None, "a"], "date": ["2024-03-13", "2024-04-14", "2024-05-01"],
    ...     "amount": [5, 7, 9]})
    >>> period_totals(open_book({"ledger": lines}), first=dt.date(2024, 4, 1), last=dt.date(2024, 5, 31))
    {'analysed': 900, 'no customer': 700, 'not trade': 0}
    """
    days = f"date BETWEEN DATE '{first:%Y-%m-%d}' AND DATE '{last:%Y-%m-%d}'"
    kinds = kinds_in_sql(leave_out)
    tests = {
        "analysed": f"kind NOT IN ({kinds}) AND customer_id IS NOT NULL",
        "no customer": f"kind NOT IN ({kinds}) AND customer_id IS NULL",
        "not trade": f"kind IN ({kinds})",
    }
    sums = ", ".join(f"coalesce(sum(cents) FILTER ({days} AND {test}), 0)::BIGINT" for test in tests.values())
    return dict(zip(tests, book.ledger.aggregate(sums).fetchall()[0], strict=True))
