"""Figures of 02_segmentation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.look.style import COLOURS, axes, short, ticks
from kamlib.segmentation.key_accounts import CLAIM, KeyAccounts
from kamlib.segmentation.rfm import SEGMENTS
from kamlib.tables import ABC, XYZ, XYZ_UNKNOWN


def curve_figure(table: pd.DataFrame, *, measure: str = "sales", ax: Axes | None = None) -> Axes:
    """Cumulative share of the money against the share of accounts, the largest first, coloured by class.

    Parameters
    ----------
    table : pandas.DataFrame
        From `kamlib.segmentation.abc`.
    measure : str
        What the value is.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.4)
    x, y = np.arange(len(table) + 1) / max(len(table), 1), np.r_[0.0, table["cum_share"].to_numpy()]
    upto = 0
    for label, members in table["abc"].value_counts().reindex(ABC, fill_value=0).items():
        if members:
            part = slice(upto, upto + members + 1)  # from where the class before it ends
            ax.fill_between(x[part], 0, y[part], color=COLOURS[label], linewidth=0)
            # Named where it is drawn: a legend on the grey of C hides its own swatch.
            ink, middle = "white" if label == "A" else "#26313b", (x[part][0] + x[part][-1]) / 2
            ax.text(middle, 0.04, f"{label}\n{members:,}", ha="center", color=ink)
            upto += members
    ax.plot(x, y, color="#26313b", linewidth=1.2)
    ax.plot([0, 1], [0, 1], color=COLOURS["muted"], linewidth=1, linestyle=":")
    ink = "white" if (table["abc"] == ABC[0]).all() else "#26313b"
    ax.text(0.97, 0.45, "dotted: if all\naccounts were alike", ha="right", va="top", color=ink)
    ax.set(xlabel="share of accounts, the largest first", ylabel=f"share of {measure}", xlim=(0, 1), ylim=(0, 1.02))
    ticks(ax.xaxis, "share")
    ticks(ax.yaxis, "share")
    return ax


def cells_figure(table: pd.DataFrame, *, measure: str = "sales", ax: Axes | None = None) -> Axes:
    """The cells of ABC by XYZ: number of accounts and share of the money; the darker, the more money.

    Parameters
    ----------
    table : pandas.DataFrame
        From `kamlib.segmentation.cells`.
    measure : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=2.9)
    columns = (*XYZ, XYZ_UNKNOWN)
    share = np.array([[table.loc[a + x, "share"] for x in columns] for a in ABC])
    ax.imshow(np.sqrt(share), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for i, a in enumerate(ABC):
        for j, x in enumerate(columns):
            row = table.loc[a + x]
            text = f"{row['accounts']:,}\n{100 * row['share']:.1f} %"
            ax.text(j, i, text, ha="center", va="center", color="white" if share[i, j] > 0.3 else "#26313b")
    names = {"X": "X frequent", "Y": "Y regular", "Z": "Z irregular", XYZ_UNKNOWN: "? too young"}
    ax.set_xticks(range(len(columns)), [names[x] for x in columns])
    ax.set_yticks(range(len(ABC)), ABC)
    ax.set(xlabel=f"purchase frequency (in each cell: accounts, share of {measure})", ylabel="class")
    ax.grid(visible=False)
    return ax


def key_accounts_figure(
    keys: KeyAccounts, *, names: pd.Series | None = None, most: int = 20, ax: Axes | None = None
) -> Axes:
    """Share of each account near or above the line: of the window, and in an average year with its 95 % interval.

    Parameters
    ----------
    keys : KeyAccounts
    names : pandas.Series, optional
        Names by customer_id.
    most : int
        Accounts drawn.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    shown = keys.table.head(most).iloc[::-1]
    ax = ax or axes(height=1.1 + 0.24 * max(len(shown), 2))
    y = np.arange(len(shown))
    colours = [COLOURS["accent"] if key else COLOURS["muted"] for key in shown["key"]]
    ax.hlines(y, shown["low"], shown["high"], color=colours, linewidth=2.2)
    ax.scatter(shown["share"], y, color=colours, zorder=3)
    ax.axvline(keys.line, color=COLOURS["bad"], linewidth=1, linestyle="--", label=f"the line, {100 * keys.line:.1f} %")
    labels = [short(names.get(c, c) if names is not None else c) for c in shown.index]
    ax.set_yticks(y, labels)
    ax.set(xlabel=f"share of {keys.measure}: this window (dot), an average year (95 % interval)", xlim=(0, None))
    ticks(ax.xaxis, "share")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower right")
    return ax


