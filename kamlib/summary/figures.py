"""Figures of 00_summary."""

from __future__ import annotations

from matplotlib.axes import Axes

from kamlib.look.style import COLOURS, axes, ticks
from kamlib.run.findings import in_words
from kamlib.stats.bridge import SAME, Bridge

WORDS = {"new or returned": "new or\nreturned", "no customer": "no\ncustomer", "not trade": "not\ntrade"}


def bridge_figure(found: Bridge, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """The sales bridge as steps: what each kind of account, and each part outside the accounts, added or took.

    It starts at nought, the earlier window, and ends with the whole change: drawn from the totals themselves the steps
    would be too small to see.

    Parameters
    ----------
    found : kamlib.stats.bridge.Bridge
    currency : str
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.2)
    steps = found.summary["change"].drop(SAME)
    steps = steps[steps != 0]
    ends = steps.cumsum()
    names = [WORDS.get(k, k) for k in steps.index] + ["all"]
    heights, bottoms = [*steps, steps.sum()], [*(ends - steps), 0]
    colours = [COLOURS["good"] if h > 0 else COLOURS["bad"] for h in heights[:-1]] + [COLOURS["accent"]]
    ax.bar(range(len(names)), heights, 0.62, bottom=bottoms, color=colours)
    for i, end in enumerate(ends):
        ax.plot([i, i + 1], [end, end], color=COLOURS["muted"], linewidth=0.8, zorder=0)
    labels = [("+" if h > 0 else "") + in_words(int(h), "money", bare=True) for h in heights]
    for i, (low, height, label) in enumerate(zip(bottoms, heights, labels, strict=True)):  # above: below are the names
        ax.annotate(label, (i, max(low, low + height)), (0, 2), textcoords="offset points", ha="center", fontsize=8)
    ax.axhline(0, color=COLOURS["muted"], linewidth=0.8)
    ax.set_xticks(range(len(names)), names)
    ax.set(ylabel=f"change of net sales{f', {currency}' if currency else ''}", xlabel="")
    ax.margins(y=0.15)
    ticks(ax.yaxis, "money")
    ax.grid(axis="x", visible=False)
    return ax
