"""Text of a book, made fit to be shown: on a page, in a figure, on a terminal."""

from __future__ import annotations

import unicodedata

# Embeddings, overrides and isolates: they reorder the text around them, so that a name can make
# a sentence read backwards. The marks U+200E, U+200F and U+061C only help, and stay.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    r"""Return text whose control characters, lone surrogates and bidirectional overrides are visible, as U+FFFD.

    Line breaks and tabs stay. So nothing of a book can steer a terminal, or turn a sentence round.

    Examples
    --------
    >>> visible("a\x1b[31mred\u202e\n  b")
    'a�[31mred�\n  b'
    """
    return "".join(c if c in "\n\t" else "\ufffd" if _harms(c) else c for c in text)


def clean_text(value: object) -> str:
    r"""Return text that is safe to lay out on one line; it is *not* yet escaped for HTML.

    Line breaks and tabs become spaces, runs of spaces one. Control characters, lone surrogates and
    bidirectional overrides (U+202A-202E, U+2066-2069) become the visible U+FFFD, so that a reader sees
    that something was there.

    Examples
    --------
    >>> clean_text("Ltd\u202eevil\x00\n& Co")
    'Ltd�evil� & Co'
    """
    return visible(" ".join(str(value).split()))


def _harms(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) in ("Cc", "Cs")
