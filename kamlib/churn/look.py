"""What is known of every account on a day, and what it did afterwards: the material of alarms and of their referee."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.churn.models import histories
from kamlib.given import as_timestamp
from kamlib.stats.grain import dated_by_end

HORIZON_DAYS = 180  # half a year: long enough that a wholesale customer who stays buys in it
YEAR_DAYS = 365
PLAIN = ("frequency", "silence_days", "age_days", "log_mean_cents")
PERIODS = ((0, 30), (30, 90), (90, 180), (180, 365))  # days back, whose purchase days and sales are counted apart


@dataclass(frozen=True)
class Look:
    """Accounts with a purchase by a day, as they stood on it.

    Attributes
    ----------
    as_of : pandas.Timestamp
    histories : pandas.DataFrame
        Index customer_id: frequency, recency, T (days) and more, see `kamlib.churn.models.histories`.
    features : pandas.DataFrame
        Same index: `PLAIN` (frequency, days of silence, days since the first purchase, log of the mean purchase in
        cents), silence over the own gap, purchase days and sales of four periods back.
    year_cents : pandas.Series
        Same index: net sales of purchase days in the 365 days to `as_of`, not below 0: the money at stake.
    by_day : pandas.Series
        Index date: accounts that bought on the day.
    """

    as_of: pd.Timestamp
    histories: pd.DataFrame
    features: pd.DataFrame
    year_cents: pd.Series
    by_day: pd.Series

    def __len__(self) -> int:
        return len(self.histories)

    @property
    def seen(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Frequency, recency and T as the purchase models take them."""
        return tuple(self.histories[c].to_numpy() for c in ("frequency", "recency", "T"))


def look(days: pd.DataFrame, *, as_of) -> Look:
    """Accounts as they stood on a day; nothing after it is read.

    Parameters
    ----------
    days : pandas.DataFrame
        One row an account and purchase day: customer_id, date, cents (`kamlib.panel.purchase_days`). A date that stands
        for a period counts from the end of that: before it, nobody knew.
    as_of : date
        Inclusive.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "a", "b"], "cents": [100, 300, 50],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-03-05"])})
    >>> seen = look(days, as_of="2024-01-31")
    >>> seen.features["silence_days"].to_dict(), seen.year_cents.to_dict()
    ({'a': 20.0}, {'a': 400})
    """
    as_of, days = as_timestamp(as_of), dated_by_end(days)
    past = days[days["date"] <= as_of]
    known = histories(past, as_of=as_of)
    ago = (as_of - past["date"]).dt.days
    year = past[ago < YEAR_DAYS].groupby("customer_id")["cents"].sum().reindex(known.index, fill_value=0)
    by_day = past.groupby("date").size()
    return Look(as_of, known, _features(past, ago, known), year.clip(lower=0), by_day)


def _features(past: pd.DataFrame, ago: pd.Series, known: pd.DataFrame) -> pd.DataFrame:
    silence = known["T"] - known["recency"]
    bought = known["frequency"] + 1
    own_gap = (known["recency"] / known["frequency"]).where(known["frequency"] > 0)
    table = pd.DataFrame({
        "frequency": known["frequency"],
        "silence_days": silence,
        "age_days": known["T"],
        "log_mean_cents": np.log1p(known["sales_cents"].clip(lower=0) / bought),
        "log_silence": np.log1p(silence),
        "log_frequency": np.log1p(known["frequency"]),
        "log_age": np.log1p(known["T"]),
        # Who has no gap of his own gets what has passed since his first purchase.
        "log_over_gap": np.log((silence + 1) / (own_gap.fillna(known["T"]) + 1)),
    })  # fmt: skip
    for low, high in PERIODS:
        within = past[(ago >= low) & (ago < high)].groupby("customer_id")["cents"].agg(["size", "sum"])
        within = within.reindex(known.index, fill_value=0)
        table[f"days_{low}_{high}"] = np.log1p(within["size"])
        table[f"cents_{low}_{high}"] = np.log1p(within["sum"].clip(lower=0) / 100)
    return table


def silent(days: pd.DataFrame, seen: Look, *, known_until, horizon_days: int = HORIZON_DAYS) -> pd.Series:
    """Whether each account bought nothing in the `horizon_days` after the look.

    Parameters
    ----------
    days : pandas.DataFrame
        As `look` takes it.
    seen : Look
    known_until : date
        Last day of which the purchases are known: the end of the data is not the last sale.
    horizon_days : int

    Raises
    ------
    ValueError
        The horizon ends later than that: nobody can say yet.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "b", "a"], "cents": [100, 300, 50],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-02-05"])})
    >>> silent(days, look(days, as_of="2024-01-31"), horizon_days=30, known_until="2024-03-31").to_dict()
    {'a': False, 'b': True}
    """
    end = seen.as_of + pd.Timedelta(days=horizon_days)
    if pd.Timestamp(known_until) < end:
        raise ValueError(f"what happened until {end.date()} is not known: the purchases are until {known_until}.")
    days = dated_by_end(days)
    later = days.loc[(days["date"] > seen.as_of) & (days["date"] <= end), "customer_id"]
    return pd.Series(~seen.histories.index.isin(later.unique()), index=seen.histories.index, name="silent")
