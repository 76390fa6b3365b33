"""Figures of concentration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.look.style import COLOURS, axes, short, ticks
from kamlib.segmentation.concentration.measures import gini, lorenz

MOST_TICKS = 7
PANELS = {"gini": "Gini", "top_10": "share of the ten largest", "effective_accounts": "effective accounts"}


def lorenz_figure(sets: Mapping[str, pd.Series], *, ax: Axes | None = None) -> Axes:
    """Lorenz curves: what the smallest accounts hold together, against perfect equality.

    Parameters
    ----------
    sets : mapping of str to pandas.Series
        Money by account under the name that stands at its curve; at most three, the latest first.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.4)
    styles = ((COLOURS["accent"], "-"), (COLOURS["Z"], "--"), (COLOURS["muted"], "-."))
    for (name, values), (colour, line) in zip(sets.items(), styles, strict=False):
        curve = lorenz(values)
        label = f"{short(name, 40)}: Gini {gini(values):.2f}, n = {(values > 0).sum():,}"
        ax.plot(curve["accounts"], curve["share"], color=colour, linestyle=line, label=label)
    ax.plot([0, 1], [0, 1], color=COLOURS["muted"], linewidth=1, linestyle=":", label="if all accounts were alike")
    ax.set(xlabel="share of accounts, the smallest first", ylabel="share of the money", xlim=(0, 1), ylim=(0, 1.02))
    ticks(ax.xaxis, "share")
    ticks(ax.yaxis, "share")
    ax.legend(loc="upper left")
    return ax


def path_figure(path: pd.DataFrame, *, axs: np.ndarray | None = None) -> np.ndarray:
    """Gini, share of the ten largest and effective number of accounts of the trailing window, month-end by month-end.

    Parameters
    ----------
    path : pandas.DataFrame
        From `concentration_path`, with at least one month-end.
    axs : array of three matplotlib.axes.Axes, optional

    Returns
    -------
    numpy.ndarray of matplotlib.axes.Axes
    """
    axs = axes(len(PANELS), height=5.6, sharex=True) if axs is None else axs
    for ax, (measure, name) in zip(axs, PANELS.items(), strict=True):
        line = path[path["measure"] == measure]
        ends = line["end"].to_numpy()
        ax.fill_between(ends, line["low"], line["high"], color=COLOURS["B"], alpha=0.45, linewidth=0)
        ax.plot(ends, line["expected"], color=COLOURS["accent"], label="an average year, 95 % interval")
        ax.plot(ends, line["window"], color=COLOURS["Z"], marker="o", linestyle="", label="the window itself")
        ax.set_title(name)
        ticks(ax.yaxis, "share" if measure == "top_10" else "number")
    axs[0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    axs[-1].set_xlabel("window that ends with the month")
    # A single month-end has no span to draw: a month on both sides.
    month = pd.Timedelta(days=20)
    axs[-1].set_xlim(path["end"].min() - month, path["end"].max() + month)
    shown = path["end"].drop_duplicates().iloc[:: -max(-(-path["end"].nunique() // MOST_TICKS), 1)]
    axs[-1].set_xticks(shown, [f"{end:%b %Y}" for end in shown])
    return axs


def stress_figure(groups: pd.DataFrame, *, what: str, most: int = 15, ax: Axes | None = None) -> Axes:
    """Each group's sales, and the part of them that hangs on its largest account.

    Parameters
    ----------
    groups : pandas.DataFrame
        From `concentration_by`.
    what : str
        What a group is, such as `manager`.
    most : int
        Groups drawn, the largest.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    shown = groups.head(most).iloc[::-1]
    ax = ax or axes(height=1.2 + 0.26 * max(len(shown), 2))
    y, sales = np.arange(len(shown)), shown["cents"].clip(lower=0)
    largest = (sales - shown["left_cents"].clip(lower=0)).clip(lower=0)
    ax.barh(y, largest, color=COLOURS["Z"], label="its largest account")
    ax.barh(y, sales - largest, left=largest, color=COLOURS["B"], label="its other accounts")
    for i, (total, share) in enumerate(zip(sales, shown["largest_share"], strict=True)):
        ax.text(total, i, "" if np.isnan(share) else f"  {100 * share:.0f} %", va="center")
    ax.set_yticks(y, [short(name) for name in shown.index])
    ax.set(xlabel=f"net sales of the window, by {what}; the figure is the share of its largest account")
    ax.margins(x=0.1)
    ticks(ax.xaxis, "money")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower right")
    return ax
