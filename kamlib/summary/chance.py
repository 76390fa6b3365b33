r"""How far sales of two stretches of days differ by luck alone.

An account buys irregularly, and orders of different size. So the same accounts at unchanged rates would not have
bought the same in two equal stretches of days. Let an account buy *n* times in a stretch on average, for *m* each, with
gaps of regularity *k* and purchases of relative variance :math:`c^2` (`kamlib.stats.luck`). The variance of the
difference is

.. math::

    \sigma^2 = 2 \sum_i m_i^2 \left(\operatorname{Var} N_i + n_i c_i^2\right), \qquad
    \operatorname{Var} N \approx \min\left(\frac{n}{k} + \frac{1 - 1/k^2}{6},\; \max(n, n / k)\right)

(a stationary renewal process, Cox 1962, *Renewal Theory*, section 4.5; in a stretch much shorter than a gap it counts
like a Poisson process, whatever *k* is). *n* is the mean of the two stretches. Coverage by simulation:
`benchmarks/coverage_change.md`.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from kamlib.panel import Panel, check_panel
from kamlib.stats.luck import luck

NORMAL = 1.959964  # 97.5 % point of the normal distribution


@dataclass(frozen=True)
class Chance:
    """How much of a difference luck can make.

    Attributes
    ----------
    difference : int
        Sales of the days that came in, less those of the days that fell out, cents.
    sd : float
        Of the difference at unchanged rates, cents; NaN where it cannot be told.
    """

    difference: int
    sd: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the difference of what these accounts buy on average in the two stretches."""
        return self.difference - NORMAL * self.sd, self.difference + NORMAL * self.sd

    @property
    def probability(self) -> float | None:
        """That what is bought on average changed in the direction in which sales did; None where it cannot be told."""
        return float(min(ndtr(abs(self.difference) / self.sd), 0.999)) if self.sd > 0 else None

    @property
    def verdict(self) -> str:
        """`more than chance`, `may be chance` or `cannot tell`."""
        if not self.sd > 0:
            return "cannot tell"
        return "more than chance" if abs(self.difference) > NORMAL * self.sd else "may be chance"


def chance(days: pd.DataFrame, before: Panel, after: Panel) -> Chance:
    """Luck in the difference of two windows: of the days that came in against those that fell out.

    Parameters
    ----------
    days : pandas.DataFrame
        Purchase days up to `after.as_of` (`kamlib.panel.purchase_days`): customer_id, date, cents. Days of returns
        alone are not in them, so the difference is not quite that of the bridge.
    before, after : kamlib.panel.Panel
        Of the earlier day and of today.

    Returns
    -------
    Chance
    """
    for panel in (before, after):
        check_panel(panel, "chance(days, before, after)")
    one = dt.timedelta(days=1)
    return chance_of(days, (before.start, after.start - one), (before.as_of + one, after.as_of))


def chance_of(days: pd.DataFrame, then: tuple[dt.date, dt.date], now: tuple[dt.date, dt.date]) -> Chance:
    """Luck in the difference of two stretches of equal length that share no day.

    Parameters
    ----------
    days : pandas.DataFrame
        As in `chance`; those after the later stretch are not read.
    then, now : (datetime.date, datetime.date)
        First and last day of the earlier and of the later stretch.

    Returns
    -------
    Chance
    """
    days = days[days["date"] <= pd.Timestamp(now[1])]
    came, fell = _between(days, *now), _between(days, *then)
    window = days[days["date"] >= pd.Timestamp(then[0])]
    difference = int(came["cents"].sum() - fell["cents"].sum())
    known = luck(days, since=then[0]) if len(days) else None
    if known is None:
        return Chance(difference, math.nan)
    n = (came.groupby("customer_id").size().add(fell.groupby("customer_id").size(), fill_value=0) / 2).sort_index()
    mean = window.groupby("customer_id")["cents"].mean().reindex(n.index)
    return Chance(difference, difference_sd(n, mean, known))


def difference_sd(n: pd.Series, mean: pd.Series, known: pd.DataFrame) -> float:
    """Standard deviation of the difference of two stretches, see the module.

    Parameters
    ----------
    n, mean : pandas.Series
        Purchases in a stretch and what one is worth, by customer_id.
    known : pandas.DataFrame
        From `kamlib.stats.luck`.

    Examples
    --------
    >>> known = pd.DataFrame({"shape": [1.0], "uneven": [0.5]}, index=["a"])
    >>> difference_sd(pd.Series({"a": 4.0}), pd.Series({"a": 100.0}), known) == (2 * 100**2 * (4 + 4 * 0.5)) ** 0.5
    True
    """
    facts = known.reindex(n.index)
    irregular = 1 / facts["shape"]
    renewal = n * irregular + (1 - irregular**2).clip(lower=0) / 6
    counts = np.minimum(renewal, np.maximum(n, n * irregular))
    return math.sqrt(2 * float((mean**2 * (counts + n * facts["uneven"])).sum()))


def _between(days: pd.DataFrame, first: dt.date, last: dt.date) -> pd.DataFrame:
    return days[(days["date"] >= pd.Timestamp(first)) & (days["date"] <= pd.Timestamp(last))]
