"""Figures of 04_churn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.churn.survival import Survival
from kamlib.churn.watch import ALARM_LINE
from kamlib.look.style import COLOURS, axes, short, ticks
from kamlib.stats.calibration import reliability

BESIDE = ("alarm", "recency", "BG/NBD: expected purchases", "gradient boosting", "BG/NBD: P(alive)")
GROUP_COLOURS = ("#0b5fa5", "#d55e00", "#00735c", "#cc79a7", "#e6a700", "#56b4e9")


def losses_figure(monthly: pd.DataFrame, *, ax=None):
    """Losses of each month above, by what became of them, beside those of one steady rate; below, the rate.

    Parameters
    ----------
    monthly : pandas.DataFrame
        From `monthly_losses`.
    ax : array of two matplotlib.axes.Axes, optional

    Returns
    -------
    array of matplotlib.axes.Axes
    """
    ax = axes(2, 1, height=4.6, sharex=True) if ax is None else ax
    x, bottom = monthly.index, np.zeros(len(monthly))
    parts = {"confirmed": ("accent", "not back within 90 days"), "unconfirmed": ("muted", "back within 90 days"),
             "unknown": ("warning", "not known yet")}  # fmt: skip
    for name, (colour, label) in parts.items():
        ax[0].bar(x, monthly[name], width=22, bottom=bottom, color=COLOURS[colour], label=label)
        bottom = bottom + monthly[name].to_numpy()
    counted = monthly[monthly["counted"]]
    ax[1].vlines(counted.index, counted["low"], counted["high"], color=COLOURS["muted"], linewidth=2)
    ax[1].plot(counted.index, counted["rate"], "o", color=COLOURS["accent"])
    if len(counted):
        steady = counted["losses"].sum() / counted["at_risk"].sum()
        ax[0].plot(counted.index, steady * counted["at_risk"], color="#26313b", linewidth=1.5,
                   label="at one steady rate")  # fmt: skip
        ax[1].axhline(steady, color="#26313b", linewidth=1)
    left_out = monthly.index[~monthly["counted"]]
    half = pd.Timedelta(days=15)
    for month in left_out if len(counted) else []:
        for a in ax:
            a.axvspan(month - half, month + half, color=COLOURS["C"], alpha=0.3, linewidth=0)
    ax[0].set(ylabel="losses found")
    ax[0].yaxis.get_major_locator().set_params(integer=True)
    ax[1].set(ylabel="losses per account-month", xlabel="month (grey: not counted)")
    # A month with a single account at risk has an interval of hundreds of per cent: what is beyond is cut off.
    top = max(4 * counted["rate"].median(), 1.3 * counted["rate"].max()) if len(counted) else 1.0
    ax[1].set_ylim(0, max(min(top, 1.1 * counted["high"].max() if len(counted) else 1.0), 1e-4))
    ticks(ax[1].yaxis, "share")
    ax[0].legend(loc="upper left", ncols=3)
    ax[0].set_ylim(0, max(float(bottom.max() if len(bottom) else 0), 1) * 1.3)
    return ax


def retention_figure(retention: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Gross and net retention of the customers of a year ago, month by month."""
    ax = ax or axes(height=2.8)
    ax.plot(retention.index, retention["net"], "o-", color=COLOURS["good"], label="net: with growth")
    ax.plot(retention.index, retention["gross"], "o-", color=COLOURS["accent"], label="gross: without growth")
    ax.axhline(1, color=COLOURS["muted"], linewidth=1, linestyle=":")
    ax.set(ylabel="of the sales a year ago", xlabel="twelve months that end with", ylim=(0, None))
    months = retention.index[:: max(-(-len(retention) // 8), 1)]  # a few months would get a tick a week, and overlap
    ax.set_xticks(months, [f"{month:%Y-%m}" for month in months])
    ticks(ax.yaxis, "share")
    ax.legend(loc="lower left", ncols=2)
    return ax


def survival_figure(survival: Survival, *, ax: Axes | None = None) -> Axes:
    """Kaplan-Meier curves of the groups with their 95 % bands, to the last day looked at."""
    ax = ax or axes(height=3.2)
    end = (survival.until - survival.since).days
    for i, (group, curve) in enumerate(survival.curves.items()):
        colour = COLOURS.get(group, GROUP_COLOURS[i % len(GROUP_COLOURS)])
        x = np.r_[0, curve["days"], end] / 30.4375
        staying, low, high = (np.r_[1.0, curve[c]] for c in ("staying", "low", "high"))
        ax.step(x, np.r_[staying, staying[-1]], where="post", color=colour, label=short(group))
        ax.fill_between(x, np.r_[low, low[-1]], np.r_[high, high[-1]], step="post", color=colour, alpha=0.15)
    ax.set(
        xlabel=f"months since {survival.since:%d %B %Y}",
        ylabel="accounts not lost",
        xlim=(0, end / 30.4375),
        ylim=(0, 1.02),
    )
    ticks(ax.yaxis, "share")
    if survival.curves:
        ax.legend(loc="lower left", ncols=3)
    return ax


def alarm_figure(risk: pd.DataFrame, *, names: pd.Series | None = None, ax: Axes | None = None) -> Axes:
    """The list of alarms: the probability of each account to buy nothing, with the interval of the level.

    Parameters
    ----------
    risk : pandas.DataFrame
        From `alarm_list`; every row is drawn, the first on top.
    names : pandas.Series, optional
        Names by customer_id.
    """
    shown = risk.iloc[::-1]
    ax = ax or axes(height=1.0 + 0.27 * max(len(shown), 2))
    y = np.arange(len(shown))
    listed = (shown["probability"] >= ALARM_LINE).to_numpy()
    for chosen, colour in ((~listed, "accent"), (listed, "bad")):
        rows = shown[chosen]
        ax.hlines(y[chosen], rows["low"], rows["high"], color=COLOURS[colour], linewidth=2.2, alpha=0.55)
        ax.scatter(rows["probability"], y[chosen], color=COLOURS[colour], zorder=3)
    right = min(1.0, max(0.1, 1.15 * float(shown["high"].max() if len(shown) else 0)))
    for place, money in zip(y, shown["loss_cents"], strict=True):
        ax.text(1.02 * right, place, f"{money / 100:,.0f}", va="center", fontsize=8.5, clip_on=False)
    ax.text(1.02 * right, len(shown) - 0.35, "expected loss", fontsize=8.5, color=COLOURS["muted"], clip_on=False)
    ax.axvline(ALARM_LINE, color="#26313b", linewidth=1, linestyle=":")
    labels = [c if names is None else names.get(c, c) for c in shown.index]
    ax.set_yticks(y, [short(label) for label in labels])
    ax.set(xlim=(0, right), ylim=(-0.6, len(shown) - 0.4), xlabel="probability of no purchase in the horizon")
    ticks(ax.xaxis, "share")
    ax.grid(axis="y", visible=False)
    return ax


def calibration_figure(marked: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """What was said and what came: the share that fell silent, by the probability that it had been given.

    Parameters
    ----------
    marked : pandas.DataFrame
        From `homework`, all accounts. Groups are tenths of the probability; bars are 95 % Wilson intervals.
    """
    ax = ax or axes(height=3.4)
    groups = reliability(marked["probability"], marked["silent"]).query("n > 0")
    ax.plot([0, 1], [0, 1], color=COLOURS["muted"], linewidth=1, linestyle=":", label="as said")
    ax.vlines(groups["predicted"], groups["observed_low"], groups["observed_high"], color=COLOURS["muted"], linewidth=2)
    ax.plot(groups["predicted"], groups["observed"], "o", color=COLOURS["accent"], label="came")
    for row in groups.itertuples():
        ax.annotate(f"{row.n:,.0f}", (row.predicted, row.observed), xytext=(5, -11), textcoords="offset points",
                    fontsize=8, color=COLOURS["muted"])  # fmt: skip
    ax.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="probability of no purchase that was given", ylabel="share without a purchase"
    )
    for axis in (ax.xaxis, ax.yaxis):
        ticks(axis, "share")
    ax.legend(loc="upper left")
    return ax


def origins_figure(scores: pd.DataFrame, *, default: str, scope: str = "living", ax: Axes | None = None) -> Axes:
    """The area under the curve of some candidates at each origin, with the interval of the default.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `backtest`.
    default : str
        The candidate that ranks the list.
    """
    ax = ax or axes(height=3.2)
    known = scores[(scores["scope"] == scope) & scores["auc"].notna()]
    for i, name in enumerate(dict.fromkeys([default, *BESIDE])):
        rows = known[known["candidate"] == name].sort_values("origin")
        width = 2.6 if name == default else 1.4
        ax.plot(rows["origin"], rows["auc"], "o-", color=GROUP_COLOURS[i], linewidth=width, label=short(name))
        if name == default:
            ax.fill_between(rows["origin"], rows["auc_low"], rows["auc_high"], color=GROUP_COLOURS[i], alpha=0.15)
    ax.axhline(0.5, color=COLOURS["muted"], linewidth=1, linestyle=":")
    days = sorted(known["origin"].unique())
    ax.set_xticks(days, [f"{pd.Timestamp(d):%Y-%m-%d}" for d in days])
    ax.set(ylabel="area under the curve", xlabel="asked on (dotted: a coin)", ylim=(min(0.3, known["auc"].min()), 1.0))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3)
    return ax


def causes_figure(ratios: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Hazard ratios with their 95 % intervals, on a log scale; a ratio of 1 is no difference.

    Parameters
    ----------
    ratios : pandas.DataFrame
        From `hazard_ratios`; drivers without a ratio are named and left empty.
    """
    shown = ratios.iloc[::-1]
    ax = ax or axes(height=1.2 + 0.3 * len(shown))
    y, known = np.arange(len(shown)), shown["ratio"].notna().to_numpy()
    clear = known & ((shown["low"] > 1) | (shown["high"] < 1)).to_numpy()
    for chosen, colour in ((known & ~clear, "muted"), (clear, "bad")):
        rows = shown[chosen]
        ax.hlines(y[chosen], rows["low"], rows["high"], color=COLOURS[colour], linewidth=2.2)
        ax.scatter(rows["ratio"], y[chosen], color=COLOURS[colour], zorder=3)
    for place in y[~known]:
        ax.text(1.03, place, "not estimable here", va="center", color=COLOURS["muted"], fontsize=8.5)
    ax.axvline(1, color="#26313b", linewidth=1, linestyle=":")
    ax.set_yticks(y, [short(s, 46) for s in shown["says"]])
    ax.set_xscale("log")
    ax.set_xlim(min(0.4, np.nanmin([0.5, *shown["low"]])) * 0.9, max(4.0, np.nanmax([2, *shown["high"]])) * 1.1)
    ax.set_xticks([0.5, 1, 2, 4])
    ax.set(xlabel="chance of leaving against an account without it (ratio)", ylim=(-0.6, len(shown) - 0.4))
    ax.grid(axis="y", visible=False)
    return ax
