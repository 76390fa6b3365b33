"""The one currency of a book: from its columns, the signs beside its amounts, the mapping; or converted to it.

A line is converted by itself: its cents times the rate of its day, exact decimals, rounded half away from zero to
the cent. Every currency is treated so: amounts have two decimals also in yen and in dinars, which have none, and three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import duckdb

from kamlib.book.errors import BookError, Question, Unsettled
from kamlib.book.values.cells import literal
from kamlib.money import money
from kamlib.tables import TABLES

OLDEST_RATE = 31  # days: a rate is that of its day or the last before it, as of a month's end; older is none
_ANY_DAY = "DATE '0001-01-01'"  # of a rate that the mapping gives: it holds on every day
_MONEY = ["cents", "profit_cents", *(c.name for c in TABLES["ledger"].columns if c.kind == "money")]


def one_currency(
    con: duckdb.DuckDBPyConnection,
    signs: Counter[str],
    given: str,
    rates: dict[str, Decimal],
    dated: Mapping[str, str] | None = None,
) -> tuple[str, list[str]]:
    """The currency of the table `ledger`, which is converted first where there are rates; and notes on that.

    Parameters
    ----------
    signs : Counter of str
        Signs and codes beside the amounts, by the number of lines.
    given : str
        The currency that the mapping names; empty where it names none.
    rates : dict of str to Decimal
        The mapping's, by currency.
    dated : mapping of str to str
        Checked parts of the table `rates`, and what their source is called.

    Raises
    ------
    BookError
        More than one currency, and no rate for it.
    """
    converts = bool(rates or dated)
    notes = _convert(con, given.upper(), rates, dated or {}) if converts else []
    columns = con.execute(
        "SELECT upper(currency), count(*) FROM ledger WHERE currency IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    signs = Counter() if converts else signs
    for found in (columns, signs.most_common()):
        if len(found) > 1:
            raise _mixed(found)
    says = [columns[0][0]] if columns else []
    says += [c for c in signs if c.isalpha()]  # a sign does not say whose dollars they are
    says += [given.upper()] if given else []
    if len(set(says)) > 1:
        raise BookError(
            f"The ledger is in {says[0]}, says its own content, but also in {says[-1]}. Give the one currency of its "
            "amounts, or convert them."
        )
    return (says[0] if says else ""), notes


def _mixed(found: list[tuple[str, int]]) -> Unsettled:
    shown = ", ".join(f"{c} ({n:,} lines)" for c, n in found[:5])
    choices = [(c, f"{n:,} lines; those in another currency are left out") for c, n in found[:5]]
    return Unsettled(
        f"The ledger mixes currencies: {shown}. Convert it to one currency first, or give rates in a mapping "
        f'file (--mapping):\n[options]\ncurrency = "{found[0][0]}"\n[rates]\n"{found[1][0]}" = 1.0   # '
        f"{found[0][0]} for one {found[1][0]}\nOr take the lines in one of them.",
        [Question("options", "only_currency", "which of them", choices)],
    )


def _convert(con, given: str, rates: dict[str, Decimal], dated: Mapping[str, str]) -> list[str]:
    """Every line in the book's currency, its cents rounded; a line that names none is in it already."""
    notes = _all_rates(con, rates, dated)
    found = con.execute(
        "SELECT upper(currency), count(*) FROM ledger WHERE currency IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    base = _base(con, given, [c for c, _ in found], bool(rates))
    if base:
        _rates_of_lines(con, base, " and ".join(dated.values()))
        notes += _apply(con, base)
        con.execute(f"UPDATE ledger SET currency = {literal(base)}")
        con.execute("DROP TABLE line_rates")
    con.execute("DROP TABLE all_rates")
    if dated and not any(c != base for c, _ in found):
        notes.append(f"The table rates is not used: no line names {'another' if base else 'a'} currency.")
    return notes


def _all_rates(con, rates: dict[str, Decimal], dated: Mapping[str, str]) -> list[str]:
    """The table `all_rates` of what the mapping and the book say; notes where both speak of a currency."""
    con.execute(
        "CREATE TEMP TABLE all_rates AS SELECT DISTINCT upper(trim(currency)) AS code, date AS day, rate FROM ("
        + (" UNION ALL ".join(f"SELECT currency, date, rate FROM {d}" for d in dated) or _NO_RATES)
        + ")"
    )
    _refuse_two_rates(con, " and ".join(dated.values()))
    both = [c for c in rates if con.execute("SELECT 1 FROM all_rates WHERE code = ? LIMIT 1", [c]).fetchall()]
    for code, rate in rates.items():
        con.execute("DELETE FROM all_rates WHERE code = ?", [code])
        con.execute(f"INSERT INTO all_rates VALUES (?, {_ANY_DAY}, CAST(? AS DECIMAL(18, 12)))", [code, f"{rate:f}"])
    return [
        f"Rates of {c} stand in the mapping and in the table rates: the mapping's {_plain(rates[c])} is used."
        for c in both
    ]


_NO_RATES = "SELECT NULL::VARCHAR AS currency, NULL::DATE AS date, NULL::DECIMAL(18, 12) AS rate WHERE false"


def _refuse_two_rates(con, where: str) -> None:
    twice = con.execute(
        "SELECT code, day, min(rate), max(rate), count(*) OVER () FROM all_rates GROUP BY 1, 2 HAVING count(*) > 1"
        " ORDER BY 1, 2 LIMIT 3"
    ).fetchall()
    if twice:
        shown = "; ".join(f"{c} on {day}: {_plain(low)} and {_plain(high)}" for c, day, low, high, _ in twice)
        raise BookError(f"{where}: {twice[0][4]:,} days have two rates of a currency ({shown}). Keep one of each.")


def _base(con, given: str, found: list[str], mapped: bool) -> str:
    """The currency that lines are converted to; empty where no line names one and there is nothing to convert."""
    rated = con.execute("SELECT code, min(rate), max(rate) FROM all_rates GROUP BY 1 ORDER BY 1").fetchall()
    unrated = [c for c in found if c not in {code for code, *_ in rated}]
    ones = [code for code, low, high in rated if low == high == 1]
    base = given or (unrated[0] if len(unrated) == 1 else "") or (ones[0] if ones else "")
    if not base and (found or mapped):
        lines = f" The lines are in {', '.join(found[:5])}." if found else ""
        raise BookError(f'Rates, to which currency?{lines} Say it in the mapping file:\n[options]\ncurrency = "EUR"')
    wrong = next(
        (f"{_plain(low if low != 1 else high)}" for c, low, high in rated if c == base and base not in ones), ""
    )
    if wrong:
        raise BookError(
            f"The book is in {base}, and a rate says that one {base} is worth {wrong} {base}. Take it away, or name the"
            ' currency of the book in the mapping file:\n[options]\ncurrency = "EUR"'
        )
    missing = [c for c in unrated if c != base]
    if base and missing:
        raise BookError(f'No rate for {", ".join(missing)}. Add it to the mapping file:\n[rates]\n"{missing[0]}" = 1.0')
    return base


def _rates_of_lines(con, base: str, where: str) -> None:
    """The table `line_rates`: for each line in another currency its rate; refused where its day has none."""
    join = "ASOF LEFT JOIN all_rates r ON upper(l.currency) = r.code AND l.date >= r.day"
    con.execute(
        "CREATE TEMP TABLE line_rates AS SELECT l.rowid AS line, upper(l.currency) AS code, r.rate, r.day"
        f" FROM ledger l {join} WHERE upper(l.currency) <> {literal(base)}"
    )
    if not where:
        return
    rows = con.execute(
        "SELECT r.code, l.date, l.customer_id, r.day, count(*) OVER ()"
        " FROM line_rates r JOIN ledger l ON l.rowid = r.line"
        f" WHERE r.day IS NULL OR (r.day > {_ANY_DAY} AND l.date - r.day > {OLDEST_RATE}) ORDER BY r.line LIMIT 3"
    ).fetchall()
    if rows:
        shown = "; ".join(
            f"{code} on {date} ({str(c or 'no customer')[:40]!r}), "
            + (f"last rate {day}" if day else "no rate before it")
            for code, date, c, day, _ in rows
        )
        raise BookError(
            f"{where}: no rate for {rows[0][4]:,} lines of the ledger: {shown}. A line takes the rate of its day, or"
            f" the last before it that is at most {OLDEST_RATE} days older. Add rates of these days, or one rate for"
            f' all days to the mapping file:\n[rates]\n"{rows[0][0]}" = 1.0'
        )


def _apply(con, base: str) -> list[str]:
    """Convert the lines of `line_rates`; a note on each currency."""
    per_code = (
        "SELECT r.code, count(*), sum(l.cents), min(r.rate), max(r.rate), count(*) - count(l.cents)"
        " FROM line_rates r JOIN ledger l ON l.rowid = r.line GROUP BY r.code ORDER BY 2 DESC, 1"
    )
    before = con.execute(per_code).fetchall()
    if not before:
        return []
    there = {row[0] for row in con.execute("DESCRIBE ledger").fetchall()}
    # Nineteen digits of cents and eighteen of a rate fit in 38; what is too large for cents again becomes empty.
    sets = [f"{c} = try_cast(round({c}::DECIMAL(19, 0) * line_rates.rate) AS BIGINT)" for c in _MONEY if c in there]
    sets += [f"{c} = {c} * line_rates.rate::DOUBLE" for c in ("unit_price", "list_price")]
    con.execute(f"UPDATE ledger SET {', '.join(sets)} FROM line_rates WHERE ledger.rowid = line_rates.line")
    after = {code: (net, lost) for code, _, net, _, _, lost in con.execute(per_code).fetchall()}
    for code, *_ in before:
        if after[code][1]:
            raise BookError(
                f"{after[code][1]:,} lines in {code} are too large once they are in {base}. Give amounts in thousands."
            )
    return [
        f"{n:,} lines in {code} (net {money(net)}) are converted at {_plain(low)}"
        + (f" to {_plain(high)} {base}, the rate of the day or the last before it" if low != high else f" {base}")
        + f" (net {money(after[code][0])}), each rounded to the cent."
        for code, n, net, low, high, _ in before
    ]


def _plain(rate: Decimal) -> str:
    """A rate without the zeros that its type adds."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
