"""Tables of truth made from the simulated quantities: leaving, exposure, the account's own numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import words
from .clock import NEVER, Clock
from .leaving import DRIVERS
from .managers import manager_at
from .parameters import Parameters
from .rhythm import intensity, silence_limit


def detectable(base, rhythm, calendar, orders, left, clock: Clock) -> pd.DataFrame:
    """Last purchase of the first stay, and the day on which silence since it exceeded 95 % of gaps.

    That day is measured in the account's own operational time with its true rate and shape, so it
    is the first on which somebody who knew everything but the decision could have seen it.
    """
    limit = silence_limit(rhythm)
    last = orders[orders["day"] < left["left"].to_numpy()[orders["account"]]].groupby("account")["day"].max()
    last = last.reindex(range(len(base))).fillna(NEVER).astype("int64").to_numpy()
    seen = np.full(len(base), NEVER)
    for i in np.flatnonzero((left["left"].to_numpy() < NEVER) & (last < NEVER)):
        total = intensity(rhythm, calendar, i)
        seen[i] = np.searchsorted(total, total[last[i]] + limit[i], side="right")
    seen = np.where(seen < clock.days, np.maximum(seen, np.minimum(left["decided"], clock.days - 1)), NEVER)
    return left.assign(last=last, detectable=seen)


def main_driver(state: dict[str, np.ndarray], left: pd.DataFrame, p: Parameters) -> np.ndarray:
    """The state that raised the hazard most in the week of the decision; 'none' if none did."""
    names = [d for d in DRIVERS if d not in ("size", "margin")]
    week = np.clip(left["decided"].to_numpy() // 7, 0, state["late"].shape[1] - 1)
    rows = np.arange(len(left))
    push = np.stack([getattr(p, f"hazard_{d}") * state[d][rows, week].astype(float) for d in names])
    name = np.where(push.max(axis=0) > 0, np.asarray(names, dtype=object)[push.argmax(axis=0)], "none")
    return np.where(left["trial"], "trial", np.where(left["decided"] < NEVER, name, None))


def leaving_truth(base, left, driver, clock: Clock) -> pd.DataFrame:
    """One row per account that left: decided, left, last purchase, detectable, how, why, return."""
    rows = left["decided"].to_numpy() < NEVER
    table = pd.DataFrame(
        {
            "customer_id": base["customer_id"],
            "decided_date": clock.date(left["decided"]),
            "left_date": clock.date(left["left"]),
            "last_purchase": clock.date(left["last"]),
            "detectable_date": clock.date(left["detectable"]),
            "how": np.select([left["trial"], left["fades"]], ["trial", "fading"], "at once"),
            "main_driver": driver,
            "returned_date": clock.date(left["returned"]),
            "invited": left["invited"] & (left["returned"] < clock.days),
            "left_again_date": clock.date(left["decided_again"]),
        }
    )
    return table[rows]


def exposure_truth(base, state, left, clock: Clock) -> pd.DataFrame:
    """Spells of unchanged states at risk, in weeks: the input of a hazard regression.

    Columns: customer_id, from (a Monday), weeks, every driver, event (1 if the account decided to
    leave in the last of these weeks).
    """
    week = np.arange(clock.weeks) * 7
    first = left["risk"].to_numpy()[:, None]
    stop = left["decided"].to_numpy()[:, None]
    risk = (week >= first) & (week <= stop) & ~left["trial"].to_numpy()[:, None]
    back, again = left["risk_again"].to_numpy()[:, None], left["decided_again"].to_numpy()[:, None]
    risk |= (week >= back) & (week <= again)
    decided = np.zeros_like(risk)
    for column in ("decided", "decided_again"):
        day = left[column].to_numpy()
        rows = np.flatnonzero((day < NEVER) & ~(left["trial"].to_numpy() & (column == "decided")))
        decided[rows, day[rows] // 7] = True
    account, column = np.nonzero(risk)
    frame = pd.DataFrame({"account": account, "week": column})
    for name in DRIVERS:
        values = np.broadcast_to(state[name], risk.shape)[account, column]
        frame[name] = np.round(values.astype(float), 3)
    frame["event"] = decided[account, column].astype(int)
    return _spells(frame, base, clock)


def _spells(frame: pd.DataFrame, base: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """Run lengths: a new spell begins where the account, a state or the week sequence breaks."""
    names = list(DRIVERS)
    change = (frame[["account", *names]].diff().fillna(1) != 0).any(axis=1) | (frame["week"].diff() != 1)
    groups = frame.groupby(change.cumsum())
    out = groups[["account", "week", *names]].first()
    out["weeks"], out["event"] = groups.size(), groups["event"].max()
    out.insert(0, "customer_id", base["customer_id"].to_numpy()[out["account"]])
    out.insert(1, "from", clock.date(out["week"] * 7))
    columns = ["customer_id", "from", "weeks", *names, "event"]
    return out[columns].reset_index(drop=True)


def account_truth(base, rhythm, success, spells, expected, clock: Clock) -> pd.DataFrame:
    """One row per account (duplicates apart): size, rhythm, discount, latent traits, success now."""
    n = len(base)
    now = manager_at(spells, np.arange(n), clock.days - 1)
    table = pd.DataFrame(
        {
            "customer_id": base["customer_id"],
            "joined": clock.date(np.where(base["kind"] == "duplicate", NEVER, base["joined"])),
            "sales_per_year": base["size"].round(2),
            "expected_sales": np.round(expected, 2),
            "orders_per_year": rhythm["rate"].round(4),
            "shape": rhythm["shape"].round(4),
            "season_strength": rhythm["season"].round(4),
            "trend_per_year": rhythm["trend"].round(4),
            "discount": base["discount"].round(4),
            "log_success": success[np.arange(n), now].round(4),
            **{name: base[name].round(3) for name in ("need", "solvency", "authority")},
            "breadth": base["breadth"].round(3),
            "unprofitable": base["unprofitable"].astype(int),
        }
    )
    return table[(base["kind"] != "duplicate").to_numpy()].reset_index(drop=True)


def duplicate_truth(base, clock: Clock) -> pd.DataFrame:
    """Second ids: customer_id, true_id, first day on which it could be used."""
    double = base[base["kind"] == "duplicate"]
    true_id = base["customer_id"].to_numpy()[double["original"]]
    return pd.DataFrame(
        {"customer_id": double["customer_id"], "true_id": true_id, "since": clock.date(double["doubled"])}
    ).reset_index(drop=True)


def calendar_truth(calendar: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """Per day of the ledger: open, weekday weight, seasonal factor, common shock."""
    table = calendar.iloc[clock.start :].reset_index(drop=True)
    table["open"] = table["open"].astype(int)
    return table.round({"weight": 4, "season": 4, "shock": 4})


def category_truth(products: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Categories in the common order of adoption, with mean list price at the start and cost share."""
    mean = products.groupby("category")[["list_cents", "cost_share"]].mean()
    return pd.DataFrame(
        {
            "category": words.CATEGORY,
            "place": np.arange(1, len(words.CATEGORY) + 1),
            "list_price": (mean["list_cents"] / 100).round(2).to_numpy(),
            "cost_share": mean["cost_share"].round(4).to_numpy(),
        }
    )


def episode_truth(episodes: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """Bad batches: the day from which experts of the industry saw them."""
    industry = np.asarray(words.INDUSTRY, dtype=object)[episodes["industry"]]
    return pd.DataFrame({"date": clock.date(episodes["day"]), "industry": industry})


def return_truth(lines: pd.DataFrame) -> pd.DataFrame:
    """Each negative line with the order it takes back, and why: a return or a cancellation."""
    sale = lines[lines["what"].isin([0, 2])].drop_duplicates(["order", "what"])
    number = {(o, k): f"O{i + 1000}" for o, k, i in zip(sale["order"], sale["what"], sale["number"], strict=True)}
    back = lines[lines["what"] % 2 == 1]
    # A return of goods sold before the ledger began has no order to point at.
    order = [number.get((o, k - 1)) for o, k in zip(back["order"], back["what"], strict=True)]
    why = np.where(back["what"] == 1, "return", "cancellation")
    line = [f"L{i + 10_001}" for i in back.index]
    return pd.DataFrame({"line_id": line, "order_id": order, "why": why})
