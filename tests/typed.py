"""A small generated company, typed once, for the tests of client types. Its seed is none of the benchmarks'."""

from functools import cache

import pandas as pd

from kamlib.book import open_book
from kamlib.client_types import ClientTyper, account_features, by_rule, fact_noise, roster
from kamlib.company import make_company
from kamlib.panel import build_panel

END = "2026-06-30"


@cache
def company(seed=41_000):
    return make_company(seed=seed, accounts=240, months=30)


@cache
def book(seed=41_000):
    return open_book(company(seed).tables, name="typed")


@cache
def panel(as_of=END):
    return build_panel(book(), as_of=as_of)


@cache
def features(as_of=END):
    return account_features(panel(as_of), book())


@cache
def typer():
    return ClientTyper(n_clusters=4).fit(features())


@cache
def ruled(as_of=END):
    return by_rule(features(as_of), noise=fact_noise(book(), as_of))


@cache
def table():
    return roster(ruled(), typer(), features(), panel())


def truth(seed=41_000) -> pd.Series:
    return company(seed).truth["types"].set_index("customer_id")["primary"]


# Hand-typed: what a ledger of four lines and two tables say of three accounts.
LEDGER = pd.DataFrame(
    [
        ("k1", "2024-01-10", 900.0, 10, 100.0), ("k1", "2024-11-10", 1800.0, 20, 100.0),
        ("k2", "2024-06-01", 300.0, 3, 100.0), ("k2", "2024-06-20", -150.0, -1, 150.0),
    ],
    columns=["customer_id", "date", "amount", "quantity", "list_price"],
)  # fmt: skip
ACCOUNTS = pd.DataFrame(
    [
        ("k1", 5400.0, 3, "2023-01-01"), ("k1", 10_800.0, 2, "2024-09-01"), ("k1", 99_999.0, 1, "2025-02-01"),
        ("k2", None, 8, "2024-05-01"), ("k3", 700.0, None, "2024-03-01"),
    ],
    columns=["customer_id", "annual_budget", "industry_rank", "since"],
)  # fmt: skip
INTERACTIONS = pd.DataFrame(
    [("k1", "2023-01-01", "audit"), ("k1", "2024-07-01", "audit"), ("k2", "2025-01-15", "audit")],
    columns=["customer_id", "date", "kind"],
)


@cache
def hand_features(*without, as_of="2024-12-31"):
    tables = {"ledger": LEDGER, "accounts": ACCOUNTS, "interactions": INTERACTIONS}
    hand = open_book({n: t for n, t in tables.items() if n not in without}, name="hand")
    return account_features(build_panel(hand, as_of=as_of), hand)
