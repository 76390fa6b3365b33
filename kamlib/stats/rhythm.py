r"""How often each account buys, learnt from all of them, and how long a silence is long.

The gaps of account *i*, in business time (`kamlib.stats.clock`), are gamma with shape :math:`k_i` (regularity) and
mean :math:`\mu_i`. Accounts differ: :math:`1/\mu_i` is gamma distributed over the accounts of a segment, whose pace
:math:`p_s` is learnt from all of them, and the regularity has a distribution over a grid. So an account with two gaps
leans on its segment, and one with forty stands on its own:

.. math::

    x_{ij} \sim \Gamma(k_i,\; k_i/\mu_i), \qquad 1/\mu_i \sim \Gamma(a,\; \beta\,p_s), \qquad P(k_i = \kappa_m) = \pi_m

The last gap is open. Either it goes on, and then only its length so far is known (censored), or the account has
gone: after each purchase with chance :math:`1 - e^{-h \mu_i}`. Without both parts a model of completed gaps takes long
gaps for rarer than they are, and flags the living.

The gamma-gamma form is that of Schmittlein, Morrison and Colombo (1987) generalised to regular buyers, as in Platzer
and Reutterer (2016, Marketing Science 35:779-799).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import betaln, gammaln

from kamlib.stats.endings import DEPTHS, Endings, fit_endings, lived
from kamlib.stats.tail import longer

MONTH = 30.4375  # days
SHAPES = np.exp(np.linspace(np.log(0.4), np.log(20.0), 7))
ROUNDS = 3  # of learning how silences end, and who was there in them, before leaving is learnt with it
LEAVING_ROUNDS = 5  # of learning all three; more would take slow tails for leaving
HAZARD_STEPS = 2  # towards the hazard that the open silences show
LEAST_ACCOUNTS = 10  # with a gap, to learn a rhythm at all
SHORTEST = 0.2  # business days: a gap over closed days only
SAMPLE = 1500  # accounts that the population is learnt from, drawn at even steps
TAIL = 0.35  # a silence that a third of the gaps exceed is never long
LONGEST = 1e5  # business days, four centuries: what no ledger sees ended
RULED_OUT = 1e-5  # weight of a regularity below which it is not looked at: spares most of the work
RETURNS = 0.2 / 365.25  # of those who left, per day: a fifth within a year; says which long gaps were absences
RETURNS_WEIGHT = 20 * 365.25  # days of absence that this expectation counts for, against those of the book


@dataclass(frozen=True)
class Rhythm:
    """The population of accounts.

    Attributes
    ----------
    a, beta : float
        Of the gamma distribution of 1/mean gap, beta in business days.
    weights : numpy.ndarray of shape (shapes,)
        Share of accounts of each regularity in `SHAPES`.
    hazard : float
        Leaving per business day.
    accounts : int
        With a gap, that this was learnt from.
    endings : kamlib.stats.endings.Endings
        How fast silences really end: trends, shocks, pauses and beats of an account's own make the gaps of the model
        too short or too long.
    returns : float
        Coming back of those who left, per business day.
    """

    a: float
    beta: float
    weights: np.ndarray
    hazard: float
    accounts: int
    endings: Endings = field(default_factory=Endings.as_modelled)
    returns: float = RETURNS

    def posterior(self, n, total, log_total, *, pace=1.0, count=None) -> Posterior:
        """What is known of accounts with `n` gaps that sum to `total` and whose logs sum to `log_total`.

        Parameters
        ----------
        n, total, log_total : array_like of shape (accounts,)
            Older gaps may count for less than one: `n` is then the sum of what they count for.
        pace : array_like of shape (accounts,), optional
            Usual gap of the account's segment over that of all accounts (`paces`).
        count : array_like of shape (accounts,), optional
            Completed gaps, where `n` is not their number.
        """
        count = np.asarray(n if count is None else count, dtype=float)
        n, total, log_total = (np.asarray(v, dtype=float)[:, None] for v in (n, total, log_total))
        beta = self.beta * np.broadcast_to(np.asarray(pace, dtype=float).reshape(-1, 1), n.shape)
        weight = _shares(np.log(self.weights) + _evidence(self.a, beta, n, total, log_total))
        size, rate = self.a + SHAPES * n, beta / SHAPES + total
        found = Posterior(weight, size, rate, np.ones((len(n), 1)), self.hazard, self.returns)
        return replace(found, endings=self.endings.of(found.regularity, found.mean_gap, count))

    def with_endings(self, known: Posterior, silence, ended, count) -> Rhythm:
        """The same with the endings that silences show.

        Parameters
        ----------
        known : Posterior
            Of every silence, also of one account, what lay before it.
        silence : array_like of shape (silences,)
        ended : array_like of bool
            Whether a purchase ended it; one that goes on counts as far as it has come.
        count : array_like of shape (silences,)
            Completed gaps before it.

        Notes
        -----
        Each silence is weighted with the probability that the account was there in it, which itself rests on how fast
        silences end; so this is repeated (EM; Dempster, Laird and Rubin 1977, J. R. Stat. Soc. B 39:1-38). How many
        leave, how many of them come back and how slowly the deepest silences end are told apart by little: the hazard
        starts from what the open silences show, endings are learnt first, and then all three together for a few
        rounds. Run to the end the likelihood would prefer leaving and returning to any slow tail; the number of rounds
        was chosen on five companies' mechanisms and tried on others (`benchmarks/criterion_mechanisms.md`).
        """
        silence = np.maximum(np.asarray(silence, dtype=float), SHORTEST)
        ended = np.asarray(ended, dtype=bool)
        depth, usual, regularity = known.depth(silence), known.mean_gap, known.regularity
        there = np.where(ended, 1.0, 1 - known.gone(silence))
        for step in range(ROUNDS + LEAVING_ROUNDS):
            learnt = fit_endings(depth, ended, there, regularity, usual, count)
            known = replace(known, endings=learnt.of(regularity, usual, count))
            if step == 0:
                known = replace(known, hazard=_hazard(known, silence, ended))
            left = np.where(ended, known.absent(silence), known.gone(silence))
            there = 1 - left
            if step >= ROUNDS - 1:
                known = replace(known, hazard=_raised(known, left), returns=_returns(left, silence, ended))
        return replace(self, endings=learnt, hazard=known.hazard, returns=known.returns)


@dataclass(frozen=True)
class Posterior:
    """The next gap of accounts, as foreseen from their past; made by `Rhythm.posterior`.

    Attributes
    ----------
    weight, size, rate : numpy.ndarray of shape (accounts, shapes)
        Probability of each regularity, and the gamma of its rate.
    endings : numpy.ndarray of shape (accounts, depths)
        Rate at which silences end, by depth (`kamlib.stats.endings`).
    hazard, returns : float
    """

    weight: np.ndarray
    size: np.ndarray
    rate: np.ndarray
    endings: np.ndarray
    hazard: float
    returns: float

    @property
    def mean_gap(self) -> np.ndarray:
        """Expected gap, business days."""
        return (self.weight * SHAPES * self.rate / np.maximum(self.size - 1, 0.25)).sum(axis=1)

    @property
    def regularity(self) -> np.ndarray:
        """Expected shape k: 1 is random, 6 and more clockwork."""
        return (self.weight * SHAPES).sum(axis=1)

    def depth(self, silence) -> np.ndarray:
        """Minus the log of the model's chance that a gap is longer than this silence (business days)."""
        chance = _longer(self.weight, self.size, self.rate, np.asarray(silence, dtype=float))
        return -np.log(np.clip(chance, 1e-300, 1.0))

    def exceeded(self, silence) -> np.ndarray:
        """Chance that a living account's gap is longer than this silence (business days)."""
        return np.exp(-(lived(self.depth(silence)) * self.endings).sum(axis=1))

    def take(self, rows) -> Posterior:
        """Some of the accounts."""
        own = {name: getattr(self, name)[rows] for name in ("weight", "size", "rate", "endings")}
        return replace(self, **own)

    def allowed(self, alarm_rate) -> np.ndarray:
        r"""Chance per gap that makes `alarm_rate` false alarms per living account-month.

        An account with gaps of :math:`\mu` months has :math:`1/\mu` of them a month, so it may exceed its limit in a
        share :math:`\text{rate} \times \mu` of them; at most in half. It is also the rule that finds those who left
        soonest at a given number of false alarms: P(gone) at the limit is then the same for all.
        """
        return np.minimum(alarm_rate * self.mean_gap / MONTH, TAIL)

    def likelier_gone(self) -> np.ndarray:
        """Chance per gap below which a silent account has left more likely than not: where `gone` is a half."""
        left = 1 - np.exp(-self.hazard * self.mean_gap)
        return left / np.maximum(1 - left, 1e-9)

    def limit(self, chance) -> np.ndarray:
        """Silence (business days) that a living account exceeds with this chance.

        `LONGEST` where no silence is so unlikely: where none so deep has ever ended, its length says nothing more.
        """
        low, high = np.zeros(len(chance)), np.maximum(self.mean_gap, 1.0)
        while (short := (self.exceeded(high) > chance) & (high < LONGEST)).any():
            high = np.where(short, np.minimum(high * 2, LONGEST), high)
        for _ in range(14):
            middle = (low + high) / 2
            above = self.exceeded(middle) > chance
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return high

    def course(self, steps: np.ndarray | None = None) -> Course:
        """The chance to exceed each of a row of silences: for many limits at once, at the price of about a per cent."""
        silence = self.mean_gap[:, None] * (STEPS if steps is None else steps)
        exceeded = np.column_stack([self.exceeded(column) for column in silence.T])
        return Course(silence, np.maximum(exceeded, 1e-12), self.hazard)

    def density(self, gap) -> np.ndarray:
        """Density of a living account's gap, per business day."""
        depth = self.depth(gap)
        place = np.digitize(depth, DEPTHS[1:]) if self.endings.shape[1] > 1 else np.zeros(len(depth), dtype=int)
        rate = self.endings[np.arange(len(depth)), place]
        gap = np.asarray(gap, dtype=float)[:, None]
        log = (SHAPES - 1) * np.log(gap) - SHAPES * np.log(gap + self.rate)
        log += self.size * np.log(self.rate / (gap + self.rate))
        modelled = (self.weight * np.exp(log - betaln(SHAPES, self.size))).sum(axis=1)
        return modelled * rate * np.exp(depth - (lived(depth) * self.endings).sum(axis=1))

    def absent(self, gap) -> np.ndarray:
        """Probability that a gap, ended by a purchase, was no gap: the account had left, and came back.

        Those who left are taken to come back at one rate, at any time.
        """
        left = 1 - np.exp(-self.hazard * self.mean_gap)
        return left * self.returns / (left * self.returns + (1 - left) * self.density(gap) + 1e-300)

    def gone(self, silence) -> np.ndarray:
        """Probability that an account silent for so long has left."""
        left = 1 - np.exp(-self.hazard * self.mean_gap)
        return left / (left + (1 - left) * self.exceeded(silence))


