"""Drift: whether the accounts of a new period still look like those that the typer learnt from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.features import CONTEXT
from kamlib.client_types.symmetric import symmetric

LARGE = 0.25  # spreads: ours; a quarter of a spread moves one account in ten across a median
MISSING = 0.10  # change of the share of accounts of which the fact is not known
REFIT = 0.25  # share of the features that must have shifted
LEVELS = np.linspace(0.05, 0.95, 19)
CLOCKS = (*CONTEXT, "tenure_years")  # they move with the calendar


def drift(typer, features: pd.DataFrame) -> pd.DataFrame:
    """How far each feature has moved from the accounts that the typer was fitted on.

    Parameters
    ----------
    typer : kamlib.client_types.ClientTyper
    features : pandas.DataFrame
        From `account_features`, of a later period.

    Returns
    -------
    pandas.DataFrame
        feature; distance (mean distance between the quantiles of then and now, the Wasserstein distance, in spreads of
        then); chance (what sampling alone gives, about: the standard error of a difference of means); missing
        (change of the share of accounts of which it is not known); shifted (distance less chance is 0.25 or more, or
        missing changed by 0.1 or more). A feature that only one side has is shifted, its distance missing.
    """
    now = quantiles(features)
    rows = []
    for name in sorted({*typer.quantiles_, *now} - set(CLOCKS)):
        if name not in typer.quantiles_ or name not in now:
            rows.append((name, np.nan, np.nan, np.nan, True))
            continue
        a, b = typer.quantiles_[name], now[name]
        distance = float(np.mean(np.abs(np.subtract(a["levels"], b["levels"]))) / a["spread"])
        chance = float(np.sqrt(1 / max(a["known"], 1) + 1 / max(b["known"], 1)))
        missing = b["missing"] - a["missing"]
        rows.append((name, distance, chance, missing, distance - chance >= LARGE or abs(missing) >= MISSING))
    return pd.DataFrame(rows, columns=["feature", "distance", "chance", "missing", "shifted"])


def needs_refit(table: pd.DataFrame, *, share: float = REFIT) -> bool:
    """Whether the typer should be fitted anew: a feature came or went, or a quarter of them shifted.

    Examples
    --------
    >>> needs_refit(pd.DataFrame({"distance": [0.1, 0.4, 0.1], "shifted": [False, True, False]}))
    True
    """
    return bool(table["distance"].isna().any() or table["shifted"].mean() >= share)


def quantiles(features: pd.DataFrame) -> dict[str, dict]:
    """Nineteen quantiles of each feature that any account has, its spread, known accounts and share without it."""
    shaped = symmetric(features)
    kept = {}
    for name in shaped:
        values = shaped[name].to_numpy()
        known = values[~np.isnan(values)]
        if len(known):
            levels = np.quantile(known, LEVELS)
            spread = float((levels[14] - levels[4]) / 1.349) or float(known.std()) or 1.0
            missing = 1 - len(known) / len(values)
            kept[name] = {"levels": levels.tolist(), "spread": spread, "known": len(known), "missing": missing}
    return kept
