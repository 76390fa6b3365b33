"""Names of months and weekdays in thirty-one languages, from Babel's copy of Unicode's CLDR."""

from __future__ import annotations

import unicodedata
from functools import cache

# With the countries that call months otherwise than their language does elsewhere.
LOCALES = (
    "en", "de", "de_AT", "fr", "es", "ar", "ar_SY", "ar_DZ", "ar_MA", "ar_MR", "pt", "it", "nl", "pl", "tr", "ru", "zh",
    "ja", "ko", "hi", "id", "cs", "sk", "hu", "ro", "sv", "da", "nb", "fi", "sr_Latn", "bg", "uk", "el", "he", "fa",
    "th",
)  # fmt: skip
# Not Croatian: its listopad is October, and November in Czech and Polish.
# Written out only: Czech short forms are common words (led, dub, pro), those of the others have marks within.
WIDE = ("cs", "he", "th")
# Short forms that are in use and not in CLDR.
ALSO = {2: "febr", 3: "mrz maerz", 8: "agt ags", 9: "setiembre", 11: "nop"}


def fold(word: str) -> str:
    """A word without case, accents and full stops.

    Examples
    --------
    >>> fold("Août."), fold("MÄRZ"), fold("Kasım")
    ('aout', 'marz', 'kasim')
    """
    letters = unicodedata.normalize("NFKD", word.casefold().replace("ı", "i"))
    return "".join(c for c in letters if not unicodedata.combining(c)).strip(" .॰")


@cache
def month_words() -> dict[str, int]:
    """Month by folded name: wide and abbreviated, alone and within a date; no name means two months.

    Examples
    --------
    >>> [month_words()[fold(w)] for w in ("Jan", "mrt", "września", "Ağu", "января", "अगस्त", "تشرين الثاني")]
    [1, 3, 9, 8, 1, 8, 11]
    """
    words = {word: month for month, also in ALSO.items() for word in also.split()}
    for names in _names("months"):
        words |= {fold(name): month for month, name in names.items() if not any(map(str.isdecimal, name))}
    return words


@cache
def weekday_words() -> frozenset[str]:
    """Folded names of weekdays, and their parts where they have several (`sexta-feira`)."""
    names = {fold(name) for of in _names("days") for name in of.values()}
    return frozenset(part for name in names for part in name.replace("-", " ").split())


def _names(of: str):
    from babel import Locale  # only here: most ledgers have no month in words

    for code in LOCALES:
        found = getattr(Locale.parse(code), of)
        for use in ("format", "stand-alone"):
            for width in ("wide",) if code in WIDE else ("wide", "abbreviated"):
                yield found[use][width]
