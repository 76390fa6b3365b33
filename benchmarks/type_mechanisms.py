"""Companies on which client types are tried: types planted by rules on their facts, or behind the facts.

Buying is drawn in the nine ways of `mechanisms.py`, one after the other; the facts beside it in the ways of `LAWS`. A
type is then planted by a rule whose thresholds are not ours, or by words that are not ours, or it is there first
and shifts the facts. The sample's generator is one more mechanism. Of each company there are two books: one in which
every fact is known and exact, and one as a firm would have it, with facts missing and noted with noise. None of this
is used by the product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from mechanisms import AS_OF, MECHANISMS, YEAR, book, ledger

from kamlib.company import Parameters, make_company

END = str(AS_OF)
FACTS = ("annual_budget", "annual_revenue", "industry_rank", "reputation")
ACCOUNTS, MONTHS, LEADS, KNOWN = 400, 36, 0.12, 0.8
ORDER = ("breadwinner", "prospect", "image-maker", "expert")


@dataclass(frozen=True)
class Law:
    """How the facts of one company are drawn, and its types."""

    types: Callable | None = None  # (rng, exact features) -> type of each account; None: they come first
    noise: float = 0.0  # multiplies the error with which a fact is noted, each time anew
    tails: float = 0.0  # degrees of freedom of the facts; 0: normal
    by_size: float = 0.0  # how much better large accounts are known, logits per standard deviation


@dataclass(frozen=True)
class Made:
    """One company: its tables with every fact known and exact, as a firm would have them, and who is of which type."""

    exact: dict[str, pd.DataFrame]
    seen: dict[str, pd.DataFrame]
    planted: Callable  # exact features -> type of each account


def first_of(features: pd.DataFrame, **meets) -> pd.Series:
    """The first type, in the order of `ORDER`, of which an account meets the rule."""
    told = [meets[k.replace("-", "_")].fillna(False).astype(bool) for k in ORDER]
    return pd.Series(np.select(told, ORDER, "ordinary"), index=features.index)


def checks(features: pd.DataFrame) -> pd.Series:
    """Audits and sample tests a year."""
    return features["audits_per_year"] + features["tests_per_year"]


def _cut(f: pd.DataFrame, headroom: float, rank: float, reputation: float, each_year: float) -> pd.Series:
    return first_of(
        f,
        breadwinner=f["profit_share"] >= 0.1,
        prospect=(f["new"] == 1) & (f["headroom"] >= headroom),
        image_maker=(f["industry_rank"] <= rank) & (f["reputation"] >= reputation),
        expert=checks(f) >= each_year,
    )


def _around(rng, f: pd.DataFrame) -> pd.Series:
    """Our words, each threshold somewhere around ours."""
    k = np.exp(rng.normal(0, 0.25, 3))
    return _cut(f, 3 * k[0], 3.2 * k[1], 0.65 + rng.normal(0, 0.05), k[2])


def _away(rng, f: pd.DataFrame) -> pd.Series:
    """Our words, thresholds far from ours, two of them looser and two stricter."""
    return _cut(f, 2.0, 6, 0.75, 1.5)


def _other_words(rng, f: pd.DataFrame) -> pd.Series:
    """Other facts make a type: rivals' share, the name or the rank, complaints and opinions."""
    return first_of(
        f,
        breadwinner=f["profit_share"] >= 0.1,
        prospect=(f["new"] == 1) & (f["rival_share"] >= 0.55),
        image_maker=(f["industry_rank"] <= 1) | (f["reputation"] >= 0.8),
        expert=(f["quality_per_year"] + f["opinions_per_year"]) >= 2.5,
    )


LAWS = {
    "rule, thresholds around ours": Law(_around),
    "rule, facts noted with noise": Law(_around, noise=1.0),
    "rule, thresholds away from ours": Law(_away, tails=4),
    "rule, other words": Law(_other_words, by_size=1.0),
    "latent, another law": Law(tails=4, noise=0.5),
}
DEFAULT = "the sample's generator"


