"""Losses and returns as spells: when each could first be seen, what was at stake, and what is known about it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.criterion import Silences
from kamlib.panel import Panel, check_panel

LOOK_AHEAD_DAYS = 90  # a loss not back within a quarter, the usual gap in wholesale, is called confirmed
CAUSE_DAYS = 182  # an incident so long before the last purchase, or later, may be why
STATES = ("active", "late", "lost", "too young")


def loss_events(judged: Silences, panel: Panel, *, look_ahead_days: int = LOOK_AHEAD_DAYS) -> pd.DataFrame:
    """Every loss there was, dated on the first day on which the criterion could see it.

    Parameters
    ----------
    judged : Silences
    panel : kamlib.panel.Panel
        For the money; same `as_of`.
    look_ahead_days : int
        An account that buys again within so many days of `lost_on` was probably never lost. The same for every
        loss: where fewer have passed, it is not known yet.

    Returns
    -------
    pandas.DataFrame
        One row a loss, in order of lost_on and customer_id: customer_id, last_purchase, lost_on, returned_on (missing
        while lost), there (probability that the account had not left: the alarm was false), silent_days (calendar, from
        last_purchase to lost_on), confirmed (`<NA>`: not known yet), stake_cents (net sales of the twelve calendar
        months that end with that of the last purchase) and stake_profit_cents (missing where profit is not known).

    Notes
    -----
    No later purchase moves `lost_on`, so the last month is seen as the first one is. An account lost before the ledger
    begins is not in it, and one whose second purchase is recent cannot be lost yet: see `monthly_losses`.
    """
    check_panel(panel, "loss_events(judged, panel)")
    lost = judged.table[judged.table["lost_on"].notna()]
    events = lost[["customer_id"]].assign(last_purchase=lost["date"], lost_on=lost["lost_on"])
    events["returned_on"] = lost["next_date"]
    events["there"] = lost["there"]
    events["silent_days"] = (lost["lost_on"] - lost["date"]).dt.days
    until = events["lost_on"] + pd.Timedelta(days=look_ahead_days)
    known = (until <= pd.Timestamp(judged.as_of)) | (events["returned_on"] <= until)
    back = (events["returned_on"] <= until).astype("boolean")
    events["confirmed"] = (~back).where(known)
    for column in ("sales_cents", "profit_cents"):
        name = "stake_cents" if column == "sales_cents" else "stake_profit_cents"
        events[name] = _trailing(panel.monthly, events["customer_id"], events["last_purchase"], column)
    return events.sort_values(["lost_on", "customer_id"]).reset_index(drop=True)


def _trailing(monthly: pd.DataFrame, customers: pd.Series, days: pd.Series, column: str) -> pd.Series:
    """Twelve months' money of each account up to the month of a day, in integers."""
    asked = pd.DataFrame({"customer_id": customers, "end": _month_number(days), "row": customers.index})
    rows = monthly[["customer_id", "month", column]].assign(number=_month_number(monthly["month"]))
    both = asked.merge(rows, on="customer_id")
    inside = both[(both["number"] <= both["end"]) & (both["number"] > both["end"] - 12)]
    sums = inside.groupby("row")[column].sum(min_count=1)
    return sums.reindex(customers.index).astype("Int64")


def _month_number(days: pd.Series) -> pd.Series:
    return days.dt.year * 12 + days.dt.month


def account_states(judged: Silences, panel: Panel) -> pd.DataFrame:
    """Where each account stands at `as_of`.

    Parameters
    ----------
    judged : Silences
    panel : kamlib.panel.Panel
        For the money; same `as_of`.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id: state (`active`, `late`, `lost`; `too young`: a single purchase day, no rhythm yet),
        last_purchase, silent_days, usual_days (expected gap, business days), late_on, lost_on (missing while it is
        not), gone (probability of having left, by the model; missing without a rhythm), stake_cents (net sales of the
        twelve calendar months that end with that of the last purchase).
    """
    check_panel(panel, "account_states(judged, panel)")
    last = judged.table[judged.table["next_date"].isna()].set_index("customer_id")
    table = pd.DataFrame({"last_purchase": last["date"]})
    table["silent_days"] = (pd.Timestamp(judged.as_of) - last["date"]).dt.days
    table[["usual_days", "late_on", "lost_on"]] = last[["usual_days", "late_on", "lost_on"]]
    tests = [last["usual_days"].isna(), last["lost_on"].notna(), last["late_on"].notna()]
    table.insert(0, "state", np.select(tests, ["too young", "lost", "late"], "active"))
    table["gone"] = judged.gone.reindex(table.index)
    plain = table.reset_index()
    table["stake_cents"] = _trailing(panel.monthly, plain["customer_id"], plain["last_purchase"], "sales_cents").array
    return table


