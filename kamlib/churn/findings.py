"""What 04_churn hands on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.dynamics import counted_series
from kamlib.churn.stated import false_alarms
from kamlib.run.findings import Finding
from kamlib.stats.intervals import poisson
from kamlib.stats.monthly import Break, TrendVerdict, change_point, forecast, past_coverage, trend_verdict

YEAR = 12
AHEAD = 3
COUNTED = (
    ("churn.active", "active", "Accounts that buy as usual"),
    ("churn.late", "late", "Late: silent for unusually long"),
    ("churn.lost", "lost", "Lost: silent for longer than their rhythm explains"),
    ("churn.too_young", "too young", "Too young to tell: no rhythm yet"),
)


def trend_of(monthly: pd.DataFrame) -> tuple[TrendVerdict, Break]:
    """Verdict and clearest break of the counted months.

    Parameters
    ----------
    monthly : pandas.DataFrame
        From `monthly_losses`.
    """
    series = counted_series(monthly)
    series = series["losses"], series["at_risk"]
    return trend_verdict(*series), change_point(*series)


def findings(
    states: pd.DataFrame,
    events: pd.DataFrame,
    monthly: pd.DataFrame,
    retention: pd.DataFrame,
    halves: pd.DataFrame,
    margin: tuple[float, float, float] | None,
    *,
    ahead: np.ndarray,
    currency: str = "",
) -> list[Finding]:
    """Losses in numbers.

    Parameters
    ----------
    states, events, monthly, retention, halves : pandas.DataFrame
        From `account_states`, `loss_events`, `monthly_losses`, `retention`, `half_lost`.
    margin : tuple of float or None
        From `margin_effect`.
    ahead : array_like
        From `at_risk_ahead`.
    currency : str

    Returns
    -------
    list of Finding
        Keys begin with `churn.`.
    """
    money = f"money {currency}".strip()
    counted = monthly[monthly["counted"]]
    year = counted.tail(YEAR)
    stake = states[(states["state"] == "lost") & (states["lost_on"] >= _first(year, states))]["stake_cents"]
    return [
        *(Finding(key, says, int((states["state"] == state).sum()), "accounts") for key, state, says in COUNTED),
        Finding("churn.half_lost", "Half-lost: still buying, but much less",
                int(halves["half_lost"].sum()) if len(halves) else None, "accounts", n=len(halves)),
        *_year(year, events),
        Finding("churn.stake", "A year's sales of those lost in this time and not back",
                int(stake.sum()) if len(year) else None, money, n=len(stake)),
        *_trend(monthly),
        *_ahead(counted_series(monthly), ahead),
        *_kept(retention),
        _margin(margin),
    ]  # fmt: skip


def _first(year: pd.DataFrame, states: pd.DataFrame) -> pd.Timestamp:
    return year.index[0] if len(year) else states["last_purchase"].max() + pd.Timedelta(days=10**4)


def _year(year: pd.DataFrame, events: pd.DataFrame) -> list[Finding]:
    losses, months = int(year["losses"].sum()), float(year["at_risk"].sum())
    low, high = (float(v) / months if months else None for v in poisson(losses))
    n, found = len(year), events["lost_on"].dt.to_period("M").dt.to_timestamp()
    false = [round(v) for v in false_alarms(events[found.isin(year.index)])] if months else [None] * 3
    return [
        Finding("churn.losses", f"Losses found in the last {n} counted months", losses if n else None, "accounts"),
        Finding("churn.rate", "Losses per account and month", losses / months if months else None, "share", low, high,
                n=round(months)),
        Finding("churn.false_alarms", "False alarms among these losses, as estimated", false[0], "accounts", *false[1:],
                n=losses),
    ]  # fmt: skip


def _trend(monthly: pd.DataFrame) -> list[Finding]:
    verdict, broke = trend_of(monthly)
    months = counted_series(monthly).index
    when = f"{months[broke.position]:%B %Y}" if broke.position >= 0 and broke.p < 0.05 else "none"
    return [
        Finding("churn.trend", "Trend of the monthly rate", verdict.label, "word", n=verdict.months),
        Finding("churn.trend_per_year", "Change of the rate over a year", _none(verdict.per_year), "share",
                _none(verdict.low), _none(verdict.high), n=verdict.months),
        Finding("churn.break", "Month in which the level changed", when if broke.position >= 0 else None, "word"),
    ]  # fmt: skip


def _ahead(series: pd.DataFrame, ahead: np.ndarray) -> list[Finding]:
    series = series["losses"], series["at_risk"]
    mean, low, high = forecast(*series, ahead=ahead).T
    inside, of = past_coverage(*series, horizon=AHEAD)
    return [
        Finding("churn.next_month", "Losses to be found next month", _whole(mean[0]), "accounts", _whole(low[0]),
                _whole(high[0])),
        Finding("churn.forecast_coverage", "Past months within the interval that was forecast for them",
                inside / of if of else None, "share", n=of),
    ]  # fmt: skip


def _kept(retention: pd.DataFrame) -> list[Finding]:
    last = retention.iloc[-1] if len(retention) else pd.Series(dtype=float)
    gross, net = (_none(last.get(k, np.nan)) for k in ("gross", "net"))
    return [
        Finding("churn.gross_retention", "Kept of last year's sales, without growth", gross, "share"),
        Finding("churn.net_retention", "Kept of last year's sales, with growth", net, "share"),
    ]


def _margin(margin: tuple[float, float, float] | None) -> Finding:
    says = "Margin of those lost less that of the others (claim: losses lower profitability)"
    if margin is None:
        return Finding("churn.margin", says, None, "share", verdict="cannot tell")
    value, low, high = margin
    verdict = "supported" if low > 0 else "not supported" if high < 0 else "cannot tell"
    return Finding("churn.margin", says, value, "share", low, high, verdict=verdict)


def _none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _whole(value: float) -> int | None:
    return round(float(value)) if np.isfinite(value) else None
