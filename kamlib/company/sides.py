"""The simulated frames turned into the tables of the contract: ids, dates, columns, order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.tables import TABLES, Table

from . import accounts as acc
from . import evidence, lines, managers, words
from .clock import NEVER, YEAR, stream


def tables(w) -> dict[str, pd.DataFrame]:
    """Every table of the contract but rates (it sells in one currency), in the contract's order of columns."""
    ids = w.base["customer_id"].to_numpy()
    contacts = _contacts(w, ids)
    raw = {
        "ledger": lines.ledger_table(w.lines, _billed(w), w.orders, w.managers, w.spells, w.products, w.clock),
        "accounts": acc.account_table(w.seed, w.base, w.seen, w.left, w.clock, w.p),
        "contacts": contacts.drop(columns="account"),
        "tenders": _dated(w.tenders, ids, w.clock),
        "incidents": _dated(w.incidents, ids, w.clock).assign(resolved_date=w.clock.date(w.incidents["resolved"])),
        "feedback": _feedback(w, ids),
        "interactions": _interactions(w, ids, contacts),
        "payments": _payments(w),
        "rivals": _rivals(w, ids),
        "managers": managers.manager_table(w.managers, w.clock),
        "assignments": managers.assignment_table(w.base, w.managers, w.spells, w.met, w.clock),
        "tasks": _tasks(w, ids),
        "offers": _dated(w.offers, ids, w.clock),
    }
    return {name: finish(raw[name], TABLES[name]) for name in TABLES if name in raw}


def finish(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Columns of the contract that are there, in its order, in its kinds; rows sorted by them."""
    out = {c.name: _cast(frame[c.name], c.kind) for c in table.columns if c.name in frame}
    out = pd.DataFrame(out)
    keys = [c for c in ("line_id", "date", "invoice_date", "due", "customer_id", "from", "manager_id") if c in out]
    return out.sort_values(keys, kind="stable").reset_index(drop=True)


def _cast(column: pd.Series, kind: str) -> pd.Series:
    if kind in ("id", "text"):
        return column.astype("str")
    if kind == "date":
        return column.astype("datetime64[us]")
    if kind == "flag":
        return column.astype("boolean")
    if kind == "whole":
        return column.astype("Float64").round().astype("Int64")
    return column.astype("float64").round(2)


def _dated(frame: pd.DataFrame, ids: np.ndarray, clock) -> pd.DataFrame:
    return frame.assign(customer_id=ids[frame["account"]], date=clock.date(frame["day"]))


def _billed(w) -> np.ndarray:
    """Customer id on each order: once an account has a second id, two orders in five go to it."""
    rng = stream(w.seed, "billing")
    ids, account = w.base["customer_id"].to_numpy(), w.orders["account"].to_numpy()
    double = w.base[w.base["kind"] == "duplicate"]
    second = pd.Series(double.index, index=double["original"]).groupby(level=0).first()
    other = second.reindex(account).fillna(-1).astype("int64").to_numpy()
    since = w.base["doubled"].to_numpy()[other]
    use = (other >= 0) & (w.orders["day"].to_numpy() >= since) & (rng.random(len(account)) < 0.4)
    return ids[np.where(use, other, account)]


def _feedback(w, ids) -> pd.DataFrame:
    frame = _dated(w.feedback, ids, w.clock)
    frame["topic"] = np.asarray(words.TOPIC, dtype=object)[frame["topic"]]
    return frame.assign(answered_date=w.clock.date(frame["answered"]))


def _contacts(w, ids) -> pd.DataFrame:
    """Contacts known by the end; last_contact is filled from the interactions."""
    frame = evidence.draw_contacts(w.seed, w.base, w.met, w.clock)
    frame = frame[frame["since"] < w.clock.days].reset_index(drop=True)
    frame["contact_id"] = [f"K{i:05d}" for i in range(1, len(frame) + 1)]
    frame["since_day"] = frame["since"]
    spoken = _spoken(w, frame)
    last = spoken.groupby("contact_id")["day"].max().reindex(frame["contact_id"]).fillna(NEVER).to_numpy()
    return frame.assign(
        customer_id=ids[frame["account"]], since=w.clock.date(frame["since"]), last_contact=w.clock.date(last)
    )


def _spoken(w, contacts: pd.DataFrame) -> pd.DataFrame:
    """Interactions with the contact spoken to, where there was one and it was known by then."""
    rng = stream(w.seed, "conversations")
    day = w.interactions[["account", "day", "kind"]].copy()
    number = np.bincount(contacts["account"], minlength=len(w.base))
    first = np.cumsum(number) - number
    account = day["account"].to_numpy()
    pick = np.floor(number[account] * rng.random(len(day))).astype("int64")
    pick = np.where(number[account] > 0, first[account] + pick, 0)
    known = (number[account] > 0) & (contacts["since_day"].to_numpy()[pick] <= day["day"].to_numpy())
    known &= (day["kind"] != "dossier update").to_numpy()
    day["contact_id"] = np.where(known, contacts["contact_id"].to_numpy()[pick], None)
    return day


def _interactions(w, ids, contacts) -> pd.DataFrame:
    frame = _dated(w.interactions, ids, w.clock)
    frame["manager_id"] = w.managers["manager_id"].to_numpy()[
        managers.manager_at(w.spells, frame["account"], frame["day"])
    ]
    frame["contact_id"] = _spoken(w, contacts)["contact_id"]
    # Only a talk can be prepared for.
    frame["prepared"] = frame["prepared"].astype("boolean").where(frame["kind"].isin(["meeting", "call", "audit"]))
    return frame


def _payments(w) -> pd.DataFrame:
    """One payment per order, 30 days net; the less solvent pay later, some late ones never."""
    rng = stream(w.seed, "payments")
    sold = w.lines[w.lines["what"] == 0]
    total = sold.groupby("order")["amount"].sum()
    total = total[total > 0]
    orders = w.orders.iloc[total.index]
    day, solvency = orders["day"].to_numpy(), w.base["solvency"].to_numpy()[orders["account"]]
    wait = 30 - 8 + rng.gamma(2.0, 6 * np.exp(-0.35 * solvency)).astype("int64")
    bad = rng.random(len(total)) < 0.004 * np.exp(-0.8 * solvency)
    return pd.DataFrame(
        {
            "customer_id": _billed(w)[total.index],
            "invoice_date": w.clock.date(day),
            "due_date": w.clock.plan(day + 30),
            "paid_date": w.clock.date(np.where(bad, NEVER, w.clock.next_open(day + wait))),
            "amount": total.to_numpy() / 100,
        }
    )


def _rivals(w, ids) -> pd.DataFrame:
    frame = evidence.draw_rivals(w.seed, w.base, w.seen, w.met, w.clock)
    frame = frame[frame["since"] < w.clock.days]
    return frame.assign(customer_id=ids[frame["account"]], since=w.clock.date(frame["since"]))


def _tasks(w, ids) -> pd.DataFrame:
    frame = w.tasks
    who = managers.manager_at(w.spells, frame["account"], frame["day"])
    return pd.DataFrame(
        {
            "customer_id": ids[frame["account"]],
            "manager_id": w.managers["manager_id"].to_numpy()[who],
            "what": np.asarray(words.TASK, dtype=object)[frame["what"]],
            "due": w.clock.plan(frame["due"]),
            "done": w.clock.date(frame["done"]),
        }
    )


__all__ = ["YEAR", "finish", "tables"]
