"""Why accounts leave: hazard ratios of what was known before they left."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from kamlib.churn.criterion import Silences

MEMORY_DAYS = 182  # an incident, an unanswered opinion or a handover counts for so long
STALE_DAYS = 273  # without a dossier update
ANSWER_DAYS = 30  # after which an opinion counts as unanswered
CONFIRMED_DAYS = 182  # a loss counts when the account has stayed away for so long after it was found
LEAST_LOSSES = 10  # with and without a driver, to give its ratio
WARM_UP, CANDIDATES = 3, 12  # draws that only teach the next what drives leaving, and days that each chooses from
IMPUTATIONS = 5  # draws of the days on which accounts left
MOST_ACCOUNTS = 4000  # more are sampled, all accounts with a loss kept in proportion

DRIVERS = {
    "late": "late deliveries: all of the last three against none",
    "conflict": "a conflict in the last half-year",
    "quality": "a quality incident in the last half-year",
    "promise": "a broken promise in the last half-year",
    "unanswered": "an opinion unanswered for a month",
    "stale": "no dossier update for nine months",
    "handover": "a new account manager in the last half-year",
    "first_year": "first year as a customer",
}
"""Drivers and what they mean."""


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
        Of the days on which accounts left.

    Returns
    -------
    pandas.DataFrame
        Indexed by driver: says, ratio with low and high (95 %), p, losses_with (losses while it was there), why (empty,
        or why it is not estimable here).

    Notes
    -----
    Time is the calendar; an account is looked at from its second purchase until the last day on which its leaving could
    have been found and confirmed (no purchase for half a year more) by `as_of`. Nobody saw it leave: the day is drawn
    between its last purchase and one usual gap later, likelier where the drivers say so, five times, and the results
    are pooled (Rubin 1987). States are those of that day, from rows dated before
    it, and go on through silence: deliveries and dossiers do not turn fresh because nothing happens. Ties by Efron.
    Size (log of sales a month while active) is held equal. An association, not a proof: what drives both is not seen.
    """
    follow = _follow_up(judged, panel, seed)
    table = pd.DataFrame({"says": pd.Series(DRIVERS)}).rename_axis("driver")
    table[["ratio", "low", "high", "p"]] = np.nan
    table["losses_with"], table["why"] = 0, "the book has no table of it"
    changes = _changes(book, panel, judged.as_of)
    present = [d for d in DRIVERS if d in set(changes["driver"])]
    if not present or follow["lost"].sum() < 2 * LEAST_LOSSES:
        few = f"only {int(follow['lost'].sum())} losses that can be dated"
        return table.assign(why=np.where(table.index.isin(present), few, table["why"]))
    rng = np.random.default_rng(seed)
    fits, beta = [], pd.Series(dtype=float)
    for _ in range(WARM_UP + IMPUTATIONS):
        fits.append(_fit(follow, _days_left(follow, changes, beta, rng), changes, present))
        found = fits[-1][0]
        beta = found["beta"].drop("size", errors="ignore")
    return _pooled(table, fits[WARM_UP:], present)


def _follow_up(judged: Silences, panel, seed: int) -> pd.DataFrame:
    """One row an account: entry and last day (day numbers), whether it left, its last purchase and usual gap, size."""
    table = judged.table[judged.table["gaps"] > 0]
    known = table.groupby("customer_id").agg(entry=("date", "first"))
    # Who is back soon had not left: such alarms would thin out every driver.
    sure = table["lost_on"] + pd.Timedelta(days=CONFIRMED_DAYS)
    stayed_away = (sure <= pd.Timestamp(judged.as_of)) & ~(table["next_date"] <= sure)
    left = table[stayed_away].groupby("customer_id").first()
    known["lost"] = known.index.isin(left.index)
    limit = (judged.able - known["entry"]).dt.days.reindex(known.index).fillna(10_000)
    known["last"] = pd.Timestamp(judged.as_of) - pd.to_timedelta(limit.clip(lower=1) + CONFIRMED_DAYS, unit="D")
    known[["purchase", "usual", "lost_on"]] = left[["date", "usual_days", "lost_on"]].reindex(known.index)
    for column in ("entry", "last", "purchase", "lost_on"):
        known[column] = (known[column] - pd.Timestamp("1970-01-01")).dt.days
    months = panel.monthly.groupby("customer_id").agg(first=("month", "min"), last=("month", "max"))
    active = (months["last"] - months["first"]).dt.days / 30.4375 + 1
    sold = panel.accounts.set_index("customer_id")["history_sales_cents"].clip(lower=1)
    size = np.log((sold / active).reindex(known.index))
    known["size"] = (size - size.mean()) / max(size.std(), 1e-9)
    if len(known) > MOST_ACCOUNTS:
        known = known.sample(MOST_ACCOUNTS, random_state=seed).sort_index()
    return known