STEPS = np.r_[0.0, np.exp(np.linspace(np.log(0.15), np.log(80.0), 19))]  # silences in expected gaps


@dataclass(frozen=True)
class Course:
    """Silences (business days, accounts x steps) and the chance that a living account exceeds them."""

    silence: np.ndarray
    exceeded: np.ndarray
    hazard: float

    def take(self, rows) -> Course:
        """Some of the accounts."""
        return Course(self.silence[rows], self.exceeded[rows], self.hazard)

    def limit(self, chance) -> np.ndarray:
        """As `Posterior.limit`, by interpolation on the logarithm of the chance."""
        log, wanted = np.log(self.exceeded), np.log(chance)
        place = np.clip((log > wanted[:, None]).sum(axis=1), 1, log.shape[1] - 1)
        row = np.arange(len(log))
        high, low = log[row, place - 1], log[row, place]
        part = np.clip((high - wanted) / np.maximum(high - low, 1e-12), 0, 1)
        before, after = self.silence[row, place - 1], self.silence[row, place]
        return np.where(wanted < log[:, -1], np.inf, before + part * (after - before))

    def months_seen(self, longest) -> np.ndarray:
        """Expected months for which an account is there and silent, seen for at most `longest` business days."""
        upto = np.minimum(self.silence, np.asarray(longest, dtype=float)[:, None])
        there = self.exceeded * np.exp(-self.hazard * self.silence)
        return (np.diff(upto, axis=1) * (there[:, 1:] + there[:, :-1]) / 2).sum(axis=1) / MONTH


