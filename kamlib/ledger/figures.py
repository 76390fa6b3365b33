"""Figures of 01_ledger."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from kamlib.look.style import COLOURS, axes, ticks


def months_figure(months: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Net sales by month, with and without a customer; partial months are hatched.

    Parameters
    ----------
    months : pandas.DataFrame
        From `kamlib.book.month_totals`.
    currency : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.2)
    known, unknown = months["identified_cents"], months["no_customer_cents"]
    width = 24  # days: bars of a month with a gap between them
    bars = ax.bar(months["month"], known, width, color=COLOURS["accent"], label="customer known")
    bars += tuple(ax.bar(months["month"], unknown, width, bottom=known, color=COLOURS["muted"], label="no customer"))
    for bar, partial in zip(bars, [*months["partial"], *months["partial"]], strict=True):
        if partial:
            bar.set(hatch="///", edgecolor="white")
    ax.set(ylabel=f"net sales a month{f', {currency}' if currency else ''}", xlabel="month")
    ticks(ax.yaxis, "money")
    ax.grid(axis="x", visible=False)
    if unknown.any():
        ax.legend(loc="upper left", ncols=2)
    return ax


def customers_figure(months: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Customers with a line, by month; a gap in the line is a month without any."""
    ax = ax or axes(height=2.4)
    ax.plot(months["month"], months["customers"], marker="o", color=COLOURS["accent"])
    cut = months[months["partial"]]
    ax.plot(cut["month"], cut["customers"], "o", color="white", markeredgecolor=COLOURS["accent"])
    ax.set(ylabel="customers a month", xlabel="month", ylim=(0, None))
    ticks(ax.yaxis, "number")
    return ax
