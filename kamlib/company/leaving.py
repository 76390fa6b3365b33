"""Leaving: weekly hazards from what was known, fading out, coming back.

In week w an account that is there decides to leave with chance 1 - exp(-h), where log h is the
baseline plus the planted log hazard ratios times the states known on the Monday of that week.
Some leave at once, some fade out first. What happens later cannot reach back.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .clock import NEVER, YEAR, Clock, stream
from .parameters import Parameters
from .rhythm import deliveries

DRIVERS = ("late", "conflict", "quality", "promise", "unanswered", "stale", "handover", "first_year", "size", "margin")


def held(account, begin, stop, accounts: int, clock: Clock) -> np.ndarray:
    """Accounts x weeks: true on each Monday that lies after `begin` and not after `stop`."""
    first = np.clip(np.asarray(begin) // 7 + 1, 0, clock.weeks)
    last = np.clip(np.asarray(stop) // 7 + 1, 0, clock.weeks)
    use = last > first
    marks = np.zeros((accounts, clock.weeks + 1), dtype="int32")
    np.add.at(marks, (np.asarray(account)[use], first[use]), 1)
    np.add.at(marks, (np.asarray(account)[use], last[use]), -1)
    return np.cumsum(marks, axis=1)[:, : clock.weeks] > 0


def late_share(orders: pd.DataFrame, accounts: int, clock: Clock) -> np.ndarray:
    """Accounts x weeks: share of late ones among the last three deliveries known on the Monday.

    Only deliveries of the ledger count; before the first the share is 0. It stays as it is while
    an account is silent.
    """
    known = orders[(orders["day"] >= clock.start) & (orders["delivered"] < clock.days)]
    known = known.sort_values(["account", "delivered", "day"], kind="stable")
    share = known.groupby("account")["late"].rolling(3, min_periods=1).mean().to_numpy()
    out = np.full((accounts, clock.weeks), np.nan)
    week = (known["delivered"] // 7 + 1).to_numpy()
    inside = week < clock.weeks
    out[known["account"].to_numpy()[inside], week[inside]] = share[inside]  # the last of a week wins
    return pd.DataFrame(out.T).ffill().fillna(0.0).to_numpy().T


def states(
    base, orders, incidents, feedback, interactions, spells, clock: Clock, p: Parameters
) -> dict[str, np.ndarray]:
    """Every driver as accounts x weeks (size and margin: accounts x 1), as known on each Monday."""
    n, memory = len(base), 7 * p.memory_weeks
    out = {"late": late_share(orders, n, clock)}
    for kind in ("conflict", "quality", "promise"):
        e = incidents[incidents["kind"] == kind]
        out[kind] = held(e["account"], e["day"], e["day"] + memory, n, clock)
    f = feedback
    out["unanswered"] = held(
        f["account"], f["day"] + p.answer_days, np.minimum(f["answered"], f["day"] + memory + p.answer_days), n, clock
    )
    d = interactions[interactions["kind"] == "dossier update"]
    out["stale"] = ~held(d["account"], d["day"], d["day"] + 7 * p.stale_weeks, n, clock)
    h = spells[spells["handover"]]
    out["handover"] = held(h["account"], h["from_day"], h["from_day"] + memory, n, clock)
    joined = base["joined"].to_numpy()
    out["first_year"] = held(np.arange(n), joined, joined + 365, n, clock)
    z = np.log(base["size"].to_numpy())
    out["size"] = ((z - z.mean()) / max(z.std(), 1e-9))[:, None]
    out["margin"] = base["margin_z"].to_numpy()[:, None]
    return out


def log_hazard(state: dict[str, np.ndarray], clock: Clock, p: Parameters) -> np.ndarray:
    """Log hazard per week, accounts x weeks."""
    years = (7 * np.arange(clock.weeks) - clock.start) / YEAR
    total = sum(getattr(p, f"hazard_{name}") * state[name].astype(float) for name in DRIVERS)
    return total + p.hazard_trend * years + np.log(max(p.hazard, 1e-12) * 7 / YEAR)


def decide(rng, log_h: np.ndarray, from_week: np.ndarray, clock: Clock) -> np.ndarray:
    """Day on which each account decides to leave; NEVER if not before the end."""
    n, weeks = log_h.shape
    h = np.exp(np.minimum(log_h, 3.0)) * (np.arange(weeks)[None, :] >= from_week[:, None])
    gone = np.cumsum(h, axis=1) > rng.exponential(size=n)[:, None]
    week = np.where(gone.any(axis=1), gone.argmax(axis=1), NEVER)
    day = np.where(week < NEVER, 7 * week + rng.integers(0, 7, n), NEVER)
    return np.where(day < clock.days, day, NEVER)


def first_leaving(seed: int, base, state, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Decision and departure of each account's first stay.

    Accounts that joined before the ledger are at risk from its first Monday on: those that had
    left before are not in the ledger at all (left truncation).
    """
    rng = stream(seed, "leaving")
    n, joined = len(base), base["joined"].to_numpy()
    log_h = log_hazard(state, clock, p) + p.frailty_sd * rng.normal(size=(n, 1))
    risk = np.where(joined < clock.days, np.maximum(joined, clock.start) // 7 + 1, clock.weeks)
    decided = decide(rng, log_h, risk, clock)
    trial = (rng.random(n) < p.first_dropout) & (joined >= clock.start) & (joined + 1 < clock.days)
    decided = np.where(trial, joined + 1, decided)
    fades = (rng.random(n) < p.decline_share) & ~trial
    fade = np.where(fades, 14 + rng.gamma(3, 7 * p.decline_weeks / 3, n).astype("int64"), 0)
    left = np.where(decided < NEVER, decided + fade, NEVER)
    # A trial ends with its only order; nothing decided it, so it counts in no regression.
    return pd.DataFrame(
        {"account": np.arange(n), "risk": 7 * risk, "decided": decided, "left": left, "trial": trial, "fades": fades}
    ).assign(returned=NEVER, invited=False)


def natural_return(seed: int, left: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Day on which a lost account would come back unasked, 12 weeks after leaving at the earliest."""
    rng = stream(seed, "returns of accounts")
    wait = rng.exponential(YEAR / max(p.return_rate_lost, 1e-9), len(left))
    back = left["left"] + 84 + np.minimum(wait, NEVER).astype("int64")
    lost = left["left"] < NEVER
    return left.assign(returned=np.where(lost & ~left["trial"], np.minimum(back, NEVER), NEVER))


def second_leaving(seed: int, left: pd.DataFrame, log_h: np.ndarray, clock: Clock) -> pd.DataFrame:
    """Accounts that came back are at risk again from the Monday after, and leave at once if they do."""
    rng = stream(seed, "leaving again")
    back = left["returned"].to_numpy()
    risk = np.where(back < clock.days, back // 7 + 1, clock.weeks)
    again = decide(rng, log_h, risk, clock)
    return left.assign(risk_again=7 * risk, decided_again=again)


def present(left: pd.DataFrame, account, day) -> np.ndarray:
    """Whether the account was still, or again, there on the day: before it left, or after its return."""
    row = left.iloc[np.asarray(account)]
    day = np.asarray(day)
    again = row["decided_again"].to_numpy() if "decided_again" in left else NEVER
    return (day < row["left"].to_numpy()) | ((day >= row["returned"].to_numpy()) & (day < again))


def fading(left: pd.DataFrame, account, day) -> np.ndarray:
    """How far an account has faded on the day, 0 (not at all) to 0.9."""
    row = left.iloc[np.asarray(account)]
    begin, stop = row["decided"].to_numpy(), row["left"].to_numpy()
    day = np.asarray(day)
    part = np.clip(0.25 + 0.65 * (day - begin) / np.maximum(stop - begin, 1), 0, 0.9)
    return np.where((day >= begin) & (day < stop), part, 0.0)


def with_comebacks(seed: int, orders: pd.DataFrame, left: pd.DataFrame, clock: Clock, p: Parameters) -> pd.DataFrame:
    """A return is an order: one is added on the day (the next open one) of each."""
    rows = left[left["returned"] < clock.days]
    day = clock.next_open(rows["returned"].to_numpy())
    more = pd.DataFrame({"account": rows["account"].to_numpy(), "day": day, "time": np.nan})
    more = deliveries(seed, more[day < clock.days], len(left), clock, p).assign(luck=1.0)
    return pd.concat([orders, more]).sort_values(["account", "day"], kind="stable").reset_index(drop=True)


def remaining_orders(orders: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """The orders that were really placed, with how far their account had faded."""
    faded = fading(left, orders["account"], orders["day"])
    keep = present(left, orders["account"], orders["day"]) & (orders["luck"] >= faded).to_numpy()
    return orders.assign(faded=faded)[keep]
