"""Half-lost accounts: still buying, but much less than their own level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.panel import Panel, check_panel

MONTHS = 24  # looked at: a year of the old level and up to a year of the new
LAST = (3, 4, 6, 9, 12)  # months that the new level may have lasted
LEAST_ACTIVE = 6  # months with a purchase
MOST_LEFT = 0.6  # of the old level: less is half-lost, with room for noise around a half
FALSE_DISCOVERIES = 0.10  # share of the accounts listed that may be listed by chance
FIRST_PASS, SECOND_PASS = 499, 20_000  # permutations: of all accounts, and of those that look clear


def half_lost(
    panel: Panel,
    *,
    active: pd.Index,
    most_left: float = MOST_LEFT,
    false_discoveries: float = FALSE_DISCOVERIES,
    seed: int = 1,
) -> pd.DataFrame:
    """Accounts whose level fell, by the clearest break in their months.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    active : pandas.Index
        customer_id of the accounts looked at: those that are not lost.
    most_left : float
        New level over old one that an account may have to be listed. 0.6: half, with room for noise.
    false_discoveries : float
        Expected share of those listed that only had bad months (Benjamini and Hochberg 1995).
    seed : int
        Of the permutations.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, every account tested, the clearest first: since (month from which the new level holds),
        before_cents, after_cents (a month, the common season taken out), left_share (after over before), p, q (smallest
        share of false discoveries at which it is listed), half_lost.

    Notes
    -----
    For each length of the new level the mean root of its months' sales (roots make the noise of few and of many
    purchases alike) is compared with that of the months before; the clearest counts, and months are permuted to learn
    how clear that gets by chance. Tested are accounts with 24 whole months since their first line and purchases in six
    of them. Trends common to all accounts are not taken out. False discoveries and power: `benchmarks/half_lost.md`.
    """
    check_panel(panel, "half_lost(panel)")
    months, table = _months(panel, active)
    if not len(table):
        return _empty()
    roots = np.sqrt(np.maximum(months, 0))
    roots = (roots - roots.mean(axis=1, keepdims=True)) / np.maximum(roots.std(axis=1, keepdims=True), 1e-9)
    fall = roots @ _weights()
    place, clearest = fall.argmax(axis=1), fall.max(axis=1)
    rng = np.random.default_rng(seed)
    table["p"] = _chance(roots, clearest, FIRST_PASS, rng)
    near = np.flatnonzero(table["p"] <= 0.02)
    table.iloc[near, table.columns.get_loc("p")] = _chance(roots[near], clearest[near], SECOND_PASS, rng)
    table["q"] = _benjamini_hochberg(table["p"].to_numpy())
    last = np.array(LAST)[place]
    new = np.arange(MONTHS)[None, :] >= MONTHS - last[:, None]
    after = (months * new).sum(axis=1) / last
    before = (months * ~new).sum(axis=1) / (MONTHS - last)
    table["before_cents"], table["after_cents"] = (np.round(v).astype("int64") for v in (before, after))
    table["left_share"] = np.where(before > 0, np.maximum(after, 0) / np.maximum(before, 1e-9), np.nan)
    end = pd.Timestamp(panel.as_of).to_period("M") - (0 if not panel.last_month_partial else 1)
    table["since"] = [(end - int(k) + 1).to_timestamp() for k in last]
    table["half_lost"] = (table["q"] <= false_discoveries) & (table["left_share"] <= most_left)
    table = table.reset_index().sort_values(["p", "left_share", "customer_id"]).set_index("customer_id")
    return table[["since", "before_cents", "after_cents", "left_share", "p", "q", "half_lost"]]


def _months(panel: Panel, active: pd.Index) -> tuple[np.ndarray, pd.DataFrame]:
    """Sales of the last 24 whole months, common season taken out, of the accounts that can be tested."""
    wide = panel.dense(sorted(set(active) & set(panel.accounts.index)))
    wide = wide.iloc[:, :-1] if panel.last_month_partial else wide
    wide = wide.loc[:, wide.columns >= pd.Timestamp(panel.first_month)]  # a first month that is cut looks like a rise
    if wide.shape[1] < MONTHS:
        return np.empty((0, MONTHS)), pd.DataFrame()
    wide = wide.iloc[:, -MONTHS:]
    kept = wide.notna().all(axis=1) & ((wide > 0).sum(axis=1) >= LEAST_ACTIVE)
    level = panel.monthly.groupby("month")["sales_cents"].sum().reindex(wide.columns, fill_value=0).clip(lower=1)
    season = level.groupby(level.index.month).transform("mean") / level.mean()
    return (wide[kept] / season.to_numpy().clip(0.2)).to_numpy(), pd.DataFrame(index=wide.index[kept])


def _weights() -> np.ndarray:
    """months x lengths: mean of the old months less mean of the new ones, on an even scale."""
    columns = []
    for last in LAST:
        w = np.r_[np.full(MONTHS - last, 1 / (MONTHS - last)), np.full(last, -1 / last)]
        columns.append(w / np.sqrt((w**2).sum()))
    return np.array(columns).T


def _chance(roots: np.ndarray, clearest: np.ndarray, permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Share of permutations of the months that are as clear; the same permutations for all accounts."""
    seen, weights = np.zeros(len(roots)), _weights()
    for start in range(0, permutations, 100):
        orders = np.array([rng.permutation(MONTHS) for _ in range(min(100, permutations - start))])
        moved = weights[orders]  # permutations x months x lengths
        clear = np.tensordot(roots, moved, axes=([1], [1])).max(axis=2)
        seen += (clear >= clearest[:, None] - 1e-9).sum(axis=1)
    return (1 + seen) / (1 + permutations)


def _benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return q


def _empty() -> pd.DataFrame:
    kinds = {"since": "datetime64[s]", "before_cents": "int64", "after_cents": "int64", "half_lost": "bool"}
    kinds |= dict.fromkeys(("left_share", "p", "q"), "float64")
    index = pd.Index([], dtype="str", name="customer_id")
    names = ("since", "before_cents", "after_cents", "left_share", "p", "q", "half_lost")
    return pd.DataFrame({name: pd.Series(dtype=kinds[name], index=index) for name in names})