def _changes(book, panel, as_of) -> pd.DataFrame:
    """When each driver of each account changes: customer_id, day, driver, change (sums to its state)."""
    parts = [_late(book), *_incidents(book), _unanswered(book, as_of), _stale(book, panel), _handover(book)]
    accounts = panel.accounts[~panel.accounts["truncated"]]
    parts.append(_spells("first_year", accounts["customer_id"], accounts["first_line"], 365))
    parts = [p for p in parts if p is not None and len(p)]
    if not parts:
        return pd.DataFrame(columns=["customer_id", "day", "driver", "change"])
    found = pd.concat(parts, ignore_index=True)
    found["day"] = (pd.to_datetime(found["day"]).astype("datetime64[s]") - pd.Timestamp("1970-01-01")).dt.days
    return found


def _spells(driver: str, customers, begin, days) -> pd.DataFrame:
    """A driver that is there from `begin` for some days (or until given dates)."""
    begin = pd.to_datetime(pd.Series(np.asarray(begin))).astype("datetime64[s]")
    stop = begin + pd.Timedelta(days=days) if np.isscalar(days) else pd.to_datetime(pd.Series(np.asarray(days)))
    frame = pd.DataFrame({"customer_id": np.asarray(customers), "begin": begin, "stop": stop.astype("datetime64[s]")})
    frame = frame[frame["stop"] > frame["begin"]].assign(driver=driver)
    on = frame.rename(columns={"begin": "day"})[["customer_id", "day", "driver"]].assign(change=1.0)
    off = frame.rename(columns={"stop": "day"})[["customer_id", "day", "driver"]].assign(change=-1.0)
    return pd.concat([on, off], ignore_index=True)


def _late(book) -> pd.DataFrame | None:
    """Share of late ones among the last three deliveries, from the day of each."""
    if not {"promised_date", "delivered_date"} <= set(book.ledger.columns):
        return None
    rows = book.ledger.filter("customer_id IS NOT NULL AND delivered_date IS NOT NULL AND promised_date IS NOT NULL")
    orders = rows.aggregate("customer_id, date, delivered_date, max(promised_date) AS promised").df()
    if orders.empty:
        return None
    orders = orders.sort_values(["customer_id", "delivered_date", "date"]).reset_index(drop=True)
    orders["late"] = (orders["delivered_date"] > orders["promised"]).astype(float)
    share = orders.groupby("customer_id")["late"].rolling(3, min_periods=1).mean().to_numpy()
    before = pd.Series(share).groupby(orders["customer_id"]).shift(1).fillna(0.0)
    found = orders[["customer_id"]].assign(day=orders["delivered_date"], driver="late", change=share - before)
    return found[found["change"].ne(0) | ~found["customer_id"].duplicated()]


def _incidents(book) -> list[pd.DataFrame]:
    table = book.tables.get("incidents")
    if table is None:
        return []
    kinds = ("conflict", "quality", "promise")
    rows = {k: table[table["kind"] == k] for k in kinds}
    return [_spells(k, rows[k]["customer_id"], rows[k]["date"], MEMORY_DAYS) for k in kinds]


