"""Text -> text and numbers, as DuckDB expressions; the whole column settles what one value cannot.

Amounts go through exact decimals, never through binary fractions, so that a line's cents are
the same on every machine. Every expression but `text` takes text that `text` has cleaned.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from kamlib.book.options import Options
from kamlib.given import check_kinds

EMPTY = ("", "nan", "n/a", "#n/a", "na", "null", "none", "nat", "-", "--", "---", "–", "—")
# Decimals beyond the tenth are what binary fractions leave behind (0.30000000000000004): rounded off first.
NUMBER = "DECIMAL(38, 10)"

_BLANK_SIGNS = " \t\r\n\v\f\u00a0\u202f\ufeff\u200b\u200e\u200f\u061c"
_BLANKS = r"\s\x{00a0}\x{202f}\x{feff}\x{200b}\x{200e}\x{200f}\x{061c}"
# Signs before codes, then words: US$, EUR, kr, zł, riyals and pounds in Arabic.
_WORDS = (
    r"kr|zł|Kč|Ft|лв|руб|р|Rs|Rp|RM|R|TL|Fr|SFr|元|円|圓|원|đ|Đ|VNĐ|vnđ|vnd|lei|грн|тг|сум|บาท|S/|Bs|Q|Ksh|KSh|TSh|USh|"
    r"Dhs|DH|DA|DT|F ?CFA|kn|din|ден|ریال|تومان|"
    r"ر\.?\s?س|د\.?\s?إ|د\.?\s?ك|ج\.?\s?م|د\.?\s?م|د\.?\s?أ|د\.?\s?ع|ر\.?\s?ع|ر\.?\s?ق|"
    r"ريال|جنيه|درهم|دينار"
)
_CURRENCY = rf"[A-Z]{{0,3}}\p{{Sc}}|^[A-Z]{{3}}|[A-Z]{{3}}$|^(?:{_WORDS})\.?|(?:{_WORDS})\.?$"

# Digits and signs of other scripts, one by one; the marks of writing direction have no counterpart and go.
_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９−–﹣－٬’" + _MARKS
_LATIN = "0123456789" * 3 + "----''"
ARABIC_POINT = "٫"
RARELY = 0.2  # for each number of the usual decimal sign, up to which those that say theirs by themselves are read so
# Signs and codes of money that has no decimals: ¥1,250 is a thousand and more.
WHOLE = (
    "¥",
    "￥",
    "JPY",
    "円",
    "₩",
    "￦",
    "KRW",
    "원",
    "₫",
    "VND",
    "VNĐ",
    "Đ",
    "RP",
    "IDR",
    "NT$",
    "TWD",
    "CLP",
    "PYG",
)


class Ambiguous(Exception):
    """A column whose text can be read in two ways.

    Attributes
    ----------
    why : str
    rows : list of (int, str)
        Up to three rows of the raw table and what they hold.
    option : str
        The line of a mapping file that settles it.
    """

    def __init__(self, why: str, rows: list[tuple[int, str]], option: str):
        super().__init__(why)
        self.why, self.rows, self.option = why, rows, option


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def kinds_in_sql(leave_out: Iterable[str]) -> str:
    """Kinds of line as literals between the brackets of IN; a GivenError where they are none."""
    return ", ".join(map(literal, check_kinds(leave_out))) or "''"


def trimmed(source: str) -> str:
    """SQL: text without blanks around it, of any sort."""
    outer = f"regexp_matches({source}, '^[{_BLANKS}]|[{_BLANKS}]$')"  # rare, and trim is slow
    return f"(CASE WHEN {outer} THEN trim({source}, {literal(_BLANK_SIGNS)}) ELSE {source} END)"


def latin(source: str) -> str:
    """SQL: dates and numbers with the digits, minus and thousands signs of other scripts as our own.

    The Arabic decimal sign stays: it is ours only once it is known which one the file uses.
    """
    return f"translate({source}, {literal(_DIGITS)}, {literal(_LATIN)})"


def text(source: str, *, name: bool = False) -> str:
    """SQL: trimmed text; NULL where the cell is empty in one of the usual ways."""
    return filled(trimmed(source), name=name)


def filled(source: str, *, name: bool = False) -> str:
    """SQL: NULL where text that is trimmed already says that the cell is empty.

    Where text is a `name` it may be "NA" (the country code of Namibia).
    """
    empty = ", ".join(literal(e) for e in EMPTY if not (name and e == "na"))
    return f"(CASE WHEN length({source}) <= 4 AND lower({source}) IN ({empty}) THEN NULL ELSE {source} END)"


def taken_for_empty(source: str) -> str:
    """SQL: whether a cell says in words that it is empty."""
    return f"(length({source}) BETWEEN 1 AND 7 AND {trimmed(source)} <> '' AND {text(source)} IS NULL)"


def _three(con: duckdb.DuckDBPyConnection, read: str, where: str) -> list[tuple[int, str]]:
    return con.execute(f"SELECT _row, s FROM {read} WHERE {where} ORDER BY _row LIMIT 3").fetchall()


def decimal_sign(con: duckdb.DuckDBPyConnection, table: str, sources: list[str], options: Options) -> str:
    """The decimal sign of a file's numbers, from all its text columns that hold numbers.

    `1.234` alone can be a thousand or one and a bit: it says nothing, and a file that holds only
    such numbers is refused.

    Raises
    ------
    Ambiguous
    """
    if options.decimal or not sources:
        return options.decimal or "."
    # Of each text only one copy is looked at: prices come again and again.
    rows = " UNION ALL ".join(
        f"SELECT min(_row) AS _row, {s} AS raw, count(*) AS k FROM {table}"
        f" WHERE contains({s}, '.') OR contains({s}, ',') GROUP BY {s}"
        for s in sources
    )
    noise = rf"[()+\-''{_BLANKS}]"
    read = f"(SELECT _row, raw AS s, k, regexp_replace({_bare('raw')}, '{noise}', '', 'g') AS n FROM ({rows}))"
    signs = {"point": _evidence(".", ","), "comma": _evidence(",", "."), "unclear": _UNCLEAR}
    counts = ", ".join(f"coalesce(sum(k) FILTER ({t}), 0)::BIGINT" for t in signs.values())
    point, comma, unclear = con.execute(f"SELECT {counts} FROM {read}").fetchone()
    option = 'decimal = "."   # or ","'
    if point and comma:
        rarer = ("comma", ".", ",") if comma <= point else ("point", ",", ".")
        told = f"{signs[rarer[0]]} AND regexp_matches(n, '{_of_both_signs(*rarer[1:])}')"
        by_itself = con.execute(f"SELECT coalesce(sum(k) FILTER ({told}), 0)::BIGINT FROM {read}").fetchone()[0]
        if by_itself == min(point, comma) <= RARELY * max(point, comma) and not unclear:
            return "." if comma <= point else ","
        why = f"{point:,} numbers have a decimal point and {comma:,} a decimal comma"
        raise Ambiguous(why, _three(con, read, signs["point" if point < comma else "comma"]), option)
    if unclear and not point and not comma:
        marks, signs_of = f"upper({currency_mark('s')})", "regexp_extract(n, '[.,]')"
        found = con.execute(f"SELECT DISTINCT {marks} IN {WHOLE}, {signs_of} FROM {read} WHERE {_UNCLEAR}").fetchall()
        if len(found) == 1 and found[0][0]:
            return "," if found[0][1] == "." else "."
        why = f"{unclear:,} numbers can be thousands or have three decimals, and no other number says which"
        raise Ambiguous(why, _three(con, read, signs["unclear"]), option)
    return "," if comma else "."


def _of_both_signs(thousands: str, decimal: str) -> str:
    """Pattern of a number that says by itself which of its signs is the decimal one: 1.234,56."""
    return rf"^\d{{1,3}}(\{thousands}\d{{3}})+\{decimal}\d{{1,2}}$"


def written_otherwise(source: str, decimal: str) -> str:
    """SQL: whether a cell of text is a number of both signs whose decimal sign is not that of its file."""
    pattern = _of_both_signs(decimal, "," if decimal == "." else ".")
    return f"regexp_matches(regexp_replace({_bare(source)}, '^[-+(]|[-)]$', '', 'g'), '{pattern}')"


_UNCLEAR = r"regexp_matches(n, '^[1-9]\d{0,2}[.,]\d{3}$')"


def _evidence(sign: str, other: str) -> str:
    d, t = (f"\\{c}" for c in (sign, other))
    grouped = rf"^\d{{1,3}}({t}\d{{3}})+{d}\d+$|^\d{{1,3}}({t}\d{{3}}){{2,}}$"
    if sign == ".":  # 1,23,456.50: lakhs
        grouped += r"|^\d{1,2}(,\d{2})+,\d{3}(\.\d+)?$"
    single = rf"^\d*{d}(\d{{1,2}}|\d{{4,}})$|^(0|\d{{4,}}){d}\d+$"
    return f"regexp_matches(n, '{grouped}|{single}')"


def _bare(source: str) -> str:
    """SQL: a number without currency, and without blanks at its ends and about its sign."""
    whole = f"regexp_replace({source}, '/[-=]$', '')"  # 50/-, as in India: and no more
    s = f"regexp_replace({whole}, '{_CURRENCY}', '', 'g')"
    return f"regexp_replace({s}, '^[{_BLANKS}]+|[{_BLANKS}]+$|[{_BLANKS}]*([-+()])[{_BLANKS}]*', '\\1', 'g')"


def currencies(con: duckdb.DuckDBPyConnection, table: str, source: str) -> dict[str, int]:
    """Currency signs and codes that stand in the cells of a column of amounts, and how often each does."""
    rows = con.execute(
        f"SELECT {currency_mark(source)} AS mark, count(*) FROM {table}"
        f" WHERE NOT regexp_matches({source}, '^[-\\d.,]*$') GROUP BY mark HAVING mark <> '' ORDER BY 2 DESC, 1"
    ).fetchall()
    return dict(rows)


def currency_mark(source: str) -> str:
    """SQL: the currency sign or code in a cell, without its full stop; empty where there is none."""
    return f"rtrim(regexp_extract({source}, '{_CURRENCY}'), '. ')"


def number(source: str, decimal: str) -> str:
    """SQL: text -> a number as plain text (`-1234.5`), NULL where it is none.

    Reads currency signs and codes, thousands separators, brackets and a trailing minus for
    negatives, and the exponent that spreadsheets write.
    """
    d, t = (r"\.", ",") if decimal == "." else (",", r"\.")
    groups = rf"[{t}''{_BLANKS}]"
    s = _bare(source)
    sign = f"(CASE WHEN regexp_matches({s}, '^-|-$|^\\(.*\\)$') THEN '-' ELSE '' END)"
    digits = f"regexp_replace({s}, '^[+-]|-$|^\\(|\\)$', '', 'g')"
    lakhs = rf"\d{{1,2}}({groups}\d{{2}})+{groups}\d{{3}}"  # 1,23,456.50
    well = f"regexp_matches({digits}, '^(\\d{{1,3}}({groups}\\d{{3}})+|{lakhs}|\\d+)?({d}\\d*)?$')"
    well = f"{well} AND {digits} NOT IN ('', '{decimal}')"
    bare = f"replace(regexp_replace({digits}, '{groups}', '', 'g'), ',', '.')"
    plain = source if decimal == "." else f"replace({source}, ',', '.')"
    other = "," if decimal == "." else "."
    turned = f"replace(replace({digits}, '{decimal}', ''), ',', '.')"
    return (
        f"(CASE WHEN regexp_matches({source}, '^-?\\d+({d}\\d+)?$') THEN {plain}"  # nearly all, and quick
        f" WHEN regexp_matches({source}, '^-?\\d+[eE][+-]?\\d+$') THEN {source}"
        f" WHEN regexp_matches({source}, '^-?\\d+\\.\\d+[eE][+-]?\\d+$') THEN {source if decimal == '.' else 'NULL'}"
        f" WHEN {well} THEN {sign} || {bare}"
        f" WHEN regexp_matches({digits}, '{_of_both_signs(decimal, other)}') THEN {sign} || {turned} END)"
    )


def number_of(source: str, clean: str, decimal: str) -> str:
    """SQL: as `number`, of a cell as it came. The list binds the clean cell, which `number` names many times."""
    point = f"replace({clean}, '{ARABIC_POINT}', '{decimal}')"
    other = f"list_transform([{point}], lambda x: {number('x', decimal)})[1]"
    plain = f"regexp_matches({source}, '^-?\\d+(\\.\\d+)?$')" if decimal == "." else "false"  # nearly all, and quick
    return f"(CASE WHEN {plain} THEN {source} ELSE {other} END)"


def whole_cents(expression: str, *, minor: bool = False) -> str:
    """SQL: a decimal amount, or one in cents already (`minor`), -> integer cents, halves away from zero."""
    if minor:
        return f"try_cast(round({expression}, 0) AS BIGINT)"
    return f"try_cast(round({expression}, 2) * 100 AS BIGINT)"
