"""Why accounts leave: hazard ratios of what was known before they left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from kamlib.churn.cox import cox
from kamlib.churn.criterion import Silences
from kamlib.churn.drivers import DRIVERS, driver_changes, state
from kamlib.panel import check_panel
from kamlib.stats.family import LEVEL, holm

CONFIRMED_DAYS = 182  # who was found lost and stayed away for so long had left, also if it is back now
LEAST_LOSSES = 10  # with and without a driver, to give its ratio
WARM_UP, IMPUTATIONS = 5, 10  # draws that only teach the next, and draws that count
CELLS = 30  # of the time since the last purchase in which an account can have left
EARLIER = 12  # cells before the last purchase: some buy on for a while after they have decided
FADE_DAYS, FADED = 84, 0.5  # how long, on average, and how much of their purchases; how many do so is learnt
MISDATED = 0.14  # sd of what dating by silence adds to a log ratio: measured in benchmarks/churn_criterion.md
UNLIKELY = 0.003  # chance of a longer gap beyond which the last purchase was certainly the last
MOST_ACCOUNTS = 4000  # more are sampled at random


def hazard_ratios(judged: Silences, book, panel, *, seed: int = 1) -> pd.DataFrame:
    """Cox regression of leaving on what was known beforehand.

    Parameters
    ----------
    judged : Silences
    book : kamlib.book.Book
        Deliveries of the ledger; tables incidents, feedback, interactions, assignments where they are there.
    panel : kamlib.panel.Panel
        First lines and size; same `as_of`.
    seed : int
        Of who left, and when.

    Returns
    -------
    pandas.DataFrame
        Indexed by driver: says, ratio with low and high (95 %, of this driver by itself), p, p_family (corrected for
        the number of drivers, Holm), association (in words, by p_family; empty where there is no ratio), losses_with
        (losses while it was there), why (empty, or why it is not estimable here).

    Notes
    -----
    Time is the calendar; an account is looked at from its second purchase until it left, or to `as_of`. Nobody saw it
    leave: whether it did and on which day is drawn from what its silence makes of it, with the length of its own gaps
    and the drivers found so far (data augmentation, Tanner and Wong 1987, JASA 82:528-540). Ten such draws are pooled
    (Rubin 1987). An account that was found lost and stayed away for half a year more had left, also if it is back now.
    Some buy on for a while after they have decided, half as often and for a quarter on average (assumed); how many do
    is learnt. On generated companies ratios come out a tenth too low nonetheless (`benchmarks/churn_criterion.md`); the
    intervals are widened by as much (`MISDATED`).
    States are those on the eve of the day, from rows dated before it, and go on through silence: deliveries and
    dossiers do not turn fresh because nothing happens. Size (log of sales a month while active) is held equal. An
    association, not a proof: what drives both is not seen.
    """
    check_panel(panel, "hazard_ratios(judged, book, panel)")
    table = pd.DataFrame({"says": pd.Series(DRIVERS)}).rename_axis("driver")
    table[["ratio", "low", "high", "p", "p_family"]] = np.nan
    table["association"] = ""
    table["losses_with"], table["why"] = 0, "the book has no table of it"
    changes = driver_changes(book, panel, judged.as_of)
    present = [d for d in DRIVERS if d in set(changes["driver"])]
    follow = _follow_up(judged, panel, seed)
    probable = follow["gone"].sum()
    if not present or probable < 2 * LEAST_LOSSES:
        few = f"only about {probable:.0f} accounts have left"
        return table.assign(why=np.where(table.index.isin(present), few, table["why"]))
    windows = _windows(judged, follow, changes, present)
    spells = _spells(follow, changes, present)
    rng, fits = np.random.default_rng(seed), []
    beta, hazard, fading = np.zeros(windows.drivers.shape[2]), judged.rhythm.hazard, 0.2
    for _ in range(WARM_UP + IMPUTATIONS):
        left, fading = windows.drawn(beta, hazard, fading, rng)
        fits.append(_fit(_ended(spells, follow, left), present))
        found, covariance, _, hazard = fits[-1]
        beta = _again([*present, "size"], found, covariance, rng)
    return _pooled(table, fits[WARM_UP:], present)


def _follow_up(judged: Silences, panel, seed: int) -> pd.DataFrame:
    """One row an account: entry, its last purchase and the end (day numbers), whether it surely left, size."""
    table = judged.table[judged.table["gaps"] > 0]
    known = table.groupby("customer_id").agg(entry=("date", "first"), purchase=("date", "last"))
    known["place"], known["gone"] = judged.gone.index.get_indexer(known.index), judged.gone
    known["sure"], known["end"] = False, pd.Timestamp(judged.as_of)
    sure = table["lost_on"] + pd.Timedelta(days=CONFIRMED_DAYS)
    left = table[table["next_date"] > sure].groupby("customer_id").first()
    known.loc[left.index, "purchase"], known.loc[left.index, "end"] = left["date"], left["next_date"]
    known.loc[left.index, "sure"], known.loc[left.index, "gone"] = True, 1.0
    for column in ("entry", "purchase", "end"):
        known[column] = _number(known[column])
    months = panel.monthly.groupby("customer_id").agg(first=("month", "min"), last=("month", "max"))
    active = (months["last"] - months["first"]).dt.days / 30.4375 + 1
    sold = panel.accounts["history_sales_cents"].clip(lower=1)
    size = np.log((sold / active).reindex(known.index))
    known["size"] = (size - size.mean()) / max(size.std(), 1e-9)
    known = known[known["end"] > known["entry"]]
    return known if len(known) <= MOST_ACCOUNTS else known.sample(MOST_ACCOUNTS, random_state=seed).sort_index()


@dataclass(frozen=True)
class _Windows:
    """The days on which each account can have left (accounts x cells, from the earliest), and what speaks for each.

    `chance` is that of what was bought since, for who left on the day: in the first cells (`EARLIER`) by fading out, in
    the others before the next purchase. `unseen` is the chance that who fades out buys nothing more, and `staying`
    that a living account is silent until the end; 0 where it surely left.
    """

    days: np.ndarray
    width: np.ndarray
    chance: np.ndarray
    unseen: np.ndarray
    staying: np.ndarray
    drivers: np.ndarray

    def drawn(self, beta: np.ndarray, hazard: float, fading: float, rng) -> tuple[np.ndarray, float]:
        """For each account the day on which it left, or -1; and a share of those who left that fade out."""
        leaving = hazard * np.exp(self.drivers @ beta) * self.width
        before = np.cumsum(leaving, axis=1)
        abrupt = (1 - fading) + fading * self.unseen[:, None]
        kind = np.where(np.arange(leaving.shape[1]) < EARLIER, fading * self.unseen[:, None], abrupt)
        chance = leaving * np.exp(leaving / 2 - before) * self.chance * kind
        chance = np.cumsum(np.column_stack([chance, self.staying * np.exp(-before[:, -1])]), axis=1)
        cell = (chance < rng.random((len(chance), 1)) * chance[:, -1:]).sum(axis=1)
        left = cell < leaving.shape[1]
        faded = np.where(cell < EARLIER, 1.0, fading * self.unseen / abrupt[:, 0])[left]
        faded = (rng.random(len(faded)) < faded).sum()
        day = np.take_along_axis(self.days, np.minimum(cell, self.days.shape[1] - 1)[:, None], axis=1)[:, 0]
        return np.where(left, day, -1), rng.beta(1 + faded, 3 + left.sum() - faded)


def _windows(judged: Silences, follow: pd.DataFrame, changes: pd.DataFrame, present: list[str]) -> _Windows:
    known = judged.final.take(follow["place"].to_numpy())
    begin = follow["purchase"].to_numpy()
    room = (follow["end"] - follow["purchase"]).clip(lower=1).to_numpy()
    width = np.maximum(np.minimum(room, np.ceil(known.limit(np.full(len(follow), UNLIKELY)))), 1) / CELLS
    later = begin[:, None] + np.ceil((np.arange(CELLS) + 0.5) * width[:, None]).astype("int64")
    back = np.minimum(2 * FADE_DAYS, begin - follow["entry"].to_numpy()) / EARLIER
    sooner = begin[:, None] - np.floor((np.arange(EARLIER)[::-1] + 0.5) * back[:, None]).astype("int64")
    start = judged.clock.time(_dates(begin))
    silent = [known.exceeded(np.maximum(judged.clock.time(_dates(day)) - start, 0)) for day in later.T]
    staying = known.exceeded(np.maximum(judged.clock.time(_dates(follow["end"].to_numpy())) - start, 0))
    days = np.column_stack([sooner, later])
    asked = pd.DataFrame({"customer_id": np.repeat(follow.index, days.shape[1]), "day": days.ravel()})
    drivers = [state(asked, changes, d).reshape(days.shape) for d in present]
    drivers.append(np.repeat(follow["size"].to_numpy()[:, None], days.shape[1], axis=1))
    widths = np.column_stack([np.repeat(back[:, None], EARLIER, axis=1), np.repeat(width[:, None], CELLS, axis=1)])
    chance = np.column_stack([_fading(judged, follow, sooner, known.mean_gap), *silent])
    unseen = 1 / (1 + FADED * FADE_DAYS / known.mean_gap)
    staying = np.where(follow["sure"], 0.0, staying)
    return _Windows(days, widths, chance, unseen, staying, np.stack(drivers, axis=2))


def _fading(judged: Silences, follow: pd.DataFrame, days: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Chance of the purchases since each day for who fades out from it on, over that for who stays."""
    code = follow.index.get_indexer(judged.table["customer_id"])
    bought = np.sort((code * 100_000 + _number(judged.table["date"]).to_numpy())[code >= 0])
    own = np.arange(len(follow))[:, None] * 100_000
    last = np.searchsorted(bought, own + follow["purchase"].to_numpy()[:, None], side="right")
    n = last - np.searchsorted(bought, own + days, side="right")
    gone = follow["purchase"].to_numpy()[:, None] - days
    return FADED**n * np.exp((1 - FADED) * gone / usual[:, None] - gone / FADE_DAYS)


