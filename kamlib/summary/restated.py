"""What the ledger says today of days that have been reported before: late postings and corrections."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kamlib.book import control_totals
from kamlib.run.findings import in_words
from kamlib.run.previous import Previous

PARTS = ("analysed", "no_customer", "not_trade")


@dataclass(frozen=True)
class Restated:
    """Differences between what an earlier report published and today's ledger, both up to the earlier day.

    Attributes
    ----------
    parts : pandas.DataFrame
        Indexed by part of the ledger (analysed, no_customer, not_trade): published, today, change (integer cents).
    accounts : pandas.DataFrame
        Indexed by customer_id, accounts whose whole history or window sums to something else, the largest difference
        first: published, today, change (whole history), window_change (integer cents).
    """

    parts: pd.DataFrame
    accounts: pd.DataFrame

    @property
    def cents(self) -> int:
        """Net of all that was posted late or corrected."""
        return int(self.parts["change"].sum())

    @property
    def window_cents(self) -> int:
        """Of that, what changes the accounts' net sales of the earlier report's window."""
        return int(self.accounts["window_change"].sum())


def restated(previous: Previous, *, leave_out) -> Restated | None:
    """What was posted late or corrected since the earlier report; None where no such report can be compared.

    Parameters
    ----------
    previous : kamlib.run.previous.Earlier
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.
    """
    accounts, totals = previous.published_accounts(), previous.published_totals()
    if accounts is None or not totals:
        return None
    today = control_totals(previous.book, as_of=previous.as_of, leave_out=leave_out)
    rows = {p: (totals[f"{p}_cents"], today[f"{p}_cents"]) for p in PARTS}
    parts = pd.DataFrame.from_dict(rows, orient="index", columns=["published", "today"]).rename_axis("part")
    parts["change"] = parts["today"] - parts["published"]
    return Restated(parts, _by_account(accounts, previous.panel.accounts))


def _by_account(published: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
    columns = ["history_sales_cents", "sales_cents"]
    then, now = published[columns], today[columns]
    both = then.add_suffix("_then").join(now.add_suffix("_now"), how="outer").fillna(0).astype("int64")
    table = pd.DataFrame({"published": both["history_sales_cents_then"], "today": both["history_sales_cents_now"]})
    table["change"] = table["today"] - table["published"]
    table["window_change"] = both["sales_cents_now"] - both["sales_cents_then"]
    table = table[(table["change"] != 0) | (table["window_change"] != 0)]
    size = table["change"].abs().rename("size")
    return table.join(size).sort_values(["size", "customer_id"], ascending=[False, True]).drop(columns="size")


def restated_words(found: Restated | None, *, currency: str = "") -> str:
    """What was posted late or corrected, for a reader."""
    if found is None:
        return "There is no earlier report of the same settings that today's ledger could be set against."
    if found.accounts.empty and not found.parts["change"].any():
        return "Nothing: the days that were reported before sum to the same, to the cent, for every account."
    money = f"money {currency}".strip()
    net, window = (in_words(c, money) for c in (found.cents, found.window_cents))
    largest = "; ".join(f"{k} {in_words(int(c), money)}" for k, c in found.accounts["change"].head(3).items())
    return (
        f"**{net} net** has been posted late or corrected since, in {in_words(len(found.accounts), 'accounts')}"
        f"{f' (the largest: {largest})' if largest else ''}. The net sales of the earlier report's window are {window} "
        "from what was reported. Everything on this page takes what the ledger says today."
    )
