"""The words of a column of dates: which of them are months, which weekdays."""

from __future__ import annotations

import duckdb

from kamlib.book.values.cells import literal
from kamlib.book.values.forms import WORD
from kamlib.book.values.months import fold, month_words, weekday_words

MOST_WORDS = 10_000
# Not words but marks of time and period; Babel is not loaded for them.
MARKS = {"am", "pm", "utc", "gmt", "cet", "cest", "est", "edt", "kw", "cw", "wk", "week"}


def words(con: duckdb.DuckDBPyConnection, shapes: str) -> list[str]:
    """Different words of the shapes (`s`) of a column, in lower case and in order."""
    each = f"unnest(regexp_extract_all(lower(s), {literal(WORD)}, 1))"
    found = con.execute(f"SELECT DISTINCT {each} AS w FROM {shapes} ORDER BY w LIMIT {MOST_WORDS}").fetchall()
    return [w for (w,) in found if len(w) > 1 and w not in MARKS]


def months(words: list[str]) -> str:
    """SQL map of the months among the words; empty where there is none."""
    known = {w: month_words()[fold(w)] for w in words if fold(w) in month_words()}
    return "MAP {" + ", ".join(f"{literal(w)}: {m}" for w, m in known.items()) + "}" if known else ""


def weekdays(con: duckdb.DuckDBPyConnection, shapes: str, words: list[str]) -> str:
    """Pattern of a cell that begins with a weekday, the date in one of its two groups; empty where none does.

    What is a month too (mar: Tuesday, March) is a weekday only before a day and a month in words.
    """
    known = [w for w in words if fold(w) in weekday_words()]
    twofold = [w for w in known if fold(w) in month_words()]
    plain = [w for w in known if w not in twofold]
    if not known:
        return ""
    pattern = (
        rf"(?i)^(?:(?:{_any(plain)})[.,،\- ]+)+(.+)$"
        rf"|^(?:{_any(twofold)})\.?,? +(\d{{1,2}}[ .]+(?:de )?\p{{L}}{{3,}}.*)$"
    )
    test = f"SELECT bool_or(regexp_matches(s, {literal(pattern)})) FROM {shapes}"
    return pattern if con.execute(test).fetchone()[0] else ""


def _any(words: list[str]) -> str:
    return "|".join(words) or r"[^\s\S]"
