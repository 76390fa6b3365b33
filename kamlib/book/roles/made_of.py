"""Names of columns that nobody has listed, taken apart: an amount is what is made of words for money and for sales.

What is found so counts only where no listed name was found for a role: it can add a reading, but change none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import pairwise

from kamlib.book.roles.synonyms import WORDS, is_known, plain, rank, variants

GENERIC, TOTAL = 2, 3  # ranks of amounts, as `kamlib.book.roles.amounts` has them
LONGEST = 60  # letters of a name that is taken apart
_TOKEN = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])|\d+|%")
_SIGNS, _JAMO = re.compile("[\u3040-\u30ff\u4e00-\u9fff]{2,}"), re.compile("[\u1100-\u11ff]+")
_THAI = re.compile("[\u0e00-\u0e7f]{3,}")
BUYERS = ("person", "firm", "place", "branch")
_OTHER_MONEY = tuple("tax shipping refund discount fee cost profit quantity unit_price list_price".split())
_NEVER_PAID = tuple("tax shipping refund fee cost profit".split())  # an amount may be after discount, and say so
_NEVER_SOLD = tuple("tax shipping refund discount fee cost profit".split())
SILENT = ("of_what", "between", "technical")
# Of each role: its rank, the kinds of words of which each must be there, and those that may.
ROLES = {
    "customer_id": (
        (1, ("customer", "number"), ("between", "technical", "name")),
        (2, ("customer",), ("technical",)),
        (3, ("customer", "name"), ("between", "technical")),
        (4, ("customer", "mail"), ("between", "technical")),
    ),
    "date": ((1, ("date",), SILENT),),
    "amount": ((GENERIC, ("money",), SILENT), (TOTAL, ("money", "total"), SILENT), (TOTAL, ("total",), SILENT)),
    "quantity": ((1, ("quantity",), ("many", *SILENT)),),
    "unit_price": ((1, ("price",), ("each", *SILENT)), (1, ("money", "unit"), ("each", *SILENT))),
}
# Of each role that a single word can tell: the kinds of words of which each must be there, and those that must not.
BY_A_WORD = {
    "date": (("date",), ("other_day",)),
    "amount": (("money",), ("other_money", "unit", "quantity")),
    "quantity": (("quantity",), ("other_quantity", "price")),
    "unit_price": (("unit",), ("other_money", "own_cost")),
}


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    """Words of each kind, by their first letter."""
    said = tomllib.loads((WORDS / "parts.toml").read_text("utf-8"))
    found: dict[str, dict[str, list[str]]] = {}
    for kind, listed in said.items():
        of = found.setdefault(kind, {})
        for word in {plain(w) for w in listed.replace("\n", " ").split(",")} - {""}:
            of.setdefault(word[0], []).append(word)
    return found


@lru_cache(maxsize=16384)  # a header is looked up again and again
def rank_of_parts(column: str, name: str) -> int | None:
    """How well the words that a name is made of say that it is a column of ours; None where one says something else.

    Examples
    --------
    >>> [rank_of_parts("amount", n) for n in ("Booking amt", "Montant de la vente", "Total booking amt", "Refund amt")]
    [2, 2, 3, None]
    >>> [rank_of_parts("date", n) for n in ("Fecha trx.", "Birth date")], rank_of_parts("customer_id", "Cust. Ref")
    ([1, None], 1)
    >>> rank_of_parts("amount", "Cart total"), rank_of_parts("amount", "Total orders"), rank_of_parts("amount", "Total")
    (3, None, None)
    """
    if column not in ROLES or is_known(name) or (column == "amount" and _of_other_money(_tokens(name), "total")):
        return None
    for tried in variants(name)[:2]:
        for k, needed, allowed in ROLES[column]:
            if len(tried) <= LONGEST and _made_of(tried, needed, allowed):
                return k
    return None


def rank_of_a_word(column: str, name: str) -> int | None:
    """How well one word of a name says which column it is, where another is unknown; a last resort.

    None where a word says of which other day, of what other money or of which other number it is. A price of one is
    told by two: one for money, one for a piece.

    Examples
    --------
    >>> [rank_of_a_word("amount", n) for n in ("xq_amount", "ImporteNetoXQ", "tax_amount", "avg_value", "Comment")]
    [2, 2, None, None, None]
    >>> [rank_of_a_word("date", n) for n in ("Fecha_Cbz", "due_date", "Fecha_Venc")]
    [1, None, None]
    >>> [rank_of_a_word("quantity", n) for n in ("Qtde Xyz", "Cant. Xyz", "Stock Qty", "Unit Price")]
    [1, 1, None, None]
    >>> [rank_of_a_word("unit_price", n) for n in ("Vlr Unit Xyz", "Precio Unid. Xyz", "Costo Unid.", "Unit")]
    [1, 1, None, None]
    """
    if column not in BY_A_WORD or is_known(name) or len(name) > LONGEST:
        return None
    needed, never = BY_A_WORD[column]
    tokens = _tokens(name)
    tokens += [a + b for a, b in pairwise(tokens)]
    if column == "unit_price":
        needed = ("unit", "price" if _has(tokens, "price") else "money")
    if not all(_has(tokens, kind) for kind in needed) or any(_has(tokens, k) for k in never if k not in needed):
        return None
    if _of_other_money(tokens, column):
        return None
    return GENERIC if column == "amount" else 1


def _has(tokens: list[str], kind: str) -> bool:
    """Whether a word of a kind is among these, or in one of a script without blanks between words."""
    if any(_is_word(t, kind) for t in tokens):
        return True
    return any(w in t for t in tokens if not t.isascii() for w in _written_together(kind))


def _tokens(name: str) -> list[str]:
    return [t for t in map(plain, _TOKEN.findall(name)) if t]


def _is_word(token: str, kind: str) -> bool:
    return token in _words()[kind].get(token[0], ())


def _of_other_money(tokens: list[str], column: str) -> bool:
    """Whether a word is the name of a tax, a discount, a cost, or of another role of numbers."""
    roles = {"date": (), "amount": _OTHER_MONEY, "total": _NEVER_PAID}.get(column, _NEVER_SOLD)
    return any(rank("ledger", r, token) is not None for r in roles for token in tokens)


@lru_cache(maxsize=16384)
def has_word(name: str, kind: str) -> bool:
    """Whether a name has a word of a kind: as one of its words, or at its end, where words are written together.

    Examples
    --------
    >>> has_word("Meal Price", "paid"), has_word("Ticketpreis", "paid"), has_word("companyid", "firm")
    (True, True, True)
    >>> has_word("药店名称", "place"), has_word("Accompanied", "firm")
    (True, False)
    """
    name = name[:LONGEST]
    tokens = _tokens(name)
    tokens += [a + b for a, b in pairwise(tokens)]
    if any(_is_word(t, kind) or _is_word(t.removesuffix("s"), kind) for t in tokens if t != "s"):
        return True
    whole = plain(name)
    if not whole.isascii():
        return any(w in whole for w in _written_together(kind))
    if kind == "paid":
        return any(whole.endswith(w) for of in _words()[kind].values() for w in of if len(w) > 3)
    return kind in BUYERS and made_of(whole, (kind,), ("number", "name", "customer", "between", "technical"))


def made_of(whole: str, needed: tuple[str, ...], allowed: tuple[str, ...]) -> bool:
    """Whether a plain name is nothing but words of these kinds, with each that is needed."""
    return bool(whole) and len(whole) <= LONGEST and _made_of(whole, needed, allowed)


@cache
def _written_together(kind: str) -> tuple[str, ...]:
    """Words of a kind in scripts without blanks between words: of at least two signs."""
    every = (w for of in _words()[kind].values() for w in of)
    long_enough = lambda w: _SIGNS.fullmatch(w) or _THAI.fullmatch(w) or (_JAMO.fullmatch(w) and len(w) > 3)  # noqa: E731
    return tuple(filter(long_enough, every))


def names_a_number(name: str) -> bool:
    """Whether the name of a customer is that of a number of his.

    Examples
    --------
    >>> names_a_number("회원번호"), names_a_number("회원"), names_a_number("Client code"), names_a_number("Client")
    (True, False, True, False)
    """
    _, needed, allowed = ROLES["customer_id"][0]
    return any(len(v) <= LONGEST and _made_of(v, needed, allowed) for v in variants(name)[:2])


def _made_of(text: str, needed: tuple[str, ...], allowed: tuple[str, ...]) -> bool:
    """Whether a text is nothing but words of these kinds, with each that is needed; a mere total stands at its end."""
    ways: list[set[frozenset]] = [{frozenset()}, *(set() for _ in text)]
    for at, reached in enumerate(ways[:-1]):
        for kind in (*needed, *allowed) if reached else ():
            for end in _ends(text, at, _words()[kind]):
                ways[end] |= {way | {kind} if kind in needed else way for way in reached}
    if not any(way == frozenset(needed) for way in ways[-1]):
        return False
    return needed != ("total",) or any(text.endswith(w) for of in _words()["total"].values() for w in of)


def _ends(text: str, at: int, words: Mapping[str, Iterable[str]]) -> list[int]:
    return [at + len(w) for w in words.get(text[at], ()) if text.startswith(w, at)]
