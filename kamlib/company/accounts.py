"""Who the accounts are: kinds, sizes, places, groups, duplicates; and the accounts table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import words
from .clock import NEVER, YEAR, Clock, stream
from .parameters import Parameters


def account_ids(n: int) -> np.ndarray:
    """Ids C0001, C0002, ... wide enough for all."""
    width = max(4, len(str(n)))
    return np.array([f"C{i:0{width}d}" for i in range(1, n + 1)], dtype=object)


def base_accounts(seed: int, n: int, clock: Clock, p: Parameters) -> pd.DataFrame:
    """One row per id: kind (old, joiner, lead, duplicate), day of joining, latent traits.

    Sizes are lognormal, in EUR of sales per year; need, solvency, authority are standard normal.
    """
    rng = stream(seed, "accounts")
    frame = pd.DataFrame({"customer_id": account_ids(n), "kind": _kinds(rng, n, clock, p)})
    place = rng.integers(0, len(words.REGION), n)
    frame["industry"] = rng.integers(0, len(words.INDUSTRY), n)
    frame["region"] = place
    # The very largest are planted as breadwinners, not left to chance.
    frame["z"] = np.clip(rng.normal(size=n), -3.5, 2.5)
    planted = _breadwinners(stream(seed, "breadwinners"), frame, p)
    frame["planted_breadwinner"] = planted
    frame.loc[planted, "z"] = 2.6 + 0.2 * np.arange(planted.sum())
    frame["size"] = p.size_median * np.exp(p.size_spread * frame["z"])
    frame["discount"] = np.clip(p.discount_base + p.discount_per_size * frame["z"] + rng.normal(0, 0.02, n), 0, 0.5)
    frame["margin_z"] = _standard(-frame["discount"].to_numpy())
    for name in ("need", "solvency", "authority"):
        frame[name] = rng.normal(size=n)
    frame["breadth"] = rng.beta(6 * p.evidence_breadth + 0.01, 6 * (1 - p.evidence_breadth) + 0.01, n)
    old = clock.start - (rng.random(n) * 9 * YEAR).astype("int64")
    # Twelve days are enough for an open day to follow before the end.
    new = clock.start + (rng.random(n) * (clock.days - clock.start - 12)).astype("int64")
    frame["joined"] = np.select([frame["kind"] == "old", frame["kind"] == "joiner"], [old, clock.next_open(new)], NEVER)
    frame["original"] = _originals(rng, frame)
    frame["parent"] = _parents(rng, frame, p)
    return frame


def _standard(x: np.ndarray) -> np.ndarray:
    sd = x.std()
    return (x - x.mean()) / sd if sd > 1e-9 else np.zeros_like(x)


def _kinds(rng, n: int, clock: Clock, p: Parameters) -> np.ndarray:
    """Shares are met exactly, so that a small book has its leads and duplicates too."""
    leads, doubles = round(p.lead_share * n), round(p.duplicate_share * n)
    joiners = round((1 - np.exp(-p.join_rate * clock.years)) * (n - leads - doubles))
    kinds = np.repeat(["lead", "duplicate", "joiner", "old"], [leads, doubles, joiners, n - leads - doubles - joiners])
    return rng.permutation(kinds.astype(object))


def _breadwinners(rng, frame: pd.DataFrame, p: Parameters) -> np.ndarray:
    """Some old accounts: nothing but their size marks them."""
    old = rng.permutation(np.flatnonzero(frame["kind"] == "old"))[: p.breadwinners]
    return np.isin(np.arange(len(frame)), old)


def _originals(rng, frame: pd.DataFrame) -> np.ndarray:
    """Position of the account that an id stands for: itself but for a duplicate."""
    original = np.arange(len(frame))
    pool = np.flatnonzero(frame["kind"].isin(["old", "joiner"]) & ~frame["planted_breadwinner"])
    doubles = np.flatnonzero(frame["kind"] == "duplicate")
    if len(pool):
        original[doubles] = pool[rng.permutation(len(pool))[np.arange(len(doubles)) % len(pool)]]
    return original


def _parents(rng, frame: pd.DataFrame, p: Parameters) -> np.ndarray:
    """Position of the head of the corporate group, -1 for none; heads have no parent."""
    n = len(frame)
    parent = np.full(n, -1)
    able = rng.permutation(np.flatnonzero(frame["kind"] != "duplicate"))
    members = able[: round(p.group_share * n)]
    rest = able[len(members) :]
    if len(members) and len(rest):
        heads = rest[: max(1, len(members) // 3)]
        parent[members] = heads[np.arange(len(members)) % len(heads)]
    return parent


def evidence(seed: int, base: pd.DataFrame, roles: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """What can be read about an account, before it is known which of it is known.

    Budgets pull towards prospects, rank and reputation towards image-makers; each is noisy,
    so that no single one tells a type.
    """
    rng = stream(seed, "evidence of accounts")
    n, s = len(base), p.type_signal
    image, prospect = roles["image"].to_numpy(), roles["prospect"].to_numpy()
    budget = base["size"] * np.exp(0.55 + 1.5 * s * prospect + 0.25 * base["need"] + rng.normal(0, 0.45, n))
    revenue = budget * np.exp(3.5 + 0.6 * s * image + rng.normal(0, 0.6, n))
    standing = rng.normal(0, 0.75, n) - 2.3 * s * image - 0.3 * _standard(np.log(revenue.to_numpy()))
    fame = -0.9 + 2.5 * s * image + 0.3 * _standard(np.log(revenue.to_numpy())) + rng.normal(0, 0.8, n)
    outside = 1 / (1 + np.exp(1.0 - 2.0 * s * prospect - rng.normal(0, 0.8, n)))
    return pd.DataFrame(
        {
            "annual_budget": budget.clip(upper=1e10).round(-2),
            "annual_revenue": revenue.clip(upper=1e12).round(-3),
            "employees": np.maximum(1, (revenue / 180_000 * np.exp(rng.normal(0, 0.4, n))).round()),
            "industry_rank": np.floor(1 + np.exp(np.clip(2.2 + standing, -2, 8))),
            "reputation": (1 / (1 + np.exp(-fame))).round(2),
            "founded": np.clip(2022 - rng.gamma(1.6, 18, n).astype(int), 1700, 2024),
            "outside_share": np.clip(outside, 0.01, 0.97),
            "hint": _hints(rng, roles, s),
        }
    )


def _hints(rng, roles: pd.DataFrame, s: float) -> np.ndarray:
    """Words that point to a role for a third of those that play it, and wrongly for few others."""
    hint = np.full(len(roles), "", dtype=object)
    for role, texts in words.HINT.items():
        said = rng.random(len(roles)) < 0.015 + 0.3 * min(s, 1) * roles[role]
        hint[said] = np.asarray(texts, dtype=object)[rng.integers(0, len(texts), said.sum())]
    return hint


def account_table(
    seed: int, base: pd.DataFrame, seen: pd.DataFrame, left: pd.DataFrame, clock: Clock, p: Parameters
) -> pd.DataFrame:
    """The accounts table: a first row per id, and later rows where a fact changed."""
    rng = stream(seed, "accounts table")
    first = _first_rows(rng, base, seen, clock, p)
    rows = [first, _became_customer(first, base), _revisions(rng, first, base, clock), _former(rng, first, left, clock)]
    table = pd.concat(rows, ignore_index=True)
    table = table[table["since_day"] < clock.days].sort_values(["customer_id", "since_day"], kind="stable")
    # A later row says all that is known from then on: a status never goes back by a revision.
    table["status"] = table.groupby("customer_id")["status"].ffill()
    table = table.drop_duplicates(["customer_id", "since_day"], keep="last")
    table["since"] = clock.date(table["since_day"])
    return table.drop(columns="since_day")


def _first_rows(rng, base: pd.DataFrame, seen: pd.DataFrame, clock: Clock, p: Parameters) -> pd.DataFrame:
    n = len(base)
    rows = pd.DataFrame({"customer_id": base["customer_id"], "name": _names(rng, base)})
    industry = np.asarray(words.INDUSTRY, dtype=object)[base["industry"]]
    region = np.asarray(words.REGION, dtype=object)[base["region"]]
    kind = np.where(base["z"] > 1, "chain of ", "") + industry
    rows["description"] = [f"{k}; {h}" if h else k for k, h in zip(kind, seen["hint"], strict=True)]
    rows["industry"], rows["region"], rows["country"], rows["language"] = industry, *region.T
    known = rng.random((n, 8)) < base["breadth"].to_numpy()[:, None]
    facts = ("employees", "founded", "annual_revenue", "annual_budget", "industry_rank", "reputation")
    for j, name in enumerate(facts):
        rows[name] = seen[name].where(known[:, j])
    rows["parent_id"] = base["customer_id"].reindex(base["parent"]).to_numpy()
    rows.loc[~known[:, 6], "parent_id"] = None
    rows["status"] = np.where(base["kind"].isin(["old", "duplicate"]), "customer", "lead")
    rows["cost_to_serve"] = base["cost_to_serve"].round(-1)
    plan = base["size"] * np.exp(rng.normal(0, 0.1, n))
    rows["target"] = plan.where(known[:, 7] & (base["kind"] != "duplicate")).round(-2)
    early = np.minimum(base["joined"], clock.days - 1) - rng.integers(5, 120, n)
    early = np.where(base["kind"] == "lead", clock.start - rng.integers(0, 300, n), early)
    rows["since_day"] = np.where(base["kind"] == "duplicate", base["doubled"].clip(upper=clock.days - 1), early)
    return rows


def _names(rng, base: pd.DataFrame) -> np.ndarray:
    """A name per account; a duplicate bears its original's name, spelt a little differently."""
    n = len(base)
    head, tail, form = (
        np.asarray(w, dtype=object)[rng.integers(0, len(w), n)] for w in (words.HEAD, words.TAIL, words.FORM)
    )
    name = head + tail + " " + form
    double = (base["kind"] == "duplicate").to_numpy()
    name[double] = [str(x).upper().replace(" ", "  ") for x in name[base["original"].to_numpy()[double]]]
    return name


