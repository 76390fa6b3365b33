"""Figure of price, volume and mix."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from kamlib.look.style import COLOURS, axes, ticks
from kamlib.segmentation.price_volume.mix import PriceVolumeMix


def effects_figure(
    result: PriceVolumeMix, *, names: tuple[str, str] = ("before", "after"), ax: Axes | None = None
) -> Axes:
    """From the sales of one period to those of the next, effect by effect; effects of nought are left out.

    Parameters
    ----------
    result : PriceVolumeMix
    names : two str
        Of the periods.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.2)
    effects = result.effects["change"]
    effects = effects[effects != 0]
    labels, steps = [names[0], *effects.index, names[1]], effects.to_numpy()
    upto = result.before + np.concatenate([[0], np.cumsum(steps)])
    heights = np.array([result.before, *steps, result.after])
    bottoms = np.array([0, *upto[:-1], 0])
    colours = [COLOURS["good"] if s > 0 else COLOURS["bad"] for s in steps]
    x = np.arange(len(labels))
    ax.bar(x, heights, bottom=bottoms, width=0.65, color=[COLOURS["muted"], *colours, COLOURS["accent"]])
    for i, level in enumerate(upto):
        ax.plot([i - 0.325, i + 1.325], [level, level], color="#26313b", linewidth=0.7)
    money = ax.yaxis
    ticks(money, "money")
    for i, (height, bottom) in enumerate(zip(heights, bottoms, strict=True)):
        sign = "+" if 0 < i < len(x) - 1 and height > 0 else ""
        text = sign + money.get_major_formatter()(_short(height))
        top = (i, max(bottom, bottom + height))
        ax.annotate(text, top, (0, 3), textcoords="offset points", ha="center", fontsize=8.5)
    # Cut where the effects would be too small to see; the axis says so.
    cut = upto.min() > 0.5 * upto.max()
    ax.margins(y=0.12)
    ax.set_ylim(0.9 * upto.min() if cut else min(0, upto.min()), None)
    ax.set_xticks(x, [label.replace(" ", "\n", 1) for label in labels])
    ax.set_ylabel("net sales (axis cut)" if cut else "net sales")
    ax.grid(axis="x", visible=False)
    return ax


def _short(cents: float) -> float:
    """Three significant figures: the table has them all."""
    return float(f"{cents:.3g}")