def company(name: str, seed: int) -> Made:
    """One company of a law, or of the sample's generator with its facts left out afterwards.

    Parameters
    ----------
    name : str
        Of `LAWS`, or `DEFAULT`.
    seed : int
    """
    rng = np.random.default_rng([seed, *name.encode()])
    if name == DEFAULT:
        made = make_company(seed=seed, accounts=ACCOUNTS, parameters=Parameters(evidence_breadth=1.0))
        kinds = made.truth["types"].set_index("customer_id")["primary"]
        return Made(made.tables, _noted(rng, made.tables, Law()), lambda f: kinds.reindex(f.index))
    law = LAWS[name]
    days = book(list(MECHANISMS)[seed % len(MECHANISMS)], seed, accounts=ACCOUNTS, months=MONTHS)
    exact, kinds = _sides(rng, ledger(days), law)
    planted = (lambda f: law.types(np.random.default_rng(seed), f)) if law.types else (lambda f: _latent(kinds, f))
    return Made(exact, _noted(rng, exact, law), planted)


def _latent(kinds: pd.Series, f: pd.DataFrame) -> pd.Series:
    return kinds.reindex(f.index).mask(f["profit_share"] >= 0.1, "breadwinner")


def _sides(rng, lines: pd.DataFrame, law: Law) -> tuple[dict, pd.Series]:
    """The tables beside the ledger, every fact known, and the types that come first where there are such."""
    last = lines["date"].max()
    sold = lines[lines["date"] > last - pd.DateOffset(years=1)].groupby("customer_id")["amount"].sum()
    first = lines.groupby("customer_id")["date"].min()
    leads = np.char.mod("l%05d", np.arange(round(LEADS * ACCOUNTS)))
    ids = pd.Index([*first.index, *leads], name="customer_id")
    n = len(ids)
    since = first.reindex(ids).fillna(last - pd.Timedelta(days=500)) - pd.Timedelta(days=30)
    fresh = (last - first.reindex(ids)).dt.days.fillna(0).to_numpy() <= 2 * YEAR
    kind = _drawn_types(rng, fresh) if law.types is None else np.full(n, "ordinary", dtype=object)
    is_ = {k: (kind == k).astype(float) for k in ORDER}
    z = _normal(rng, law, (n, 6))
    size = sold.reindex(ids).fillna(sold.median()).clip(lower=sold.median() / 20).to_numpy()
    target = size * np.exp(0.1 * z[:, 0])
    want = 0.5 + 0.8 * z[:, 1] + 1.6 * is_["prospect"] * rng.gamma(4, 0.25, n) + 0.3 * fresh
    name_, stand = z[:, 2], 0.6 * z[:, 2] + 0.8 * z[:, 3]
    pull = 2.0 * is_["image-maker"] * rng.gamma(4, 0.25, n)
    table = pd.DataFrame({
        "customer_id": ids, "target": target.round(-1), "annual_budget": (target * np.exp(want)).round(-1),
        "annual_revenue": (target * np.exp(want + 3.5 + 0.6 * z[:, 4] + 0.4 * pull)).round(-2),
        "industry_rank": np.floor(1 + np.exp(np.clip(2.0 - 0.9 * stand - pull, -9, 8))),
        "reputation": (1 / (1 + np.exp(0.6 - 1.1 * name_ - 1.2 * pull))).round(3), "since": since.to_numpy(),
    })  # fmt: skip
    met = since.clip(lower=lines["date"].min()).to_numpy()
    picky = rng.gamma(0.4, 1.0, n) * (law.types is not None) + 1.2 * is_["expert"] * rng.gamma(3, 1 / 3, n) + 0.05
    share = 1 / (1 + np.exp(0.5 - 0.8 * z[:, 1] - 0.4 * z[:, 5] - is_["prospect"]))
    rivals = pd.DataFrame({"customer_id": ids, "competitor": "Rival", "share": share.round(3), "since": since})
    events = {
        "audit": 0.4 * picky, "sample test": 0.6 * picky, "meeting": 0.4 + 0.3 * pull, "call": np.full(n, 1.5)
    }  # fmt: skip
    notes = pd.concat([_events(rng, ids, met, last, rate, kind=k) for k, rate in events.items()])
    bought = ~ids.isin(leads)
    complaints = _events(rng, ids[bought], met[bought], last, 0.3 + 0.5 * picky[bought], kind="quality")
    opinions = _events(rng, ids[bought], met[bought], last, 0.5 + 0.6 * picky[bought], kind="")
    score = 7.5 - 0.8 * pd.Series(picky, ids).reindex(opinions["customer_id"]).to_numpy()
    opinions["score"] = (score + rng.normal(0, 1, len(opinions))).clip(0, 10).round(1)
    tables = {
        "ledger": lines, "accounts": table, "rivals": rivals, "interactions": notes, "incidents": complaints,
        "feedback": opinions.drop(columns="kind"),
    }  # fmt: skip
    return {k: t.reset_index(drop=True) for k, t in tables.items()}, pd.Series(kind, ids)


