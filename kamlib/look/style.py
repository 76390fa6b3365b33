"""One look for every figure: fonts, grid, fixed colours, and a caption and alt text for each.

Only this module and the `figures.py` of a room import matplotlib.
"""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogFormatter, NullFormatter

from kamlib.look.clean import clean_text

# A label keeps its colour on every page. Drawn from the sets of Okabe & Ito (2008) and Paul Tol
# (2021), both made for colour-blind readers; tests/test_style.py measures that labels shown
# together stay apart. report/template/page.css repeats them for badges (a test compares).
COLOURS = {
    "A": "#0b4f8a", "B": "#56b4e9", "C": "#b9c3cd",
    "X": "#00735c", "Y": "#e6a700", "Z": "#d55e00", "?": "#9aa1a9",
    "breadwinner": "#332288", "prospect": "#117733", "image-maker": "#aa4499",
    "expert": "#ddaa33", "ordinary": "#b5bac0",
    "accent": "#0b5fa5", "muted": "#8a939d", "warning": "#e6a700", "bad": "#c4451c", "good": "#00735c",
}  # fmt: skip
"""Colour of each label and role."""

WIDTH = 7.2  # inches: the measure of a report page
DPI = 150
_INK, _LINE = "#26313b", "#d9dee3"

_RC = {
    "figure.dpi": DPI, "savefig.dpi": DPI, "figure.figsize": (WIDTH, 3.4),
    "figure.constrained_layout.use": True, "figure.facecolor": "white", "savefig.facecolor": "white",
    "font.size": 9.5, "axes.labelsize": 9.5, "axes.titlesize": 10.5,
    "axes.titleweight": "bold", "axes.titlelocation": "left", "axes.titlepad": 8.0,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "legend.fontsize": 9, "legend.frameon": False,
    "text.color": _INK, "axes.labelcolor": _INK, "axes.titlecolor": _INK,
    "xtick.color": _LINE, "ytick.color": _LINE, "xtick.labelcolor": _INK, "ytick.labelcolor": _INK,
    "axes.edgecolor": "#aab2ba", "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "axes.axisbelow": True, "grid.color": _LINE, "grid.linewidth": 0.6,
    "lines.linewidth": 1.8, "lines.markersize": 4.5, "patch.linewidth": 0,
    "axes.prop_cycle": mpl.cycler(color=["#0b5fa5", "#d55e00", "#00735c", "#cc79a7", "#e6a700", "#56b4e9"]),
    # A customer called "A$AP $" must not be read as a formula, which would stop the notebook.
    "text.parse_math": False, "text.usetex": False,
    "svg.hashsalt": "kamlib",
}  # fmt: skip


FONT = "DejaVu Sans"  # comes with matplotlib: Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian, Georgian, many signs
# For what it lacks, whichever of these are there, in this order: free fonts, then those of Windows and of the Mac.
FALLBACKS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Droid Sans Fallback", "IPAGothic", "NanumGothic",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Hiragino Sans", "PingFang SC", "Apple SD Gothic Neo",
    "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai", "Noto Sans Ethiopic",
    "Nirmala UI", "Leelawadee UI", "Ebrima", "Kohinoor Devanagari", "Thonburi", "Arial Unicode MS",
    "Noto Emoji", "Segoe UI Symbol", "Unifont",
)  # fmt: skip
NO_FONT = "Signs drawn as boxes are of a script for which this computer has no font; the tables have the names."


def use_style() -> None:
    """Set the look for all figures drawn from now on.

    Names in scripts that DejaVu Sans lacks (Chinese, Japanese, Korean, Devanagari, Thai and others) are
    drawn in the first of `FALLBACKS` that this computer has. Where it has none, boxes stand for them,
    and `figure` says so below the figure; nothing is transliterated.

    Examples
    --------
    >>> use_style()
    """
    mpl.rcParams.update(_RC | {"font.family": fonts()})


@cache
def fonts() -> list[str]:
    """The font of figures, then the fallbacks that this computer has.

    Examples
    --------
    >>> fonts()[0]
    'DejaVu Sans'
    """
    there = set(font_manager.get_font_names())
    return [FONT, *(name for name in FALLBACKS if name in there)]


def axes(rows: int = 1, columns: int = 1, *, height: float = 3.4, **options: Any) -> Any:
    """Return new axes in the one style, as wide as a page: what a room draws on when given no `ax`.

    Parameters
    ----------
    rows, columns : int
        More than one gives an array of axes, as `plt.subplots` does.
    height : float
        Of the whole figure, inches.
    **options
        For `plt.subplots`, such as `sharey=True`.

    Examples
    --------
    >>> ax = axes(height=2)
    >>> ax.figure.get_size_inches().tolist()
    [7.2, 2.0]
    >>> plt.close(ax.figure)
    """
    use_style()
    return plt.subplots(rows, columns, figsize=(WIDTH, height), **options)[1]