def claim_figure(keys: KeyAccounts, *, ax: Axes | None = None) -> Axes:
    """The key accounts' share of sales in the window and in an average year, beside the claimed 30 to 55 %."""
    ax = ax or axes(height=1.5)
    ax.axvspan(
        *CLAIM, color=COLOURS["Y"], alpha=0.3, label=f"the claim, {100 * CLAIM[0]:.0f} to {100 * CLAIM[1]:.0f} %"
    )
    ax.hlines(0, keys.low, keys.high, color=COLOURS["accent"], linewidth=3, label="an average year, 95 % interval")
    ax.scatter([keys.share], [0], color=COLOURS["Z"], s=45, zorder=3, label="this window")
    ax.set(xlim=(0, max(0.8, keys.high if np.isfinite(keys.high) else 0)), yticks=[], ylim=(-0.6, 1.4))
    ax.set_xlabel("share of sales held by all key accounts together")
    ticks(ax.xaxis, "share")
    ax.legend(loc="upper right", ncols=3)
    return ax


def whale_figure(curves: dict[str, pd.DataFrame], *, ax: Axes | None = None) -> Axes:
    """Profit added up from the best account to the worst, before and after the cost of serving.

    Parameters
    ----------
    curves : dict of str to pandas.DataFrame
        What the profit is, and its curve from `kamlib.segmentation.whale_curve`.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.2)
    for (name, curve), colour in zip(curves.items(), (COLOURS["muted"], COLOURS["accent"], COLOURS["Z"]), strict=False):
        ax.plot([0, *curve["accounts"]], [0, *curve["together"]], color=colour, label=name)
        if len(curve):
            at = int(np.argmax(curve["together"].to_numpy()))
            ax.scatter(curve["accounts"].iloc[at], curve["together"].iloc[at], color=colour, zorder=3)
    ax.axhline(0, color=COLOURS["muted"], linewidth=0.8)
    ax.set(xlabel="share of accounts, the most profitable first", ylabel="profit so far", xlim=(0, 1))
    ticks(ax.xaxis, "share")
    ticks(ax.yaxis, "money")
    ax.legend(loc="lower right")
    return ax


def confidence_figure(confidence: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """How probable each account's own class is: the accounts of each class from the surest to the least sure.

    Parameters
    ----------
    confidence : pandas.DataFrame
        From `kamlib.segmentation.class_confidence`.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.0)
    for label in ABC:
        told = np.sort(confidence.loc[confidence["abc"] == label, "confidence"].dropna())[::-1]
        if len(told):
            share = np.arange(1, len(told) + 1) / len(told)
            many = "account" if len(told) == 1 else "accounts"
            line = ax.plot(share, told, color=COLOURS[label], label=f"{label}, {len(told):,} {many}")[0]
            line.set_linewidth(2.4)
    ax.axhline(0.9, color=COLOURS["muted"], linewidth=1, linestyle=":")
    ax.set(xlabel="share of the class, the surest first", ylabel="probability of its class")
    ax.set(xlim=(0, 1), ylim=(0, 1.02))
    ticks(ax.xaxis, "share")
    ticks(ax.yaxis, "share")
    ax.legend(loc="lower left")
    return ax


def reliability_figure(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """What happened against what was predicted, with 95 % intervals; on the dotted line the two agree.

    Parameters
    ----------
    table : pandas.DataFrame
        From `kamlib.stats.calibration.reliability`.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.2)
    table = table[table["n"] > 0]
    ax.plot([0, 1], [0, 1], color=COLOURS["muted"], linewidth=1, linestyle=":")
    ax.vlines(table["predicted"], table["observed_low"], table["observed_high"], color=COLOURS["accent"], linewidth=2)
    ax.scatter(table["predicted"], table["observed"], color=COLOURS["accent"], zorder=3)
    for row in table.itertuples():
        ax.annotate(f"{row.n:,}", (row.predicted, row.observed_low), xytext=(0, -4), textcoords="offset points",
                    ha="center", va="top", fontsize=8)  # fmt: skip
    ax.set(xlabel="probability that was given", ylabel="share that came true", xlim=(0, 1.02), ylim=(-0.06, 1.02))
    ticks(ax.xaxis, "share")
    ticks(ax.yaxis, "share")
    return ax


def segments_figure(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Accounts of each RFM segment (bar) and their share of the money (dot).

    Parameters
    ----------
    table : pandas.DataFrame
        From `kamlib.segmentation.segments`.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.4)
    y = np.arange(len(SEGMENTS))[::-1]
    share = table["accounts"] / max(int(table["accounts"].sum()), 1)
    ax.barh(y, share, color=COLOURS["B"], height=0.62, label="share of accounts")
    ax.scatter(table["share"], y, color=COLOURS["Z"], zorder=3, label="share of net sales")
    for at, row, width in zip(y, table.itertuples(), np.maximum(share, table["share"]), strict=True):
        text = f"{row.accounts:,}"
        ax.annotate(text, (width, at), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8)
    ax.set_yticks(y, list(table.index))
    ax.set(xlabel="share of accounts (bar, with their number) and of net sales (dot)", xlim=(0, None))
    ticks(ax.xaxis, "share")
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower right")
    return ax
