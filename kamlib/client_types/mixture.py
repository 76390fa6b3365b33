"""A mixture of types: clusters whose meaning is fixed by the marks, and whose place the ledger decides.

Each account plays each role - prospect, image-maker, expert - not at all, in part or in full, at most one in full.
A level (a budget, a rank) is t-distributed around a mean that a role shifts in the direction the article says; a count
(audits, complaints) is negative binomial with a rate that a role raises. A missing fact says nothing: it is left out
of the likelihood. Shifts, rates, spreads and shares of the roles are estimated by expectation-maximisation (Dempster,
Laird and Rubin 1977; for the t-distribution Liu and Rubin 1995) with weak priors, so that 25 accounts lean on what was
expected and 400 on what is seen. No account's type is given: this is clustering, with its axes named beforehand.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from scipy.special import gammaln

from kamlib.client_types.marks import MARKS, ROLES

PART = 0.5  # how much of the full pull a role played in part has
FURTHER = 0.10  # expected share of accounts that play a role in part
SHARES = np.array([[0.55, 0.30, 0.07, 0.08], [0.60, 0.22, 0.09, 0.09], [0.79, 0.01, 0.10, 0.10]])
"""Expected shares of ordinary, prospect, image-maker, expert among leads, new and old accounts. Ours."""
SHARES_WORTH, FURTHER_WORTH = 20.0, 100.0  # accounts that the priors count for
EFFECT_SD, SPREAD_WORTH, YEARS_WORTH = 1.0, 10.0, 20.0  # sd of effects; accounts; account-years
NOBODY = 1e-12
TAILS = 8.0  # degrees of freedom: an odd fact does not decide alone
HEIGHT = float(gammaln((TAILS + 1) / 2) - gammaln(TAILS / 2) - np.log(TAILS * np.pi) / 2)  # of its density
SIZES = (0.5, 1.0, 2.0, 4.0, 8.0, 30.0)  # of the negative binomial, the smaller the more uneven
LEAST_EFFECT = 0.2  # of the expected one: a mark never turns against its type

STATES = np.array([s for s in itertools.product((0.0, PART, 1.0), repeat=3) if s.count(1.0) <= 1])
"""Strength of each role in each of the 20 states of an account."""
FULL = np.where((STATES == 1).any(axis=1), STATES.argmax(axis=1) + 1, 0)  # 0: ordinary, else 1 + position in ROLES


@dataclass
class Source:
    """What was learnt of one feature: for levels mean, shifts and spread; for counts base rate, added rates, size."""

    roles: list[int]
    expected: list[float]
    base: float
    effects: list[float]
    spread: float
    count: bool
    start_spread: float = 1.0

    @property
    def strengths(self) -> np.ndarray:
        """States x roles of this feature."""
        return STATES[:, self.roles]


@dataclass
class Mixture:
    """The fitted mixture.

    Attributes
    ----------
    shares : numpy.ndarray
        3 x 4: of ordinary, prospect, image-maker, expert among leads, new and old accounts.
    further : numpy.ndarray
        Share of accounts that play each role in part.
    sources : dict of str to Source
    likelihood : float
        Log likelihood per account.
    """

    shares: np.ndarray = field(default_factory=SHARES.copy)
    further: np.ndarray = field(default_factory=lambda: np.full(3, FURTHER))
    sources: dict[str, Source] = field(default_factory=dict)
    likelihood: float = float("nan")

    def posterior(self, evidence: Evidence) -> np.ndarray:
        """Probability of each state, accounts x 20."""
        log = self.log_prior()[evidence.group]
        for _, levels, place in self.by_feature(evidence):
            log = log + levels[:, place]
        return _normalised(log)

    def by_feature(self, evidence: Evidence):
        """For each feature: its name, log likelihood by distinct strength, and the place of each state in it."""
        for name, source in self.sources.items():
            if name in evidence.values:
                distinct, place = np.unique(source.strengths, axis=0, return_inverse=True)
                yield name, _log_likelihood(source, distinct, *evidence.values[name]), place.reshape(-1)

    def log_prior(self) -> np.ndarray:
        """Log probability of each state before any evidence, groups x 20."""
        log = np.log(self.shares)[:, FULL]
        for role in range(3):
            part = np.array([self.further[role]] * 3)
            if role == 0:
                part[2] *= 0.1  # a customer of many years is no prospect, not even in part
            chance = np.where(STATES[:, role] == PART, np.log(part)[:, None], np.log1p(-part)[:, None])
            log = log + np.where(role + 1 == FULL, 0.0, chance)
        return log

    def as_dict(self) -> dict:
        """Plain numbers, for JSON."""
        return {
            "shares": self.shares.tolist(), "further": self.further.tolist(), "likelihood": self.likelihood,
            "sources": {n: asdict(s) for n, s in self.sources.items()},
        }  # fmt: skip

    @classmethod
    def from_dict(cls, kept: dict) -> Mixture:
        """What `as_dict` wrote."""
        sources = {n: Source(**s) for n, s in kept["sources"].items()}
        return cls(np.array(kept["shares"], float), np.array(kept["further"], float), sources, kept["likelihood"])


@dataclass
class Evidence:
    """What the mixture sees: per feature values (and years, for counts); group 0 lead, 1 new, 2 old."""

    values: dict[str, tuple[np.ndarray, np.ndarray]]
    group: np.ndarray


def evidence(features, transformed) -> Evidence:
    """The marks' features, made ready: levels symmetric, rates turned back into counts and years.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.
    transformed : pandas.DataFrame
        The same, made symmetric, not scaled.
    """
    values = {}
    for mark in MARKS:
        name = mark.feature
        if name not in features or name in values or features[name].notna().sum() == 0:
            continue
        if mark.years:
            years = features.get(mark.years, features[name] * 0 + 1).clip(lower=0.25).to_numpy()
            values[name] = (np.round(features[name].to_numpy() * years), years)
        else:
            values[name] = (transformed[name].to_numpy(), np.ones(len(features)))
    if "headroom" in values and "tender_headroom" in values:
        # The tender tells what the budget told already; where the budget is known it must not count twice.
        value, years = values["tender_headroom"]
        values["tender_headroom"] = np.where(np.isnan(values["headroom"][0]), value, np.nan), years
    lead, new = (features.get(c, np.zeros(len(features))) for c in ("lead", "new"))
    return Evidence(values, np.where(np.asarray(lead) == 1, 0, np.where(np.asarray(new) == 1, 1, 2)))


def fit_mixture(seen: Evidence, *, banned: Sequence[str] = (), most: int = 200, tolerance: float = 1e-5) -> Mixture:
    """Estimate a mixture by expectation-maximisation.

    Parameters
    ----------
    seen : Evidence
    banned : sequence of str
        Roles that nobody plays: those that cannot be told.
    most : int
        Steps at most.
    tolerance : float
        Stops when no probability of any state moves by more on average.
    """
    model = Mixture(sources={name: _start(name, *value) for name, value in seen.values.items()})
    out = [ROLES.index(role) for role in banned]
    _ban(model, out)
    before = None
    for _ in range(most):
        weights = model.posterior(seen)
        if before is not None and np.abs(weights - before).sum(axis=1).mean() < tolerance * len(STATES):
            break
        before = weights
        _shares(model, weights, seen.group)
        _ban(model, out)
        for name, source in model.sources.items():
            (_fit_count if source.count else _fit_level)(source, weights, *seen.values[name])
    model.likelihood = float(_evidence_per_account(model, seen))
    return model


def _ban(model: Mixture, roles: list[int]) -> None:
    """Nobody plays these roles; a share of nothing has no logarithm, so next to nobody."""
    model.further[roles] = NOBODY
    model.shares[:, [1 + r for r in roles]] = NOBODY
    model.shares /= model.shares.sum(axis=1, keepdims=True)


def _evidence_per_account(model: Mixture, seen: Evidence) -> float:
    log = model.log_prior()[seen.group]
    for _, levels, place in model.by_feature(seen):
        log = log + levels[:, place]
    return np.logaddexp.reduce(log, axis=1).mean() if len(log) else float("nan")


def _normalised(log: np.ndarray) -> np.ndarray:
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _start(name: str, value: np.ndarray, years: np.ndarray) -> Source:
    marks = [m for m in MARKS if m.feature == name]
    roles, expected = [ROLES.index(m.type) for m in marks], [m.effect for m in marks]
    known = ~np.isnan(value) & ~np.isnan(years)
    if marks[0].years:
        total = value[known].sum() / max(years[known].sum(), 1e-9)
        return Source(roles, expected, max(0.6 * total, 0.01), list(expected), 2.0, True)
    middle = float(np.median(value[known])) if known.any() else 0.0
    spread = 1.4826 * float(np.median(np.abs(value[known] - middle))) if known.any() else 1.0
    spread = spread or float(np.std(value[known])) or 1.0
    return Source(roles, expected, middle, [e * spread for e in expected], spread, False, spread)


def _log_likelihood(source: Source, strengths: np.ndarray, value: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Accounts x strengths; 0 where the fact is missing."""
    mean = source.base + strengths @ np.array(source.effects)
    missing = np.isnan(value) | np.isnan(years)
    if source.count:
        mean = np.where(missing, 1.0, years)[:, None] * mean
        n = np.where(missing, 0.0, value)[:, None]
        log = gammaln(n + source.spread) - gammaln(source.spread) - gammaln(n + 1)
        log = log + n * np.log(mean / (mean + source.spread)) - source.spread * np.log1p(mean / source.spread)
    else:
        z = (np.where(missing, 0.0, value)[:, None] - mean) / source.spread
        log = HEIGHT - np.log(source.spread) - (TAILS + 1) / 2 * np.log1p(z**2 / TAILS)
    return np.where(missing[:, None], 0.0, log)