def with_facts(
    events: pd.DataFrame, book, *, types: pd.Series | None = None, segments: pd.Series | None = None
) -> pd.DataFrame:
    """Losses with what was known about the account on the day: segment, region, industry, manager, type, cause.

    Parameters
    ----------
    events : pandas.DataFrame
        From `loss_events`.
    book : kamlib.book.Book
        Its tables accounts, assignments, incidents where they are there; nothing dated after `lost_on` is used.
    types : pandas.Series, optional
        Client type by customer_id, as told today: a breadwinner that was lost may be none any more.
    segments : pandas.Series, optional
        `Silences.segments`, known from the first purchase on.

    Returns
    -------
    pandas.DataFrame
        With columns segment, region, industry, manager_id, type, cause: missing where not known. The cause is the last
        incident on record between half a year before the last purchase and `lost_on`: a candidate, not a proof.
    """
    found = events.copy()
    accounts = book.tables.get("accounts")
    found["segment"] = _known(events["customer_id"], segments)
    for column in ("region", "industry"):
        found[column] = _fact(events, accounts, column, "since")
    found["manager_id"] = _fact(events, book.tables.get("assignments"), "manager_id", "from")
    found["type"] = _known(events["customer_id"], types)
    found["cause"] = _fact(events, book.tables.get("incidents"), "kind", "date", within=CAUSE_DAYS)
    return found


def _known(customers: pd.Series, facts: pd.Series | None) -> pd.Series:
    nothing = pd.Series(pd.NA, index=customers.index, dtype="str")
    return nothing if facts is None or not len(facts) else customers.map(facts).astype("str")


def facts_now(judged: Silences, book, column: str, *, types: pd.Series | None = None) -> pd.Series | None:
    """Segment, region, industry, manager_id or type of every account that could be lost, as known at `as_of`.

    None for a cause, which only losses have.
    """
    table, dated = {"manager_id": ("assignments", "from")}.get(column, ("accounts", "since"))
    if column == "cause":
        return None
    day = pd.Timestamp(judged.as_of)
    asked = pd.DataFrame({"customer_id": judged.able.index}).assign(last_purchase=day, lost_on=day)
    if column in ("segment", "type"):
        facts = _known(asked["customer_id"], judged.segments if column == "segment" else types)
    else:
        facts = _fact(asked, book.tables.get(table), column, dated)
    return pd.Series(facts.array, index=judged.able.index)


def _fact(events: pd.DataFrame, table, column: str, dated: str, within: int | None = None) -> pd.Series:
    """The last value on record by `lost_on`; undated facts are left out, they predict nothing past."""
    nothing = pd.Series(pd.NA, index=events.index, dtype="str")
    if table is None or not {column, dated} <= set(table.columns):
        return nothing
    rows = table[["customer_id", column, dated]].dropna()
    rows = rows.assign(day=pd.to_datetime(rows[dated]).astype("datetime64[s]"))
    both = events[["customer_id", "last_purchase", "lost_on"]].assign(row=events.index).merge(rows, on="customer_id")
    both = both[both["day"] <= both["lost_on"]]
    if within is not None:
        both = both[both["day"] >= both["last_purchase"] - pd.Timedelta(days=within)]
    last = both.sort_values(["row", "day", column], kind="stable").groupby("row")[column].last()
    return nothing.where(~events.index.isin(last.index), last.reindex(events.index).astype("str"))