def _longer(weight, size, rate, silence: np.ndarray) -> np.ndarray:
    """Chance that a gap is longer than a silence, over the regularities that are not ruled out."""
    row, place = np.nonzero(weight > RULED_OUT)
    chance = longer(SHAPES, place, size[row, place], silence[row] / rate[row, place])
    return np.bincount(row, weight[row, place] * chance, len(weight))


def _hazard(known: Posterior, silence: np.ndarray, ended: np.ndarray) -> float:
    """Of leaving for good: as many as are gone from the open silences."""
    for _ in range(HAZARD_STEPS):
        left = known.take(~ended).gone(silence[~ended])
        known = replace(known, hazard=_raised(known, left))
    return known.hazard


def _raised(known: Posterior, left: np.ndarray) -> float:
    """A step of EM: the hazard at which as many leave after a purchase as probably left."""
    hazard = known.hazard * left.sum() / (1 - np.exp(-known.hazard * known.mean_gap)).sum()
    return float(np.clip(hazard, *np.exp(LIMITS[:, 2])))


def _returns(left: np.ndarray, silence: np.ndarray, ended: np.ndarray) -> float:
    """Another: those who probably came back, over the days for which accounts were probably away."""
    came, away = left[ended].sum(), (left * silence).sum()
    return float((RETURNS_WEIGHT * RETURNS + came) / (RETURNS_WEIGHT + away))


