"""Today beside the earlier report: everything that the page on what changed is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from kamlib.panel import Panel
from kamlib.run import Run
from kamlib.stats.bridge import Bridge
from kamlib.summary.chance import Chance, chance
from kamlib.summary.restated import Restated, restated
from kamlib.summary.sales import sales_bridge


@dataclass(frozen=True)
class Comparison:
    """A report and the one of a period before; made by `compare`.

    Attributes
    ----------
    before : kamlib.panel.Panel or None
        Of the earlier day, from today's ledger; None, as are the next three, where it does not reach back so far.
    after : kamlib.panel.Panel
        Of today.
    bridge : kamlib.stats.bridge.Bridge or None
    luck : Chance or None
    posted : Restated or None
        None also where no earlier report can be compared.
    cause : pandas.Series
        What is behind each account's change, as text by customer_id.
    """

    before: Panel | None
    after: Panel
    bridge: Bridge | None
    luck: Chance | None
    posted: Restated | None
    cause: pd.Series

    @property
    def by_account(self) -> pd.DataFrame:
        """The bridge by account, with its cause; no row where there is none."""
        if self.bridge is None:
            return pd.DataFrame(columns=["kind", "before", "after", "change", "cause"], index=self.cause.index)
        return self.bridge.accounts.assign(cause=self.cause)


def compare(job: Run, *, leave_out: Sequence[str]) -> Comparison:
    """A run beside the report of one period before.

    Parameters
    ----------
    job : kamlib.run.Run
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.

    Raises
    ------
    kamlib.run.RunError
        The bridge does not sum to the ledger.
    """
    if job.earlier is None:
        nobody = pd.Series(dtype="str", index=pd.Index([], name="customer_id", dtype="str"))
        return Comparison(None, job.panel, None, None, None, nobody)
    before, after = job.earlier.panel, job.panel
    found = sales_bridge(job.book, before, after, leave_out=leave_out)
    luck, posted = chance(job.days, before, after), restated(job.earlier, leave_out=leave_out)
    return Comparison(before, after, found, luck, posted, causes(found, before, after))


def causes(found: Bridge, before: Panel, after: Panel) -> pd.Series:
    """What is behind each account's change: the orders of both windows, and what an order brought.

    Returns
    -------
    pandas.Series
        Text, by customer_id, in the order of the bridge.
    """
    orders = [
        p.accounts.set_index("customer_id")["orders"].reindex(found.accounts.index).fillna(0) for p in (before, after)
    ]
    table = found.accounts.assign(then=orders[0].astype("int64"), now=orders[1].astype("int64"))
    return pd.Series([_orders(r) for r in table.itertuples()], index=table.index, dtype="str", name="cause")


def _orders(row) -> str:
    if row.change == 0:
        return "no change of its own"
    orders = f"orders {row.then:,} → {row.now:,}"
    if not row.then or not row.now:
        return orders
    return f"{orders}, of {row.before / row.then / 100:,.0f} → {row.after / row.now / 100:,.0f}"
