"""The tables of the first page, as a reader sees them. Where there is nothing to compare with, there is none."""

from __future__ import annotations

import pandas as pd

from kamlib.look import Col, Prose, Table, say, table
from kamlib.run.findings import in_words
from kamlib.stats.bridge import Bridge
from kamlib.summary.pages import SEGMENTATION, missing_words
from kamlib.summary.restated import Restated

CHANGES = {
    "customer_id": Col("Account"), "name": Col("Name"), "what": Col("What", "prose"),
    "step": Col("Then → now", "prose"), "cents": Col("Its own money", "money"),
    "stake_cents": Col("At stake", "money"), "sure": Col("How sure", "prose"), "cause": Col("Why", "prose"),
}  # fmt: skip
ACCOUNTS = {
    "customer_id": Col("Account"), "name": Col("Name"), "kind": Col("Kind", "prose"), "before": Col("Before", "money"),
    "after": Col("After", "money"), "change": Col("Change", "money"), "cause": Col("Why", "prose"),
}  # fmt: skip
MONTHS = {
    "month": Col("Month", "prose"), "period": Col("Days", "prose"), "cents": Col("Net sales", "money"),
    "no_customer_cents": Col("No customer", "money"), "not_trade_cents": Col("Not trade", "money"),
    "held": Col("In the ledger from its first day", "flag"),
}  # fmt: skip
YEARS = {
    "what": Col("Sales of", "prose"), "days": Col("Days", "prose"), "cents": Col("Net sales", "money"),
    "then": Col("Against", "prose"), "then_cents": Col("Net sales then", "money"), "change": Col("Change", "money"),
    "share": Col("Change, share", "share"),
    "average": Col("Change on average, 95 % interval", "interval"), "verdict": Col("More than chance?", "prose"),
}  # fmt: skip
ONE_BY_ONE = {
    "month": Col("Month", "prose"), "cents": Col("Net sales", "money"),
    "customers": Col("Customers that bought", "whole"), "orders": Col("Orders", "whole"),
    "whole": Col("Whole month", "flag"),
}  # fmt: skip
PARTS = {
    "part": Col("Part of the ledger", "prose"), "published": Col("As reported", "money"),
    "today": Col("Today", "money"), "change": Col("Difference", "money"),
}  # fmt: skip
CONCENTRATION = {
    "measure": Col("Measure", "prose"), "then": Col("Then", "number"), "now": Col("Now", "number"),
    "average": Col("Average year, 95 % interval", "prose"),
}  # fmt: skip


def changes_shown(listed: pd.DataFrame, *, unit: str = "", n: int = 25) -> Table | Prose:
    """The changes of most weight; `listed` is from `change_table`."""
    if listed.empty:
        return say("No account changed.")
    caption = "What changed since the earlier report, the most money or stake first"
    listed = listed.assign(
        step=[f"{then} → {now}" if then else now for then, now in zip(listed["then"], listed["now"], strict=True)]
    )
    return table(
        listed, caption=caption, columns=_held(CHANGES, listed), n=n, source="frames/changes.parquet", unit=unit
    )


def kinds_shown(found: Bridge | None, *, unit: str = "") -> Table | None:
    """The bridge by kind of account and part outside the accounts, with the sum; nothing where there is none."""
    if found is None:
        return None
    rows = found.summary.reset_index()
    total = pd.DataFrame([{"kind": "the ledger's net", **rows.drop(columns=["kind", "accounts"]).sum().to_dict()}])
    rows = pd.concat([rows, total], ignore_index=True)
    columns = {"kind": Col("Kind", "prose"), "accounts": Col("Accounts", "whole")}
    columns |= {k: ACCOUNTS[k] for k in ("before", "after", "change")}
    return table(rows, caption="The bridge by kind, to the ledger's net", columns=columns, unit=unit)


def accounts_shown(by_account: pd.DataFrame, *, unit: str = "", n: int = 15) -> Table | None:
    """The bridge by account, the largest changes first; `by_account` with customer_id and perhaps names.

    Nothing where there is no bridge.
    """
    if by_account.empty:
        return None
    caption, source = "The bridge by account, the largest changes first", "frames/bridge.parquet"
    return table(by_account, caption=caption, columns=_held(ACCOUNTS, by_account), n=n, source=source, unit=unit)


def months_shown(beside: pd.DataFrame, *, unit: str = "") -> Table:
    """The month beside others, from `months_beside`."""
    columns = {k: c for k, c in MONTHS.items() if k != "held" or not beside["held"].all()}
    return table(beside, caption="Net of the month beside others", columns=columns, unit=unit)


def years_shown(years: pd.DataFrame, *, unit: str = "") -> Table:
    """The month, the year to date, the window and the last fiscal year, from `kamlib.summary.years.years_beside`."""
    compared = years["then_cents"].notna().any()
    against = "against the same days a year before" if compared else "by themselves"
    shown = years.assign(average=[_interval(r.low, r.high) for r in years.itertuples()])
    if compared:
        shown["then"] = shown["then"].fillna("not held by the ledger")
    return table(shown, caption=f"Net sales of known customers {against}", columns=_held(YEARS, shown), unit=unit)


def _interval(low: float, high: float) -> str | None:
    return None if pd.isna(low) else " to ".join(in_words(v, "money", bare=True) for v in (low, high))


def one_by_one_shown(months: pd.DataFrame, *, unit: str = "") -> Table:
    """The months one by one, from `months_one_by_one`: what a ledger too young for windows can say."""
    shown = months.assign(month=[f"{m:%B %Y}" for m in months["month"]])
    caption = "Net sales of known customers, month by month"
    return table(shown, caption=caption, columns=ONE_BY_ONE, n=len(shown), unit=unit)


def restated_shown(posted: Restated | None, *, unit: str = "") -> Table | None:
    """What was reported and what the ledger says today; nothing where nothing can be compared."""
    if posted is None:
        return None
    rows = posted.parts.reset_index().assign(part=lambda t: t["part"].str.replace("_", " "))
    return table(rows, caption="Net of all lines up to the earlier report's day", columns=PARTS, unit=unit)


def concentration_shown(rows: pd.DataFrame) -> Table | Prose:
    """Concentration then and now, from `concentration_table`."""
    if rows.empty:
        return say(missing_words(SEGMENTATION))
    when = ", then and now" if rows["then"].notna().any() else ""
    return table(rows, caption=f"Concentration of net sales{when}", columns=_held(CONCENTRATION, rows))


def _held(columns: dict[str, Col], frame: pd.DataFrame) -> dict[str, Col]:
    """The columns that the frame has; those with nothing in them are left out."""
    return {k: c for k, c in columns.items() if k in frame and (frame[k].notna().any() or k == "customer_id")}
