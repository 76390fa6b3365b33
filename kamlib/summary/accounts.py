"""Accounts that came, came back, or are gone for a whole window: lines of the page on what changed."""

from __future__ import annotations

import pandas as pd

from kamlib.run import Change
from kamlib.stats.bridge import EITHER, LOST, NEW, RETURNED
from kamlib.summary.compare import Comparison
from kamlib.summary.restated import Restated

SAYS = {
    NEW: "New account",
    RETURNED: "Returned after a window without an order",
    EITHER: "New or returned (history too short to say)",
    LOST: "No order in the window any more",
}
KEYS = {NEW: "summary.new", RETURNED: "summary.returned", EITHER: "summary.new_or_returned", LOST: "summary.lost"}


def came_and_went(told: Comparison) -> list[Change]:
    """Accounts that are in one window of the bridge and not in the other.

    Parameters
    ----------
    told : Comparison

    Returns
    -------
    list of Change
        One an account. They are counted in the ledger, so their probability is 1; the money is the account's change.
    """
    if told.bridge is None:
        return []
    old, now = (p.accounts for p in (told.before, told.after))
    table = told.bridge.accounts[told.bridge.accounts["kind"].isin(SAYS)]
    return [
        Change(
            KEYS[row.kind], SAYS[row.kind], _orders(now, row.Index), "orders", before=_orders(old, row.Index),
            account=row.Index, cents=int(row.change), cause=_when(row.kind, now.loc[row.Index]), probability=1.0,
        )
        for row in table.itertuples()
    ]  # fmt: skip


def _orders(accounts: pd.DataFrame, customer: str) -> int:
    return int(accounts["orders"].get(customer, 0))


def _when(kind: str, facts: pd.Series) -> str:
    last = f"last order on {facts['last_purchase']:%Y-%m-%d}"
    if kind == LOST:
        return last
    since = f"{facts['first_line']:%Y-%m-%d}"
    return f"{last}; customer since {since} or before" if kind == RETURNED else f"first order on {since}"


def posted_late(posted: Restated | None, *, currency: str = "") -> list[Change]:
    """What was posted late or corrected since the earlier report: one line for the whole book, if anything was."""
    if posted is None or (posted.accounts.empty and not posted.parts["change"].any()):
        return []
    n, money = len(posted.accounts), f"money {currency}".strip()
    cause = f"posted late or corrected, {n:,} account{'s' * (n != 1)}"
    then, now = (int(posted.parts[c].sum()) for c in ("published", "today"))
    return [Change("summary.restated", "Days reported before, restated", now, money, before=then, cents=posted.cents,
                   cause=cause, probability=1.0)]  # fmt: skip
