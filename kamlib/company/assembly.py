"""The company put together, in the order in which causes come before effects."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from . import accounts as acc
from . import deals, evidence, leaving, lines, managers, rhythm, sides, truth, types
from .clock import NEVER, YEAR, Clock, make_clock, stream
from .expected import expected_sales
from .parameters import Parameters


@dataclass
class Company:
    """A whole book and the truth behind it.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Every table of `kamlib.tables.TABLES` but rates, by name, in the contract's columns.
    truth : dict of str to DataFrame
        What was planted; see `data/README.md` for columns and units.
    parameters : Parameters
    """

    tables: dict[str, pd.DataFrame] = field(repr=False)
    truth: dict[str, pd.DataFrame] = field(repr=False)
    parameters: Parameters = field(default_factory=Parameters)


def make_company(
    *,
    seed: int,
    accounts: int = 400,
    months: int = 36,
    managers: int = 12,
    end: str = "2026-06-30",
    parameters: Parameters | None = None,
) -> Company:
    """A company with known truth: every table of a book, and what was planted in it.

    Parameters
    ----------
    seed : int
        Same seed and arguments, same company. Each table draws from a named stream of its own.
    accounts : int
        Customer ids, leads and duplicates among them; 10 or more.
    months : int
        Whole months of ledger; 6 or more. Side tables begin 52 weeks before it.
    managers : int
        Account managers; 1 or more.
    end : str
        Last day of the ledger, the last day of a month. Facts do not lie after it; plans
        (promised_date, due_date, due) may.
    parameters : Parameters, optional
        What is planted; the defaults of `Parameters` if not given.

    Returns
    -------
    Company

    Raises
    ------
    ValueError
        For fewer accounts, months or managers than these, or an `end` that is no month end.

    Examples
    --------
    >>> company = make_company(seed=1, accounts=20, months=6, managers=2)
    >>> sorted(company.tables)[:3]
    ['accounts', 'assignments', 'contacts']
    >>> str(company.tables["ledger"]["date"].max() <= pd.Timestamp("2026-06-30"))
    'True'
    """
    for name, value, least in (("accounts", accounts, 10), ("months", months, 6), ("managers", managers, 1)):
        if value < least:
            raise ValueError(f"{name}={value} is too few; the smallest company has {least}")
    p = parameters or Parameters()
    world = _World(seed, p, make_clock(end, months))
    _people(world, accounts, managers)
    _history(world)
    _leaving(world)
    _trade(world)
    return Company(sides.tables(world), _truth(world), p)


class _World:
    """What has been simulated so far; every step adds to it."""

    def __init__(self, seed: int, p: Parameters, clock: Clock) -> None:
        self.seed, self.p, self.clock = seed, p, clock


def _people(w: _World, n: int, number: int) -> None:
    """Accounts, types, managers and who looks after whom; leads that were won join here."""
    seed, clock, p = w.seed, w.clock, w.p
    base = acc.base_accounts(seed, n, clock, p)
    w.roles = types.draw_roles(seed, base, clock, p)
    w.lead_tenders, base["joined"] = deals.lead_tenders(seed, base, w.roles, clock, p)
    base["doubled"] = clock.start + stream(seed, "doubles").integers(0, clock.days - clock.start, n)
    w.base = base
    w.managers = managers.draw_managers(seed, number, n, clock, p)
    w.quality = w.managers["quality"].to_numpy()
    w.spells = managers.assign(seed, base, w.managers, clock, p)
    w.success = managers.success(seed, w.roles, w.managers, p)
    w.seen = acc.evidence(seed, base, w.roles, p)
    w.begin = np.maximum(base["joined"].to_numpy(), 0)
    lead = (base["kind"] == "lead").to_numpy()
    w.met = np.where(lead, np.minimum(w.begin, clock.start - 100), np.maximum(w.begin - 30, 0))
    w.met = np.where(base["kind"] == "duplicate", NEVER, w.met)


def _history(w: _World) -> None:
    """Orders, deliveries and events of accounts that never leave."""
    seed, clock, p = w.seed, w.clock, w.p
    w.calendar = rhythm.common_intensity(seed, clock, p)
    w.rhythm = rhythm.draw_rhythm(seed, w.base, w.roles, clock, p)
    orders = rhythm.purchase_days(seed, w.base, w.rhythm, w.calendar, p)
    w.all_orders = rhythm.deliveries(seed, orders, len(w.base), clock, p)
    around = (w.spells, w.quality, clock, p)
    w.tasks = evidence.draw_tasks(seed, w.begin, *around)
    w.episodes = evidence.draw_episodes(seed, clock)
    w.incidents = evidence.draw_incidents(seed, w.base, w.roles, w.begin, w.all_orders, w.tasks, w.episodes, *around)
    w.feedback = evidence.draw_feedback(seed, w.base, w.roles, w.begin, w.incidents, *around)
    w.interactions = evidence.draw_interactions(seed, w.base, w.roles, w.met, *around)


def _leaving(w: _World) -> None:
    """First stays, returns asked and unasked, second stays; then everything is cut to presence."""
    seed, clock, p = w.seed, w.clock, w.p
    state = leaving.states(w.base, w.all_orders, w.incidents, w.feedback, w.interactions, w.spells, clock, p)
    left = leaving.first_leaving(seed, w.base, state, clock, p)
    left = leaving.natural_return(seed, left, p)
    w.win_back, left = deals.win_back(seed, w.all_orders, left, clock, p)
    w.all_orders = leaving.with_comebacks(seed, w.all_orders, left, clock, p)
    w.orders = leaving.remaining_orders(w.all_orders, left)
    _cut(w, left)
    w.state = leaving.states(w.base, w.orders, w.incidents, w.feedback, w.interactions, w.spells, clock, p)
    w.left = leaving.second_leaving(seed, left, leaving.log_hazard(w.state, clock, p), clock)
    w.orders = leaving.remaining_orders(w.all_orders, w.left).reset_index(drop=True)
    _cut(w, w.left)
    w.left = truth.detectable(w.base, w.rhythm, w.calendar, w.orders, w.left, clock)
    w.driver = truth.main_driver(w.state, w.left, p)


def _cut(w: _World, left: pd.DataFrame) -> None:
    """Nothing happens around an account that is not there; leads are spoken to before they join."""
    for name in ("tasks", "incidents", "feedback", "interactions"):
        frame = getattr(w, name)
        setattr(w, name, frame[leaving.present(left, frame["account"], frame["day"])].reset_index(drop=True))


def _trade(w: _World) -> None:
    """Tenders, offers, order values and invoice lines."""
    seed, clock, p = w.seed, w.clock, w.p
    later = deals.customer_tenders(seed, w.base, w.roles, w.begin, w.left, clock, p)
    w.tenders = deals.finish_tenders(seed, pd.concat([w.lead_tenders, later]), w.base, w.seen, clock)
    development = deals.development(seed, w.base, w.orders, clock, p)
    w.offers = pd.concat([w.win_back, development], ignore_index=True)
    w.offered = deals.offer_effect(w.offers, w.orders, p)
    _scale_breadwinners(w)
    w.values = lines.order_values(seed, w.orders, w.base, w.rhythm, w.success, w.spells, w.offered, p)
    w.products = lines.draw_products(seed)
    w.lines = lines.ledger_lines(seed, w.orders, w.values, w.base, w.roles, w.products, clock, p)
    w.base["cost_to_serve"] = _cost_to_serve(w)


def _scale_breadwinners(w: _World) -> None:
    """Size of a planted breadwinner, so that it has its share of what the last year's orders come to.

    One that has left keeps the size it was drawn with.
    """
    account = w.orders["account"].to_numpy()
    manager = managers.manager_at(w.spells, account, w.orders["day"])
    mean = (w.base["size"] / w.rhythm["rate"]).to_numpy()[account] * np.exp(w.success[account, manager])
    last = (w.orders["day"] >= w.clock.days - 365).to_numpy()
    year = np.bincount(account[last], mean[last], len(w.base))
    planted = w.base["planted_breadwinner"].to_numpy() & (year > 0)
    share = min(w.p.breadwinner_share, 0.9 / max(planted.sum(), 1))
    wanted = year[~planted].sum() * share / (1 - share * planted.sum())
    w.base.loc[planted, "size"] *= wanted / year[planted]


def _cost_to_serve(w: _World) -> np.ndarray:
    """EUR per year: per order and per EUR of sales; for some it exceeds what they earn."""
    rng = stream(w.seed, "cost to serve")
    n = len(w.base)
    margin = (1 - w.base["discount"] - 0.58) / (1 - w.base["discount"])
    cost = (18 * w.rhythm["rate"] + 0.05 * w.base["size"]) * np.exp(rng.normal(0, 0.4, n))
    w.base["unprofitable"] = rng.random(n) < w.p.unprofitable_share
    # Judged by what is expected of the account, not by what came: the figure is known from the start.
    own = w.success[np.arange(n), managers.manager_at(w.spells, np.arange(n), w.clock.start)]
    heavy = w.base["size"] * np.exp(own) * margin.clip(lower=0.02) * rng.uniform(1.3, 2.0, n)
    return np.where(w.base["unprofitable"], np.maximum(heavy, cost), cost)


def _profit_share(w: _World) -> np.ndarray:
    """Share of each account in the gross profit of trade in the last twelve months, both ids together."""
    last = w.lines[w.lines["day"] >= w.clock.days - 365]
    profit = (last["amount"] - last["cost"]).groupby(last["account"]).sum().reindex(range(len(w.base))).fillna(0)
    return (profit / max(profit.sum(), 1)).to_numpy()


def _truth(w: _World) -> dict[str, pd.DataFrame]:
    ids = w.base["customer_id"].to_numpy()
    offers = w.offers.assign(customer_id=ids[w.offers["account"]], date=w.clock.date(w.offers["day"]))
    tenders = w.tenders.assign(customer_id=ids[w.tenders["account"]], date=w.clock.date(w.tenders["day"]))
    return {
        "parameters": w.p.table(),
        "accounts": truth.account_truth(w.base, w.rhythm, w.success, w.spells, expected_sales(w), w.clock),
        "types": types.type_truth(w.base, w.roles, _profit_share(w)).reset_index(drop=True),
        "leaving": truth.leaving_truth(w.base, w.left, w.driver, w.clock).reset_index(drop=True),
        "exposure": truth.exposure_truth(w.base, w.state, w.left, w.clock),
        "managers": managers.manager_truth(w.managers, w.p),
        "duplicates": truth.duplicate_truth(w.base, w.clock),
        "calendar": truth.calendar_truth(w.calendar, w.clock),
        "categories": truth.category_truth(w.products, w.p),
        "tenders": tenders[["customer_id", "date", "need", "solvency", "authority", "reference", "chance"]],
        "campaigns": deals.campaign_truth(w.offers, w.clock, w.p),
        "offers": offers.loc[offers["gone"].astype(bool), ["customer_id", "date", "campaign"]].reset_index(drop=True),
        "episodes": truth.episode_truth(w.episodes, w.clock),
        "returns": truth.return_truth(w.lines),
    }


__all__ = ["YEAR", "Company", "make_company"]