def _number(dates: pd.Series) -> pd.Series:
    return (dates - pd.Timestamp("1970-01-01")).dt.days


def _dates(day: np.ndarray) -> np.ndarray:
    return np.asarray(day).astype("datetime64[D]")


def _spells(follow: pd.DataFrame, changes: pd.DataFrame, present: list[str]) -> pd.DataFrame:
    """Follow-up cut wherever a driver changes: start, stop, drivers, size, account (its place); days are alike."""
    own = changes[changes["customer_id"].isin(follow.index)].reset_index(drop=True)
    long = own.pivot_table(index=["customer_id", "day"], columns="driver", values="change", aggfunc="sum").fillna(0.0)
    edges = [pd.MultiIndex.from_arrays([follow.index, follow[c].astype("int64")]) for c in ("entry", "end")]
    index = long.index.append(edges).unique().set_names(["customer_id", "day"])
    long = long.reindex(index, fill_value=0.0).sort_index().reindex(columns=present, fill_value=0.0)
    states = long.groupby(level=0).cumsum().reset_index()
    states[present] = states[present].clip(0, 1)
    states["stop"] = states.groupby("customer_id")["day"].shift(-1)
    states = states.rename(columns={"day": "start"}).join(follow[["entry", "end", "size"]], on="customer_id")
    states = states[(states["start"] >= states["entry"]) & (states["stop"] <= states["end"])]
    return states.assign(account=follow.index.get_indexer(states["customer_id"])).drop(columns="customer_id")


