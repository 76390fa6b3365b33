"""What no name tells, by elimination: the only column that can be the buyer, the day or the money of a line.

It is looked at where nothing that is listed, nor a word of a name, gives a role. What is taken is told; where two
columns are left that give different answers, both stay candidates, and the question names their totals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import duckdb

from kamlib.book.roles.looks import Look
from kamlib.book.roles.made_of import GENERIC, has_word, made_of
from kamlib.book.roles.synonyms import currency_of, plain, rank
from kamlib.book.source.part import Part

MOSTLY, SURELY = 0.5, 0.95  # shares of cells that have to be numbers, days, or filled
AGAIN = 0.9  # share of different values below which a number comes again, as those of buyers do
MANY_BRANCHES = 30  # from which on shops are rather those that buy than the firm's own
LONG = 6  # digits that all numbers have: those of a code
LARGE, SEVERAL = 100, 10  # whole numbers are money where one is as large, and so many are different
# Roles that a column can have by its name and yet be all that is known of the money, or of who bought.
SOFT = ("cost", "list_price", "customer_name", "amount", "customer_id", "unit_price")
NOT_PAID = ("tax", "shipping", "refund", "discount", "profit")
TOTAL = re.compile(
    r"total|gesamt|summe|toplam|итог|общ|всего|razem|lacz|celk|spolu|^tong|jumlah|totaal|somme|suma|osszes|"
    r"总|總|合计|合計|总计|小计|小計|총|합계|اجمالي|مجموع|line|extended|grand"
)


def taken_by_name(named: dict[str, list[tuple[int, int]]], *but: str) -> set[int]:
    """Positions of columns that have a role by their names, none of `but`."""
    return {i for role, hits in named.items() if role not in but for _, i in hits}


def buyers(con: duckdb.DuckDBPyConnection, part: Part, named, seen: Sequence[Look]) -> list[tuple[int, int]]:
    """Who may have bought, where no column is named as a customer: people, then firms, then places that buy.

    A number goes before a name. Where no word says who it is, the only number or name that comes again.
    """
    taken = taken_by_name(named, *SOFT)
    free = [i for i, h in enumerate(part.headers) if h and i not in taken and _can_be_buyer(con, part, i, seen[i])]
    free = [i for i in free if not has_word(part.headers[i], "no_buyer")]
    for kind in ("person", "firm", "place", "branch"):
        hits = [i for i in free if has_word(part.headers[i], kind)]
        if kind == "branch":
            hits = [i for i in hits if _number_or_name(part.headers[i]) == 1 and seen[i].values >= MANY_BRANCHES]
        if hits:
            hits = _who_come_again(part, hits, seen)
            return _told(part, "customer", sorted((_number_or_name(part.headers[i]), i) for i in hits))
    free = [i for i in free if seen[i].distinct <= AGAIN]
    hits = [i for i in free if _number_or_name(part.headers[i]) != 2]
    if not hits:  # a word that nobody knows: who bought, if it is the only one, and they are several
        hits = [i for i in free if seen[i].numbers < MOSTLY]
        hits = hits if len(hits) == 1 and seen[hits[0]].values >= SEVERAL else []
    if len({_of_whom(part.headers[i]) for i in hits}) == 1:
        return _told(part, "customer", sorted((_number_or_name(part.headers[i]), i) for i in hits))
    return []


def _who_come_again(part: Part, hits: list[int], seen: Sequence[Look]) -> list[int]:
    """In place of numbers that never come twice, the names beside them, where these do."""
    if any(seen[i].distinct < 1 or seen[i].values < MANY_BRANCHES for i in hits):
        return hits
    names = [i for i, h in enumerate(part.headers) if made_of(plain(h), ("name",), ()) and seen[i].distinct < 1]
    return names if len(names) == 1 else hits


def _can_be_buyer(con, part: Part, i: int, look: Look) -> bool:
    if look.values < 2 or look.filled < MOSTLY or look.dates >= MOSTLY or look.decimals > 1 - SURELY:
        return False
    cell = f"trim(CAST(c{i} AS VARCHAR))"
    lists = con.execute(
        f"SELECT avg((regexp_matches({cell}, '^[\\[{{]'))::INT) FROM (FROM {part.relation} LIMIT 1000)"
    ).fetchone()[0]
    return (lists or 0) < MOSTLY


def _number_or_name(header: str) -> int:
    """1 for the name of a number, 3 for that of a name, 2 for neither."""
    return 1 if has_word(header, "number") else 3 if has_word(header, "name") else 2


def _of_whom(header: str) -> str:
    """Whose number or name a column is: `hotel` of `Hotel ID` and of `hotel_name`."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))
    return " ".join(w.casefold() for w in words if not (has_word(w, "number") or has_word(w, "name")))


