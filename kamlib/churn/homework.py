"""The last alarm, marked: what was said then, and what came."""

from __future__ import annotations

import pandas as pd

from kamlib.churn.alarm import alarm
from kamlib.churn.candidates import NothingToLearnError, make_case
from kamlib.churn.look import HORIZON_DAYS
from kamlib.churn.risk import alarm_list
from kamlib.given import as_timestamp


def homework(
    days: pd.DataFrame,
    *,
    as_of,
    horizon_days: int = HORIZON_DAYS,
    ranked_by: str = "alarm",
    known: dict | None = None,
) -> pd.DataFrame:
    """The alarm of one horizon ago, marked.

    Parameters
    ----------
    days, horizon_days
        As of `backtest`.
    as_of : date
        Purchases are known until this day; the alarm is that of `horizon_days` before it.
    ranked_by : str
        As of `kamlib.churn.alarm`.
    known : dict, optional
        As of `kamlib.churn.make_case`.

    Returns
    -------
    pandas.DataFrame
        `kamlib.churn.alarm_list` of that day, with silent (whether it bought nothing since) and since_cents (what it
        bought).

    Raises
    ------
    NothingToLearnError
        There was no alarm to be had then.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-01-05"]), "cents": [100]})
    >>> homework(days, as_of="2024-12-31")
    Traceback (most recent call last):
    ...
    kamlib.churn.candidates.NothingToLearnError: ...
    """
    as_of = as_timestamp(as_of)
    then, past = as_of - pd.Timedelta(days=horizon_days), days[days["date"] <= as_of]
    if not (past["date"] <= then).any():
        raise NothingToLearnError(f"no account had bought by {then.date()}, {horizon_days} days ago.")
    case = make_case(past, as_of=then, horizon_days=horizon_days, known=known)
    listed = alarm_list(case, alarm(case, ranked_by=ranked_by))
    since = past[past["date"] > then].groupby("customer_id")["cents"].sum()
    listed["silent"] = ~listed.index.isin(since.index)
    return listed.assign(since_cents=since.reindex(listed.index, fill_value=0).astype("int64"))