def _unanswered(book, as_of) -> pd.DataFrame | None:
    table = book.tables.get("feedback")
    if table is None or "answered_date" not in table:
        return None
    said = pd.to_datetime(table["date"])
    begin, most = said + pd.Timedelta(days=ANSWER_DAYS), said + pd.Timedelta(days=MEMORY_DAYS + ANSWER_DAYS)
    answered = pd.to_datetime(table["answered_date"])
    # An answer that came after as_of had not come.
    answered = answered.where(answered <= pd.Timestamp(as_of)).fillna(most)
    return _spells("unanswered", table["customer_id"], begin, np.minimum(answered, most))


def _stale(book, panel) -> pd.DataFrame | None:
    table = book.tables.get("interactions")
    if table is None or "kind" not in table:
        return None
    rows = table[table["kind"] == "dossier update"]
    fresh = _spells("stale", rows["customer_id"], rows["date"], STALE_DAYS).sort_values(["customer_id", "day"])
    depth = fresh.groupby("customer_id")["change"].cumsum()
    began = fresh[(fresh["change"] > 0) & (depth == 1)].assign(change=-1.0)
    ended = fresh[(fresh["change"] < 0) & (depth == 0)].assign(change=1.0)
    every = panel.accounts[["customer_id"]].assign(day=pd.Timestamp("1970-01-02"), driver="stale", change=1.0)
    return pd.concat([every, began, ended], ignore_index=True)


def _handover(book) -> pd.DataFrame | None:
    table = book.tables.get("assignments")
    if table is None or "from" not in table:
        return None
    rows = table.sort_values(["customer_id", "from"])
    rows = rows[rows["customer_id"].duplicated()]
    return _spells("handover", rows["customer_id"], rows["from"], MEMORY_DAYS)


def _days_left(follow: pd.DataFrame, changes: pd.DataFrame, beta: pd.Series, rng) -> pd.Series:
    """A day of leaving for each account that left, drawn from days of its window in proportion to their hazards."""
    left = follow[follow["lost"]]
    shape, begin = (len(left), CANDIDATES), left["purchase"].to_numpy()[:, None]
    gap = np.minimum(left["usual"], left["lost_on"] - left["purchase"]).clip(lower=1).to_numpy()[:, None]
    part = (np.arange(CANDIDATES) + rng.random(shape)) / CANDIDATES
    days = (begin + np.ceil(part * gap)).astype("int64")
    asked = pd.DataFrame({"customer_id": np.repeat(left.index, CANDIDATES), "day": days.ravel()})
    risk = sum((w * _state(asked, changes, d) for d, w in beta.items()), np.zeros(len(asked)))
    chance = np.cumsum(np.exp(risk).reshape(shape), axis=1)
    chosen = (chance < rng.random((len(left), 1)) * chance[:, -1:]).sum(axis=1)
    return pd.Series(days[np.arange(len(left)), chosen], index=left.index)


def _state(asked: pd.DataFrame, changes: pd.DataFrame, driver: str) -> np.ndarray:
    """A driver on the eve of each day: what changes on the day itself was not known when the account left."""
    own = changes[(changes["driver"] == driver) & changes["customer_id"].isin(asked["customer_id"])]
    own = own.sort_values("day", kind="stable").astype({"day": "int64"})
    own = own.assign(state=own.groupby("customer_id")["change"].cumsum().clip(0, 1))[["customer_id", "day", "state"]]
    order = asked.reset_index().sort_values("day", kind="stable")
    seen = pd.merge_asof(order, own, on="day", by="customer_id", allow_exact_matches=False)
    return seen.set_index("index")["state"].reindex(asked.index).fillna(0).to_numpy()


def _fit(follow: pd.DataFrame, left: pd.Series, changes: pd.DataFrame, present: list[str]) -> tuple:
    """Coefficients with errors of one draw of the days of leaving, and losses with each driver."""
    ended = follow.copy()
    left = left.reindex(ended.index)
    ended["lost"] &= left <= ended["last"].clip(lower=ended["lost_on"])
    ended["exit"] = np.where(ended["lost"], left, ended["last"])
    ended = ended[ended["exit"] > ended["entry"]]
    rows = _intervals(ended, changes, present)
    at = rows[rows["event"]]
    with_driver = (at[present] > 0).sum()
    usable = [d for d in present if min(with_driver[d], (at[d] < 1).sum()) >= LEAST_LOSSES and rows[d].std() > 1e-9]
    if not usable:
        return pd.DataFrame(columns=["beta", "error"]), with_driver
    return cox(rows, [*usable, "size"]), with_driver