def _became_customer(first: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    rows = first.assign(status="customer", since_day=base["joined"])
    return rows[base["kind"].isin(["joiner", "lead"]).to_numpy()]


def _revisions(rng, first: pd.DataFrame, base: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """Every third account is looked at again: budget, revenue, target and rank move a little."""
    n = len(first)
    some = (rng.random(n) < 0.33) & (base["kind"] != "duplicate").to_numpy()
    begin = np.maximum(np.minimum(base["joined"].to_numpy(), clock.days - 1), clock.start)
    rows = first.assign(since_day=begin + 1 + (rng.random(n) * (clock.days - begin)).astype("int64"), status=None)
    for name in ("annual_budget", "annual_revenue", "target"):
        rows[name] = (rows[name] * np.exp(rng.normal(0.03, 0.12, n))).round(-2)
    rows["industry_rank"] = (rows["industry_rank"] + rng.integers(-1, 2, n)).clip(lower=1)
    return rows[some]


def _former(rng, first: pd.DataFrame, left: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """A third of the true losses is noted down as such, weeks after they could be seen."""
    noted = left[(left["returned"] >= clock.days) & (rng.random(len(left)) < 0.33)]
    rows = first.iloc[noted["account"].to_numpy()]
    return rows.assign(status="former", since_day=noted["detectable"].to_numpy() + rng.integers(10, 90, len(noted)))
