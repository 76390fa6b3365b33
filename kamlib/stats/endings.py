r"""How fast silences really end, the deeper they are: a correction of a model of gaps, learnt from the book.

A silence of length *t* is :math:`E = -\log S(t)` deep, with the model's chance *S* that a gap is longer. Were the model
right, silences of accounts that are there would end at a rate of 1 per unit of depth, wherever they are and whoever's
they are (Cox and Snell 1968, J. R. Stat. Soc. B 30:248-275). They do not: accounts that pause between projects end deep
silences more slowly, those with a fixed beat hardly end them at all until the next bill. So endings are counted by
depth, regularity, usual gap and length of history, over the depth that accounts lived through, and their rate
:math:`\lambda` is a Poisson regression (Holford 1980, Biometrics 36:299-305; piecewise exponential), drawn towards the
rate of the whole book. The corrected chance is

.. math::

    S^*(t) = \exp\left(-\int_0^{E(t)} \lambda(e)\, de\right)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import PoissonRegressor

DEPTHS = np.array(
    [0.0, 0.7, 1.2, 1.7, 2.3, 3.0, 4.0, 5.5, 8.0, 12.0]
)  # where the rate may change; 0.7: half are longer
HISTORY = (3, 10)  # completed gaps: up to 3, up to 10, more
THIRDS = (1 / 3, 2 / 3)  # of regularity and of usual gaps among the silences of the book
STEP, APART = 0.25, 0.5  # how far log rates of neighbouring depths, and of groups, are expected to differ
LEAST_MOST = (0.02, 8.0)  # rates; a beat that nobody ever missed makes the next day no proof
WIDTHS = np.diff(np.r_[DEPTHS, np.inf])


def history(n) -> np.ndarray:
    """Length of history as a group, 0 to 2 (`HISTORY`)."""
    return np.digitize(np.asarray(n, dtype=float), HISTORY, right=True)


def lived(depth) -> np.ndarray:
    """How much of each stretch of depth silences went through.

    Parameters
    ----------
    depth : array_like of shape (silences,)

    Returns
    -------
    numpy.ndarray of shape (silences, len(DEPTHS))

    Examples
    --------
    >>> lived([1.0]).round(1)[0, :3].tolist()
    [0.7, 0.3, 0.0]
    """
    return np.clip(np.asarray(depth, dtype=float)[:, None] - DEPTHS, 0.0, WIDTHS)


@dataclass(frozen=True)
class Endings:
    """Rates at which silences end per unit of depth.

    Attributes
    ----------
    regular, usual : numpy.ndarray of shape (2,)
        Where thirds of the book's silences begin, by log regularity and log usual gap.
    rates : numpy.ndarray of shape (3, 3, 3, len(DEPTHS))
        By regularity, usual gap, history and depth; 1 as the model says.
    """

    regular: np.ndarray
    usual: np.ndarray
    rates: np.ndarray

    @classmethod
    def as_modelled(cls) -> Endings:
        """Nothing learnt: the model's own."""
        return cls(np.full(2, np.inf), np.full(2, np.inf), np.ones((3, 3, 3, len(DEPTHS))))

    def groups(self, regularity, usual, count) -> tuple[np.ndarray, ...]:
        """Group of regularity, of usual gap and of history of each account, 0 to 2 each."""
        sides = (self.regular, regularity), (self.usual, usual)
        return *(np.digitize(np.log(value), edges) for edges, value in sides), history(count)

    def of(self, regularity, usual, count) -> np.ndarray:
        """Rates of accounts, shape (accounts, len(DEPTHS))."""
        return self.rates[self.groups(regularity, usual, count)]


def fit_endings(depth, ended, there, regularity, usual, count) -> Endings:
    """Learn the rates from silences.

    Parameters
    ----------
    depth : array_like of shape (silences,)
        Minus the log of the model's chance that a gap is longer.
    ended : array_like of bool
        Whether a purchase ended it; one that goes on counts as far as it has come.
    there : array_like
        Probability that the account was there in it.
    regularity, usual, count : array_like
        As estimated when the silence began: shape, expected gap, completed gaps.

    Returns
    -------
    Endings

    Examples
    --------
    Silences of bursts and pauses: half end at once, the others at a third of the rate.

    >>> rng = np.random.default_rng(1)
    >>> depth = np.where(rng.random(4000) < 0.5, rng.exponential(0.3, 4000), rng.exponential(3.0, 4000))
    >>> one = np.ones(4000)
    >>> found = fit_endings(depth, one > 0, one, one, one, one).of([1.0], [1.0], [1.0])[0]
    >>> bool(found[0] > 1.2), bool(0.25 < found[6] < 0.45)
    (True, True)
    """
    depth, there = np.asarray(depth, dtype=float), np.asarray(there, dtype=float)
    edges = [np.quantile(np.log(v), THIRDS) if len(depth) else np.full(2, np.inf) for v in (regularity, usual)]
    found = Endings(*edges, np.ones((3, 3, 3, len(DEPTHS))))
    shape = found.rates.shape
    cell = np.ravel_multi_index(found.groups(regularity, usual, count), shape[:3])
    through = np.column_stack([np.bincount(cell, there * part, 27) for part in lived(depth).T]).ravel()
    place = cell * len(DEPTHS) + np.digitize(depth, DEPTHS[1:])
    ends = np.bincount(place, there * np.asarray(ended), len(through))
    seen = through > 1e-9
    if ends[seen].sum() < 1:
        return found
    design = _design(shape)
    model = PoissonRegressor(alpha=1 / through[seen].sum(), solver="newton-cholesky", max_iter=100)
    model.fit(design[seen], (ends / np.maximum(through, 1e-9))[seen], sample_weight=through[seen])
    return Endings(*edges, np.clip(model.predict(design), *LEAST_MOST).reshape(shape))


def _design(shape: tuple[int, ...]) -> np.ndarray:
    """One row a group and depth: steps from depth to depth, of all and of each group; scaled to a prior of sd 1."""
    *groups, depths = np.unravel_index(np.arange(np.prod(shape)), shape)
    steps = (depths[:, None] >= np.arange(shape[-1])).astype(float)
    parts = [STEP * steps[:, 1:]]
    for group in groups:
        for value in range(3):
            own = (group == value).astype(float)[:, None]
            parts += [APART * own, STEP * own * steps[:, 1:]]
    return np.column_stack(parts)
