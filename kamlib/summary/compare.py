"""Today beside the earlier report: everything that the page on what changed is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from kamlib.panel import Panel, check_panel
from kamlib.run import Run
from kamlib.stats.bridge import Bridge
from kamlib.summary.chance import Chance, chance
from kamlib.summary.restated import Restated, restated
from kamlib.summary.sales import sales_bridge
from kamlib.summary.windows import ends_early
from kamlib.summary.years import JANUARY, years_beside


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
        None also, as is `luck`, where the ledger does not hold the earlier window whole: a part of a window is not
        compared with a whole one.
    luck : Chance or None
    posted : Restated or None
        None also where no earlier report can be compared.
    cause : pandas.Series
        What is behind each account's change, as text by customer_id.
    years : pandas.DataFrame or None
        From `kamlib.summary.years.years_beside`.
    last_sale : datetime.date or None
        Where the ledger seems to end before `after.as_of` (`kamlib.summary.windows.ends_early`).
    """

    before: Panel | None
    after: Panel
    bridge: Bridge | None
    luck: Chance | None
    posted: Restated | None
    cause: pd.Series
    years: pd.DataFrame | None = None
    last_sale: dt.date | None = None

    @property
    def by_account(self) -> pd.DataFrame:
        """The bridge by account, with its cause; no row where there is none."""
        if self.bridge is None:
            return pd.DataFrame(columns=["kind", "before", "after", "change", "cause"], index=self.cause.index)
        return self.bridge.accounts.assign(cause=self.cause)


def compare(job: Run, *, leave_out: Sequence[str], fiscal_year_start: int = JANUARY) -> Comparison:
    """A run beside the report of one period before, and its year beside the year before.

    Parameters
    ----------
    job : kamlib.run.Run
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.
    fiscal_year_start : int
        Month in which the fiscal year begins, 1 to 12.

    Raises
    ------
    kamlib.run.RunError
        The bridge does not sum to the ledger.
    """
    after, previous = job.panel, job.previous
    years = years_beside(job.book, after, job.days, leave_out=leave_out, fiscal_year_start=fiscal_year_start)
    facts = {"years": years, "last_sale": ends_early(job.days, after)}
    before = previous.panel if previous else None
    posted = restated(previous, leave_out=leave_out) if previous else None
    if job.previous_whole is None:
        nobody = pd.Series(dtype="str", index=pd.Index([], name="customer_id", dtype="str"))
        return Comparison(before, after, None, None, posted, nobody, **facts)
    found = sales_bridge(job.book, before, after, leave_out=leave_out)
    luck = chance(job.days, before, after)
    return Comparison(before, after, found, luck, posted, causes(found, before, after), **facts)


def causes(found: Bridge, before: Panel, after: Panel) -> pd.Series:
    """What is behind each account's change: the orders of both windows, and what an order brought.

    Returns
    -------
    pandas.Series
        Text, by customer_id, in the order of the bridge.
    """
    for panel in (before, after):
        check_panel(panel, "causes(found, before, after)")
    orders = [p.accounts["orders"].reindex(found.accounts.index).fillna(0) for p in (before, after)]
    table = found.accounts.assign(then=orders[0].astype("int64"), now=orders[1].astype("int64"))
    return pd.Series([_orders(r) for r in table.itertuples()], index=table.index, dtype="str", name="cause")


def _orders(row) -> str:
    if row.change == 0:
        return "no change of its own"
    orders = f"orders {row.then:,} → {row.now:,}"
    if not row.then or not row.now:
        return orders
    return f"{orders}, of {row.before / row.then / 100:,.0f} → {row.after / row.now / 100:,.0f}"
