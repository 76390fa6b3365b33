"""What the page of what changed says of the list: accounts in another class, key accounts come and gone."""

from __future__ import annotations

import pandas as pd

from kamlib.run.findings import Change, in_words
from kamlib.segmentation.key_accounts import KeyAccounts


def class_frame(confidence: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Class, how sure it is, money and purchases of each account, as a run keeps them.

    Parameters
    ----------
    confidence : pandas.DataFrame
        From `kamlib.segmentation.class_confidence`.
    accounts : pandas.DataFrame
        `accounts` of the same panel.

    Returns
    -------
    pandas.DataFrame
        The columns of `confidence`, and value (net sales of the window, cents) and purchases (purchase days).
    """
    facts = accounts[["sales_cents", "purchase_days"]]
    return confidence.join(facts.rename(columns={"sales_cents": "value", "purchase_days": "purchases"}))


def class_changes(then: pd.DataFrame, now: pd.DataFrame, *, shown: pd.Series | None = None) -> list[Change]:
    """Accounts whose class is not that of the earlier report, those whose sales changed most first.

    Parameters
    ----------
    then, now : pandas.DataFrame
        From `class_frame`, of the earlier report and of this one.
    shown : pandas.Series, optional
        Today's classes with the state of their accounts, by customer_id (`A, has probably left`).

    Returns
    -------
    list of Change
        `segmentation.moved`: an account in both, with another class. A class has no money of its own: by how much the
        account's sales changed is told by the sales bridge. Probability that it truly belongs on this side of the line
        it crossed (up: to the new class or above). Who is new, or silent for the whole window, is told by the bridge.
    """
    both = now.join(then[["abc", "value", "purchases"]].add_suffix("_then"), how="inner")
    moved = both[both["abc"] != both["abc_then"]]
    letters = moved["abc"] if shown is None else shown.reindex(moved.index).fillna(moved["abc"])
    moved = moved.assign(cents=moved["value"] - moved["value_then"], shown=letters)
    ordered = moved.assign(size=moved["cents"].abs()).sort_values(["size", "customer_id"], ascending=[False, True])
    return [
        Change(
            "segmentation.moved", "Class by sales", row.shown, "word", before=row.abc_then, account=str(row.Index),
            cause=_cause(row), probability=_this_side(row),
        )
        for row in ordered.itertuples()
    ]  # fmt: skip


def _cause(row) -> str:
    if row.purchases != row.purchases_then:
        return f"{in_words(row.purchases, 'purchase days')} in the window instead of {row.purchases_then}"
    if row.cents:
        return f"as many purchases, worth {'more' if row.cents > 0 else 'less'}"
    return "its own sales are the same: the line moved"


def _this_side(row) -> float | None:
    """Probability of the new class or one beyond it, away from the old; never quite 1."""
    up = row.abc < row.abc_then
    beyond = {"A": row.A, "B": row.A + row.B if up else row.B + row.C, "C": row.C}[row.abc]
    return None if pd.isna(beyond) else min(float(beyond), 0.999)


def key_changes(then: pd.DataFrame, keys: KeyAccounts) -> list[Change]:
    """Accounts that joined the list of key accounts since the earlier report, or left it.

    Parameters
    ----------
    then : pandas.DataFrame
        `KeyAccounts.table` of the earlier report.
    keys : KeyAccounts

    Returns
    -------
    list of Change
        `segmentation.key_account`: probability that its share of an average year is on this side of the line. A place
        on the list has no money of its own.
    """
    before, after = (set(table.index[table["key"]]) for table in (then, keys.table))
    lines = []
    for customer in sorted(before ^ after):
        joined = customer in after
        chance = keys.table["probability"].get(customer, float("nan"))
        chance = chance if joined else 1 - chance
        lines.append(
            Change(
                "segmentation.key_account", f"Key account: {keys.line:.1%} of {keys.measure}".replace("%", " %"),
                "on the list" if joined else "off the list", "word",
                before="off the list" if joined else "on the list", account=str(customer),
                probability=None if pd.isna(chance) else min(float(chance), 0.999),
            )
        )  # fmt: skip
    return lines
