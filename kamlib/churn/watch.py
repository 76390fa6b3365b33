"""What the alarm hands on: findings for the bottom line, and lines for the page of what changed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.alarm import Alarm
from kamlib.churn.referee import BASE, LIVING_DAYS, Trial, summary
from kamlib.churn.scores import score_intervals
from kamlib.run.findings import Change, Finding
from kamlib.stats.intervals import wilson

# Probability of silence from which an account is on the alarm list: where a call costs less than a quarter of what it
# may keep, one in four is worth it.
ALARM_LINE = 0.25
LINE_WORDS = f"{100 * ALARM_LINE:.0f} %"
FEW = 5  # accounts of each outcome without which a list has no scores
SCORED = {  # of `score_list`: in words, and the unit
    "money_5": ("lost sales that stood in the first 5 % of the list", "share"),
    "money_10": ("lost sales in the first 10 %", "share"),
    "money_20": ("lost sales in the first 20 %", "share"),
    "false_alarms_5": ("false alarms in the first 5 %", "accounts"),
    "false_alarms_10": ("false alarms in the first 10 %", "accounts"),
    "false_alarms_20": ("false alarms in the first 20 %", "accounts"),
    "brier": ("Brier score, the mean squared error", ""),
    "calibration": ("calibration error", "share"),
}


def told(tried: Trial, said: Alarm | None, otherwise: str) -> tuple[Alarm | None, str]:
    """The alarm, if its ranking is known to be better than a coin on this ledger; else why it is not shown.

    Parameters
    ----------
    tried : Trial
    said : Alarm or None
    otherwise : str
        Why there is none.

    Examples
    --------
    >>> from kamlib.churn.referee import trial
    >>> told(trial(pd.DataFrame()), None, "nobody bought twice.")
    (None, 'nobody bought twice.')
    """
    if said is None or tried.tells:
        return said, otherwise
    scored = summary(tried.scores)
    if tried.chosen not in scored.index:
        return None, "this ledger is too young to tell who is next: no ranking could be held against what came."
    area, low, high = scored.loc[tried.chosen, ["auc", "auc_low", "auc_high"]]
    return None, (
        f"this ledger cannot tell who is next: of two accounts that had bought within {LIVING_DAYS} days the one that "
        f"fell silent ranked higher in {100 * area:.0f} % of cases (95 %: {100 * low:.0f} to {100 * high:.0f}); a coin "
        "has 50."
    )


def on_list(risk: pd.DataFrame, *, line: float = ALARM_LINE) -> pd.DataFrame:
    """The accounts of `kamlib.churn.alarm_list` whose probability to buy nothing is `line` or more."""
    return risk[risk["probability"] >= line]


def key_then(marked: pd.DataFrame, *, line: float) -> pd.DataFrame:
    """The key accounts of the day of a past alarm: a share of `line` or more of the sales of the year before it.

    Today's key accounts would flatter it: they have bought since, or they would not be key.

    Parameters
    ----------
    marked : pandas.DataFrame
        Of `homework`.
    line : float

    Examples
    --------
    >>> key_then(pd.DataFrame({"year_cents": [60, 30, 10]}, index=["a", "b", "c"]), line=0.3).index.tolist()
    ['a', 'b']
    """
    return marked[marked["year_cents"] >= max(line * marked["year_cents"].sum(), 1)]


def alarm_findings(
    risk: pd.DataFrame,
    said: Alarm | None,
    tried: Trial,
    *,
    default: str,
    horizon_days: int,
    currency: str = "",
    loss: tuple[int, int, int] | None = None,
) -> list[Finding]:
    """The alarm in numbers, and how good its ranking was.

    Parameters
    ----------
    risk : pandas.DataFrame
        Of `alarm_list`, the key accounts.
    said : Alarm or None
        Of all accounts.
    tried : Trial
        How the choice of a ranking fared, at origins that it was not chosen by.
    default : str
        The candidate that ranks the list.
    horizon_days : int
    currency : str
    loss : tuple of int, optional
        Of `kamlib.churn.loss_outcome`, for the same accounts.

    Returns
    -------
    list of Finding
        Keys begin with `churn.alarm`. Where there is no alarm their values are None.

    Examples
    --------
    >>> from kamlib.churn.referee import trial
    >>> nobody = pd.DataFrame({n: [] for n in ("probability", "loss_cents", "loss_low_cents", "loss_high_cents")})
    >>> found = alarm_findings(nobody, None, trial(pd.DataFrame()), default="alarm", horizon_days=180)
    >>> {f.text for f in found}
    {'cannot tell'}
    """
    money, ahead = f"money {currency}".strip(), f"in the next {horizon_days} days"
    level = said.level if said else (None, None, None)
    loss = (None, None, None) if not said else loss if loss and any(loss) else (0, None, None)
    first = str(risk.index[0]) if said and len(risk) else None
    return [
        Finding("churn.alarm_level", f"All accounts: to buy nothing {ahead}", *_unit(level, "share"),
                n=len(said.probability) if said else None),
        Finding("churn.alarm_accounts", f"Key accounts on the alarm list: {LINE_WORDS} or more to buy nothing {ahead}",
                len(on_list(risk)) if said else None, "accounts", n=len(risk)),
        Finding("churn.alarm_loss", f"Sales of key accounts to be expected lost {ahead}", *_unit(loss, money),
                n=len(risk)),
        Finding("churn.alarm_first", "Key account with the most to be expected lost", first, "word"),
        Finding("churn.alarm_default", "Ranking that is trusted on this ledger", default if said else None, "word"),
        *_scored(tried),
    ]  # fmt: skip


def _unit(triple, unit: str) -> tuple:
    value, low, high = triple
    return value, unit, low, high


def _scored(tried: Trial) -> list[Finding]:
    means = summary(tried.scores)
    row = means.loc[tried.chosen] if tried.chosen in means.index else pd.Series(np.nan, index=means.columns)
    n = int(tried.scores.loc[tried.scores["scope"] == "living", "n"].max()) if len(means) else None
    says = f"Of two accounts that bought within {LIVING_DAYS} days, one then silent: that one was ranked higher"
    found = [Finding("churn.alarm_auc", says, *_unit(_known(row, "auc"), "share"), n=n)]
    if tried.chosen == BASE:
        return found
    says = "The same, less that of plain days of silence"
    return [*found, Finding("churn.alarm_ahead", says, *_unit(_known(row, "ahead"), "share"), n=n)]


def _known(row: pd.Series, name: str) -> list[float | None]:
    return [None if pd.isna(v) else float(v) for v in (row.get(name + end) for end in ("", "_low", "_high"))]


def marked_findings(marked: pd.DataFrame | None, *, horizon_days: int, line: float = ALARM_LINE) -> list[Finding]:
    """What became of the last alarms.

    Parameters
    ----------
    marked : pandas.DataFrame or None
        Of `homework`, the key accounts of then.
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


