"""The words on top of the first page, and its tables as frames, made from Findings and Changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from kamlib.run import Change, Finding
from kamlib.run.findings import in_words
from kamlib.run.previous import Previous
from kamlib.stats.bridge import DOWN, EITHER, LOST, NEW, RETURNED, UP
from kamlib.summary.windows import too_young

NO_GROWTH = (
    "**How sure**: the money is counted, to the cent. Windows of unequal length would tell the missing months as "
    "growth, and are not compared."
)
ORDERS = ("churn.returned",)  # changes whose money is an order, not the change of an account's sales
SORTS = 6  # sorts of change that the first sentence counts one by one
NAMES = {
    NEW: "new accounts", RETURNED: "returned", EITHER: "new or returned", UP: "bought more", DOWN: "bought less",
    LOST: "no longer buying",
}  # fmt: skip


def sentences(facts: Mapping[str, Finding], changes: Sequence[Change]) -> list[str]:
    """What changed, how much money, how sure: three paragraphs.

    Parameters
    ----------
    facts : mapping of str to Finding
        By key, those of `kamlib.summary.findings`.
    changes : sequence of Change
        Of all notebooks.

    Returns
    -------
    list of str
        With `**` around what matters. Where the ledger does not hold two windows of equal length, what it says instead:
        no growth, and from when on it can be told.
    """
    if "summary.sales_change" in facts:
        return [_what(facts, changes), f"{_money(facts)}{_year_to_date(facts)}", f"{_sure(facts)}{_end(facts)}"]
    since = [_what(facts, changes)] if changes and "summary.since" in facts else []
    return [*since, _young(facts), f"{NO_GROWTH}{_year_to_date(facts)}{_end(facts)}"]


def _end(facts: Mapping[str, Finding]) -> str:
    """That the ledger may end before the report's day, which would pass for a fall."""
    if "summary.last_sale" not in facts:
        return ""
    last = facts["summary.last_sale"]
    return (
        f" **The last sale is of {last}**, {in_words(last.n, 'days')} before the day of this report. No other silence "
        "of the window is as long: if lines are missing, they pass for a fall."
    )


def _young(facts: Mapping[str, Finding]) -> str:
    begins, first, since = (facts[f"summary.{k}"].text for k in ("ledger_begins", "first_month", "comparable_from"))
    month, all_of = facts.get("summary.month_sales"), facts["summary.window_sales"]
    this = f" {month.says}: {month}." if month else ""
    return (
        f"**Too young to compare**: {too_young(begins, first, facts['summary.months'].value, since)}{this} "
        f"All that the ledger holds of the window: **{all_of}**. Its months stand one by one below."
    )


def _year_to_date(facts: Mapping[str, Finding]) -> str:
    """The year to date against the same days of the year before; nothing where the ledger does not hold them."""
    if "summary.year_to_date_change" not in facts:
        return ""
    sales, change, share, luck = (
        facts[f"summary.year_to_date_{k}"] for k in ("sales", "change", "change_share", "expected")
    )
    of = f" ({signed(share)})" if share.value is not None else ""
    sure = {"more than chance": ", which is more than chance", "may be chance": ", which may be chance"}
    return f" {sales.says}: {sales}. {change.says}: **{signed(change)}{of}**{sure.get(luck.verdict, '')}."


def _what(facts: Mapping[str, Finding], changes: Sequence[Change]) -> str:
    since, money = facts["summary.since"], facts["summary.window_sales"].unit
    if not changes:
        return f"**Since {since}: no change.**"
    rows = [(c.says.partition(":")[0], c.cents, c.probability == 1, c.key in ORDERS) for c in changes]
    sorts = pd.DataFrame(rows, columns=["sort", "cents", "counted", "orders"]).groupby("sort").agg(
        n=("sort", "size"), known=("cents", "count"), cents=("cents", "sum"), counted=("counted", "all"),
        orders=("orders", "all"),
    )  # fmt: skip
    sorts = sorts.sort_values("n", ascending=False, kind="stable")
    named = [f"{row.Index} **{row.n:,}**{_in_all(row, money)}" for row in sorts.head(SORTS).itertuples()]
    rest = sorts["n"].iloc[SORTS:].sum()
    listed = "; ".join([*named, *([f"{rest:,} other{'' if rest == 1 else 's'}"] if rest else [])])
    return f"**Since {since}: {facts['summary.changes']}.** {listed}."


def _in_all(row, money: str) -> str:
    """What the changes of a sort come to, where each is counted and has money of its own; never what is at stake."""
    if row.known < row.n or not row.counted or not row.cents:
        return ""
    sum_ = Finding("summary.sum", "", int(row.cents), money)
    return f" (first orders: {sum_})" if row.orders else f" ({signed(sum_)})"