JUST_AFTER = 1e-6  # an interval begins after its first moment: statsmodels would count a loss at it


def cox(rows: pd.DataFrame, drivers: list[str]) -> pd.DataFrame:
    """Cox's regression on intervals: coefficients (log hazard ratios) and errors by driver.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row an interval of an account: start, stop, event (whether it ended with one), and the drivers, which stand
        for the whole interval.
    drivers : list of str

    Returns
    -------
    pandas.DataFrame
        Indexed by driver: beta, error. Ties by Efron (1977).

    Examples
    --------
    >>> rows = pd.DataFrame({"start": 0, "stop": [1, 2, 3, 4], "event": True, "x": [1.0, 0, 1, 0]})
    >>> cox(rows, ["x"])["beta"].round(2).tolist()
    [0.94]
    """
    entry, lost = rows["start"] + JUST_AFTER, rows["event"].astype(int)
    model = PHReg(rows["stop"], rows[drivers], status=lost, entry=entry, ties="efron")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        found = model.fit(disp=False)
    return pd.DataFrame({"beta": found.params, "error": found.bse}, index=drivers)


def _intervals(ended: pd.DataFrame, changes: pd.DataFrame, present: list[str]) -> pd.DataFrame:
    """Follow-up cut wherever a driver changes: start, stop, event, drivers, size; days of an interval are alike."""
    own = changes[changes["customer_id"].isin(ended.index)].reset_index(drop=True)
    long = own.pivot_table(index=["customer_id", "day"], columns="driver", values="change", aggfunc="sum").fillna(0.0)
    edges = [pd.MultiIndex.from_arrays([ended.index, ended[c].astype("int64")]) for c in ("entry", "exit")]
    index = long.index.append(edges).unique().set_names(["customer_id", "day"])
    long = long.reindex(index, fill_value=0.0).sort_index().reindex(columns=present, fill_value=0.0)
    state = long.groupby(level=0).cumsum().reset_index()
    state[present] = state[present].clip(0, 1)
    state["stop"] = state.groupby("customer_id")["day"].shift(-1)
    state = state.rename(columns={"day": "start"}).join(ended[["entry", "exit", "lost", "size"]], on="customer_id")
    state = state[(state["start"] >= state["entry"]) & (state["stop"] <= state["exit"])]
    return state.assign(event=(state["stop"] == state["exit"]) & state["lost"])


def _pooled(table: pd.DataFrame, fits: list, present: list[str]) -> pd.DataFrame:
    """Rubin's rules, for the drivers that every draw could estimate."""
    table = table.copy()
    table.loc[present, "losses_with"] = np.round(np.mean([w[present] for _, w in fits], axis=0)).astype(int)
    for driver in present:
        draws = [f.loc[driver] for f, _ in fits if driver in f.index]
        if len(draws) < len(fits):
            table.loc[driver, "why"] = f"fewer than {LEAST_LOSSES} losses with it, or without it"
            continue
        beta = np.array([d["beta"] for d in draws])
        error = np.sqrt(np.mean([d["error"] ** 2 for d in draws]) + (1 + 1 / len(draws)) * beta.var(ddof=1))
        if not np.isfinite(error) or error > 2:
            table.loc[driver, "why"] = "too uncertain to say anything"
            continue
        ends = np.exp(beta.mean() + error * 1.959964 * np.array([0, -1, 1]))
        p = 2 * norm.sf(abs(beta.mean()) / error)
        table.loc[driver, ["ratio", "low", "high", "p"]] = [*ends, p]
        table.loc[driver, "why"] = ""
    return table
