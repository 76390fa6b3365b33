"""The tables of the second half of 04_churn; a sentence where there is nothing to show."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kamlib.churn.referee import summary
from kamlib.churn.survival import Survival
from kamlib.look import Col, Prose, Table, say, table
from kamlib.run.findings import Finding

RISK = {
    "customer_id": Col("Account"), "name": Col("Name"), "state": Col("State"),
    "probability": Col("Buys nothing", "share", interval=("low", "high")),
    "year_cents": Col("Sales of a year", "money"), "loss_cents": Col("Expected loss", "money"),
    "reasons": Col("Why", "prose"),
}  # fmt: skip
OVERDUE = {
    "customer_id": Col("Account"), "name": Col("Name"), "last_purchase": Col("Last purchase"),
    "silent_days": Col("Silent, days", "whole"), "usual_days": Col("Usual gap", decimals=0),
    "stake_cents": Col("At stake", "money"),
}  # fmt: skip
MARKED = {
    "customer_id": Col("Account"), "name": Col("Name"),
    "probability": Col("Buys nothing", "share", interval=("low", "high")),
    "loss_cents": Col("Expected loss", "money"), "silent": Col("Silent since", "flag"),
    "since_cents": Col("Bought since", "money"),
}  # fmt: skip
SCORES = {
    "candidate": Col("Candidate", "text"),
    "auc": Col("Area", "number", decimals=3, interval=("auc_low", "auc_high")),
    "verdict": Col("Than recency", "prose"), "brier": Col("Brier", "number", decimals=3),
    "calibration": Col("Calibration", "number", decimals=3),
    "money_5": Col("Lost sales in 5 %", "share", decimals=0), "money_10": Col("in 10 %", "share", decimals=0),
    "money_20": Col("in 20 %", "share", decimals=0),
    "false_alarms_10": Col("False alarms in 10 %", "number", decimals=0),
}  # fmt: skip
ALIVE = {
    "bought": Col("Bought", "prose"), "accounts": Col("Accounts", "whole"),
    "silence_days": Col("Silent, days", "whole"), "alive": Col("P(alive)", "share", decimals=0),
    "buys": Col("P(purchase)", "share", decimals=0),
    "bought_share": Col("Did buy", "share", decimals=0, interval=("low", "high")),
}  # fmt: skip
OUTLOOK = {
    "sales": {
        "customer_id": Col("Account"), "name": Col("Name"), "last_cents": Col("Last 365 days", "money"),
        "expected_cents": Col("Expected", "money", interval=("low_cents", "high_cents")),
        "plan_cents": Col("Plan", "money"), "against": Col("Against last year", "prose"),
    },
    "profit": {
        "customer_id": Col("Account"), "name": Col("Name"), "last_profit_cents": Col("Last 365 days", "money"),
        "profit_cents": Col("Expected", "money", interval=("profit_low_cents", "profit_high_cents")),
    },
}  # fmt: skip
FARED = {
    "as_of": Col("Given on"), "n": Col("Accounts", "whole"), "covered": Col("Within the interval", "share"),
    "expected_cents": Col("Expected", "money"), "actual_cents": Col("Came", "money"),
    "last_cents": Col("The year before", "money"), "error": Col("Error", "number"),
    "error_of_last": Col("Error of last year's", "number"),
}  # fmt: skip
NO_KEYS = "No account reaches the line of a key account."
THREE_YEARS = "that takes three years: one to learn from, one for its outcome, and one to check."


def cannot(why: str) -> Prose:
    """That something cannot be told, and why."""
    return say(f"Cannot tell: {why}")


def followed_shown(survival: Survival) -> Prose:
    """How many of the accounts of each group `kamlib.churn.staying` could follow, and why not the others."""
    rows = survival.followed
    if not rows["followed"].sum():
        return cannot("none of them could have been found lost by that day.")
    each = "; ".join(f"{g} **{r.followed:,} of {r.accounts:,}**" for g, r in rows.iterrows())
    if (rows["followed"] == rows["accounts"]).all():
        return say(f"Followed: {each}.")
    return say(
        f"Followed: {each}. The others had bought once, or too lately or seldom to have been found lost by that day; "
        "so those followed are the older and more frequent buyers, and stand for themselves only."
    )


def alarm_words(
    facts: Mapping[str, Finding], accounts: int, said, *, default: str, horizon_days: int, otherwise: str
) -> Prose:
    """How many accounts are to be expected to fall silent, key accounts among them.

    Parameters
    ----------
    facts : mapping of str to Finding
        `kamlib.churn.alarm_findings`, by key.
    accounts : int
        All that stand on the list.
    said : kamlib.churn.alarm.Alarm or None
    default : str
        What ranks the list.
    horizon_days : int
    otherwise : str
        Why there is no alarm.
    """
    if not said:
        return cannot(otherwise)
    listed, loss = facts["churn.alarm_accounts"], facts["churn.alarm_loss"]
    everybody = (
        f"Of all accounts ({accounts:,}) {facts['churn.alarm_level']:ci} are to be expected to buy nothing in the next "
        f"{horizon_days} days, with those that have been silent for long."
    )
    ranked = f"The list is ranked by: {default}."
    if not listed.n:
        return say(f"{everybody} {NO_KEYS} {ranked}")
    lost = f"to be expected lost with key accounts: **{loss:ci}**" if loss.value else "no loss of sales is expected"
    return say(
        f"{everybody} Key accounts on the alarm list, at one in four or more: **{listed:n}** of {listed.n:,}; {lost}. "
        f"{ranked}"
    )


def risk_shown(
    risk: pd.DataFrame, book, *, as_of, caption: str, n: int, otherwise: str = "", nobody: str = "There are none."
) -> Table | Prose:
    """Rows of `kamlib.churn.alarm_list`.

    Parameters
    ----------
    risk : pandas.DataFrame
    book : kamlib.book.Book
        For names and currency.
    as_of : date
        For names.
    caption : str
    n : int
        Rows shown.
    otherwise : str
        Why it cannot be told whether there are any; empty where it can.
    nobody : str
        What is said where there are none.
    """
    if not len(risk):
        return cannot(otherwise) if otherwise else say(nobody)
    return _accounts(risk, RISK, book, as_of=as_of, caption=caption, n=n, source="frames/alarm.parquet")


def overdue_shown(states: pd.DataFrame, book, *, as_of, n: int) -> Table | Prose:
    """Accounts that are late by their own rhythm, the most money first: what there is where no alarm can be trusted.

    Parameters
    ----------
    states : pandas.DataFrame
        Of `kamlib.churn.account_states`.
    book, as_of, n
        As of `risk_shown`.
    """
    late = states[states["state"] == "late"].sort_values("stake_cents", ascending=False, kind="stable")
    if not len(late):
        return say("Nobody is overdue.")
    return _accounts(late, OVERDUE, book, as_of=as_of, caption="Who is overdue, the most money first", n=n,
                     source="frames/churn_states.parquet")  # fmt: skip


def marked_shown(
    marked: pd.DataFrame | None, book, *, as_of, caption: str, n: int, otherwise: str = ""
) -> Table | Prose:
    """Rows of `kamlib.churn.homework`; see `risk_shown`."""
    if marked is None or not len(marked):
        return cannot(otherwise or "none of them had bought by then.")
    return _accounts(marked, MARKED, book, as_of=as_of, caption=caption, n=n)


def scores_shown(scores: pd.DataFrame, *, scope: str, caption: str) -> Table | Prose:
    """All candidates of `kamlib.churn.backtest` in a scope, the best first and the losers with them."""
    ranked = summary(scores, scope=scope)
    if not len(ranked):
        return cannot("at no later day were there both accounts that fell silent and accounts that did not.")
    ranked["verdict"] = ranked["verdict"].str.removesuffix(" than recency").replace("the rule to beat", "")
    ranked.index = ranked.index.str.replace("expected purchases", "expected").str.replace("(no purchase)", "(none)")
    return table(ranked.rename_axis("candidate").reset_index(), caption=caption, columns=SCORES, n=len(ranked))


def unheard(scores: pd.DataFrame) -> Prose:
    """Candidates that had no answer at some origin of `kamlib.churn.backtest`, and the first reason given."""
    if not len(scores):
        return say("Nobody was asked.")
    rows = scores[(scores["scope"] == "all") & (scores["trouble"] != "")]
    if not len(rows):
        return say("Every candidate had an answer on every day.")
    why = rows.assign(who=rows["candidate"].str.partition(":")[0]).groupby("who", sort=False)["trouble"].first()
    named = "; ".join(f"**{who}** ({text.rstrip('.')})" for who, text in why.items())
    return say(f"Without an answer on some day: {named}. An answer from a fit without a maximum is not given.")


def alive_shown(alive: pd.DataFrame | None, *, caption: str, otherwise: str) -> Table | Prose:
    """Rows of `kamlib.churn.alive_table`."""
    return cannot(otherwise) if alive is None else table(alive.reset_index(), caption=caption, columns=ALIVE)


def outlook_shown(
    year: pd.DataFrame, book, *, of: str, as_of, caption: str, n: int, otherwise: str = ""
) -> Table | Prose:
    """Rows of `kamlib.churn.outlook_table`, `of` sales or profit; see `risk_shown`."""
    if not len(year):
        return cannot(otherwise) if otherwise else say(NO_KEYS)
    if of == "profit" and "profit_cents" not in year:
        return cannot("profit is not known for every line.")
    return _accounts(year, OUTLOOK[of], book, as_of=as_of, caption=caption, n=n, source="frames/outlook.parquet")


def fared_shown(fared: pd.DataFrame, *, caption: str, unit: str = "") -> Table | Prose:
    """Rows of `kamlib.churn.outlook_coverage`."""
    return table(fared, caption=caption, columns=FARED, unit=unit) if len(fared) else cannot(THREE_YEARS)


def _accounts(
    rows: pd.DataFrame, columns: dict[str, Col], book, *, as_of, caption: str, n: int, source: str = ""
) -> Table:
    named = book.named(rows.rename_axis("customer_id"), as_of=as_of)
    there = {c: v for c, v in columns.items() if c in named}
    return table(named, caption=caption, n=n, source=source, unit=book.currency, columns=there)