def _shares(model: Mixture, weights: np.ndarray, group: np.ndarray) -> None:
    for g in range(3):
        count = np.array([weights[group == g][:, kind == FULL].sum() for kind in range(4)])
        model.shares[g] = (count + SHARES_WORTH * SHARES[g]) / (count.sum() + SHARES_WORTH)
    for role in range(3):
        able = weights[group != 2] if role == 0 else weights
        free = role + 1 != FULL
        part = able[:, free & (STATES[:, role] == PART)].sum()
        model.further[role] = (part + FURTHER_WORTH * FURTHER) / (able[:, free].sum() + FURTHER_WORTH)


def _by_strength(source: Source, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct strengths, and weights summed over the states that share them: three columns instead of twenty."""
    distinct, place = np.unique(source.strengths, axis=0, return_inverse=True)
    sums = np.zeros((len(STATES), len(distinct)))
    sums[np.arange(len(STATES)), place.reshape(-1)] = 1
    return distinct, weights @ sums


def _fit_level(source: Source, weights: np.ndarray, value: np.ndarray, years: np.ndarray) -> None:
    """Weighted regression on strength, shrunk to the expected effects; t weights hold outliers back."""
    known = ~np.isnan(value)
    strengths, w = _by_strength(source, weights[known])
    y = value[known][:, None]
    design = np.column_stack([np.ones(len(strengths)), strengths])
    z = (y - design @ np.array([source.base, *source.effects])) / source.spread
    robust = w * (TAILS + 1) / (TAILS + z**2)
    prior = np.diag([1e-6, *([1 / EFFECT_SD**2] * len(source.roles))])
    wanted = np.array([source.base, *(e * source.spread for e in source.expected)])
    total = (design * robust.sum(axis=0)[:, None]).T @ design
    found = np.linalg.solve(total + prior, design.T @ (robust * y).sum(axis=0) + prior @ wanted)
    least = LEAST_EFFECT * np.array(source.expected) * source.spread
    turned = found[1:] * np.sign(least) < np.abs(least)
    found[1:] = np.where(turned, least, found[1:])
    source.base, source.effects = float(found[0]), found[1:].tolist()
    rest = (robust * (y - design @ found) ** 2).sum()
    start = SPREAD_WORTH * 0.7 * source.start_spread**2
    source.spread = float(np.sqrt((rest + start) / (known.sum() + SPREAD_WORTH)))


def _fit_count(source: Source, weights: np.ndarray, value: np.ndarray, years: np.ndarray) -> None:
    """Events are shared out among the base rate and what the roles add; the size is the likeliest of `SIZES`."""
    known = ~np.isnan(value) & ~np.isnan(years)
    strengths, w = _by_strength(source, weights[known])
    n, t = value[known][:, None], years[known][:, None]
    rate = source.base + strengths @ np.array(source.effects)
    frailty = (source.spread + n) / (source.spread + t * rate)
    events, time = (w * n / rate).sum(axis=0), (w * t * frailty).sum(axis=0)
    effects = np.array(source.effects)
    source.base = float((source.base * events.sum() + 0.1) / (time.sum() + 1.0))
    added = (effects * (strengths.T @ events) + YEARS_WORTH * np.array(source.expected)) / (
        strengths.T @ time + YEARS_WORTH
    )
    source.effects = added.tolist()
    source.spread = float(max(SIZES, key=lambda size: _count_likelihood(size, w, n, t * rate)))


def _count_likelihood(size: float, w: np.ndarray, n: np.ndarray, mean: np.ndarray) -> float:
    log = gammaln(n + size) - gammaln(size) + n * np.log(mean / (mean + size)) - size * np.log1p(mean / size)
    return float((w * log).sum())