def days(part: Part, named, seen: Sequence[Look]) -> list[tuple[int, int]]:
    """The only column of days that is of no other day; of several, that on which something was sent or began."""
    taken = taken_by_name(named, "date", "promised_date", "delivered_date")
    free = [i for i, look in enumerate(seen) if look.dates >= SURELY and look.filled >= MOSTLY and i not in taken]
    for kind in ("other_day", "no_day"):
        left = [i for i in free if not has_word(part.headers[i], kind)]
        if len(left) == 1 and len(free) > 1:
            return _told(part, "date", [(1, left[0])])
    return []


def money(con: duckdb.DuckDBPyConnection, part: Part, named, seen: Sequence[Look]) -> tuple[str, list]:
    """What was paid, where no column is named as an amount: `amount` or `unit_price`, and the columns.

    A total before a price, a price before any other number. A price beside a quantity is that of a unit, and a cost
    beside one is left open.
    """
    taken = taken_by_name(named, *SOFT)
    several = any(_not_all_one(con, part, i) for _, i in named.get("quantity", []))
    numbers = [i for i, k in enumerate(seen) if k.numbers >= SURELY and k.dates < MOSTLY and k.filled >= MOSTLY]
    numbers = [i for i in numbers if part.headers[i] and i not in taken and _is_money(part.headers[i])]
    paid = [i for i in numbers if has_word(part.headers[i], "paid") and not has_word(part.headers[i], "own_cost")]
    totals = [i for i in paid if TOTAL.search(plain(part.headers[i]))]
    if totals or (paid and not several):
        return "amount", _told(part, "amount", [(GENERIC, i) for i in totals or paid])
    of_one = [i for i in paid if has_word(part.headers[i], "price") or has_word(part.headers[i], "each")]
    if paid and len(of_one) == 1:  # beside it, what is no price is what the goods cost
        return "unit_price", _told(part, "price of a unit", [(1, of_one[0])])
    if len(paid) == 1:
        return "", []
    left = [i for i in numbers if _can_be_money(con, part, i, seen[i])]
    if len(left) == 1 and not several and not paid:
        return "amount", _told(part, "amount", [(GENERIC, left[0])])
    return "", []


def _not_all_one(con, part: Part, i: int) -> bool:
    """Whether a quantity says something: a price of one is then not that of all."""
    one = f"coalesce(try_cast(CAST(c{i} AS VARCHAR) AS DOUBLE), 0) = 1"
    return bool(con.execute(f"SELECT count(*) FILTER (NOT ({one})) FROM {part.relation}").fetchone()[0])


def _is_money(header: str) -> bool:
    """Whether no word of a name says that its numbers are no money of a sale."""
    if has_word(header, "no_money") or has_word(header, "other_money"):
        return False
    words = [header, *re.findall(r"[^\W\d_]+", header)]
    return not any(rank("ledger", r, word) is not None for r in NOT_PAID for word in words)


def _can_be_money(con, part: Part, i: int, look: Look) -> bool:
    """Whether the numbers of a column without a word are money: with decimals, or large, and no numbering."""
    if look.decimals > 1 - SURELY or currency_of(part.headers[i]):
        return look.values > 1
    number = f"abs(try_cast(regexp_replace(CAST(c{i} AS VARCHAR), '[^0-9.]', '', 'g') AS DOUBLE))"
    least, most = con.execute(f"SELECT min({number}), max({number}) FROM {part.relation}").fetchone()
    if len(str(int(least or 0))) == len(str(int(most or 0))) >= LONG:  # a numbering
        return False
    return (most or 0) >= LARGE and look.values >= SEVERAL and look.distinct < 1


def _told(part: Part, role: str, hits: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    hits = list(hits)
    if len(hits) == 1 or (role == "customer" and hits):
        part.notes.append(
            f"{part.where}: {part.headers[hits[0][1]]!r} is taken as the {role}, since no column is named as one and "
            "no other can be it. If another is, say so in a mapping file."
        )
    return hits