def _drawn_types(rng, fresh: np.ndarray) -> np.ndarray:
    """Types that come first: fewer image-makers and more experts than the sample has."""
    u = rng.random(len(fresh))
    edge = np.where(fresh, 0.3, 0.0)
    return np.select([u < edge, u < edge + 0.06, u < edge + 0.2], ORDER[1:], "ordinary").astype(object)


def _normal(rng, law: Law, shape: tuple) -> np.ndarray:
    z = rng.normal(size=shape)
    return z if not law.tails else z / np.sqrt(rng.chisquare(law.tails, shape) / law.tails) / np.sqrt(2)


def _events(rng, ids, begin, last, rate, *, kind: str) -> pd.DataFrame:
    days = (last - pd.DatetimeIndex(begin)).days.to_numpy()
    number = rng.poisson(rate * days / YEAR)
    row = np.repeat(np.arange(len(ids)), number)
    date = pd.DatetimeIndex(begin)[row] + pd.to_timedelta(np.floor(rng.random(len(row)) * days[row]), unit="D")
    return pd.DataFrame({"customer_id": ids[row], "date": date, "kind": kind})


def _noted(rng, exact: dict, law: Law) -> dict:
    """The same tables as a firm would have them: facts left out account by account, the others noted with noise."""
    table = exact["accounts"].sort_values("since", kind="stable").reset_index(drop=True)
    ids = pd.Index(table["customer_id"].unique())
    large = table.groupby("customer_id")["target"].last().reindex(ids).rank(pct=True).fillna(0.5).to_numpy() - 0.5
    chance = rng.beta(6 * KNOWN, 6 * (1 - KNOWN), len(ids))
    chance = 1 / (1 + (1 / chance.clip(0.01, 0.99) - 1) * np.exp(-3.5 * law.by_size * large))
    at = ids.get_indexer(table["customer_id"])
    known = {name: (rng.random(len(ids)) < chance)[at] for name in FACTS}
    if law.noise:
        again = table[rng.random(len(table)) < 0.5]
        again = again.assign(since=again["since"] + pd.Timedelta(days=20))
        known = {name: np.r_[k, k[again.index]] for name, k in known.items()}
        table = pd.concat([table, again], ignore_index=True)
        e = law.noise * rng.normal(size=(len(table), 4))
        table["annual_budget"] = (table["annual_budget"] * np.exp(0.25 * e[:, 0])).round(-1)
        table["annual_revenue"] = (table["annual_revenue"] * np.exp(0.25 * e[:, 1])).round(-2)
        table["industry_rank"] = (table["industry_rank"] * np.exp(0.3 * e[:, 2])).round().clip(lower=1)
        inside = table["reputation"].clip(0.005, 0.995)
        table["reputation"] = (1 / (1 + (1 / inside - 1) * np.exp(-0.4 * e[:, 3]))).round(3)
    for name in FACTS:
        table[name] = table[name].where(known[name])
    return exact | {"accounts": table.sort_values(["customer_id", "since"], kind="stable", ignore_index=True)}
