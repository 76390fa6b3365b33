"""Writes kamlib/book/source/letters.txt: beside what letters beyond ASCII stand in names of people, places and firms.

`python tools/letters.py > kamlib/book/source/letters.txt`, with Faker (MIT) and Babel (BSD; countries and languages of
the Unicode CLDR) installed; no other part of the project needs them for this. A line is a letter, its rarity, and what
stands before and after it, each with its rarity: half bits, in one digit of base 36 (0: always, k: once in 1,024). `^`
is the begin or end of a word. The last lines are Chinese, Japanese and Korean signs, by rarity.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import re
import unicodedata
from collections import Counter, defaultdict

from babel import Locale

SCRIPTS = {
    "Latin": "az_AZ cs_CZ da_DK de_AT de_CH de_DE es_AR es_CL es_CO es_ES es_MX et_EE fi_FI fr_BE fr_CA fr_CH fr_FR "
    "ga_IE hr_HR hu_HU is_IS it_IT lt_LT lv_LV nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI sv_SE tr_TR",
    "Cyrillic": "bg_BG mk_MK ru_RU uk_UA", "Greek": "el_GR", "Hebrew": "he_IL", "Arabic": "ar_AA ar_PS ar_SA fa_IR",
    "Thai": "th_TH", "Han": "ja_JP ko_KR zh_CN zh_TW",
}  # fmt: skip
# Turkish, Romanian: written so in Windows' encodings
SAME = str.maketrans("șțȘȚ", "şţŞŢ")
WORD = re.compile(r"[^\W\d_]+")


def words(locale: str) -> set[str]:
    """Words of the lists that a locale's providers draw from."""
    found: set[str] = set()
    for kind in ("person", "company", "address", "job"):
        name = f"faker.providers.{kind}.{locale}"
        if importlib.util.find_spec(name):
            provider = importlib.import_module(name).Provider
            for attribute in vars(provider).values():
                found.update(_strings(attribute))
    cldr = Locale.parse("nb" if locale == "no_NO" else locale.split("_")[0])
    found |= {*cldr.territories.values(), *cldr.languages.values()}
    text = unicodedata.normalize("NFC", "\n".join(sorted(found))).translate(SAME)
    return set(WORD.findall(text))


def _strings(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for k in value for s in _strings(k)]
    return [s for v in value for s in _strings(v)] if isinstance(value, (list, tuple, set)) else []


def small(letter: str) -> str:
    """The small letter, where it is one letter: that of a dotted capital I is two."""
    return letter.lower() if len(letter.lower()) == 1 else letter


def digit(share: float) -> str:
    half_bits = min(35, round(-2 * math.log2(share)))
    return "0123456789abcdefghijklmnopqrstuvwxyz"[half_bits]


def neighbours() -> list[str]:
    alone: Counter = Counter()
    before, after = defaultdict(Counter), defaultdict(Counter)
    for script, locales in SCRIPTS.items():
        if script == "Han":
            continue
        for locale in locales.split():
            listed = {"".join(map(small, w)) for w in words(locale)}
            weight = 1 / max(1, sum(map(len, listed)))  # each language counts as much as any other
            for word in sorted(listed):
                around = f"^{word}^"
                for i, letter in enumerate(word, start=1):
                    if not letter.isascii():
                        alone[letter] += weight
                        before[letter][around[i - 1]] += weight
                        after[letter][around[i + 1]] += weight
    total = sum(len(SCRIPTS[s].split()) for s in SCRIPTS if s != "Han")
    return [
        f"{c} {digit(n / total)} {_weights(before[c])} {_weights(after[c])}"
        for c, n in sorted(alone.items())
        if n / total > 2e-7
    ]


def _weights(counts: Counter) -> str:
    total = sum(counts.values())
    return "".join(c + digit(n / total) for c, n in sorted(counts.items()) if n / total > 0.002)


def signs() -> list[str]:
    levels = defaultdict(list)
    for locale in SCRIPTS["Han"].split():
        counts = Counter(c for w in words(locale) for c in w if not c.isascii())
        total = sum(counts.values())
        for c, n in counts.items():
            levels[c].append(n / total)
    best: dict[str, list[str]] = defaultdict(list)
    for c, shares in levels.items():
        best[digit(max(shares) / 4)].append(c)
    return [f"{level} {''.join(sorted(cs))}" for level, cs in sorted(best.items())]


if __name__ == "__main__":
    print("\n".join([*neighbours(), "", *signs()]))
