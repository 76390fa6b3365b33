"""The list of alarms: accounts by the money to be expected lost, with the reasons in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from kamlib.churn.alarm import Alarm, alarm
from kamlib.churn.candidates import Case, answer, make_case
from kamlib.churn.look import HORIZON_DAYS, YEAR_DAYS
from kamlib.stats import interval


def alarm_list(case: Case, found: Alarm | None, *, customers=None) -> pd.DataFrame:
    """Accounts by the money to be expected to be lost, with reasons.

    Parameters
    ----------
    case : Case
    found : Alarm or None
        Of the same case; None, where there is no alarm to be had, gives a list of nobody.
    customers : sequence of str, optional
        Only these: the key accounts. All where it is left out.

    Returns
    -------
    pandas.DataFrame
        Index customer_id, greatest expected loss first: probability, low, high (see `Alarm`), year_cents (sales of the
        last 365 days), loss_cents (what of it the horizon would bring, times the probability), loss_low_cents,
        loss_high_cents, reasons.
    """
    year = case.now.year_cents * case.horizon_days / YEAR_DAYS
    table = pd.DataFrame(
        {n: getattr(found, n, None) for n in ("probability", "low", "high")}, index=year.index, dtype=float
    )
    table["year_cents"] = case.now.year_cents.astype("int64")
    for name, share in (("loss_cents", "probability"), ("loss_low_cents", "low"), ("loss_high_cents", "high")):
        table[name] = (year * table[share]).round().fillna(0).astype("int64")
    table["reasons"] = reasons(case)
    asked = table.index if customers is None else list(customers)
    chosen = table[table.index.isin(asked) & (found is not None)]
    return chosen.sort_values(["loss_cents", "year_cents"], ascending=False, kind="stable")


def loss_outcome(case: Case, found: Alarm, customers, *, draws: int = 4000, seed: int = 1) -> tuple[int, int, int]:
    """What may be lost with some accounts in the horizon: expected, and the 95 % interval of what can happen.

    Parameters
    ----------
    case : Case
    found : Alarm
        Of the same case.
    customers : sequence of str
    draws, seed : int
        Half-years simulated: in each the level is off by one number for all accounts (`Alarm.drift`), and each account
        falls silent or does not.

    Returns
    -------
    tuple of int
        Cents: the sum of what the accounts that fall silent bought in the last 365 days, as far as the horizon would
        bring it.
    """
    chosen = found.probability[found.probability.index.isin(list(customers))]
    year = (case.now.year_cents.reindex(chosen.index) * case.horizon_days / YEAR_DAYS).to_numpy(dtype=float)
    rng, (off, degrees) = np.random.default_rng(seed), found.drift
    odds, sums = logit(chosen.clip(1e-9, 1 - 1e-9)).to_numpy(), np.zeros(draws)
    for i, shift in enumerate(off * rng.standard_t(degrees, draws)):
        sums[i] = year @ (rng.random(len(odds)) < expit(odds + shift))
    return round(float(year @ chosen)), *(round(float(v)) for v in interval(sums))


def watch_list(
    days: pd.DataFrame, *, as_of, horizon_days: int = HORIZON_DAYS, ranked_by: str = "alarm"
) -> pd.DataFrame:
    """`alarm_list` of all accounts on a day; of nobody where there is no alarm to be had.

    Parameters
    ----------
    days, as_of, horizon_days
        As of `kamlib.churn.make_case`.
    ranked_by : str
        As of `alarm`.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-01-05"]), "cents": [100]})
    >>> len(watch_list(days, as_of="2024-12-31"))
    0
    """
    case = make_case(days, as_of=as_of, horizon_days=horizon_days)
    return alarm_list(case, answer(alarm, case, ranked_by=ranked_by)[0])


def reasons(case: Case) -> pd.Series:
    """Why an account stands where it does, in words: its silence against its own gap, and its last half year.

    The half year is named where it fell to less than 0.7 of the one before, by more than that of all accounts together
    did: what the season takes from everybody is no reason.
    """
    seen, features = case.now.histories, case.now.features
    gap = (seen["recency"] / seen["frequency"]).where(seen["frequency"] > 0)
    recent = sum(np.expm1(features[f"cents_{p}"]) for p in ("0_30", "30_90", "90_180"))
    before = np.expm1(features["cents_180_365"]) * 180 / 185
    everybody = recent.sum() / before.sum() if before.sum() > 0 else 1.0
    kept = (recent / before.where(before > 0)).fillna(1.0)
    text = [
        _silence(*row) + _half_year(k, everybody) for *row, k in zip(features["silence_days"], gap, kept, strict=True)
    ]
    return pd.Series(text, index=seen.index, dtype="str")


def _silence(days: float, gap: float) -> str:
    """An account's silence in words; a missing gap is that of an account which bought once."""
    silent = "bought on the day itself" if days == 0 else f"silent for {days:.0f} day{'s' * (days != 1)}"
    if gap != gap:
        return f"{silent}, never bought a second time"
    return f"{silent}, {days / gap:.1f} times its gap of {gap:.0f}" if days else f"{silent}; its gap is {gap:.0f} days"


def _half_year(kept: float, everybody: float) -> str:
    if kept >= 0.7 * min(everybody, 1.0):
        return ""
    own, all_of_them = (f"{100 * (share - 1):+.0f} %".replace("-", "\N{MINUS SIGN}") for share in (kept, everybody))
    return f"; sales of the half year {own}, of all accounts {all_of_them}"
