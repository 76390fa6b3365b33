"""The article's rules, applied as they stand: the simplest way of naming types, and what clusters are matched to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.marks import BREADWINNER_SHARE, ROLES, marks_of, meets

ENOUGH = 0.5  # share of the known marks that must be met
LEAST_KNOWN = 2  # marks of a type that must be known: one alone is no description


def rule_scores(features: pd.DataFrame) -> pd.DataFrame:
    """How far each account meets the marks of each type.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.

    Returns
    -------
    pandas.DataFrame
        One row an account; for each of prospect, image-maker, expert the share of its known marks that are met,
        0 to 1, missing where fewer than two are known. A prospect must be new: others score 0. Breadwinner: 1 or 0.

    Examples
    --------
    >>> known = pd.DataFrame({"industry_rank": [1.0, 9.0, 1.0], "reputation": [0.9, 0.8, float("nan")]})
    >>> rule_scores(known)["image-maker"].tolist()
    [1.0, 0.5, nan]
    """
    out = pd.DataFrame(index=features.index)
    share = features.get("profit_share", pd.Series(np.nan, features.index))
    out["breadwinner"] = (share >= BREADWINNER_SHARE).astype(float)
    for kind in ROLES:
        marks = [m for m in marks_of(kind) if m.feature in features]
        met = sum((meets(m, features[m.feature]).astype(float) for m in marks), start=np.zeros(len(features)))
        known = sum((features[m.feature].notna().astype(float) for m in marks), start=np.zeros(len(features)))
        out[kind] = np.where(known >= LEAST_KNOWN, met / np.maximum(known, 1), np.nan)
    if "new" in features:
        out.loc[features["new"] == 0, "prospect"] = 0.0
    return out


def rule_types(features: pd.DataFrame, *, enough: float = ENOUGH) -> pd.Series:
    """Type of each account by the rules alone.

    Parameters
    ----------
    features : pandas.DataFrame
    enough : float
        Share of the known marks that must be met. Ours: half.

    Returns
    -------
    pandas.Series
        A breadwinner by its share of profit; else the type with the highest score, if that is `enough` (ties in the
        order prospect, image-maker, expert); else ordinary.
    """
    scores = rule_scores(features)
    roles = scores[list(ROLES)].fillna(0).to_numpy()
    best = roles.argmax(axis=1)
    named = np.where(roles.max(axis=1) >= enough, np.array(ROLES, dtype=object)[best], "ordinary")
    named = np.where(scores["breadwinner"] == 1, "breadwinner", named)
    return pd.Series(named, index=features.index, name="rule_type", dtype="str")
