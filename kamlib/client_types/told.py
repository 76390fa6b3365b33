"""What is said of the accounts' types: the name, its probability, and what cannot be told of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.client_types.marks import ROLES
from kamlib.tables import CLIENT_TYPES

DRAWS = 1000


@dataclass(frozen=True)
class Told:
    """The answer to one question about all accounts, be it *meets the written rule* or *is of this kind*.

    Attributes
    ----------
    named : pandas.Series
        The one type that each account is given.
    chance : pandas.DataFrame
        Accounts x `CLIENT_TYPES`: probability of each as the one type; a row sums to one. What cannot be told has 0.
    roles : pandas.DataFrame
        Accounts x prospect, image-maker, expert: probability of each; missing where it cannot be told. By the rule an
        account can meet several.
    """

    named: pd.Series
    chance: pd.DataFrame
    roles: pd.DataFrame

    @property
    def probability(self) -> pd.Series:
        """Of what is said of each account; missing where it says no more than that nothing can be told.

        Examples
        --------
        >>> chance = pd.DataFrame({"expert": [0.0], "ordinary": [1.0]})
        >>> roles = pd.DataFrame({"prospect": [0.0], "image-maker": [np.nan], "expert": [np.nan]})
        >>> Told(pd.Series(["ordinary"]), chance, roles).probability.tolist()
        [nan]
        """
        of = self.chance.to_numpy()[np.arange(len(self.named)), self.chance.columns.get_indexer(self.named)]
        empty = (self.named == "ordinary") & self.roles.isna().any(axis=1) & (of > 1 - 1e-9)
        return pd.Series(np.where(empty, np.nan, of), self.named.index)

    @property
    def said(self) -> pd.Series:
        """The type, and what the account may be instead: of the types before it, those that cannot be told.

        Examples
        --------
        >>> roles = pd.DataFrame({"prospect": [0.0, 0.9], "image-maker": [0.0, 0.0], "expert": [np.nan, np.nan]})
        >>> Told(pd.Series(["ordinary", "prospect"]), pd.DataFrame(), roles).said.tolist()
        ['ordinary or expert', 'prospect']
        """
        open_ = self.roles[list(ROLES)].isna().to_numpy()
        before = [[CLIENT_TYPES.index(r) < CLIENT_TYPES.index(n) for r in ROLES] for n in self.named]
        kept = open_ & np.array(before, bool).reshape(-1, len(ROLES))
        words = [" or ".join([n, *np.array(ROLES)[row]]) for n, row in zip(self.named, kept, strict=True)]
        return pd.Series(words, self.named.index, dtype="str")


def numbers(roles: pd.DataFrame, *, shift: float, draws: int = DRAWS, seed: int = 1) -> pd.DataFrame:
    """How many accounts of each type there are, with a 95 % interval.

    Parameters
    ----------
    roles : pandas.DataFrame
        A column for each type: the probability of each account, missing where it cannot be told.
    shift : float
        Standard deviation of an error that all accounts of a type share, in logits: accounts drawn one by one would
        give an interval that is too narrow, since a method that errs about a type errs about all of its accounts.
    draws, seed : int

    Returns
    -------
    pandas.DataFrame
        Indexed by type: expected (sum of probabilities), low, high (2.5 and 97.5 % of the numbers drawn). Missing where
        it cannot be told of some accounts: how many of those there are is not known. Probabilities of 0 and 1 do not
        shift.

    Examples
    --------
    >>> table = numbers(pd.DataFrame({"expert": [1.0, 1.0, 0.5], "prospect": [0.0, 0.0, float("nan")]}), shift=0.2)
    >>> table.loc["expert"].tolist()
    [2.5, 2.0, 3.0]
    >>> table.loc["prospect"].isna().all().item()
    True
    """
    rng = np.random.default_rng(seed)
    rows = {}
    for kind in roles:
        chance = np.sort(roles[kind].to_numpy(float))  # the order of accounts is no matter
        rows[kind] = (np.nan,) * 3 if np.isnan(chance).any() else _number(rng, chance, shift, draws)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["expected", "low", "high"])


def _number(rng, chance: np.ndarray, shift: float, draws: int) -> tuple[float, float, float]:
    vague = chance[(chance > 0) & (chance < 1)]
    odds, sure = np.log(vague / (1 - vague)), int((chance == 1).sum())
    by = shift * rng.normal(size=draws)
    found = [sure + int((rng.random(len(odds)) < 1 / (1 + np.exp(-odds - d))).sum()) for d in by]
    return (float(chance.sum()), *np.quantile(found, [0.025, 0.975]).tolist())