def _ended(spells: pd.DataFrame, follow: pd.DataFrame, left: np.ndarray) -> pd.DataFrame:
    """The spells until each account left."""
    out = np.where(left >= 0, left, follow["end"])[spells["account"]]
    rows = spells[spells["start"].to_numpy() < out]
    out, gone = out[spells["start"].to_numpy() < out], (left >= 0)[rows["account"]]
    return rows.assign(stop=np.minimum(rows["stop"], out), event=gone & (rows["stop"].to_numpy() >= out))


def _fit(rows: pd.DataFrame, present: list[str]) -> tuple[pd.DataFrame, np.ndarray, pd.Series, float]:
    """Coefficients, their covariance, losses with each driver, and the hazard a day with none of them."""
    at = rows[rows["event"]]
    with_driver = (at[present] > 0).sum()
    usable = [d for d in present if min(with_driver[d], (at[d] < 1).sum()) >= LEAST_LOSSES and rows[d].std() > 1e-9]
    found, covariance = cox(rows, [*usable, "size"])
    risk = np.exp(rows[found.index].to_numpy(dtype=float) @ found["beta"].to_numpy())
    return found, covariance, with_driver, len(at) / float((risk * (rows["stop"] - rows["start"])).sum())


def _again(names: list[str], found: pd.DataFrame, covariance: np.ndarray, rng) -> np.ndarray:
    """Coefficients as they could be too; 0 for drivers that could not be estimated."""
    drawn = rng.multivariate_normal(found["beta"], covariance, method="eigh")
    return pd.Series(np.clip(drawn, -3, 3), index=found.index).reindex(names, fill_value=0.0).to_numpy()


def _pooled(table: pd.DataFrame, fits: list, present: list[str]) -> pd.DataFrame:
    """Rubin's rules, for the drivers that every draw could estimate."""
    table = table.copy()
    table.loc[present, "losses_with"] = np.round(np.mean([f[2][present] for f in fits], axis=0)).astype(int)
    for driver in present:
        draws = [f[0].loc[driver] for f in fits if driver in f[0].index]
        if len(draws) < len(fits):
            table.loc[driver, "why"] = f"fewer than {LEAST_LOSSES} losses with it, or without it"
            continue
        beta = np.array([d["beta"] for d in draws])
        within, between = np.mean([d["error"] ** 2 for d in draws]), (1 + 1 / len(draws)) * beta.var(ddof=1)
        error = np.sqrt(within + between + MISDATED**2)
        if not np.isfinite(error) or error > 2:
            table.loc[driver, "why"] = "too uncertain to say anything"
            continue
        ends = np.exp(beta.mean() + error * 1.959964 * np.array([0, -1, 1]))
        p = 2 * norm.sf(abs(beta.mean()) / error)
        table.loc[driver, ["ratio", "low", "high", "p"]] = [*ends, p]
        table.loc[driver, "why"] = ""
    table["p_family"] = holm(table["p"])
    table["association"] = [_association(row.ratio, row.p_family) for row in table.itertuples()]
    return table


def _association(ratio: float, p: float) -> str:
    """What may be said of a driver beside the others; none of it is a proof of cause."""
    if np.isnan(ratio):
        return ""
    if p >= LEVEL:
        return "cannot tell"
    return "goes with leaving sooner" if ratio > 1 else "goes with staying longer"
