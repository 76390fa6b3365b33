"""What a reader sees besides figures: tables, small lines, paragraphs and verdicts.

A notebook ends a cell with one of these; Jupyter shows its HTML, a report page keeps it
(`kamlib.report.page.render`), and the plain text beside it is rounded and stable, for nbval.

Every cell of a book is hostile text (DESIGN, rule 7), so all of it passes `clean_text` and is
escaped. No style attributes: a page's content-security-policy would ignore them.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from numbers import Integral
from typing import Any, Literal, get_args

import pandas as pd

from kamlib.look import sparkline
from kamlib.look.clean import clean_text
from kamlib.look.prose import VERDICTS, badge, bound
from kamlib.money import money
from kamlib.tables import ABC, CLIENT_TYPES, XYZ, XYZ_UNKNOWN

Kind = Literal[
    "money", "share", "whole", "number", "date", "flag", "text", "prose", "label", "interval", "spark", "verdict"
]
NUMERIC = ("money", "share", "whole", "number")
RIGHT = (*NUMERIC, "interval")  # kinds that stand in columns of figures
FROM_ZERO = ("money", "whole")  # amounts and counts: their lines start at nought
DECIMALS = {"money": 0, "share": 1, "whole": 0, "number": 2}
LABELLED = ("abc", "xyz", "type", "client_type")  # columns of labels, by name
MISSING = "–"
LONG = 30  # characters of a sentence that wants a column of some width
BRIEF = 12  # characters of a sentence that stays on one line
SHORT = 60  # characters of a text cell; the whole text is in its title
LABEL_CLASSES = {x: f"label-{x}" for x in (*ABC, *XYZ, *CLIENT_TYPES)} | {XYZ_UNKNOWN: "label-unknown"}

_FIGURE = re.compile(r"([+−-]?[\d,]+)((?:\.\d+)?)((?: .*)?)")  # number, decimals, unit
WIDEST = 20  # characters of a unit for which page.css has room


@dataclass(frozen=True)
class Col:
    """How one column is shown.

    Attributes
    ----------
    label : str
        Heading. Default: the column's name, without `_cents` or `_id`, underscores as spaces.
    kind : {"money", "share", "whole", "number", "date", "flag", "text", "prose", "label", "interval", "spark", \
"verdict"}
        `prose` is text of ours, shown whole; other text is cut at 60 characters.
        `money` is integer cents, `share` 0 to 1 shown in per cent, `label` a class or type
        (A, X, expert) with its colour, `interval` text such as "11 to 14". Default: by name
        and dtype. A str in a numeric column is shown as it is, so that a table of findings
        with many units can stand in one column. `spark` is a list of numbers in order of time, drawn
        as a small line (see `spark`); the column sorts by the last of them. `verdict` is one of `VERDICTS`, as a badge.
    of : {"money", "share", "whole", "number"}
        What the numbers of a `spark` are.
    decimals : int
        Default: money 0, share 1, number 2.
    unit : str
        Shown after the heading, in brackets.
    interval : (str, str)
        Names of the columns with the lower and upper limit, shown as "low to high" in a column
        of its own after the value. The two are then not shown by themselves.
    """

    label: str = ""
    kind: Kind | None = None
    decimals: int | None = None
    unit: str = ""
    interval: tuple[str, str] | None = None
    of: Kind = "number"

    def __post_init__(self) -> None:
        if self.kind not in (None, *get_args(Kind)):
            raise ValueError(f"kind {self.kind!r} of a column is none of: {', '.join(get_args(Kind))}")
        if self.of not in NUMERIC:
            raise ValueError(f"a line is of one of: {', '.join(NUMERIC)}; not of {self.of!r}")


# How the project's own columns are shown wherever they stand, so that notebooks need not say it again.
STANDARD = {
    "customer_id": Col("Account"), "abc": Col("Class", "label"), "shown": Col("Class", "label"),
    "forward": Col("Next window", "share", decimals=0), "xyz": Col("Frequency", "label"),
    "value": Col("Value", "money"), "cents": Col("Net", "money"), "return_cents": Col("Of which returns", "money"),
    "sales": Col("Net sales", "money"), "profit": Col("Profit", "money"), "sales_class": Col("By sales", "label"),
    "profit_class": Col("By profit", "label"), "difference": Col("Share of profit less of sales", "share", decimals=2),
    "share": Col("Share", "share"), "cum_share": Col("Together", "share"), "rate": Col("Returned", "share"),
    "expected": Col("Average year", "share", interval=("low", "high")), "key": Col("On the list", "flag"),
    "account_share": Col("Share of accounts", "share"), "probability": Col("Probability", "share", decimals=0),
    "confidence": Col("Confidence", "share", decimals=0), "likely": Col("Most likely", "label"),
    "xyz_confidence": Col("Confidence", "share", decimals=0), "border": Col("Border of"),
    "stays": Col("Same class", "share", decimals=0), "next_A": Col("A", "share", decimals=0),
    "next_B": Col("B", "share", decimals=0), "next_C": Col("C", "share", decimals=0),
    "next_out": Col("Silent", "share", decimals=0), "served": Col("After serving", "money"),
    "served_class": Col("After serving", "label"),
    "A": Col("A", "whole"), "B": Col("B", "whole"), "C": Col("C", "whole"),
    "X": Col("X", "whole"), "Y": Col("Y", "whole"), "Z": Col("Z", "whole"), "?": Col("?", "whole"),
    "same": Col("Same as by frequency", "share"),
    "rule": Col("Rule", "prose"), "to_do": Col("To do", "prose"), "evidence": Col("Evidence", "prose"),
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table for readers; made by `table`."""

    caption: str
    columns: tuple[Col, ...]
    rows: tuple[tuple[tuple[Any, str], ...], ...]  # (value to sort by, text) of each cell shown
    note: str = ""

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col"{_num(c)}>{escape(_heading(c))}</th>' for c in self.columns)
        aligned = [_places(col, cells) for col, cells in zip(self.columns, zip(*self.rows, strict=True), strict=False)]
        body = "".join(f"<tr>{''.join(map(_cell_html, self.columns, row, aligned))}</tr>\n" for row in self.rows)
        note = f'<p class="kam-note">{escape(self.note)}</p>' if self.note else ""
        return (
            f'<table class="kam"><caption>{escape(self.caption)}</caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>{note}"
        )

    def __repr__(self) -> str:
        grid = [[_heading(c) for c in self.columns], *([_short(text) for _, text in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
        lines = ("  ".join(map(_pad, row, widths, self.columns)).rstrip() for row in grid)
        return "\n".join(filter(None, (self.caption, *lines, self.note)))


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    columns: Mapping[str, Col | str] | Sequence[str] | None = None,
    n: int = 25,
    source: str = "",
    unit: str = "",
) -> Table:
    """Show a frame as a table.

    Parameters
    ----------
    frame : DataFrame, one row per row of the table
        Its index is not shown.
    caption : str
        What the table says, and of when.
    columns : mapping of column name to Col or label, or sequence of names, optional
        The columns to show, in this order; a plain str is short for `Col(label)`. Default: all columns.
        Columns without a Col of their own are shown as `STANDARD` says, else by name and dtype.
    n : int
        Rows shown. What is left out is said below the table.
    source : str
        Where all rows are, such as a file of the run folder.
    unit : str
        Unit of the columns of money that name none.

    Raises
    ------
    ValueError
        If `columns` names a column that the frame does not have.

    Examples
    --------
    >>> frame = pd.DataFrame({"account": ["Łódź <Ltd>", "B"], "profit_cents": [123456, None], "abc": ["A", "B"]})
    >>> table(frame, caption="Profit, 2011", columns={
    ...     "account": "Account", "profit_cents": Col("Profit", unit="GBP"), "abc": Col("Class", "label")})
    Profit, 2011
    Account     Profit (GBP)  Class
    Łódź <Ltd>         1,235  A
    B                      –  B
    """
    chosen = _chosen(frame, columns, unit)
    top = frame.head(n)
    shown = [part for name, col in chosen.items() for part in _parts(top, name, col)]
    heads, cells = zip(*shown, strict=True)
    note = f"Showing {n:,} of {len(frame):,} rows" if len(frame) > n else ""
    note += f"; all rows in {source}." if note and source else "." if note else ""
    return Table(clean_text(caption), heads, tuple(zip(*cells, strict=True)), clean_text(note))


def findings(found: Iterable[Any], *, caption: str) -> Table:
    """Show findings: what, value, 95 % interval, n, verdict. A column that no finding fills is left out.

    Where they are of several pages, the first column names the page, so that the filter finds all of one.

    Parameters
    ----------
    found : iterable of kamlib.run.Finding
    caption : str

    Examples
    --------
    >>> from kamlib.run import Finding
    >>> findings([Finding("a.b", "Share of the largest", 0.031, "share", 0.02, 0.05)], caption="Findings")
    Findings
    What                  Value  95 % interval
    Share of the largest  3.1 %  2.0 to 5.0 %
    """
    rows = [(f.page, f.says, f.text, f.interval, "" if f.n is None else f"{f.n:,}", f.verdict) for f in found]
    columns = {
        "page": Col("Page", "prose"),
        "what": Col("What", "prose"),
        "value": Col("Value", "number"),
        "interval": Col("95 % interval", "interval"),
        "n": Col("Rests on", "number"),
        "verdict": Col("Claim", "prose"),
    }
    frame = pd.DataFrame(rows, columns=list(columns))
    filled = [c for c in columns if c == "what" or (frame[c] != "").any()]
    if frame["page"].nunique() < 2:
        filled.remove("page")
    return table(frame, caption=caption, columns={c: columns[c] for c in filled}, n=len(frame))


@dataclass(frozen=True)
class Spark:
    """A line as small as a word; made by `spark`."""

    values: tuple[float | None, ...]
    alt: str
    zero: bool

    @property
    def last(self) -> float | None:
        """The last value that is known."""
        return next((v for v in reversed(self.values) if v is not None), None)

    def _repr_html_(self) -> str:
        return sparkline.svg(self.values, alt=self.alt, zero=self.zero)

    def __repr__(self) -> str:
        return sparkline.blocks(self.values, zero=self.zero)


def spark(values: Iterable, *, of: Kind = "number", decimals: int | None = None, unit: str = "") -> Spark:
    """A small line of numbers in order of time, as tables (`Col(kind="spark")`), cards and the history use it.

    Parameters
    ----------
    values : iterable of numbers or None
        At equal steps of time; a missing one leaves a gap.
    of : {"money", "share", "whole", "number"}
        How the numbers are written in the words beside the line. Lines of money and of whole numbers start at
        nought; those of shares and other numbers at their lowest value, so that only their own shape shows.
    decimals : int, optional
    unit : str

    Examples
    --------
    >>> spark([12, 15, None, 9], of="whole", unit="accounts").alt
    '4 values, 1 missing: first 12, lowest 9, highest 15, last 9 accounts'
    >>> spark([12, 15, None, 9], of="whole")
    ▇█ ▅
    """
    found = tuple(sparkline.numbers(values))
    return Spark(found, _spark_words(found, Col(kind=of, decimals=decimals), clean_text(unit)), of in FROM_ZERO)


def _spark_words(found: Sequence[float | None], col: Col, unit: str) -> str:
    known = [v for v in found if v is not None]
    if not known:
        return "no values"
    first, last, low, high = (_text(v, col) for v in (known[0], known[-1], min(known), max(known)))
    counted = f"{len(found)} value{'s' if len(found) > 1 else ''}"
    missing = f", {len(found) - len(known)} missing" if len(known) < len(found) else ""
    return f"{counted}{missing}: first {first}, lowest {low}, highest {high}, last {last} {unit}".rstrip()


def _chosen(frame: pd.DataFrame, columns: Mapping | Sequence[str] | None, unit: str = "") -> dict[str, Col]:
    if not isinstance(columns, Mapping):
        columns = {name: STANDARD.get(name, Col()) for name in (frame if columns is None else columns)}
    wanted = {k: Col(v) if isinstance(v, str) else v for k, v in columns.items()}
    limits = [name for col in wanted.values() for name in col.interval or ()]
    if missing := [str(k) for k in (*wanted, *limits) if k not in frame]:
        raise ValueError(f"no column {', '.join(missing)} to show; there are: {', '.join(map(str, frame))}")
    filled = {k: _filled(col, k, frame[k]) for k, col in wanted.items() if k not in limits}
    return {k: replace(c, unit=clean_text(unit)) if c.kind == "money" and not c.unit else c for k, c in filled.items()}


def _filled(col: Col, name: object, values: pd.Series) -> Col:
    label = clean_text(col.label or _label(str(name)))
    return replace(col, label=label, unit=clean_text(col.unit), kind=col.kind or _kind(str(name), values))


def _label(name: str) -> str:
    if name in LABELLED[:2]:
        return name.upper()
    words = name.removesuffix("_cents").removesuffix("_id").replace("_", " ")
    return words[:1].upper() + words[1:]


def _kind(name: str, values: pd.Series) -> Kind:
    is_ = pd.api.types
    if is_.is_bool_dtype(values):
        return "flag"
    if is_.is_numeric_dtype(values):
        if name.endswith("_cents"):
            return "money"
        if name == "share" or name.endswith("_share"):
            return "share"
        return "whole" if is_.is_integer_dtype(values) else "number"
    if is_.is_datetime64_any_dtype(values) or isinstance(next(iter(values.dropna()), None), dt.date):
        return "date"
    return "label" if name in LABELLED else "text"


def _parts(frame: pd.DataFrame, name: str, col: Col) -> list[tuple[Col, list[tuple[Any, str]]]]:
    """The column, and its interval as a second one, so that figures stand under figures."""
    if col.kind == "spark":
        drawn = [_drawn(value, col) for value in frame[name]]
        return [(col, [(one, repr(one)) for one in drawn])]
    parts = [(col, [(v, _text(v, col)) for v in frame[name]])]
    if col.interval:
        limits = zip(*(frame[k] for k in col.interval), strict=True)
        parts.append((Col("95 % interval", "interval"), [(low, _range(low, high, col)) for low, high in limits]))
    return parts


def _drawn(value: Any, col: Col) -> Spark:
    """A line of numbers, or one that is made already: of rows of different kinds, as findings are."""
    if isinstance(value, Spark):
        return value
    return spark(() if _nothing(value) else value, of=col.of, decimals=col.decimals)


def _nothing(value: Any) -> bool:
    """Nothing to show: missing, or not finite (a cut point that nobody reaches)."""
    return bool(pd.api.types.is_scalar(value) and (pd.isna(value) or value in (math.inf, -math.inf)))


def _range(low: Any, high: Any, col: Col) -> str:
    if pd.isna(low) and pd.isna(high):
        return MISSING
    return f"{_text(low, col).removesuffix(' %')} to {_text(high, col)}"


def _text(value: Any, col: Col) -> str:
    if _nothing(value):
        return MISSING
    if col.kind in NUMERIC and not isinstance(value, str):
        return _number(value, col.kind, DECIMALS[col.kind] if col.decimals is None else col.decimals)
    if col.kind == "flag":
        return "yes" if value else "no"
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else clean_text(value)


def _number(value: Any, kind: Kind, decimals: int) -> str:
    if kind == "money" and isinstance(value, Integral):
        text = money(value, decimals=decimals)
    elif isinstance(value, Integral) and kind == "whole" and not decimals:
        text = f"{value:,d}"  # not by way of a float, which holds no more than 15 digits
    else:
        scaled = value / 100 if kind == "money" else value * 100 if kind == "share" else value
        text = f"{scaled:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.removeprefix("-")  # no "minus nought"
    # a true minus sign: screen readers leave out a hyphen
    return text.replace("-", "−") + (" %" if kind == "share" else "")


def _places(col: Col, cells: Iterable[tuple[Any, str]]) -> tuple[int, int]:
    """Most decimals and longest unit of a column in which figures of many units stand, to align them at the point."""
    texts = [text for value, text in cells if col.kind in NUMERIC and isinstance(value, str)]
    parts = [m for m in map(_FIGURE.fullmatch, texts) if m]
    return max((len(m[2]) for m in parts), default=0), max((len(m[3]) for m in parts), default=0)


def _aligned(text: str, places: tuple[int, int]) -> str:
    """A figure and its unit, with room for the decimals it lacks (page.css makes it; no character is added)."""
    if not (figure := _FIGURE.fullmatch(text)):
        return escape(text)
    lacks = min(places[0] - len(figure[2]), WIDEST)
    number = f'<span class="lacks-{lacks}">{figure[1]}{figure[2]}</span>' if lacks else figure[1] + figure[2]
    return f'{number}<span class="unit-{min(places[1], WIDEST)}">{escape(figure[3])}</span>' if places[1] else number


def _order(text: str) -> str:
    figure = _FIGURE.fullmatch(text)
    return f' data-sort="{(figure[1] + figure[2]).replace(",", "").replace("−", "-")}"' if figure else ""


def _cell_html(col: Col, cell: tuple[Any, str], places: tuple[int, int] = (0, 0)) -> str:
    value, text = cell
    if isinstance(value, Spark):
        sort = "" if value.last is None else value.last
        return f'<td class="num line" data-sort="{sort}" title="{escape(value.alt)}">{value._repr_html_()}</td>'
    if col.kind in RIGHT:
        if isinstance(value, str):
            shown = _aligned(text, places) if col.kind in NUMERIC else escape(text)
            words = ' class="num words"' if len(text) > LONG // 2 and not _FIGURE.fullmatch(text) else _num(col)
            return f"<td{words if col.kind in NUMERIC else _num(col)}{_order(text)}>{shown}</td>"
        return f'<td{_num(col)} data-sort="{"" if pd.isna(value) else value}">{escape(text)}</td>'
    if col.kind in ("date", "flag"):
        return f'<td class="date">{escape(text)}</td>'
    if col.kind == "prose":
        width = ' class="long"' if len(text) > LONG else ' class="brief"' if len(text) <= BRIEF and " " in text else ""
        return f"<td{width}>{bound(text)}</td>"
    if col.kind == "verdict" and text in VERDICTS:
        return f"<td>{badge(text)}</td>"
    name = LABEL_CLASSES.get(text) if col.kind == "label" else None
    title = f' title="{escape(text)}"' if len(text) > SHORT else ""
    classes = f' class="label {name}"' if name else ""
    return f"<td{title}><bdi{classes}>{escape(_short(text))}</bdi></td>"


def _num(col: Col) -> str:
    kinds = {"interval": " interval", "spark": " line"}
    return f' class="num{kinds.get(col.kind, "")}"' if col.kind in (*RIGHT, "spark") else ""


def _heading(col: Col) -> str:
    return f"{col.label} ({col.unit})" if col.unit else col.label


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1].rstrip() + "…"


def _pad(text: str, width: int, col: Col) -> str:
    return text.rjust(width) if col.kind in RIGHT else text.ljust(width)
