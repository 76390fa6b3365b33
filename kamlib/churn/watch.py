"""What the alarm hands on: findings for the bottom line, and lines for the page of what changed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.alarm import Alarm
from kamlib.churn.referee import BASE, summary
from kamlib.finding import Change, Finding
from kamlib.stats.intervals import wilson

ALARM_LINE = 0.5  # probability of silence from which an account is on the alarm list: likelier than not


def on_list(risk: pd.DataFrame, *, line: float = ALARM_LINE) -> pd.DataFrame:
    """The accounts of `kamlib.churn.alarm_list` that are likelier than not to buy nothing."""
    return risk[risk["probability"] >= line]


def alarm_findings(
    risk: pd.DataFrame, said: Alarm | None, scores: pd.DataFrame, *, default: str, horizon_days: int, currency: str = ""
) -> list[Finding]:
    """The alarm in numbers, and how good its ranking was.

    Parameters
    ----------
    risk : pandas.DataFrame
        Of `alarm_list`, the key accounts.
    said : Alarm or None
        Of all accounts.
    scores : pandas.DataFrame
        Of `backtest`, the origins on which the default was not chosen.
    default : str
        The candidate that ranks the list.
    horizon_days : int
    currency : str

    Returns
    -------
    list of Finding
        Keys begin with `churn.alarm`. Where there is no alarm their values are None.

    Examples
    --------
    >>> nobody = pd.DataFrame({n: [] for n in ("probability", "loss_cents", "loss_low_cents", "loss_high_cents")})
    >>> found = alarm_findings(nobody, None, pd.DataFrame(), default="recency", horizon_days=180)
    >>> {f.text for f in found if f.key != "churn.alarm_default"}
    {'cannot tell'}
    """
    money, ahead = f"money {currency}".strip(), f"in the next {horizon_days} days"
    level = said.level if said else (None, None, None)
    sums = [int(risk[f"loss{end}_cents"].sum()) if said else None for end in ("", "_low", "_high")]
    first = str(risk.index[0]) if said and len(risk) else None
    return [
        Finding("churn.alarm_level", f"All accounts: to buy nothing {ahead}", *_unit(level, "share"),
                n=len(said.probability) if said else None),
        Finding("churn.alarm_accounts", f"Key accounts likelier than not to buy nothing {ahead}",
                len(on_list(risk)) if said else None, "accounts", n=len(risk)),
        Finding("churn.alarm_loss", f"Sales of key accounts to be expected lost {ahead}", *_unit(sums, money),
                n=len(risk)),
        Finding("churn.alarm_first", "Key account with the most to be expected lost", first, "word"),
        Finding("churn.alarm_default", "Ranking that did best on this ledger's past", default, "word"),
        *_scored(scores, default),
    ]  # fmt: skip


def _unit(triple, unit: str) -> tuple:
    value, low, high = triple
    return value, unit, low, high


def _scored(scores: pd.DataFrame, default: str) -> list[Finding]:
    means = summary(scores)
    row = means.loc[default] if default in means.index else pd.Series(np.nan, index=means.columns)
    area, ahead = (_known(row, name) for name in ("auc", "ahead"))
    n = int(scores.loc[scores["scope"] == "all", "n"].max()) if len(means) else None
    base = () if default == BASE else (
        Finding("churn.alarm_ahead", "The same, less that of plain days of silence", *_unit(ahead, "share"), n=n),
    )  # fmt: skip
    return [
        Finding("churn.alarm_auc", "Of two accounts, one of which fell silent: it was the one ranked higher",
                *_unit(area, "share"), n=n),
        *base,
    ]  # fmt: skip


def _known(row: pd.Series, name: str) -> list[float | None]:
    return [None if pd.isna(v) else float(v) for v in (row.get(name + end) for end in ("", "_low", "_high"))]


def marked_findings(marked: pd.DataFrame | None, *, horizon_days: int, line: float = ALARM_LINE) -> list[Finding]:
    """What became of the last alarms.

    Parameters
    ----------
    marked : pandas.DataFrame or None
        Of `homework`, the key accounts.
    horizon_days : int
    line : float

    Returns
    -------
    list of Finding
        Keys begin with `churn.homework`.

    Examples
    --------
    >>> marked = pd.DataFrame({"probability": [0.9, 0.6, 0.1], "silent": [True, False, False]})
    >>> [f.text for f in marked_findings(marked, horizon_days=180)]
    ['50.0 %', '0.0 %']
    """
    since = f"{horizon_days} days ago"
    listed = None if marked is None else marked["probability"] >= line
    return [
        _came(f"Key accounts on the alarm list {since}: silent since", "churn.homework_listed", marked, listed),
        _came(f"Key accounts not on it {since}: silent since", "churn.homework_others",
              marked, None if listed is None else ~listed),
    ]  # fmt: skip


def _came(says: str, key: str, marked: pd.DataFrame | None, chosen) -> Finding:
    silent = pd.Series(dtype=bool) if marked is None else marked.loc[chosen, "silent"]
    if not len(silent):
        return Finding(key, says, None, "share", n=0)
    low, high = wilson(silent.sum(), len(silent))
    return Finding(key, says, float(silent.mean()), "share", float(low), float(high), n=len(silent))


def alarm_changes(then: pd.DataFrame | None, now: pd.DataFrame, *, horizon_days: int) -> list[Change]:
    """Accounts that have come onto the alarm list since the report before.

    Parameters
    ----------
    then : pandas.DataFrame or None
        Of `alarm_list`, as of the report before; accounts that are not in it are no change.
    now : pandas.DataFrame
        Of `alarm_list`, the key accounts of today.
    horizon_days : int

    Returns
    -------
    list of Change
        The money is the expected loss; the probability that of silence.

    Examples
    --------
    >>> then = pd.DataFrame({"probability": [0.3, 0.6]}, index=["a", "b"])
    >>> now = then.assign(probability=[0.7, 0.8], loss_cents=500, reasons="silent for 90 days")
    >>> [(c.account, c.text_before, c.text, c.cents) for c in alarm_changes(then, now, horizon_days=180)]
    [('a', '30.0 %', '70.0 %', -500)]
    """
    if then is None or not len(then):
        return []
    both = on_list(now).join(then["probability"].rename("before"), how="inner")
    new = both[both["before"] < ALARM_LINE]
    says = f"On the alarm list: likelier than not to buy nothing in {horizon_days} days"
    return [
        Change("churn.alarm", says, round(float(row.probability), 4), "share", before=round(float(row.before), 4),
               account=str(row.Index), cents=-int(row.loss_cents), cause=row.reasons,
               probability=min(float(row.probability), 0.999))
        for row in new.itertuples()
    ]  # fmt: skip
