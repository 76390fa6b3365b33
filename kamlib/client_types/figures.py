"""Figures of 03_client_types."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kamlib.client_types.clusters import STABLE
from kamlib.client_types.features import FEATURES
from kamlib.client_types.marks import MARKS
from kamlib.client_types.worth import Worth
from kamlib.look.style import COLOURS, axes, ticks
from kamlib.tables import CLIENT_TYPES

INK = "#26313b"


def numbers_figure(numbers: pd.DataFrame, chosen: int, *, ax: np.ndarray | None = None) -> np.ndarray:
    """Stability, silhouette and BIC of each number of clusters, side by side; the chosen one is marked.

    Parameters
    ----------
    numbers : pandas.DataFrame
        From `cluster_numbers`.
    chosen : int
    ax : array of three matplotlib.axes.Axes, optional

    Returns
    -------
    array of matplotlib.axes.Axes
    """
    if numbers.empty:
        return np.array([_nothing("too few accounts to divide")])
    ax = axes(1, 3, height=2.6) if ax is None else ax
    k = numbers["clusters"]
    ax[0].fill_between(k, numbers["low"], numbers["high"], color=COLOURS["accent"], alpha=0.2)
    ax[0].axhline(STABLE, color=COLOURS["bad"], linewidth=1, linestyle="--")
    names = {"stability": "stability (Rand index)", "silhouette": "silhouette", "bic": "BIC per account"}
    for one, (column, name) in zip(ax, names.items(), strict=True):
        one.plot(k, numbers[column], color=COLOURS["accent"], marker="o")
        here = numbers[k == chosen]
        one.scatter(here["clusters"], here[column], color=COLOURS["Z"], s=60, zorder=3)
        one.set(xlabel="clusters", ylabel=name, xticks=k)
    ax[0].set_ylim(0, 1.02)
    return ax


def types_figure(rule: pd.DataFrame, kind: pd.DataFrame, *, measure: str = "profit", ax=None) -> np.ndarray:
    """How many accounts are of each type, by rule and by mixture, with intervals; and the money of those named.

    Parameters
    ----------
    rule, kind : pandas.DataFrame
        From `type_summary`, by type and by kind.
    measure : str
        What the money is.
    ax : array of two matplotlib.axes.Axes, optional
    """
    ax = axes(1, 2, height=2.6, sharey=True) if ax is None else ax
    shown = [t for t in rule.index if t != "ordinary"]
    y = np.arange(len(shown))[::-1]
    for table, up, marker, label in ((rule, 0.15, "o", "meets the written rule"), (kind, -0.2, "s", "is of this kind")):
        for at, name in zip(y, shown, strict=True):
            _number(ax[0], table.loc[name], at + up, marker, COLOURS[name], filled=table is rule)
        ax[0].plot([], [], marker, color=INK, markerfacecolor=INK if table is rule else "none", label=label)
    ax[0].legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=8)
    ax[0].set(xlabel="accounts (95 % interval)", xlim=(0, None), ylim=(-0.7, len(shown) - 0.4))
    ax[1].barh(y, rule.loc[shown, "share"], color=[COLOURS[t] for t in shown], height=0.55)
    for at, name in zip(y, shown, strict=True):
        told = rule.loc[name, "expected"] == rule.loc[name, "expected"]
        words = f" {100 * rule.loc[name, 'share']:.1f} %" if told else " cannot tell"
        ax[1].text(rule.loc[name, "share"], at, words, va="center", color=INK)
    top = rule.loc[shown, "share"].max()
    ax[1].set(xlabel=f"share of {measure}, types by the rule", xlim=(0, max(1.3 * top, 0.1)), xticks=_steps(top))
    ticks(ax[1].xaxis, "share")
    for one in ax:
        one.grid(axis="y", visible=False)
    ax[0].set_yticks(y, shown)
    return ax


def _number(ax: Axes, row: pd.Series, at: float, marker: str, colour: str, *, filled: bool) -> None:
    if row["expected"] != row["expected"]:
        ax.text(0, at, "  cannot tell", va="center", color=INK, fontsize=8)
        return
    ax.hlines(at, row["low"], row["high"], color=colour, linewidth=2)
    ax.plot([row["expected"]], [at], marker, color=colour, markerfacecolor=colour if filled else "white")


def _steps(top: float) -> np.ndarray:
    """Ticks up to the whole: a share above one would be odd."""
    return np.arange(0, 1.01, 0.25) if top > 0.5 else np.arange(0, 0.51, 0.1)


def profile_figure(table: pd.DataFrame, *, ax: np.ndarray | None = None) -> np.ndarray:
    """A profile of each type: how far its typical account lies from the typical account, by feature.

    Parameters
    ----------
    table : pandas.DataFrame
        From `profiles`.
    ax : array of matplotlib.axes.Axes, optional
        One for each column of the table.
    """
    if table.shape[1] < 2:
        return np.array([_nothing("all accounts are of one type: nothing sets them apart")])
    shown = table[table.abs().max(axis=1) > 0.15]
    shown = shown if len(shown) else table
    ax = axes(1, table.shape[1], height=1.0 + 0.2 * len(shown), sharey=True, squeeze=False)[0] if ax is None else ax
    y = np.arange(len(shown))[::-1]
    for one, kind in zip(ax, shown, strict=True):
        speaks = {m.feature for m in MARKS if m.type == kind} | ({"profit_share"} if kind == "breadwinner" else set())
        colours = [COLOURS[kind] if f in speaks or kind == "ordinary" else COLOURS["muted"] for f in shown.index]
        one.barh(y, shown[kind].fillna(0), color=colours)
        one.axvline(0, color=INK, linewidth=0.8)
        one.set_title(kind, fontsize=9.5)
        one.set(xlim=(-3, 3), xticks=(-2, 0, 2))
        one.grid(axis="y", visible=False)
    ax[0].set_yticks(y, [_called(f) for f in shown.index], fontsize=8)
    ax[0].figure.supxlabel("spreads from the mean of all accounts", fontsize=9.5, color=INK)
    return ax


def _nothing(words: str) -> Axes:
    """Axes that say why there is nothing to draw."""
    ax = axes(height=0.8)
    ax.text(0.5, 0.5, words, ha="center", va="center", color=INK)
    ax.set_axis_off()
    return ax


def _called(feature: str) -> str:
    return feature.replace("_", " ") if feature in FEATURES else feature


def certainty_figure(table: pd.DataFrame, *, ax: np.ndarray | None = None) -> np.ndarray:
    """How sure the types are: accounts by the probability of the type they are given, by the rule and by the mixture.

    Parameters
    ----------
    table : pandas.DataFrame
        From `roster`.
    ax : array of two matplotlib.axes.Axes, optional
    """
    if table[["probability", "kind_probability"]].isna().all().all():
        return np.array([_nothing("no probability can be told of any account")])
    ax = axes(1, 2, height=2.6, sharey=True) if ax is None else ax
    _certainty(ax[0], table["type"], table["probability"], "of the type by the rule")
    _certainty(ax[1], table["kind"], table["kind_probability"], "of the kind")
    ax[0].set_ylabel("accounts")
    ax[0].legend(loc="upper left")
    return ax


def _certainty(ax: Axes, kinds: pd.Series, probability: pd.Series, what: str) -> None:
    known = probability.notna()
    shown = [t for t in CLIENT_TYPES[::-1] if (kinds[known] == t).any()]
    parts = [probability[known & (kinds == t)].clip(lower=0.3) for t in shown]
    if parts:
        edges = np.linspace(0.3, 1.0, 15)
        ax.hist(parts, bins=edges, stacked=True, color=[COLOURS[t] for t in shown], label=shown)
    ax.set(xlabel=f"probability {what}", xlim=(0.3, 1), xticks=(0.4, 0.6, 0.8, 1.0))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ticks(ax.xaxis, "share")


def worth_figure(answers: list[Worth], *, ax: Axes | None = None) -> Axes:
    """The three ratios with their 95 % intervals, on a log scale; those that cannot be told are named as such.

    Parameters
    ----------
    answers : list of Worth
    ax : matplotlib.axes.Axes, optional
    """
    ax = ax or axes(height=2.0)
    for at, answer in zip(range(len(answers))[::-1], answers, strict=True):
        if np.isfinite(answer.low) and answer.low > 0:
            ax.hlines(at, answer.low, answer.high, color=COLOURS[answer.type], linewidth=2.5)
            ax.scatter([answer.estimate], [at], color=COLOURS[answer.type], zorder=3)
        else:
            ax.text(1.03, at, "too few cases to tell", va="center", color=INK)
    ax.axvline(1, color=INK, linewidth=0.8, linestyle="--")
    ax.set_yticks(range(len(answers))[::-1], [f"{a.type}: {a.estimand}" for a in answers], fontsize=8.5)
    ax.set(xscale="log", xlabel="ratio, 1 is no difference (95 % interval)", ylim=(-0.6, len(answers) - 0.4))
    low, high = ax.get_xlim()
    told = any(np.isfinite(answer.low) for answer in answers)
    low, high = (min(low, 0.5), max(high, 2.0)) if told else (0.5, 2.0)
    steps = [float(2.0**k) for k in range(int(np.ceil(np.log2(low))), int(np.floor(np.log2(high))) + 1)]
    ax.set_xlim(low, high)
    ax.set_xticks(steps[:: -(-len(steps) // 7)], [f"{step:g}" for step in steps[:: -(-len(steps) // 7)]])
    ax.minorticks_off()
    return ax