def multiples(names: Sequence[object], *, columns: int = 3, height: float = 1.35) -> list[Axes]:
    """Return small multiples: one small axes for each name, all on the same two scales, so that they compare.

    Parameters
    ----------
    names : sequence
        Text from the data; each is cleaned, cut, and stands above its axes.
    columns : int
        Axes side by side.
    height : float
        Of each row, inches.

    Returns
    -------
    list of Axes
        In the order of the names; only the outer ones carry tick labels.

    Raises
    ------
    ValueError
        If there are no names.

    Examples
    --------
    >>> panels = multiples(["Łódź & Sons", "B Ltd", "C", "D"])
    >>> [ax.get_title(loc="left") for ax in panels]
    ['Łódź & Sons', 'B Ltd', 'C', 'D']
    >>> plt.close(panels[0].figure)
    """
    if not len(names):
        raise ValueError("small multiples need at least one name")
    columns = min(columns, len(names))
    rows = -(-len(names) // columns)
    grid = axes(rows, columns, height=0.45 + height * rows, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for ax in panels[len(names) :]:
        ax.remove()
        panels[panels.index(ax) - columns].xaxis.set_tick_params(labelbottom=True)  # now the lowest of its column
    for ax, name in zip(panels, names, strict=False):
        ax.set_title(short(name), fontsize=9, fontweight="normal", pad=4)
    return panels[: len(names)]


def ticks(axis: Axis, kind: str) -> None:
    """Write an axis's tick labels the way tables do.

    Parameters
    ----------
    axis : Axis
        `ax.xaxis` or `ax.yaxis`.
    kind : {"money", "share", "number"}
        `money` is cents, shown short (1.2 M, 250 k); `share` 0 to 1, in per cent.

    Examples
    --------
    >>> ax = axes()
    >>> ticks(ax.yaxis, "money")
    >>> [ax.yaxis.get_major_formatter()(cents) for cents in (0, 95_000, 120_000_000, -25_000_000)]
    ['0', '950', '1.2 M', '−250 k']
    >>> plt.close(ax.figure)
    """
    if kind not in _TICKS:
        raise ValueError(f"kind {kind!r} of ticks is none of: {', '.join(_TICKS)}")
    axis.set_major_formatter(FuncFormatter(_TICKS[kind]))


def short(text: object, length: int = 28) -> str:
    """Return a name from the data, cleaned and cut, for use in a figure.

    Examples
    --------
    >>> short("A rather long customer name & Sons Ltd")
    'A rather long customer name…'
    """
    text = clean_text(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


@dataclass(frozen=True)
class Shown:
    """A finished figure; made by `figure`."""

    png: bytes
    caption: str
    alt: str
    width: int  # as laid out, CSS pixels
    height: int

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        data = base64.b64encode(self.png).decode("ascii")
        page = (
            f'<figure><img src="data:image/png;base64,{data}" alt="{escape(self.alt)}" '
            f'width="{self.width}" height="{self.height}"><figcaption>{escape(self.caption)}</figcaption></figure>'
        )
        meta = {"alt": self.alt, "caption": self.caption, "width": self.width, "height": self.height}
        return {"image/png": data, "text/html": page, "text/plain": self.caption}, {"image/png": meta}

    def __repr__(self) -> str:
        return self.caption


def figure(ax_or_fig: Axes | Figure | Any, *, caption: str, alt: str) -> Shown:
    """Finish a figure: draw it once, close it, and give it a caption and alt text.

    Parameters
    ----------
    ax_or_fig : Axes or Figure
        Or an array of axes of one figure, as `axes` gives.
    caption : str
        What the figure shows, with n and what the interval is.
    alt : str
        What a reader who cannot see it should know: what is drawn, and what stands out.

    Returns
    -------
    Shown
        Jupyter shows picture and caption; a report page makes a `<figure>` of it.

    Raises
    ------
    ValueError
        If caption or alt is empty.

    Examples
    --------
    >>> ax = axes()
    >>> _ = ax.bar(["A", "B"], [3, 1], color=[COLOURS["A"], COLOURS["B"]])
    >>> figure(ax, caption="Accounts by class, n = 4.", alt="Two bars; A is three times B.")
    Accounts by class, n = 4.
    """
    caption, alt = clean_text(caption), clean_text(alt)
    if not caption or not alt:
        raise ValueError("a figure needs a caption and alt text; both say what it shows, in words")
    fig = _figure_of(ax_or_fig)
    for ax in fig.axes:
        _plain_log_ticks(ax.xaxis)
        _plain_log_ticks(ax.yaxis)
    buffer = io.BytesIO()
    with warnings.catch_warnings(record=True) as said:
        # no Software entry: the bytes must not change with matplotlib's patch version
        fig.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    plt.close(fig)
    if _without_glyphs(said):
        caption = f"{caption} {NO_FONT}"
    width, height = (round(inches * 96) for inches in fig.get_size_inches())
    return Shown(buffer.getvalue(), caption, alt, width, height)


def _without_glyphs(said: list[warnings.WarningMessage]) -> bool:
    """Whether a font lacked a sign; what else was warned of is passed on."""
    boxes = [one for one in said if "missing from font" in str(one.message)]
    for one in said:
        if one not in boxes:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return bool(boxes)


def _figure_of(thing: Any) -> Figure:
    if hasattr(thing, "flat"):  # an array of axes
        thing = thing.flat[0]
    return thing.get_figure(root=True)


def _plain_log_ticks(axis: Axis) -> None:
    """Write 1,000 on a log axis: matplotlib's own 10^3 is a formula, and formulas are off."""
    if axis.get_scale() == "log" and isinstance(axis.get_major_formatter(), LogFormatter):
        ticks(axis, "number")
        axis.set_minor_formatter(NullFormatter())


def _number(value: float, _position: int | None = None) -> str:
    return f"{value:,.10g}".replace("-", "−")


def _money(cents: float, _position: int | None = None) -> str:
    value = cents / 100
    for size, letter in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return _number(value / size) + letter
    return _number(value)


def _share(value: float, _position: int | None = None) -> str:
    return f"{_number(round(value * 100, 6))} %"


_TICKS = {"money": _money, "share": _share, "number": _number}
