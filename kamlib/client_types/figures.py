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
from kamlib.style import COLOURS, axes, ticks
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


def types_figure(summary: pd.DataFrame, *, measure: str = "profit", ax: np.ndarray | None = None) -> np.ndarray:
    """Accounts and money of each type.

    Parameters
    ----------
    summary : pandas.DataFrame
        From `type_summary`.
    measure : str
        What the money is.
    ax : array of two matplotlib.axes.Axes, optional
    """
    ax = axes(1, 2, height=2.3, sharey=True) if ax is None else ax
    colours = [COLOURS[t] for t in summary.index]
    y = np.arange(len(summary))[::-1]
    share = summary["accounts"] / max(summary["accounts"].sum(), 1)
    for one, values, name in ((ax[0], share, "accounts"), (ax[1], summary["share"], measure)):
        one.barh(y, values, color=colours)
        one.set(xlabel=f"share of {name}", xlim=(0, max(1.25 * values.max(), 0.1)), xticks=_steps(values.max()))
        for at, value, told in zip(y, values, summary["expected"].notna(), strict=True):
            one.text(value, at, f" {100 * value:.1f} %" if told else " cannot tell", va="center", color=INK)
        ticks(one.xaxis, "share")
        one.grid(axis="y", visible=False)
    ax[0].set_yticks(y, summary.index)
    return ax


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


def certainty_figure(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How sure the types are: accounts by the probability of the type they are given.

    Parameters
    ----------
    table : pandas.DataFrame
        From `roster`.
    ax : matplotlib.axes.Axes, optional
    """
    if table["probability"].isna().all():
        return _nothing("no probability can be told of any account")
    ax = ax or axes(height=2.6)
    edges = np.linspace(0.3, 1.0, 15)
    known = table[table["probability"].notna()]
    kinds = [t for t in CLIENT_TYPES[::-1] if (known["type"] == t).any()]
    parts = [known.loc[known["type"] == t, "probability"].clip(lower=0.3) for t in kinds]
    ax.hist(parts, bins=edges, stacked=True, color=[COLOURS[t] for t in kinds], label=kinds)
    ax.legend(loc="upper left")
    ax.set(xlabel="probability of the type given", ylabel="accounts", xlim=(0.3, 1))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ticks(ax.xaxis, "share")
    return ax


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
