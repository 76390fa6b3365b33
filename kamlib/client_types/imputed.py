"""Facts that are not known, drawn from accounts alike; facts noted with noise, drawn around what was noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from kamlib.client_types.features import usable
from kamlib.client_types.symmetric import Scale, symmetric, unshaped

DRAWS = 100
BURN_IN = 5  # first draws, which still remember where they began
DONORS = 10  # accounts alike, one of which lends its fact
RIDGE = 10.0  # accounts: how much the guess of a fact leans on the mean of all
ENOUGH = 5000  # accounts to learn from
PAIRS = 10  # facts noted twice, below which nothing is known of the noise
NOTED = {"headroom": "annual_budget", "industry_rank": "industry_rank", "reputation": "reputation"}
"""Features that the written rule needs and that may be unknown, and the fact of the table accounts behind each."""


def fact_noise(book, as_of) -> pd.Series:
    """How far a fact noted once lies from what it would be if it were noted again and again.

    Parameters
    ----------
    book : kamlib.book.Book
    as_of : date

    Returns
    -------
    pandas.Series
        By feature (headroom, industry_rank, reputation): standard deviation in its symmetric form (`FEATURES`). From
        accounts of which a fact stands in two rows, one after the other: the half distance of the quantiles at 16 and
        84 % of the differences, over the root of 2. A row that repeats all facts of the row before is no second look.
        0 where fewer than ten such pairs are known. A fact that has changed in truth counts as noise too.
    """
    out = pd.Series(0.0, index=list(NOTED), name="noise")
    if "accounts" not in book.tables or "since" not in book.tables["accounts"]:
        return out
    table = usable(book.tables["accounts"], "since", as_of, book)
    facts = table.reindex(columns=list(NOTED.values())).set_axis(list(NOTED), axis=1)
    order = np.lexsort((np.arange(len(table)), table["since"].to_numpy(), table["customer_id"].to_numpy(str)))
    shaped, ids = symmetric(facts.iloc[order].astype("float64")), table["customer_id"].iloc[order]
    steps = shaped.diff()[(ids == ids.shift()).to_numpy()]
    steps = steps[(steps.fillna(0) != 0).any(axis=1)]
    for name in out.index[steps.notna().sum() >= PAIRS]:
        low, high = steps[name].dropna().quantile([0.16, 0.84])
        out[name] = (high - low) / np.sqrt(8)
    return out


def drawn(
    features: pd.DataFrame, names: Sequence[str], *, noise=None, draws: int = DRAWS, seed: int = 1
) -> Iterator[dict[str, np.ndarray]]:
    """Draws of some facts of all accounts, as they may be in truth (multiple imputation by chained equations).

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.
    names : sequence of str
        Features to draw; each is known of some accounts.
    noise : pandas.Series, optional
        By feature, see `fact_noise`.
    draws, seed : int

    Yields
    ------
    dict of str to numpy.ndarray
        For each name, values in the feature's unit. A fact that is known and exact is the same in every draw.

    Notes
    -----
    Each fact is guessed by a linear regression, in symmetric form, on all other features, the accounts weighted anew
    in each draw (the Bayesian bootstrap, Rubin 1981). A missing fact is that of one of the ten accounts whose guess is
    nearest (predictive mean matching, Little 1988). A fact with noise is drawn between its guess and what was noted,
    the nearer to the guess the larger the noise is beside what the guess leaves open.
    """
    vague = [n for n in names if features[n].isna().any() or _sd(noise, n) > 0]
    if not vague:
        yield from ({n: features[n].to_numpy() for n in names} for _ in range(draws))
        return
    order = np.lexsort(np.nan_to_num(features.to_numpy().T[::-1], nan=-1e300))
    back = np.argsort(order)
    shaped = symmetric(features.iloc[order])
    noted = {n: shaped[n].to_numpy() for n in names}
    beside = _on_one_scale(shaped.drop(columns=list(names)).to_numpy())
    rng = np.random.default_rng(seed)
    state = {n: np.where(np.isnan(v), rng.choice(v[~np.isnan(v)], len(v)), v) for n, v in noted.items()}
    for step in range(BURN_IN + draws):
        for name in vague:
            state[name] = _again(rng, name, state, noted[name], beside, _sd(noise, name))
        if step >= BURN_IN:
            yield {n: _unit(features, n, state[n][back], noted[n][back], _sd(noise, n)) for n in names}


def _on_one_scale(values: np.ndarray) -> np.ndarray:
    return Scale.of(values).apply(values) if values.shape[1] else values


def _sd(noise, name: str) -> float:
    return 0.0 if noise is None else float(noise.get(name, 0.0))


def _unit(features: pd.DataFrame, name: str, value: np.ndarray, noted: np.ndarray, sd: float) -> np.ndarray:
    exact = ~np.isnan(noted) & (sd == 0)
    plain = unshaped(name, value)
    plain = np.round(plain) if name == "industry_rank" else plain
    return np.where(exact, features[name].to_numpy(), plain)


def _again(rng, name: str, state: dict, noted: np.ndarray, beside: np.ndarray, sd: float) -> np.ndarray:
    """One fact of all accounts drawn anew, given the others as they stand."""
    rest = np.array([v for n, v in state.items() if n != name]).reshape(-1, len(noted)).T
    design = np.column_stack([np.ones(len(noted)), beside, _on_one_scale(rest)])
    known = np.flatnonzero(~np.isnan(noted))
    learn = known[:: max(1, len(known) // ENOUGH)]
    weight = rng.exponential(size=len(learn))
    X, y = design[learn], state[name][learn]
    ridge = np.diag(np.r_[1e-6, np.full(design.shape[1] - 1, RIDGE)])
    guess = design @ np.linalg.solve((X * weight[:, None]).T @ X + ridge, X.T @ (weight * y))
    new = state[name].copy()
    if sd > 0:
        left = np.mean((noted[known] - guess[known]) ** 2)
        trust = max(0.0, 1 - sd**2 / left) if left > 0 else 0.0
        around = guess[known] + trust * (noted[known] - guess[known])
        new[known] = around + np.sqrt(trust) * sd * rng.normal(size=len(known))
    missing = np.flatnonzero(np.isnan(noted))
    donors = learn[np.argsort(guess[learn], kind="stable")]
    first, last = (np.searchsorted(guess[donors], guess[missing], side) for side in ("left", "right"))
    among = first + np.floor(rng.random(len(missing)) * (last - first)).astype(int)  # of those with the same guess, any
    place = among + rng.integers(-DONORS // 2, DONORS // 2, len(missing))
    new[missing] = new[donors[np.clip(place, 0, len(donors) - 1)]]
    return new