def _money(facts: Mapping[str, Finding]) -> str:
    change = facts["summary.sales_change"]
    kinds = {kind: facts[f"summary.bridge_{kind.replace(' ', '_')}"] for kind in NAMES}
    parts = "; ".join(f"{NAMES[k]} {signed(f)}" for k, f in kinds.items() if f.value)
    share = facts["summary.sales_change_share"]
    of = f" ({signed(share)})" if share.value is not None else ""
    return (
        f"**Net sales of the window: {signed(change)}{of}**, from {facts['summary.sales_before']} to "
        f"{facts['summary.window_sales']}{f': {parts}' if parts else ''}."
    )


def _sure(facts: Mapping[str, Finding]) -> str:
    luck, counted = facts["summary.expected_change"], facts["summary.counted"]
    sure = (
        f"**How sure**: the money is counted, to the cent. Changes that are counted too: {counted:n}; of the others, "
        f"likelier than not to be more than chance: {facts['summary.likely']:n}."
    )
    if luck.low is None:
        return f"{sure} Whether sales moved by more than luck cannot be told here."
    moved = f"The move of sales {'is ' * (luck.verdict != 'may be chance')}**{luck.verdict}**"
    return f"{sure} {moved}: what these accounts buy on average changed by {luck.interval} (95 %)."


def signed(finding: Finding) -> str:
    """A finding's value with its sign.

    Examples
    --------
    >>> signed(Finding("a.b", "A", 120_000, "money EUR")), signed(Finding("a.b", "A", -0.02, "share"))
    ('+1,200 EUR', '−2.0 %')
    """
    return f"+{finding.text}" if isinstance(finding.value, (int, float)) and finding.value > 0 else finding.text


def change_table(changes: Sequence[Change], names: pd.Series, why: pd.Series) -> pd.DataFrame:
    """The changes as a table, those of most weight first (`kamlib.run.findings.ranked`).

    Parameters
    ----------
    changes : sequence of Change
        From `kamlib.run.Run.changes`.
    names : pandas.Series
        Of accounts, by customer_id; may be empty.
    why : pandas.Series
        Cause by customer_id, for the lines that bring none of their own.

    Returns
    -------
    pandas.DataFrame
        customer_id (empty for the whole book), name (where any is known), what, then, now, cents (its own money,
        missing where it has none), stake_cents (what is at stake), cause, sure (text), probability, key.
    """
    rows = [
        (
            c.account,
            c.says,
            c.text_before,
            c.text,
            c.cents,
            c.stake_cents,
            c.cause or why.get(c.account, ""),
            c.confidence,
            c.probability,
            c.key,
        )
        for c in changes
    ]
    columns = ["customer_id", "what", "then", "now", "cents", "stake_cents", "cause", "sure", "probability", "key"]
    kinds = {"cents": "Int64", "stake_cents": "Int64", "probability": "float64"}
    table = pd.DataFrame(rows, columns=columns).astype(kinds)
    if len(names):
        table.insert(1, "name", table["customer_id"].map(names))
    return table


def concentration_table(then: pd.DataFrame | None, now: pd.DataFrame | None) -> pd.DataFrame:
    """Concentration of both windows side by side, as text.

    Parameters
    ----------
    then, now : pandas.DataFrame
        Indexed by measure (`top_1`, `top_10`, `effective_accounts`): window, low, high (of an average year). No row
        where there is none of today.

    Returns
    -------
    pandas.DataFrame
        measure, then (missing where there is nothing to compare with), now, average (95 % interval).
    """
    says = {
        "top_1": ("Share of the largest account", "share"),
        "top_10": ("Share of the ten largest", "share"),
        "effective_accounts": ("As concentrated as so many accounts of one size", "accounts"),
    }
    rows = []
    for measure, (text, unit) in says.items() if now is not None else ():
        old = None if then is None else float(then.loc[measure, "window"])
        low, high = (None if pd.isna(v) else float(v) for v in now.loc[measure, ["low", "high"]])
        new = Finding(f"summary.{measure}", text, float(now.loc[measure, "window"]), unit, low, high)
        rows.append((text, None if old is None else in_words(old, unit), new.text, new.interval or None))
    return pd.DataFrame(rows, columns=["measure", "then", "now", "average"])


def compared_with(previous: Previous | None) -> str:
    """What the changes are told from, for a reader."""
    if previous is None:
        return "From the next month on this page says what is not as it was."
    if previous.usable:
        return f"Compared with the report as of {previous.as_of}, as it was published."
    anew = f"Compared with {previous.as_of}, computed anew from today's ledger"
    if previous.unreadable:
        return f"{anew}: the report of that day cannot be read."
    if previous.published is None:
        return f"{anew}: there is no report of that day."
    return f"{anew}: the report of that day was made with other settings ({', '.join(previous.differs)})."
