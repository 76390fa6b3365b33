"""What may drive accounts away, and when each of it begins and ends for each account."""

from __future__ import annotations

import numpy as np
import pandas as pd

MEMORY_DAYS = 182  # an incident, an unanswered opinion or a handover counts for so long
STALE_DAYS = 273  # without a dossier update
ANSWER_DAYS = 30  # after which an opinion counts as unanswered

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


def driver_changes(book, panel, as_of) -> pd.DataFrame:
    """When each driver of each account changes.

    Parameters
    ----------
    book : kamlib.book.Book
    panel : kamlib.panel.Panel
        First lines; same `as_of`.
    as_of : datetime.date

    Returns
    -------
    pandas.DataFrame
        customer_id, day (number since 1970), driver, change: the changes up to a day sum to the state on it.
    """
    parts = [_late(book), *_incidents(book), _unanswered(book, as_of), _stale(book, panel), _handover(book)]
    accounts = panel.accounts[~panel.accounts["truncated"]]
    parts.append(_spells("first_year", accounts.index, accounts["first_line"], 365))
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
    first = {"day": pd.Timestamp("1970-01-02"), "driver": "stale", "change": 1.0}
    every = pd.DataFrame({"customer_id": panel.accounts.index.to_numpy()}).assign(**first)
    return pd.concat([every, began, ended], ignore_index=True)


def _handover(book) -> pd.DataFrame | None:
    table = book.tables.get("assignments")
    if table is None or "from" not in table:
        return None
    rows = table.sort_values(["customer_id", "from"])
    rows = rows[rows["customer_id"].duplicated()]
    return _spells("handover", rows["customer_id"], rows["from"], MEMORY_DAYS)


def state(asked: pd.DataFrame, changes: pd.DataFrame, driver: str) -> np.ndarray:
    """A driver on the eve of each day: what changes on the day itself was not known when the account left."""
    own = changes[(changes["driver"] == driver) & changes["customer_id"].isin(asked["customer_id"])]
    own = own.sort_values("day", kind="stable").astype({"day": "int64"})
    own = own.assign(state=own.groupby("customer_id")["change"].cumsum().clip(0, 1))[["customer_id", "day", "state"]]
    order = asked.reset_index().sort_values("day", kind="stable")
    seen = pd.merge_asof(order, own, on="day", by="customer_id", allow_exact_matches=False)
    return seen.set_index("index")["state"].reindex(asked.index).fillna(0).to_numpy()
