"""Account managers: their quality and skills, who looks after whom, and what that is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import words
from .clock import NEVER, YEAR, Clock, poisson_events, stream
from .parameters import Parameters
from .types import NEEDED_SKILL

SKILLS = ("product", "selling", "customer_business", "communication", "analysis", "languages", "forecasting")
_WIDE = 10**6  # more days than any history, so that account and day make one sortable key


def draw_managers(seed: int, number: int, accounts: int, clock: Clock, p: Parameters) -> pd.DataFrame:
    """One row per manager; `quality` is standardised over the managers, skills follow it loosely."""
    rng = stream(seed, "managers")
    quality = np.sort(rng.normal(size=number)) if number > 1 else np.zeros(1)
    if number > 1:
        quality = (quality - quality.mean()) / quality.std()
    quality = rng.permutation(quality)
    frame = pd.DataFrame({"manager_id": [f"M{i:02d}" for i in range(1, number + 1)], "quality": quality})
    frame["name"] = _names(stream(seed, "names of managers"), number)
    frame["hired_day"] = -rng.integers(60, 12 * 365, number)
    frame["capacity"] = np.ceil(accounts / number * rng.uniform(1.0, 1.5, number)).astype(int)
    for skill in SKILLS:
        frame[skill] = np.clip(2.6 + 0.4 * quality + 0.9 * rng.normal(size=number), 0, 5).round(1)
    return frame


def _names(rng, number: int) -> list[str]:
    """Names of which no two are alike while there are enough."""
    pairs = len(words.FIRST) * len(words.LAST)
    drawn = rng.choice(pairs, number, replace=number > pairs)
    return [f"{words.FIRST[i // len(words.LAST)]} {words.LAST[i % len(words.LAST)]}" for i in drawn]


def assign(seed: int, base: pd.DataFrame, managers: pd.DataFrame, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Spells account x manager: position of both, from_day, to_day (last day; NEVER while it lasts).

    Accounts are ranked by size mixed with chance and dealt out to managers ranked by quality:
    with strength 1 the best manager has the biggest accounts.
    """
    rng = stream(seed, "assignments")
    n, m = len(base), len(managers)
    strength = p.assignment_strength
    score = strength * base["z"].to_numpy() + np.sqrt(1 - strength**2) * rng.normal(size=n)
    rank = np.empty(n, dtype="int64")
    rank[np.argsort(score, kind="stable")] = np.arange(n)
    first = np.argsort(managers["quality"].to_numpy(), kind="stable")[rank * m // n]
    begin = np.minimum(base["joined"].to_numpy(), clock.start)
    spells = pd.DataFrame({"account": np.arange(n), "manager": first, "from_day": begin})
    rate = np.full(n, p.handover_rate if m > 1 else 0.0)
    account, day = poisson_events(rng, rate, np.maximum(base["joined"].to_numpy(), 0) + 1, clock.days)
    later = pd.DataFrame(
        {"account": account, "manager": -1, "from_day": day, "step": rng.integers(1, max(m, 2), len(day))}
    )
    spells = pd.concat([spells, later], ignore_index=True).sort_values(["account", "from_day"], kind="stable")
    spells = spells[~spells.duplicated(["account", "from_day"])].reset_index(drop=True)
    # A handover moves to another manager, never to the same: steps around the circle of managers.
    steps = spells["manager"].where(spells["manager"] >= 0, spells["step"]).astype("int64")
    spells["manager"] = steps.groupby(spells["account"]).cumsum() % m
    spells["to_day"] = spells.groupby("account")["from_day"].shift(-1, fill_value=NEVER + 1) - 1
    spells["handover"] = spells["account"].duplicated()
    return spells.drop(columns="step")


def manager_at(spells: pd.DataFrame, account, day) -> np.ndarray:
    """Position of the manager of each account on each day."""
    key = spells["account"].to_numpy() * _WIDE + spells["from_day"].to_numpy() + _WIDE // 2
    wanted = np.asarray(account) * _WIDE + np.minimum(day, _WIDE // 2 - 1) + _WIDE // 2
    at = np.searchsorted(key, wanted, side="right") - 1
    return spells["manager"].to_numpy()[np.maximum(at, 0)]


def success(seed: int, roles: pd.DataFrame, managers: pd.DataFrame, p: Parameters) -> np.ndarray:
    """Log success, accounts x managers: sales over plan = manager + account + skill the type needs."""
    rng = stream(seed, "success")
    mine = np.sqrt(p.manager_share) * managers["quality"].to_numpy()
    own = np.sqrt(1 - p.manager_share) * rng.normal(size=len(roles))
    total = p.success_sd * (own[:, None] + mine[None, :])
    for kind, skill in NEEDED_SKILL.items():
        rows = (roles["primary"] == kind).to_numpy()
        total[rows] += p.skill_match * (managers[skill].to_numpy() - 2.6)
    return total


def manager_table(managers: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """The managers table."""
    table = managers[["manager_id", "name", "capacity", *SKILLS]].copy()
    table["hired"] = clock.date(managers["hired_day"])
    table["since"] = clock.date(np.zeros(len(managers)))
    return table


def assignment_table(base, managers, spells, met, clock: Clock) -> pd.DataFrame:
    """The assignments table, from the day we first met; a duplicate id was never assigned by itself."""
    own = spells[(base["kind"].to_numpy() != "duplicate")[spells["account"]] & (spells["from_day"] < clock.days)]
    first = np.where(base["joined"] < 0, base["joined"], met)[own["account"]]
    return pd.DataFrame(
        {
            "customer_id": base["customer_id"].to_numpy()[own["account"]],
            "manager_id": managers["manager_id"].to_numpy()[own["manager"]],
            "from": clock.date(np.where(own["handover"], own["from_day"], first)),
            "to": clock.date(own["to_day"]),
        }
    )


def manager_truth(managers: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Quality (standard), its effect on log success, and the log rate of care."""
    effect = p.success_sd * np.sqrt(p.manager_share) * managers["quality"]
    return pd.DataFrame(
        {
            "manager_id": managers["manager_id"],
            "quality": managers["quality"].round(4),
            "log_success": effect.round(4),
            "log_care": (p.care * managers["quality"]).round(4),
        }
    )


__all__ = ["SKILLS", "YEAR", "assign", "assignment_table", "draw_managers", "manager_at", "manager_table", "success"]
