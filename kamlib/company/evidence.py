"""What happens around the orders: incidents, opinions, tasks, meetings; the states they leave.

All of it is drawn for accounts that never leave and is then cut to the time in which an account
was there, as the orders are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import words
from .clock import NEVER, YEAR, Clock, poisson_events, stream
from .managers import manager_at
from .parameters import Parameters


def _thin(rng, frame: pd.DataFrame, quality: np.ndarray, spells: pd.DataFrame, slope: float) -> pd.DataFrame:
    """Keep events with a chance that follows the care of the manager of that day."""
    z = quality[manager_at(spells, frame["account"], frame["day"])]
    top = np.exp(abs(slope) * np.abs(quality).max())
    return frame[rng.random(len(frame)) < np.exp(slope * z) / top]


def _carefully(rng, rate, begin, clock, quality, spells, slope) -> pd.DataFrame:
    top = np.exp(abs(slope) * np.abs(quality).max())
    account, day = poisson_events(rng, rate * top, begin, clock.days)
    events = clock.at_work(pd.DataFrame({"account": account, "day": day}))
    return _thin(rng, events, quality, spells, slope)


def draw_tasks(seed: int, begin, spells, quality, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Tasks: created, due, done day (NEVER: not done). One in five is late or never done."""
    rng = stream(seed, "tasks")
    account, day = poisson_events(rng, np.full(len(begin), 1.3), begin, clock.days)
    frame = clock.at_work(pd.DataFrame({"account": account, "day": day}))
    account, day = frame["account"].to_numpy(), frame["day"].to_numpy()
    frame["due"] = clock.next_open(day + rng.integers(5, 30, len(day)))
    u = rng.random(len(frame)) * np.exp(p.care * quality[manager_at(spells, account, day)])
    late = clock.next_open(frame["due"] + rng.integers(1, 40, len(frame)))
    early = np.maximum(clock.next_open(frame["due"] - rng.integers(0, 5, len(frame))), day)
    frame["done"] = np.select([u < 0.10, u < 0.24], [NEVER, late], early)
    frame["what"] = rng.integers(0, len(words.TASK), len(frame))
    frame["broken"] = (frame["done"] > frame["due"] + 7) & (rng.random(len(frame)) < 0.5)
    return frame


def draw_episodes(seed: int, clock: Clock) -> pd.DataFrame:
    """Bad batches: each hits one industry from a day on."""
    rng = stream(seed, "episodes")
    number = rng.poisson(3 * clock.days / YEAR)
    return pd.DataFrame(
        {"industry": rng.integers(0, len(words.INDUSTRY), number), "day": np.sort(rng.integers(0, clock.days, number))}
    )


def _episode_incidents(rng, episodes, base, roles, begin, p: Parameters) -> pd.DataFrame:
    """Half of the industry is hit; experts see it in the first month, others `expert_lead` weeks later."""
    out = []
    expert = roles["expert"].to_numpy() * p.type_signal
    for e in episodes.itertuples():
        hit = np.flatnonzero(
            (base["industry"] == e.industry) & (rng.random(len(base)) < 0.35 + 0.3 * np.minimum(expert, 1))
        )
        wait = rng.integers(0, 28, len(hit)) + np.where(expert[hit] > 0, 0, 7 * p.expert_lead)
        out.append(pd.DataFrame({"account": hit, "day": e.day + wait}))
    frame = pd.concat([pd.DataFrame({"account": [], "day": []}, dtype="int64"), *out], ignore_index=True)
    return frame[frame["day"].to_numpy() >= begin[frame["account"]]]


def draw_incidents(
    seed: int, base, roles, begin, orders, tasks, episodes, spells, quality, clock: Clock, p: Parameters
) -> pd.DataFrame:
    """Incidents: account, day, kind, severity, resolved day."""
    rng = stream(seed, "incidents")
    n, s = len(base), p.type_signal
    quality_rate = 0.10 + 0.40 * s * roles["expert"].to_numpy()
    parts = {
        "conflict": [_carefully(rng, np.full(n, 0.13), begin, clock, quality, spells, -p.care)],
        "quality": [
            pd.DataFrame(
                dict(zip(("account", "day"), poisson_events(rng, quality_rate, begin, clock.days), strict=True))
            ),
            _episode_incidents(rng, episodes, base, roles, begin, p),
        ],
        "promise": [tasks[tasks["broken"]].assign(day=lambda t: t["due"] + 7)[["account", "day"]]],
        "late": [_late_complaints(rng, orders)],
        "other": [_carefully(rng, np.full(n, 0.06), begin, clock, quality, spells, 0.0)],
    }
    frame = pd.concat([f.assign(kind=k) for k, fs in parts.items() for f in fs], ignore_index=True)
    frame["severity"] = rng.choice([1, 2, 3], len(frame), p=[0.5, 0.35, 0.15])
    wait = 1 + rng.gamma(1.5, 9, len(frame)).astype("int64")
    frame["resolved"] = np.where(rng.random(len(frame)) < 0.9, frame["day"] + wait, NEVER)
    frame = clock.at_work(frame)
    return frame.sort_values(["day", "account", "kind"], kind="stable").reset_index(drop=True)


def _late_complaints(rng, orders: pd.DataFrame) -> pd.DataFrame:
    """Only some late deliveries are complained about; the ledger knows them all."""
    said = orders["late"].to_numpy() & (rng.random(len(orders)) < 0.2)
    return orders.loc[said, ["account", "delivered"]].rename(columns={"delivered": "day"})


