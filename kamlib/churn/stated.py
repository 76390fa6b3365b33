"""How many of the alarms were false: estimated, with an interval, in all and by regularity and usual gap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.criterion import Silences
from kamlib.stats.intervals import interval, poisson
from kamlib.stats.rhythm import MONTH

THIRDS = {"regularity": ("regularity", ("irregular buyers", "between", "regular buyers")),
          "usual_days": ("usual gap", ("buy often", "between", "buy seldom"))}  # fmt: skip
TOO_MANY = 2.0  # times the stated rate


def false_alarms(events: pd.DataFrame, *, draws: int = 1000, seed: int = 1) -> tuple[float, float, float]:
    """How many of the losses found were none: the accounts had not left.

    Parameters
    ----------
    events : pandas.DataFrame
        From `loss_events`, those asked about: customer_id, there.
    draws, seed : int
        Of drawing the accounts again.

    Returns
    -------
    tuple of float
        The sum of the chances that the account was there, with 95 % interval. Who has bought again was there, unless so
        long a gap says rather that it had left and came back; who is silent still counts with the chance that it has
        not left. The interval is that of other accounts of the same kind (Poisson bootstrap over accounts), and how
        sure each chance is, it does not know.

    Examples
    --------
    >>> events = pd.DataFrame({"customer_id": ["a", "b", "c"], "there": [1.0, 0.9, 0.1]})
    >>> value, low, high = false_alarms(events)
    >>> round(value, 1), 0 <= low < value < high
    (2.0, True)
    """
    chances = events.groupby("customer_id")["there"].sum().to_numpy()
    if not len(chances):
        return 0.0, 0.0, 0.0
    drawn = np.random.default_rng(seed).poisson(1.0, (draws, len(chances))) @ chances
    return float(chances.sum()), *interval(drawn)


def alarm_rates(judged: Silences, *, seed: int = 1) -> pd.DataFrame:
    """False alarms per account and month, as estimated, beside the stated rates.

    Parameters
    ----------
    judged : Silences
    seed : int

    Returns
    -------
    pandas.DataFrame
        One row for all silences and for each third by regularity and by usual gap, as they were known when the silence
        began: by, group, months (lived by accounts that were there), and for late and lost the alarms, the rate with
        low and high (95 %), and says: as stated, upper bound (the whole interval lies below the stated rate) or too
        many (more than twice). Nothing without a rhythm.

    Notes
    -----
    Accounts of a fixed beat miss a bill or they do not: between the two there is no silence that would be exceeded at
    the stated rate, so theirs is an upper bound. So it is for all accounts where so few leave that a silence at the
    stated rate would not yet say that the account has left more likely than not.
    """
    own = judged.table[judged.table["gaps"] > 0]
    told = [f"{name}{c}" for name in ("late", "lost") for c in ("", "_rate", "_low", "_high", "_says")]
    columns = ["by", "group", "months", *told]
    if judged.rhythm is None or own.empty:
        return pd.DataFrame(columns=columns)
    after = judged.table.groupby("customer_id")["date"].shift(-1).fillna(pd.Timestamp(judged.as_of))
    own = own.assign(months=(after[own.index] - own["date"]).dt.days * own["there"] / MONTH)
    rows = [("all", "all", own)]
    for column, (by, names) in THIRDS.items():
        third = pd.qcut(own[column].rank(method="first"), 3, labels=names)
        rows += [(by, name, own[third == name]) for name in names]
    return pd.DataFrame([_row(by, name, part, judged, seed) for by, name, part in rows], columns=columns)


def _row(by: str, name: str, part: pd.DataFrame, judged: Silences, seed: int) -> tuple:
    months, row = part["months"].sum(), [by, name, part["months"].sum()]
    for column, stated in (("late_on", judged.late_rate), ("lost_on", judged.lost_rate)):
        found = part[part[column].notna()]
        told, low, high = false_alarms(found, seed=seed)
        if told < 1:  # of hardly any the drawn ones are none: what so many months could have hidden
            high = max(high, float(poisson(told)[1]))
        rate, low, high = (v / months if months > 0 else np.nan for v in (told, low, high))
        says = "upper bound" if high < stated else "as stated"
        says = "too many" if rate > stated * TOO_MANY and low > stated else says
        row += [len(found), rate, low, high, says]
    return tuple(row)
