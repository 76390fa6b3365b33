"""Paragraphs and verdicts: hostile text made harmless, and escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from kamlib.look.clean import clean_text

VERDICTS = ("supported", "not supported", "cannot tell")


@dataclass(frozen=True)
class Prose:
    """Paragraphs; made by `say` and `verdict`."""

    paragraphs: tuple[str, ...]
    verdict: str = ""

    def _repr_html_(self) -> str:
        first = f"{badge(self.verdict)} " if self.verdict else ""
        return "\n".join(f"<p>{first if i == 0 else ''}{_bold(p)}</p>" for i, p in enumerate(self.paragraphs))

    def __repr__(self) -> str:
        text = "\n\n".join(p.replace("**", "") for p in self.paragraphs)
        return f"[{self.verdict}] {text}" if self.verdict else text


def say(*paragraphs: str) -> Prose:
    """Show sentences that the library made, each argument as a paragraph.

    All of it is escaped; `**bold**` is the only mark that counts.

    Examples
    --------
    >>> say("**12 accounts** of R&D <Ltd> make up 41.0 % of sales.")
    12 accounts of R&D <Ltd> make up 41.0 % of sales.
    """
    return Prose(tuple(map(clean_text, paragraphs)))


def verdict(label: str, text: str) -> Prose:
    """Show what became of a claim: a badge, then the sentence that gives number and interval.

    Parameters
    ----------
    label : {"supported", "not supported", "cannot tell"}
    text : str
        As in `say`.

    Examples
    --------
    >>> verdict("cannot tell", "Only 7 accounts were lost.")
    [cannot tell] Only 7 accounts were lost.
    """
    if label not in VERDICTS:
        raise ValueError(f"verdict {label!r} is none of: {', '.join(VERDICTS)}")
    return Prose((clean_text(text),), label)


def badge(verdict: str) -> str:
    return f'<strong class="verdict verdict-{verdict.replace(" ", "-")}">{verdict}</strong>'


def bound(text: str) -> str:
    """Escaped; a sign for per cent never begins a line."""
    return escape(text).replace(" %", "\u00a0%")


def _bold(text: str) -> str:
    parts = bound(text).split("**")
    if len(parts) % 2 == 0:  # an odd mark is not a mark
        parts[-2:] = ["**".join(parts[-2:])]
    return "".join(f"<strong>{p}</strong>" if i % 2 else p for i, p in enumerate(parts))