def draw_feedback(
    seed: int, base, roles, begin, incidents, spells, quality, clock: Clock, p: Parameters
) -> pd.DataFrame:
    """Opinions: score falls with fresh incidents and for experts; answered day (NEVER: not)."""
    rng = stream(seed, "feedback")
    rate = 0.6 + 0.7 * p.type_signal * roles["expert"].to_numpy()
    account, day = poisson_events(rng, rate, begin, clock.days)
    frame = clock.at_work(pd.DataFrame({"account": account, "day": day}))
    frame = frame.sort_values(["day", "account"], kind="stable")
    account, day = frame["account"].to_numpy(), frame["day"].to_numpy()
    fresh = recent(incidents, account, day, 180)
    score = 8.2 - 1.3 * fresh - 0.9 * p.type_signal * roles["expert"].to_numpy()[account] + rng.normal(0, 1.2, len(day))
    frame["score"] = np.clip(np.round(score), 0, 10)
    frame["topic"] = rng.integers(0, len(words.TOPIC), len(day))
    z = quality[manager_at(spells, account, day)]
    wait = 1 + rng.gamma(1.2, 9 * np.exp(-p.care * z)).astype("int64")
    frame["answered"] = np.where(rng.random(len(day)) < 0.72 + 0.06 * np.clip(z, -2, 2), day + wait, NEVER)
    return frame.reset_index(drop=True)


def recent(events: pd.DataFrame, account, day, span: int) -> np.ndarray:
    """How many events of the same account fell within the `span` days before each day."""
    wide = 10**6
    key = np.sort(events["account"].to_numpy() * wide + events["day"].to_numpy())
    ask = np.asarray(account) * wide + np.asarray(day)
    return np.searchsorted(key, ask, side="left") - np.searchsorted(key, ask - span, side="left")


def draw_interactions(seed: int, base, roles, begin, spells, quality, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Calls, meetings, messages, audits, sample tests and dossier updates: account, day, kind."""
    rng = stream(seed, "interactions")
    n, s = len(base), p.type_signal
    expert, image, prospect = (roles[r].to_numpy() * s for r in ("expert", "image", "prospect"))
    busy = np.exp(0.35 * np.clip(base["z"].to_numpy(), -2, 3))
    rates = {
        "call": 1.1 * busy,
        "message": 0.9 * busy,
        "meeting": 0.5 * busy + 0.5 * image,
        "audit": 0.05 + 0.8 * expert,
        "sample test": 0.10 + 0.9 * expert + 0.25 * prospect,
        "dossier update": np.full(n, 1.35),
    }
    parts = [_carefully(rng, r, begin, clock, quality, spells, p.care).assign(kind=k) for k, r in rates.items()]
    start = pd.DataFrame({"account": np.arange(n), "day": begin, "kind": "dossier update"})
    frame = pd.concat([*parts, start[begin < clock.days]], ignore_index=True)
    frame["prepared"] = rng.random(len(frame)) < np.clip(
        0.7 + 0.1 * quality[manager_at(spells, frame["account"], frame["day"])], 0, 1
    )
    return frame.sort_values(["day", "account", "kind"], kind="stable").reset_index(drop=True)


def draw_contacts(seed: int, base: pd.DataFrame, begin, clock: Clock) -> pd.DataFrame:
    """One to four people per account; the decider's authority follows the account's."""
    rng = stream(seed, "contacts")
    real = (base["kind"] != "duplicate").to_numpy()
    number = np.where(real, 1 + rng.binomial(3, np.clip(0.3 + 0.12 * base["z"], 0.05, 0.9)), 0)
    account = np.repeat(np.arange(len(base)), number)
    order = np.arange(len(account)) - np.repeat(np.cumsum(number) - number, number)
    other = np.asarray(["influences", "uses", "guards", "signs"], dtype=object)[rng.integers(0, 4, len(account))]
    role = np.where(order == 0, "decides", other)
    height = base["authority"].to_numpy()[account] + np.select([order == 0, role == "signs"], [0.8, 0.4], -0.8)
    first, last = (
        np.asarray(w, dtype=object)[rng.integers(0, len(w), len(account))] for w in (words.FIRST, words.LAST)
    )
    return pd.DataFrame(
        {
            "account": account,
            "name": first + " " + last,
            "role": role,
            "title": [words.TITLE[r] for r in role],
            "authority": (1 / (1 + np.exp(-height - rng.normal(0, 0.4, len(account))))).round(2),
            "attitude": np.clip(rng.normal(0.3, 0.4, len(account)), -1, 1).round(1),
            "since": begin[account] + (order > 0) * rng.integers(0, 300, len(account)),
        }
    )


def draw_rivals(seed: int, base: pd.DataFrame, seen: pd.DataFrame, begin, clock: Clock) -> pd.DataFrame:
    """One to three competitors share what an account spends elsewhere; noted where breadth allows."""
    rng = stream(seed, "rivals")
    known = (rng.random(len(base)) < base["breadth"]) & (base["kind"] != "duplicate")
    number = np.where(known, rng.integers(1, 4, len(base)), 0)
    account = np.repeat(np.arange(len(base)), number)
    order = np.arange(len(account)) - np.repeat(np.cumsum(number) - number, number)
    start = rng.integers(0, len(words.COMPETITOR), len(base))
    weight = rng.gamma(2, 1, len(account))
    whole = np.bincount(account, weight, len(base))[account]
    return pd.DataFrame(
        {
            "account": account,
            "competitor": np.asarray(words.COMPETITOR, dtype=object)[(start[account] + order) % len(words.COMPETITOR)],
            "share": np.floor(100 * seen["outside_share"].to_numpy()[account] * weight / whole) / 100,
            "since": np.maximum(begin[account], 0) + rng.integers(0, 400, len(account)),
        }
    )
