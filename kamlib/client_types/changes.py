"""Which accounts have changed type since the earlier report."""

from __future__ import annotations

import pandas as pd

from kamlib.client_types.reasons import rule_causes
from kamlib.client_types.rules import RULE, Rule
from kamlib.client_types.told import Told
from kamlib.run.findings import Change


def changes(
    was: Told, is_: Told, then: pd.DataFrame, now: pd.DataFrame, rule: Rule = RULE, *, measure: str = "profit"
) -> list[Change]:
    """Lines for the page of what changed: same rule on both days, so a type changes because the account did.

    Parameters
    ----------
    was, is_ : Told
        From `by_rule`, of the earlier day and of today.
    then, now : pandas.DataFrame
        Features of these days, from `account_features`.
    rule : Rule
    measure : str
        What an account's share is of: profit or sales.

    Returns
    -------
    list of Change
        One for each account, known on both days, that is named another type and whose known facts decide another way
        than before; where only the draws of what is not known differ, nothing has changed. A type has no money of its
        own. `probability` is that of today's type, times that it was not the type before, as if the two were told
        independently. Empty where the two days do not know the same features: their types could not be compared.
    """
    both = now.index.intersection(then.index)
    if set(then) != set(now) or not len(both):
        return []
    cause = rule_causes(then.loc[both], now.loc[both], rule, measure=measure)
    moved = both[(was.named[both] != is_.named[both]) & (cause != "")]
    return [
        Change(
            "client_types.type",
            "Type of client",
            is_.named[account],
            "word",
            before=was.named[account],
            account=str(account),
            cause=cause[account],
            probability=float(_chance(is_, account) * (1 - was.chance.loc[account, is_.named[account]])),
        )
        for account in moved
    ]


def _chance(told, account: str) -> float:
    return told.chance.loc[account, told.named[account]]


def changes_table(lines: list[Change], values: pd.Series) -> pd.DataFrame:
    """The changes as a table, the most money first: customer_id, before, now, value_cents, cause, probability.

    Parameters
    ----------
    lines : list of Change
    values : pandas.Series
        Money of each account today, cents, by customer_id.
    """
    columns = ["customer_id", "before", "now", "value_cents", "cause", "probability"]
    rows = [(c.account, c.before, c.value, values.get(c.account, 0), c.cause, c.probability) for c in lines]
    table = pd.DataFrame(rows, columns=columns).astype({"value_cents": "int64", "probability": "float64"})
    order = table["value_cents"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)
