"""Features made symmetric and put on one scale, so that no unit outweighs another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.features import FEATURES

EDGE = 0.01  # shares of 0 and 1 have no logit
FARTHEST = 4.0  # spreads from the median: beyond it, an account is far, and how far says no more


def symmetric(features: pd.DataFrame) -> pd.DataFrame:
    """Each feature in the form that `FEATURES` states: as it is, log, logit or square root.

    Parameters
    ----------
    features : pandas.DataFrame
        Columns that are no feature are left as they are. Zero and negative values have no log and are missing.

    Examples
    --------
    >>> symmetric(pd.DataFrame({"headroom": [1.0, 0.0], "tests_per_year": [4.0, 0.0]})).values.tolist()
    [[0.0, 2.0], [nan, 0.0]]
    """
    return pd.DataFrame({name: _shaped(name, features[name]) for name in features}, index=features.index)


def _shaped(name: str, values: pd.Series) -> pd.Series:
    form = FEATURES[name].form if name in FEATURES else "level"
    if form == "log":
        return np.log(values.where(values > 0))
    if form == "logit":
        inside = values.clip(EDGE, 1 - EDGE)
        return np.log(inside / (1 - inside))
    return np.sqrt(values.clip(lower=0)) if form == "rate" else values


def unshaped(name: str, values: np.ndarray) -> np.ndarray:
    """The way back from `symmetric`: values of a feature in its own unit.

    Examples
    --------
    >>> unshaped("reputation", np.array([0.0])).tolist()
    [0.5]
    """
    form = FEATURES[name].form if name in FEATURES else "level"
    if form == "log":
        return np.exp(values)
    if form == "logit":
        return 1 / (1 + np.exp(-values))
    return np.square(values) if form == "rate" else values


class Scale:
    """Centre and spread of each column: median and quartile distance, which outliers do not move.

    Parameters
    ----------
    centre, spread : numpy.ndarray
        One figure a column. A column without spread is only centred.
    """

    def __init__(self, centre: np.ndarray, spread: np.ndarray) -> None:
        self.centre, self.spread = np.asarray(centre, float), np.asarray(spread, float)

    @classmethod
    def of(cls, values: np.ndarray) -> Scale:
        """The scale of a table; a column in which nothing is known is left as it is.

        Examples
        --------
        >>> Scale.of(np.array([[0.0], [1.0], [2.0]])).apply(np.array([[3.0]])).round(2).tolist()
        [[2.7]]
        """
        known = ~np.isnan(values)
        filled = np.where(known.any(axis=0), values, 0.0)
        low, centre, high = np.nanquantile(filled, [0.25, 0.5, 0.75], axis=0)
        spread = (high - low) / 1.349
        deviation = np.nanstd(filled, axis=0)
        spread = np.where(spread > 0, spread, deviation)  # mostly one value, as counts of rare events
        return cls(centre, np.where(spread > 1e-12 * np.maximum(np.abs(centre), 1), spread, 1.0))

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Spreads from the centre, four at most; what is missing stands at the centre, where it says nothing."""
        return np.nan_to_num(np.clip((values - self.centre) / self.spread, -FARTHEST, FARTHEST), nan=0.0)