def marked_scores(marked: pd.DataFrame, *, line: float, seed: int = 1) -> list[Finding]:
    """What the last alarm was worth to who worked through it from the top, over all accounts and key accounts.

    Parameters
    ----------
    marked : pandas.DataFrame
        Of `homework`.
    line : float
        As of `key_then`.
    seed : int

    Returns
    -------
    list of Finding
        With 95 % intervals by `kamlib.churn.score_intervals`; nothing where nobody is marked.
    """
    groups = {"All accounts": marked, "Key accounts": key_then(marked, line=line)}
    return [f for name, rows in groups.items() if len(rows) for f in _scores_of(name, rows, seed)]


def _too_few(group: str, rows: pd.DataFrame) -> Finding:
    says = f"{group}: scores (silent since: {rows['silent'].sum():,}; it takes {FEW} of each outcome)"
    return Finding(f"churn.{group.split()[0].lower()}_scores", says, None, "share", n=len(rows))


def _scores_of(group: str, rows: pd.DataFrame, seed: int) -> list[Finding]:
    if min(rows["silent"].sum(), (~rows["silent"]).sum()) < FEW:
        return [_too_few(group, rows)]
    arrays = (rows[c].to_numpy() for c in ("probability", "year_cents", "silent"))
    told, found = score_intervals(*arrays, seed=seed), []
    for name, (says, unit) in SCORED.items():
        values = [None if pd.isna(v) else float(v) for v in told.loc[name, ["value", "low", "high"]]]
        if unit == "accounts":
            values = [v if v is None else round(v) for v in values]
        key = f"churn.{group.split()[0].lower()}_{name}"
        found.append(Finding(key, f"{group}: {says}", values[0], unit, values[1], values[2], n=len(rows)))
    return found


def alarm_changes(then: pd.DataFrame | None, now: pd.DataFrame, *, horizon_days: int) -> list[Change]:
    """Accounts that have come onto the alarm list since the report before.

    Parameters
    ----------
    then : pandas.DataFrame or None
        Of `alarm_list`, as of the report before; accounts that are not in it are no change.
    now : pandas.DataFrame
        Of `alarm_list`, the key accounts of today, with stake_cents (of `account_states`).
    horizon_days : int

    Returns
    -------
    list of Change
        A probability has no money of its own; at stake is what the account bought in the year up to its last purchase.
        The probability is that of silence.

    Examples
    --------
    >>> then = pd.DataFrame({"probability": [0.1, 0.6]}, index=["a", "b"])
    >>> now = then.assign(probability=[0.7, 0.8], stake_cents=900, reasons="silent for 90 days")
    >>> [(c.account, c.text_before, c.text, c.stake_cents) for c in alarm_changes(then, now, horizon_days=180)]
    [('a', '10.0 %', '70.0 %', 900)]
    """
    if then is None or not len(then):
        return []
    both = on_list(now).join(then["probability"].rename("before"), how="inner")
    new = both[both["before"] < ALARM_LINE]
    says = f"On the alarm list: {LINE_WORDS} or more to buy nothing in {horizon_days} days"
    return [
        Change("churn.alarm", says, round(float(row.probability), 4), "share", before=round(float(row.before), 4),
               account=str(row.Index), stake_cents=None if pd.isna(row.stake_cents) else int(row.stake_cents),
               cause=row.reasons, probability=min(float(row.probability), 0.999))
        for row in new.itertuples()
    ]  # fmt: skip
