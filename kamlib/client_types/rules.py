"""The written rule: the article's words with thresholds, and the probability that an account meets it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.client_types.imputed import DRAWS, drawn
from kamlib.client_types.marks import BREADWINNER_SHARE, ROLES
from kamlib.tables import CLIENT_TYPES

DONORS_NEEDED = 10  # accounts of which a fact must be known before it is guessed of another


@dataclass(frozen=True)
class Rule:
    """Thresholds of the written rule. The article gives words and the 10 %; the other figures are ours.

    Attributes
    ----------
    share : float
        Breadwinner: share of profit from which on.
    headroom : float
        Prospect: new, with a budget for our category of at least so many times what we sell to it.
    rank : float
        Image-maker: at most this rank in its industry or region ...
    reputation : float
        ... and a name at least so well known, 0 to 1.
    checks : float
        Expert: audits of us and sample tests, together at least so many a year.
    """

    share: float = BREADWINNER_SHARE
    headroom: float = 3.0
    rank: float = 3.0
    reputation: float = 0.65
    checks: float = 1.0

    def words(self) -> dict[str, str]:
        """The rule of each type as a phrase.

        Examples
        --------
        >>> Rule().words()["image-maker"]
        'rank 3 or better in its industry or region, and a reputation of 0.65 or more'
        """
        return {
            "breadwinner": f"{100 * self.share:g} % of profit (sales, where there is no profit) or more",
            "prospect": f"new, with a budget of {self.headroom:g} times what we sell to it or more",
            "image-maker": f"rank {self.rank:g} or better in its industry or region, and a reputation of "
            f"{self.reputation:g} or more",
            "expert": f"{self.checks:g} or more audits and sample tests a year, together",
        }


def rule_met(features: pd.DataFrame, rule: Rule = Rule()) -> pd.DataFrame:  # noqa: B008
    """Whether each account meets the rule of each type, by what is known.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.
    rule : Rule

    Returns
    -------
    pandas.DataFrame
        Columns breadwinner, prospect, image-maker, expert: 1, 0, or missing where what is known does not decide. One
        condition that fails decides, whatever is known of the others.

    Examples
    --------
    >>> known = pd.DataFrame({"industry_rank": [1.0, 9.0, 1.0], "reputation": [0.9, float("nan"), float("nan")]})
    >>> rule_met(known)["image-maker"].tolist()
    [1.0, 0.0, nan]
    """
    of = {name: features.get(name, pd.Series(np.nan, features.index)) for name in FACTS_OF_RULES}
    checks = of["audits_per_year"].fillna(0) + of["tests_per_year"].fillna(0)
    noted = of["audits_per_year"].notna() | of["tests_per_year"].notna()
    conditions = {
        "breadwinner": [_at_least(of["profit_share"], rule.share)],
        "prospect": [_at_least(of["new"], 1), _at_least(of["headroom"], rule.headroom)],
        "image-maker": [_at_least(-of["industry_rank"], -rule.rank), _at_least(of["reputation"], rule.reputation)],
        "expert": [_at_least(checks.where(noted), rule.checks)],
    }
    return pd.DataFrame({kind: _all(parts) for kind, parts in conditions.items()}, index=features.index)


IMPUTED = ("headroom", "industry_rank", "reputation")
FACTS_OF_RULES = ("profit_share", "new", "audits_per_year", "tests_per_year", *IMPUTED)


def _at_least(values: pd.Series, threshold: float) -> np.ndarray:
    return np.where(values.isna(), np.nan, (values >= threshold).astype(float))


def _all(parts: list[np.ndarray]) -> np.ndarray:
    """Three-valued and: 0 if any is 0, else missing if any is missing, else 1."""
    table = np.column_stack(parts)
    return np.where((table == 0).any(axis=1), 0.0, np.where(np.isnan(table).any(axis=1), np.nan, 1.0))


def rule_types(features: pd.DataFrame, rule: Rule = Rule()) -> pd.Series:  # noqa: B008
    """Type of each account by the rule as it stands: what is not known is not met.

    An account that meets several is the first of breadwinner, prospect, image-maker, expert; else ordinary.
    """
    named = np.array(CLIENT_TYPES, dtype=object)[_first(rule_met(features, rule))]
    return pd.Series(named, index=features.index, name="rule_type", dtype="str")


def _first(met: pd.DataFrame) -> np.ndarray:
    """Position in `CLIENT_TYPES` of the first type that is met; the last, ordinary, where none is."""
    table = np.column_stack([met[list(CLIENT_TYPES[:-1])].to_numpy() == 1, np.ones(len(met), bool)])
    return table.argmax(axis=1)


def rule_chance(
    features: pd.DataFrame, rule: Rule = Rule(), *, noise=None, draws: int = DRAWS, seed: int = 1  # noqa: B008
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Probability that each account is of each type by the rule, whatever is known of it.

    Facts that are known and exact give 0 or 1. What is not known is drawn from accounts alike, and what was noted
    differently at different times is drawn around what was noted last, see `drawn`; the probability is the share of
    draws in which the rule is met.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.
    rule : Rule
    noise : pandas.Series, optional
        From `fact_noise`; without it, facts are taken as exact.
    draws : int
    seed : int

    Returns
    -------
    chance : pandas.DataFrame
        Accounts x `CLIENT_TYPES`; a row sums to one.
    open_ : pandas.DataFrame
        Accounts x prospect, image-maker, expert: True where the type cannot be told of this account, since a fact that
        its rule needs is known of fewer than ten accounts and nothing else decides. Its probability of being ordinary
        is then that of being ordinary *or* of such a type.

    Examples
    --------
    >>> known = pd.DataFrame({"profit_share": [0.2, 0.0], "industry_rank": [9.0, 1.0], "reputation": [0.9, 0.9]})
    >>> chance, open_ = rule_chance(known)
    >>> chance[["breadwinner", "image-maker"]].values.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    >>> open_["expert"].tolist()
    [False, True]
    """
    met = rule_met(features, rule)
    names = [n for n in IMPUTED if n in features and features[n].notna().sum() >= DONORS_NEEDED]
    count = np.zeros((len(features), len(CLIENT_TYPES)))
    for facts in drawn(features, names, noise=noise, draws=draws, seed=seed):
        count[np.arange(len(features)), _first(rule_met(features.assign(**facts), rule))] += 1
    chance = pd.DataFrame(count / draws, index=features.index, columns=list(CLIENT_TYPES))
    lacking = {r: [n for n in of if n not in names] for r, of in NEEDS.items()}
    open_ = pd.DataFrame({r: met[r].isna() & bool(lacking[r]) & (met["breadwinner"] != 1) for r in ROLES})
    return chance, open_


NEEDS = {"prospect": ("headroom",), "image-maker": ("industry_rank", "reputation"), "expert": ("audits_per_year",)}
