"""How likely a text is a text of names: whether its letters beyond ASCII stand where such letters stand in names.

The table `letters.txt` is made by `tools/letters.py` from names of people, places and firms in some forty languages.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f][\w’']*|[^\W_]+")
BOUNDARY, PLAIN = 4.0, 9.0  # half bits that the end of a word, and a letter of ASCII, cost anywhere
UNSEEN, STRANGE = 20.0, 36.0  # a neighbour, and a letter, that names of our languages do not have
LOST = 50.0  # bytes that are no character
AFTER, BEFORE = "’”“…»·・）\u00a0", "‘’“„«·・（㈱\u00a0"  # what may touch a word
PUNCTUATION = AFTER + BEFORE + "–—−€°®™№、。"
LATIN = "\u024f"  # its last letter
_LEVELS = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF), ("euc_kr", 0xB0, 0xC8))


@cache
def _table() -> tuple[dict[str, tuple[int, dict, dict]], dict[str, int]]:
    letters, _, signs = (Path(__file__).with_name("letters.txt").read_text("utf-8")).partition("\n\n")
    of = {}
    for line in letters.splitlines():
        letter, rarity, before, after = line.split(" ")
        of[letter] = (int(rarity, 36), _pairs(before), _pairs(after))
    levels = (line.split(" ") for line in signs.splitlines())
    return of, {sign: int(level, 36) for level, found in levels for sign in found}


def _pairs(text: str) -> dict[str, int]:
    return {text[i]: int(text[i + 1], 36) for i in range(0, len(text), 2)}


def rarity(text: str) -> float:
    """Half bits of surprise of a text of names; of two readings of the same bytes, the likelier has less.

    Examples
    --------
    >>> rarity("Müller") < rarity("Mьller") and rarity("Dvořák") < rarity("Dvoøák")
    True
    >>> rarity("Иванов") < rarity("肉囗钼") and rarity("Muñoz") < rarity("Muńoz")
    True
    """
    total, spaced = 0.0, f" {text} "
    for i, sign in enumerate(text, start=1):
        total += PLAIN if sign.isascii() else _sign(sign, spaced[i - 1], spaced[i + 1])
    return total


@cache
def _sign(sign: str, before: str, after: str) -> float:
    letter = _table()[0].get(_small(sign))
    if letter is None:
        return _other(sign, before, after)
    own, left, right = letter
    known = _table()[0].get(_small(before))
    # Where one beyond ASCII goes before: how often does this one follow?
    first = own + left.get(_plain(before), UNSEEN) - _usual(before)
    cost = known[2].get(_small(sign), UNSEEN) if known else first
    if _small(after) not in _table()[0]:
        cost += right.get(_plain(after), UNSEEN) - _usual(after)
    odd_case = (sign.isupper() and before.islower()) or (sign.islower() and before.isupper() and after.isupper())
    two_scripts = (before.isascii() and before.isalpha()) + (after.isascii() and after.isalpha()) if sign > LATIN else 0
    return cost + UNSEEN * (odd_case + two_scripts)


def _plain(neighbour: str) -> str:
    return _small(neighbour) if neighbour.isalpha() else "^"


def _small(letter: str) -> str:
    """The small letter, where it is one letter: that of a dotted capital I is two."""
    return letter.lower() if len(letter.lower()) == 1 else letter


def _usual(neighbour: str) -> float:
    return PLAIN if neighbour.isalpha() else BOUNDARY


def _other(sign: str, before: str, after: str) -> float:
    """What no name of an alphabet holds: signs of Chinese, Japanese, Korean; punctuation; rubbish."""
    if sign in _table()[1]:
        return _table()[1][sign] + UNSEEN * _in_latin(before, after)
    if sign == "\ufffd":
        return LOST
    kind = unicodedata.category(sign)
    if kind == "Lo":
        return (STRANGE if _common_sign(sign) else STRANGE * 1.5) + UNSEEN * _in_latin(before, after)
    if kind.startswith("M"):
        return UNSEEN + STRANGE * _in_latin(before, after)
    if sign in PUNCTUATION:
        glued = (before.isalpha() and sign not in AFTER) or (after.isalpha() and sign not in BEFORE)
        return UNSEEN + UNSEEN * glued
    return STRANGE * (1.5 if kind.startswith("L") else 2)


def _in_latin(before: str, after: str) -> bool:
    return any(c.isalpha() and "LATIN" in unicodedata.name(c, "") for c in (before, after))


def _common_sign(sign: str) -> bool:
    """Whether a national standard counts it among the common ones, which come first."""
    for encoding, first, last in _LEVELS:
        try:
            if first <= sign.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False
