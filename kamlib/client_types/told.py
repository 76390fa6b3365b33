"""What is said of the accounts' types: the name, its probability, and what cannot be told of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.client_types.marks import ROLES

DRAWS = 1000


@dataclass(frozen=True)
class Told:
    """The answer to one question about all accounts, be it *meets the written rule* or *is of this kind*.

    Attributes
    ----------
    named : pandas.Series
        The one type that each account is given.
    chance : pandas.DataFrame
        Accounts x `CLIENT_TYPES`; a row sums to one. What cannot be told has 0 and is a part of ordinary.
    untold : pandas.DataFrame
        Accounts x prospect, image-maker, expert: True where the type cannot be told of this account.
    """

    named: pd.Series
    chance: pd.DataFrame
    untold: pd.DataFrame

    @property
    def probability(self) -> pd.Series:
        """Of what is said of each account; missing where it says no more than that nothing can be told.

        Examples
        --------
        >>> chance = pd.DataFrame({"expert": [0.0], "ordinary": [1.0]})
        >>> untold = pd.DataFrame({"prospect": [False], "image-maker": [True], "expert": [True]})
        >>> Told(pd.Series(["ordinary"]), chance, untold).probability.tolist()
        [nan]
        """
        of = self.chance.to_numpy()[np.arange(len(self.named)), self.chance.columns.get_indexer(self.named)]
        empty = (self.named == "ordinary") & self.untold.any(axis=1) & (of > 1 - 1e-9)
        return pd.Series(np.where(empty, np.nan, of), self.named.index)

    @property
    def said(self) -> pd.Series:
        """The type; of an ordinary account also what it may be instead.

        Examples
        --------
        >>> untold = pd.DataFrame({"prospect": [False, False], "image-maker": [False, False], "expert": [True, True]})
        >>> Told(pd.Series(["ordinary", "prospect"]), pd.DataFrame(), untold).said.tolist()
        ['ordinary or expert', 'prospect']
        """
        rest = [" or ".join(["ordinary", *np.array(ROLES)[row]]) for row in self.untold[list(ROLES)].to_numpy()]
        return self.named.mask(self.named == "ordinary", pd.Series(rest, self.named.index, dtype="str"))

    def roles(self) -> pd.DataFrame:
        """Probability of prospect, image-maker, expert; missing where it cannot be told."""
        return self.chance[list(ROLES)].mask(self.untold)


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
