"""Pictures of accounts on their way from class to class."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from kamlib.look.style import COLOURS, axes
from kamlib.segmentation.migration.history import INACTIVE, NEW, STATES

COLOUR = {c: COLOURS[c] for c in "ABC"} | {INACTIVE: "#5b6670", NEW: COLOURS["good"]}
ORDER = ("A", "B", "C", NEW, INACTIVE)
GAP = 0.05  # of the height, between states
BAR = 0.03  # of the distance between period ends: half a bar's width


def flows_figure(classes: pd.DataFrame, *, most: int = 4, ax: Axes | None = None) -> Axes:
    """Accounts flowing from class to class, period end by period end; as high as they are many.

    Who is inactive at two period ends running is left out, and who is still new: they would dwarf the rest.

    Parameters
    ----------
    classes : pandas.DataFrame
        `held` or `reported` of a `ClassHistory` with at least two period ends.
    most : int
        Period ends drawn, the last ones.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    shown = classes.iloc[:, -most:]
    ax = ax or axes(height=4.2)
    flows = [_flow(shown.iloc[:, t], shown.iloc[:, t + 1]) for t in range(shown.shape[1] - 1)]
    heights = _heights(flows)
    top = max(h.sum() for h in heights)
    bases = [_bases(h, top) for h in heights]
    for t, flow in enumerate(flows):
        _ribbons(ax, t, flow, bases)
    for t, (height, base) in enumerate(zip(heights, bases, strict=True)):
        _bars(ax, t, height, base, last=t == len(heights) - 1)
    ax.set_xticks(range(shown.shape[1]), [f"{end:%b %Y}" for end in shown.columns])
    ax.set(xlim=(-0.25, shown.shape[1] - 0.75), ylim=(-0.02 * top, top * (1 + GAP * len(ORDER)) * 1.02), yticks=[])
    ax.set_xlabel("end of the trailing window")
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def _flow(was: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Accounts by state before (rows) and after (columns)."""
    table = pd.crosstab(was, now).reindex(index=ORDER, columns=ORDER, fill_value=0)
    table.loc[INACTIVE, INACTIVE] = 0
    table.loc[NEW, [NEW, INACTIVE]] = 0
    return table


def _heights(flows: list[pd.DataFrame]) -> list[pd.Series]:
    """Size of each state at each end: what flows out of it or into it, whichever is more."""
    out = [f.sum(axis=1) for f in flows]
    into = [f.sum(axis=0) for f in flows]
    between = [np.maximum(i, o) for i, o in zip(into[:-1], out[1:], strict=True)]
    return [out[0], *between, into[-1]]


def _bases(height: pd.Series, top: float) -> pd.Series:
    """Lower edge of each state, the first on top, with gaps."""
    gap = GAP * top
    below = height[::-1].cumsum()[::-1] - height
    return below + gap * np.arange(len(height))[::-1]


def _ribbons(ax: Axes, t: int, flow: pd.DataFrame, bases: list[pd.Series]) -> None:
    left = bases[t] + flow.sum(axis=1)
    right = bases[t + 1] + flow.sum(axis=0)
    for was in ORDER:
        for now in ORDER:
            if n := flow.loc[was, now]:
                stays = was == now
                _ribbon(ax, (t + BAR, t + 1 - BAR), left[was], right[now], n, COLOUR[was], 0.25 if stays else 0.6)
                left[was] -= n
                right[now] -= n


def _ribbon(ax: Axes, x: tuple[float, float], left: float, right: float, n: float, colour: str, alpha: float) -> None:
    middle = sum(x) / 2
    points = [
        (x[0], left), (middle, left), (middle, right), (x[1], right),
        (x[1], right - n), (middle, right - n), (middle, left - n), (x[0], left - n), (x[0], left),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=alpha, linewidth=0))


def _bars(ax: Axes, t: int, height: pd.Series, base: pd.Series, *, last: bool) -> None:
    for state in ORDER:
        if n := height[state]:
            ax.bar(t, n, 2 * BAR, bottom=base[state], color=COLOUR[state])
            side, align = (t + 2 * BAR, "left") if last or t else (t - 2 * BAR, "right")
            ax.text(side, base[state] + n / 2, f"{state} {int(n):,}", ha=align, va="center", fontsize=8.5)


def transitions_figure(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Transition shares as a square: in each cell the share and its 95 % interval; the darker, the larger.

    Parameters
    ----------
    table : pandas.DataFrame
        From `transitions`.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = ax or axes(height=3.6)
    columns = STATES[:-1]
    share = table.pivot(index="from", columns="to", values="share").reindex(index=STATES, columns=columns)
    ax.imshow(np.nan_to_num(share.to_numpy()), cmap="Blues", vmin=0, vmax=1.2, aspect="auto")
    for row in table.itertuples():
        if not np.isnan(row.share):
            x, y = columns.index(row.to), STATES.index(row[1])
            text = f"{100 * row.share:.1f} %\n{100 * row.low:.1f} to {100 * row.high:.1f}"
            ax.text(x, y, text, ha="center", va="center", fontsize=8, color="white" if row.share > 0.65 else "#26313b")
    counts = table.drop_duplicates("from").set_index("from")["of"]
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(STATES)), [f"{s} (n = {counts.get(s, 0):,})" for s in STATES])
    ax.set(xlabel="class one period later (share of the row, 95 % interval)", ylabel="class before")
    ax.grid(visible=False)
    return ax
