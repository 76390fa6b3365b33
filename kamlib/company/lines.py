"""Orders become invoice lines: categories, prices, discounts, quantities, returns, cancellations.

Money is in whole cents here; an amount is quantity times unit price, exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import words
from .clock import NEVER, YEAR, Clock, stream
from .managers import manager_at
from .parameters import Parameters

PER_CATEGORY = 5
START_CATEGORIES = 4
PACE = 5  # orders from one new category to the next
BEFORE = 40  # days before the ledger from which returns can still come in


def draw_products(seed: int) -> pd.DataFrame:
    """120 articles in 24 categories: list price in cents at the start, cost as share of it."""
    rng = stream(seed, "products")
    category = np.repeat(np.arange(len(words.CATEGORY)), PER_CATEGORY)
    level = np.exp(rng.normal(2.3, 0.7, len(words.CATEGORY)))[category]
    cost = np.clip(rng.normal(0.58, 0.07, len(words.CATEGORY)), 0.35, 0.75)[category]
    frame = pd.DataFrame({"category": category})
    frame["list_cents"] = np.maximum(50, (100 * level * np.exp(rng.normal(0, 0.35, len(category)))).round(-1)).astype(
        int
    )
    frame["cost_share"] = np.clip(cost + rng.normal(0, 0.02, len(category)), 0.2, 0.85)
    frame["product_id"] = [f"P{i:03d}" for i in range(1, len(frame) + 1)]
    letter = np.tile(list("ABCDE"), len(words.CATEGORY))
    frame["name"] = [f"{words.CATEGORY[c]} {x}" for c, x in zip(category, letter, strict=True)]
    return frame


def adoption(seed: int, accounts: int, p: Parameters) -> np.ndarray:
    """Accounts x 24: the order in which each account takes up categories; the common order plus noise."""
    rng = stream(seed, "adoption")
    place = np.arange(len(words.CATEGORY)) + p.adoption_noise * rng.normal(size=(accounts, len(words.CATEGORY)))
    return np.argsort(place, axis=1, kind="stable")


def order_values(seed: int, orders, base, rhythm, success, spells, offered, p: Parameters) -> np.ndarray:
    """What each order should come to, in cents: size over rate, success, offers, fading, chance."""
    rng = stream(seed, "order values")
    account = orders["account"].to_numpy()
    mean = (base["size"] / rhythm["rate"]).to_numpy()[account]
    manager = manager_at(spells, account, orders["day"])
    noise = p.order_spread * rng.normal(size=len(orders)) - p.order_spread**2 / 2
    log = np.log(100 * mean) + success[account, manager] + offered - 0.7 * orders["faded"].to_numpy() + noise
    return np.exp(np.clip(log, np.log(500), np.log(5e8)))


def sales(seed: int, orders, values, base, products, clock: Clock, p: Parameters) -> pd.DataFrame:
    """One row per sold line: order position, product, quantity, prices and cost in cents."""
    rng = stream(seed, "lines")
    account, day = orders["account"].to_numpy(), orders["day"].to_numpy()
    number = 1 + rng.poisson(p.lines_per_order - 1, len(orders))
    order = np.repeat(np.arange(len(orders)), number)
    product = _products(rng, seed, orders, order, len(base), p)
    weight = rng.gamma(1.5, 1, len(order)) + 0.05
    value = values[order] * weight / np.bincount(order, weight, len(orders))[order]
    listed = _list_price(products["list_cents"].to_numpy()[product], day[order], clock, p)
    off = np.clip(base["discount"].to_numpy()[account[order]] + rng.normal(0, 0.015, len(order)), 0, 0.6)
    price = np.maximum(1, np.round(listed * (1 - off))).astype("int64")
    quantity = np.maximum(1, np.round(value / price)).astype("int64")
    cost = products["cost_share"].to_numpy()[product] * listed * quantity
    return pd.DataFrame(
        {
            "order": order, "account": account[order], "day": day[order], "product": product,
            "quantity": quantity, "price": price, "listed": listed, "cost": np.round(cost).astype("int64"), "what": 0,
        }
    )  # fmt: skip


def _products(rng, seed: int, orders, order, accounts: int, p: Parameters) -> np.ndarray:
    """A product of one of the categories taken up so far; earlier ones are bought more."""
    count = orders.groupby("account").cumcount().to_numpy()
    have = np.minimum(START_CATEGORIES + count // PACE, len(words.CATEGORY))[order]
    step = np.floor(have * rng.random(len(order)) ** 1.3).astype("int64")
    category = adoption(seed, accounts, p)[orders["account"].to_numpy()[order], step]
    return category * PER_CATEGORY + np.floor(PER_CATEGORY * rng.random(len(order)) ** 1.5).astype("int64")


def _list_price(cents, day, clock: Clock, p: Parameters) -> np.ndarray:
    """List price of the day: it moves each 1 January by `price_rise`."""
    year = pd.DatetimeIndex(clock.date(np.minimum(day, clock.days - 1))).year
    begun = year - pd.DatetimeIndex(clock.date([clock.start])).year[0]
    return np.maximum(1, np.round(cents * (1 + p.price_rise) ** begun)).astype("int64")


def returns(seed: int, sold: pd.DataFrame, roles, clock: Clock, p: Parameters) -> pd.DataFrame:
    """Lines sent back days or weeks later, at the price they were sold for; experts send back more."""
    rng = stream(seed, "returns")
    chance = p.return_rate * (1 + 0.6 * p.type_signal * roles["expert"].to_numpy()[sold["account"]])
    back = sold[rng.random(len(sold)) < chance].copy()
    part = np.where(rng.random(len(back)) < 0.5, 1.0, rng.random(len(back)))
    number = np.maximum(1, np.round(part * back["quantity"])).astype("int64")
    back["cost"] = -np.round(back["cost"] * number / back["quantity"]).astype("int64")
    back["quantity"] = -number
    back["day"] = clock.next_open(back["day"] + rng.integers(3, 35, len(back)))
    return back[back["day"] < clock.days].assign(what=1)


def cancellations(seed: int, sold: pd.DataFrame, p: Parameters) -> pd.DataFrame:
    """Orders typed wrongly, often far too large, and taken back within minutes: both are booked."""
    rng = stream(seed, "cancellations")
    orders = sold["order"].unique()
    wrong = orders[rng.random(len(orders)) < p.cancel_rate]
    factor = np.where(rng.random(len(wrong)) < 0.25, rng.integers(3, 13, len(wrong)), 1)
    typed = sold[sold["order"].isin(wrong)].copy()
    typed[["quantity", "cost"]] = typed[["quantity", "cost"]].mul(
        factor[np.searchsorted(wrong, typed["order"])], axis=0
    )
    undone = typed.assign(quantity=-typed["quantity"], cost=-typed["cost"])
    return pd.concat([typed.assign(what=2), undone.assign(what=3)])


def extras(seed: int, sold: pd.DataFrame, roles, p: Parameters) -> pd.DataFrame:
    """Lines that are not goods: carriage on small orders, free samples for experts, few service fees."""
    rng = stream(seed, "extras")
    first = sold.drop_duplicates("order")
    value = sold["quantity"].mul(sold["price"]).groupby(sold["order"]).sum().to_numpy()
    carriage = (value < 20_000) & (rng.random(len(first)) < 0.8)
    sample = rng.random(len(first)) < 0.02 + 0.04 * p.type_signal * roles["expert"].to_numpy()[first["account"]]
    service = rng.random(len(first)) < 0.004
    rows = []
    for kind, use, price, cost in (
        ("carriage", carriage, 890, 760),
        ("sample", sample, 0, 250),
        ("service", service, 4500, 3000),
    ):
        rows.append(first[use].assign(product=-1, quantity=1, price=price, listed=price, cost=cost, kind=kind))
    return pd.concat(rows)


def ledger_lines(seed: int, orders, values, base, roles, products, clock: Clock, p: Parameters) -> pd.DataFrame:
    """All lines of the ledger's days, in whole cents, sorted and numbered.

    `what` is 0 for a sale, 1 a return, 2 a wrong order, 3 its cancellation.
    """
    sold = sales(seed, orders, values, base, products, clock, p)
    parts = [sold, extras(seed, sold, roles, p), returns(seed, sold, roles, clock, p), cancellations(seed, sold, p)]
    lines = pd.concat(parts, ignore_index=True)
    lines = lines[lines["day"] >= clock.start]
    lines = lines.sort_values(["day", "order", "what", "product"], kind="stable", na_position="last").reset_index(
        drop=True
    )
    new = lines[["day", "order", "what"]].diff().fillna(1).ne(0).any(axis=1)
    lines["number"] = new.cumsum()
    lines["amount"] = lines["quantity"] * lines["price"]
    return lines


def ledger_table(lines, ids, orders, managers, spells, products, clock: Clock) -> pd.DataFrame:
    """The ledger: columns of the contract, money in EUR with two decimals.

    Left out because they follow from others: unit_price (amount over quantity), product_name
    (category and article), country (accounts), profit (amount less cost).
    """
    goods = lines["product"].to_numpy() >= 0
    article = products.iloc[np.where(goods, lines["product"], 0)]
    # Returns and wrong orders are not delivered.
    sent = (lines["what"] == 0).to_numpy()
    promised, delivered = (orders[c].to_numpy()[lines["order"]] for c in ("promised", "delivered"))
    credit = np.where(lines["what"] % 2 == 1, "R", "O")
    manager = managers["manager_id"].to_numpy()[manager_at(spells, lines["account"], lines["day"])]
    kinds = lines["kind"] if "kind" in lines else pd.Series(None, index=lines.index, dtype=object)
    return pd.DataFrame(
        {
            "customer_id": ids[lines["order"]],
            "date": clock.date(lines["day"]),
            "amount": lines["amount"] / 100,
            "line_id": [f"L{i}" for i in range(10_001, 10_001 + len(lines))],
            "order_id": [f"{c}{i}" for c, i in zip(credit, lines["number"] + 1000, strict=True)],
            "kind": kinds,
            "cost": lines["cost"] / 100,
            "quantity": lines["quantity"],
            "unit_price": lines["price"] / 100,
            "list_price": lines["listed"] / 100,
            "product_id": np.where(goods, article["product_id"], None),
            "product_name": np.where(goods, article["name"], None),
            "category": np.where(goods, np.asarray(words.CATEGORY, dtype=object)[article["category"]], None),
            "manager_id": manager,
            "promised_date": np.where(sent, clock.plan(np.where(sent, promised, 0)), np.datetime64("NaT")),
            "delivered_date": clock.date(np.where(sent, delivered, NEVER)),
            "currency": "EUR",
        }
    )


__all__ = ["BEFORE", "YEAR", "draw_products", "ledger_lines", "ledger_table", "order_values"]