def paces(n, total, segment) -> dict:
    """Usual gap of each segment over that of all accounts, drawn towards 1 as far as segments are alike.

    Parameters
    ----------
    n, total : array_like of shape (accounts,)
        Completed gaps of each account, at least one, and their sum.
    segment : array_like of shape (accounts,)

    Returns
    -------
    dict
        By segment. The logs of the accounts' mean gaps are averaged, each weighted with how well it is known, and
        shrunk by empirical Bayes (Efron and Morris 1973, JASA 68:117-130, unequal variances).

    Examples
    --------
    >>> found = paces([10] * 40, [100.0, 110.0] * 10 + [400.0, 440.0] * 10, ["a"] * 20 + ["b"] * 20)
    >>> {segment: round(float(pace), 1) for segment, pace in found.items()}
    {'a': 0.5, 'b': 2.0}
    """
    names, segment = np.unique(np.asarray(segment, dtype=str), return_inverse=True)
    n, log = np.asarray(n, dtype=float), np.log(np.asarray(total, dtype=float) / np.asarray(n, dtype=float))
    weight = 1 / (1 + 1 / n)
    held = np.bincount(segment, weight)
    away = np.bincount(segment, weight * log) / held - np.average(log, weights=weight)
    spread = np.average((log - np.average(log, weights=weight) - away[segment]) ** 2, weights=weight)
    error = spread / held
    between = max(np.average(away**2 - error, weights=held), 0.0) + 1e-12
    return dict(zip(names.tolist(), np.exp(away * between / (between + error)).tolist(), strict=True))


