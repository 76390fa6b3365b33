"""The written rule: the article's words with thresholds, and the probability that an account meets it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.client_types.imputed import DRAWS, NOTED, drawn
from kamlib.client_types.marks import BREADWINNER_SHARE, ROLES
from kamlib.client_types.told import Told
from kamlib.tables import CLIENT_TYPES

DONORS_NEEDED = 10  # accounts of which a fact must be known before it is guessed of another
NAMED = 0.4  # probability from which a type is named; at one half, more of the rarer types would be missed than spared
SHIFT = 0.3  # logits, sd of the error that accounts of a type share; from the seeds that the method was developed on
CHECKS = "checks_per_year"


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

    @property
    def conditions(self) -> dict[str, tuple[tuple[str, float, bool], ...]]:
        """By type: feature, threshold, whether it is met from there on (or up to there). All of them must hold."""
        return {
            "breadwinner": (("profit_share", self.share, True),),
            "prospect": (("new", 1.0, True), ("headroom", self.headroom, True)),
            "image-maker": (("industry_rank", self.rank, False), ("reputation", self.reputation, True)),
            "expert": ((CHECKS, self.checks, True),),
        }

    def words(self, measure: str = "profit") -> dict[str, str]:
        """The rule of each type as a phrase.

        Examples
        --------
        >>> Rule().words()["image-maker"]
        'rank 3 or better in its industry or region, and a reputation of 0.65 or more'
        """
        return {
            "breadwinner": f"{100 * self.share:g} % of {measure} or more",
            "prospect": f"new, with a budget of {self.headroom:g} times what we sell to it or more",
            "image-maker": f"rank {self.rank:g} or better in its industry or region, and a reputation of "
            f"{self.reputation:g} or more",
            "expert": f"at least {self.checks:g} a year of audits and sample tests, counted together",
        }


RULE = Rule()


def rule_facts(features: pd.DataFrame) -> pd.DataFrame:
    """The facts that the rule asks for; a column that is not known of anybody is missing throughout."""
    names = ("profit_share", "new", *NOTED, "audits_per_year", "tests_per_year")
    out = features.reindex(columns=list(names))
    out[CHECKS] = out[["audits_per_year", "tests_per_year"]].sum(axis=1, min_count=1)
    return out


def rule_met(features: pd.DataFrame, rule: Rule = RULE) -> pd.DataFrame:
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
    facts = {name: values.to_numpy(float) for name, values in rule_facts(features).items()}
    return pd.DataFrame(_met(facts, rule), index=features.index, columns=list(rule.conditions))


def _met(facts: dict[str, np.ndarray], rule: Rule) -> np.ndarray:
    """Accounts x types, in the order of `Rule.conditions`, which is that of `CLIENT_TYPES`."""
    parts = [[_holds(facts[f], at, above) for f, at, above in rule.conditions[kind]] for kind in CLIENT_TYPES[:-1]]
    return np.column_stack([_all(each) for each in parts])


def _holds(values: np.ndarray, threshold: float, above: bool) -> np.ndarray:
    met = values >= threshold if above else values <= threshold
    return np.where(np.isnan(values), np.nan, met.astype(float))


def _all(parts: list[np.ndarray]) -> np.ndarray:
    """Three-valued and: 0 if any is 0, else missing if any is missing, else 1."""
    table = np.column_stack(parts)
    return np.where((table == 0).any(axis=1), 0.0, np.where(np.isnan(table).any(axis=1), np.nan, 1.0))


def rule_types(features: pd.DataFrame, rule: Rule = RULE) -> pd.Series:
    """Type of each account by the rule as it stands: what is not known is not met.

    An account that meets several is the first of breadwinner, prospect, image-maker, expert; else ordinary.
    """
    return _names(_first(rule_met(features, rule).to_numpy()), features.index)


def _names(at: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(np.array(CLIENT_TYPES, dtype=object)[at], index=index, dtype="str")


def _first(met: np.ndarray) -> np.ndarray:
    """Position in `CLIENT_TYPES` of the first type that is met; the last, ordinary, where none is."""
    return np.column_stack([met == 1, np.ones(len(met), bool)]).argmax(axis=1)


def by_rule(
    features: pd.DataFrame, rule: Rule = RULE, *, noise: pd.Series | None = None, draws: int = DRAWS, seed: int = 1
) -> Told:
    """Which type each account is by the rule, and with what probability, whatever is known of it.

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
    Told
        A type is named from a probability of 0.4 on, the most probable one. It cannot be told of an account where a
        fact that its rule needs is known of fewer than ten accounts and nothing else decides.

    Examples
    --------
    >>> known = pd.DataFrame({"profit_share": [0.2, 0.0], "industry_rank": [9.0, 1.0], "reputation": [0.9, 0.9]})
    >>> told = by_rule(known)
    >>> told.named.tolist(), told.probability.tolist()
    (['breadwinner', 'image-maker'], [1.0, 1.0])
    >>> told.roles["image-maker"].tolist(), told.said.tolist()
    ([0.0, 1.0], ['breadwinner', 'image-maker or prospect'])
    """
    names = [n for n in NOTED if n in features and features[n].notna().sum() >= DONORS_NEEDED]
    count, met = np.zeros((len(features), len(CLIENT_TYPES))), np.zeros((len(features), len(ROLES)))
    facts = {name: values.to_numpy(float) for name, values in rule_facts(features).items()}
    for drawing in drawn(features, names, noise=noise, draws=draws, seed=seed):
        found = _met(facts | drawing, rule)
        count[np.arange(len(features)), _first(found)] += 1
        met += found[:, 1:] == 1
    chance = pd.DataFrame(count / draws, index=features.index, columns=list(CLIENT_TYPES))
    best = chance[list(CLIENT_TYPES[:-1])].to_numpy()
    named = np.where(best.max(axis=1) >= NAMED, best.argmax(axis=1), len(CLIENT_TYPES) - 1)
    roles = pd.DataFrame(met / draws, index=features.index, columns=list(ROLES))
    return Told(_names(named, features.index), chance, roles.mask(_untold(features, rule, names)))


def _untold(features: pd.DataFrame, rule: Rule, drawable: list[str]) -> pd.DataFrame:
    met = rule_met(features, rule)
    needs = {kind: {f for f, _, _ in rule.conditions[kind] if f != "new"} for kind in ROLES}
    return pd.DataFrame({kind: met[kind].isna() & (not needs[kind] <= set(drawable)) for kind in ROLES})
