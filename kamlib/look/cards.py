"""Headline figures, a card each: what a reader sees first of a page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from kamlib.look import Spark
from kamlib.look.clean import clean_text


@dataclass(frozen=True)
class Card:
    """A headline figure: what it is, the figure, words beside it, and how it came there.

    Attributes
    ----------
    what, value : str
    beside : str
        Such as an interval, or what it was before.
    line : Spark, optional
    """

    what: str
    value: str
    beside: str = ""
    line: Spark | None = None

    def _repr_html_(self) -> str:
        line = f"<dd>{self.line._repr_html_()}</dd>" if self.line else ""
        beside = f'<dd class="beside">{escape(clean_text(self.beside))}</dd>' if self.beside else ""
        value = f'<dd class="value">{escape(clean_text(self.value))}</dd>'
        return f"<div><dt>{escape(clean_text(self.what))}</dt>{value}{beside}{line}</div>"

    def __repr__(self) -> str:
        beside = f" ({clean_text(self.beside)})" if self.beside else ""
        line = "" if self.line is None else f" {self.line!r}"
        return f"{clean_text(self.what)}: {clean_text(self.value)}{beside}{line}"


@dataclass(frozen=True)
class Cards:
    """Headline figures side by side; made by `cards`."""

    all: tuple[Card, ...]

    def _repr_html_(self) -> str:
        return f'<dl class="cards">{"".join(one._repr_html_() for one in self.all)}</dl>'

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.all))


def cards(*all: Card) -> Cards:
    """Show headline figures as cards.

    Examples
    --------
    >>> cards(Card("Key accounts", "12", "11 the month before"), Card("Their share of sales", "41.0 %"))
    Key accounts: 12 (11 the month before)
    Their share of sales: 41.0 %
    """
    return Cards(all)