def fit_rhythm(n, total, log_total, silence, *, pace=1.0) -> Rhythm | None:
    """Learn the population from sufficient statistics of gaps, by maximum likelihood.

    Parameters
    ----------
    n, total, log_total : array_like of shape (accounts,)
        Number of completed gaps of each account, their sum and the sum of their logs, in business days.
    silence : array_like of shape (accounts,)
        The open gap.
    pace : array_like of shape (accounts,), optional
        Of the account's segment (`paces`).

    Returns
    -------
    Rhythm or None
        None with fewer than ten accounts that have a gap.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> gaps = [rng.gamma(3, 10, 12) for _ in range(200)]
    >>> known = fit_rhythm([12] * 200, [g.sum() for g in gaps], [np.log(g).sum() for g in gaps], [5.0] * 200)
    >>> post = known.posterior([12], [360.0], [12 * np.log(28)])
    >>> bool(25 < post.mean_gap[0] < 35)
    True
    """
    n = np.asarray(n, dtype=float)
    rows = np.column_stack(
        [np.broadcast_to(np.asarray(v, float), n.shape) for v in (n, total, log_total, silence, pace)]
    )
    rows = rows[rows[:, 0] > 0]
    if len(rows) < LEAST_ACCOUNTS:
        return None
    accounts = len(rows)
    rows = rows[np.linspace(0, accounts - 1, min(accounts, SAMPLE)).astype(int)]
    columns = [rows[:, [i]] for i in range(5)]
    start = np.log([1.5, 1.5 * np.median(rows[:, 1] / rows[:, 0]), 3e-4])
    found = minimize(lambda v: -_likelihood(v, *columns)[0], start, method="Nelder-Mead", options={"xatol": 0.02,
                     "fatol": 0.05, "maxiter": 150})  # fmt: skip
    # The simplex can stick at the edge of the hazard, where few have left.
    hazard = minimize_scalar(lambda h: -_likelihood([*found.x[:2], h], *columns)[0], bounds=LIMITS[:, 2],
                             method="bounded", options={"xatol": 0.05}).x  # fmt: skip
    found.x[2] = hazard
    weights = _likelihood(found.x, *columns)[1]
    a, beta, hazard = np.exp(np.clip(found.x, *LIMITS))
    return Rhythm(float(a), float(beta), weights, float(hazard), accounts)


LIMITS = np.log([[0.3, 0.1, 1e-6], [50.0, 1e6, 0.02]])  # of a, beta and hazard


def _likelihood(logs, n, total, log_total, silence, pace) -> tuple[float, np.ndarray]:
    """Log-likelihood with the weights of regularities that maximise it (30 steps of EM), and these."""
    a, beta, hazard = np.exp(np.clip(logs, *LIMITS))
    beta = beta * pace
    rate, size = beta / SHAPES + total, a + SHAPES * n
    mean = SHAPES * rate / np.maximum(size - 1, 0.25)
    left = 1 - np.exp(-hazard * mean)
    open_gap = left + (1 - left) * longer(SHAPES, np.arange(len(SHAPES)), size, silence / rate)
    # A purchase was made after each completed gap: the account had not left.
    stayed = n * np.log1p(-np.minimum(left, 0.999))
    log = _evidence(a, beta, n, total, log_total) + stayed + np.log(open_gap + 1e-300)
    most = log.max(axis=1, keepdims=True)
    chance, weights = np.exp(log - most), np.full(len(SHAPES), 1 / len(SHAPES))
    for _ in range(30):
        share = weights * chance
        weights = ((share / share.sum(axis=1, keepdims=True)).sum(axis=0) + 0.5) / (len(log) + 0.5 * len(SHAPES))
    return float((np.log(chance @ weights) + most[:, 0]).sum()), weights


def _evidence(a: float, beta, n, total, log_total) -> np.ndarray:
    """Log probability of completed gaps for each regularity, mean gap integrated out; accounts x shapes."""
    k, prior = SHAPES, beta / SHAPES
    gaps = (k - 1) * log_total - n * gammaln(k)
    return gaps + a * np.log(prior) - gammaln(a) + gammaln(a + k * n) - (a + k * n) * np.log(prior + total)


def _shares(log: np.ndarray) -> np.ndarray:
    chance = np.exp(log - log.max(axis=1, keepdims=True))
    return chance / chance.sum(axis=1, keepdims=True)
