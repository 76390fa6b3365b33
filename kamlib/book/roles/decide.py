"""The roles of a raw table's columns: by names, by what values look like, by what columns say of one another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from kamlib.book.errors import Unsettled
from kamlib.book.mapping import EVIDENCE, ColumnNames
from kamlib.book.roles import by_size, left_over
from kamlib.book.roles.amounts import GENERIC, Amount, MoneyColumns, amount_of, evidence_columns
from kamlib.book.roles.looks import Look, looks
from kamlib.book.roles.made_of import names_a_number, rank_of_a_word, rank_of_parts
from kamlib.book.roles.names import candidates, missing
from kamlib.book.roles.question import refusal, settle
from kamlib.book.roles.states import NO
from kamlib.book.roles.synonyms import plain, rank
from kamlib.book.source.part import Part
from kamlib.book.values import cells
from kamlib.tables import TABLES, Table

MOSTLY = 0.5  # of its filled cells, from which on a column named as a date is one
SURELY = 0.95  # without a name
AGAIN, MANY = 0.8, 30  # share of different values below which customers come again; of so many lines
NAME, ADDRESS = 3, 4  # ranks of a customer's name, and of his e-mail address
MOST_NAMELESS = 40  # columns of numbers without a role that are added up with the others
MERE_NAME = 6  # rank of names of a customer beyond which they can be anybody's, or a thing's

NUMBERS = ("tax", "shipping", "refund", "quantity", "unit_price", "list_price", "cost", "profit")

# What a kind of document or of transaction says is looked at only where its values are such words.
TYPES = frozenset(
    map(plain, "type, sop type, document type, doc type, transaction type, order type, invoice type, voucher type, "
    "txn type, record type, event type, Belegart, Belegtyp, Vorgangsart, type de document, type de pièce, "
    "tipo, tipo documento, tipo de documento, tipo comprobante, typ dokumentu, belge türü, тип документа, 单据类型, "
    "伝票種別, 문서유형, jenis dokumen, نوع المستند".split(", "))
)  # fmt: skip


# A name that holds one of these says what became of something; but not of whom or what is no line.
STATUS = re.compile(
    "status|statut|durum|trangthai|tinhtrang|situacao|статус|状态|状態|상태|สถานะ|κατασταση|סטטוס|وضعيت|allapot"
    "|estado(de|del|da|do|dela)?(envio|entrega|pedido|venta|venda|pago|factura|fatura|orden|compra|transac)"
    "|stato(del|dell|della)?(ordine|vendita|pagament|fattura|spedizion)|stav(objednavky|platby|faktury)"
    "|etat(dela|de|du)?(commande|vente|paiement|facture|livraison)"
)
RATE = re.compile(
    "exchangerate|currencyrate|fxrate|wechselkurs|umrechnungskurs|tauxdechange|tipodecambio|kurswaluty|dovizkuru"
)
# A column of yes and no of such a name says that a line came back, or was none.
BACK = frozenset(
    map(plain, "returned, return, is return, returned?, item returned, order returned, refunded?, devuelto, devuelta, "
    "devolución, devolvido, devolução, retourné, retour, zurückgegeben, retoure, Rücksendung, reso, restituito, "
    "geretourneerd, zwrot, zwrócono, vráceno, iade, iade edildi, возврат, возвращен, dikembalikan, retur, đã trả, "
    "退货, 退貨, 是否退货, 返品, 반품, 반품여부, مرتجع".split(", "))
)  # fmt: skip
TRIAL = frozenset(map(plain, "test, is test, test order, testbestellung, is demo, void?, is void, voided?".split(", ")))
YES = frozenset("yes y true t 1 ja j oui o sí si s sim sì tak evet да ya có 是 예 はい نعم ano áno igen da nai".split())
RETURNED = re.compile("return|refund|devol|devuel|retour|ruckgabe|zwrot|iade|возврат|退|返品|반품")
# Names of a customer that are a firm's, of which several people write.
FIRM = re.compile(
    "contact|compan|firm|organi[sz]|business|party|account|empresa|societ|azienda|unternehm|razon|razao|公司|会社|회사|업체"
)
WHOSE = re.compile("customer|client|kunde|member|marital|user|account|employ|stock|musteri|khachhang|会員|회원")


@dataclass(frozen=True)
class Roles:
    """Which column of a raw table is what.

    Attributes
    ----------
    found : dict of str to int
        Our name -> position, in the order of the contract.
    amount : Amount
        How the net amount of a ledger's line is made.
    beside : dict of str to int
        Positions of subtotal, gross and discount, where there are such columns beside the amount.
    states : tuple of (int, str)
        Columns that can say whether a line was sold: position, and `status`, `flag`, `type` or `refunded`.
    unused : tuple of int
        Columns with a name that were taken for nothing.
    """

    found: dict[str, int]
    amount: Amount = field(default_factory=Amount)
    beside: dict[str, int] = field(default_factory=dict)
    states: tuple[tuple[int, str], ...] = ()
    unused: tuple[int, ...] = ()


def roles_of(con: duckdb.DuckDBPyConnection, part: Part, names: ColumnNames) -> Roles:
    """Decide which column of a part is which of its table.

    A mapping wins over everything, our own name over the other names, a better name over a worse one, and what the
    values are over what a column is called. What was decided between several is told in the part's notes.

    Raises
    ------
    BookError
        A required column is missing, or two could be the amount and nothing decides. The message shows the first
        rows, the best guess for each, and the command that writes it.
    """
    table, mapping = TABLES[part.table], names.of(part.table, part.headers)
    named = candidates(part.headers, table, mapping, part.where)
    if part.table != "ledger":
        found = _one_each(named, table, part)
        _refuse_if_missing(con, part, found, table, names)
        return Roles(found, unused=_unused(part, found.values()))
    seen = looks(con, part)
    # Keys of a table of currencies say nothing; codes do.
    named["currency"] = [(k, i) for k, i in named.get("currency", []) if k < 0 or seen[i].numbers < SURELY]
    for role in set(NUMBERS) & named.keys():  # a column `shipping` can hold an address
        good = [(k, i) for k, i in named[role] if k < 0 or seen[i].numbers >= MOSTLY or not seen[i].values]
        named[role] = good or named[role]
    # A column `refunded` can hold words, or the day: then it is a state.
    paid_back = [i for k, i in named.get("refund", []) if k > 0 and seen[i].values and seen[i].numbers < MOSTLY]
    named["refund"] = [(k, i) for k, i in named.get("refund", []) if i not in paid_back]
    if not {"product_id", "product_name"} & named.keys():  # then a Name may be that of a product
        named["customer_id"] = [(k, i) for k, i in named.get("customer_id", []) if k <= MERE_NAME]
    _by_a_word(part, named, mapping, seen)
    _by_elimination(con, part, named, mapping, seen)
    if not {"amount", "quantity"} & mapping.keys():
        by_size.counts(con, part, named, names.options)
    found = {}
    for role in ("customer_id", "date"):
        best = (_customer if role == "customer_id" else _date)(part, named.get(role, []), seen)
        if best is not None:
            found[role] = best
    used = set(found.values())
    rest = {r: [(k, i) for k, i in hits if k < 0 or i not in used] for r, hits in named.items() if r not in found}
    if "customer_id" in found:  # one name for dozens of customers is that of the firm that sells
        many = seen[found["customer_id"]].values >= MANY
        hits = rest.get("customer_name", [])
        rest["customer_name"] = [(k, i) for k, i in hits if k < 0 or not many or seen[i].values != 1]
    amounts = rest.pop("amount", [])
    found |= _one_each({r: h for r, h in rest.items() if h}, table, part)
    amounts = [(k, i) for k, i in amounts if k < 0 or i not in found.values()]  # the user may name one twice
    amount, beside = Amount(), {}
    if not {"customer_id", "date"} <= found.keys():  # what the amount is, is asked when these are known
        sums = evidence_columns(part.headers, set(found.values()), mapping, part.where)
        first = [i for _, i in amounts] or [sums[r] for r in ("subtotal", "gross") if r in sums]
        found |= {"amount": first[0]} if first else {}
    else:
        amount, beside = _amount(con, part, found, amounts, mapping, names, seen)
        if amount and amount.column is not None:
            found = {r: i for r, i in found.items() if i != amount.column or r in mapping} | {"amount": amount.column}
    _refuse_if_missing(con, part, found, table, names)
    _tell_rates(part, found, seen)
    found = {c: found[c] for c in table.names if c in found}
    states = _states(part, found, mapping, named)
    states += tuple((i, "refunded") for i in paid_back if i not in {s for s, _ in states})
    if "state" not in mapping:
        states += tuple(s for s in _yes_or_no(con, part) if s[0] not in {*found.values(), *(i for i, _ in states)})
    taken = {*found.values(), *beside.values(), *(i for i, _ in states)}
    _tell_returns(part, taken, seen)
    return Roles(found, amount, beside, states, _unused(part, taken))


def _yes_or_no(con, part: Part) -> list[tuple[int, str]]:
    """Columns that say of each line, yes or no, whether it came back or was a trial: position, and kind of state."""
    named = [i for i, h in enumerate(part.headers) if plain(h) in BACK or plain(h) in TRIAL]
    found = []
    for i in named:
        cell = f"lower(trim(CAST(c{i} AS VARCHAR)))"
        rows = con.execute(f"SELECT DISTINCT {cell} FROM {part.relation} WHERE {cell} <> '' LIMIT 4").fetchall()
        said = {v.removesuffix(".0") for (v,) in rows}
        if said and said <= YES | set(NO) and (said & YES or len(said) > 1):
            found.append((i, "refunded" if plain(part.headers[i]) in BACK else "flag"))
    return found


def _tell_returns(part: Part, taken: set[int], seen: Sequence[Look]) -> None:
    """Numbers of what came back that are not used are told: the amounts may still hold it."""
    for i, header in enumerate(part.headers):
        numbers = seen[i].numbers >= SURELY and seen[i].values > 1 and seen[i].dates < MOSTLY
        if i not in taken and numbers and RETURNED.search(plain(header)):
            part.notes.append(
                f"{part.where}: {header!r} is not used. If the amounts hold what came back, take it off in the source."
            )


def _by_a_word(part: Part, named: dict[str, list[tuple[int, int]]], mapping, seen: Sequence[Look]) -> None:
    """A day or an amount that no whole name tells, by one word of its name, where but one column can be it."""
    taken = {i for role, hits in named.items() if role != "date" for _, i in hits}
    days = [i for i, look in enumerate(seen) if look.dates >= SURELY]
    if "date" not in mapping and not any(_has_days(seen[i]) for _, i in named.get("date", [])):
        parts = [(k, i) for i in days if i not in taken and (k := rank_of_parts("date", part.headers[i]))]
        named["date"] = parts or _only(part, "date", [i for i in days if i not in taken]) or named.get("date", [])
    others = any(rank("ledger", r, h) is not None for r in ("subtotal", "gross") for h in part.headers)
    known = mapping.keys() | {r for r, hits in named.items() if hits}
    if others or "amount" in known or {"quantity", "unit_price"} <= known:
        return
    numbers = [i for i, k in enumerate(seen) if k.numbers >= SURELY and k.dates < MOSTLY and i not in taken]
    for role in {"quantity", "unit_price"} - known:
        named[role] = _only(part, role, numbers)
    if not (named.get("quantity") and named.get("unit_price")):
        taken = {i for role in ("quantity", "unit_price") for _, i in named.get(role, [])}
        named["amount"] = _only(part, "amount", [i for i in numbers if i not in taken])


def _by_elimination(con, part: Part, named: dict[str, list[tuple[int, int]]], mapping, seen: Sequence[Look]) -> None:
    """What is still unknown, by what is left over (`kamlib.book.roles.left_over`)."""
    if part.format is not None:
        return
    hits = named.get("customer_id", [])
    if "customer_id" not in mapping and not any(seen[i].values for _, i in hits):
        named["customer_id"] = left_over.buyers(con, part, named, seen) or hits
    if "date" not in mapping and not any(_has_days(seen[i]) for _, i in named.get("date", [])):
        named["date"] = left_over.days(part, named, seen) or named.get("date", [])
    known = mapping.keys() | {r for r, found in named.items() if found}
    evidence = any(rank("ledger", r, h) is not None for r in ("subtotal", "gross") for h in part.headers)
    if {"amount", "unit_price", *EVIDENCE} & known or evidence:
        return
    role, found = left_over.money(con, part, named, seen)
    if role:
        taken = {i for _, i in found}
        for other in ("cost", "list_price"):
            named[other] = [(k, i) for k, i in named.get(other, []) if i not in taken]
        named[role] = found


def _only(part: Part, role: str, columns: Sequence[int]) -> list[tuple[int, int]]:
    """The only column with a word of a role in its name, which is told; none where there are several."""
    hits = [(k, i) for i in columns if (k := rank_of_a_word(role, part.headers[i]))]
    if len(hits) != 1:
        return []
    part.notes.append(
        f"{part.where}: {part.headers[hits[0][1]]!r} is taken as the {role}, by a word of its name. If another "
        "column is, say so in a mapping file."
    )
    return hits


def _may_be_days(look: Look) -> bool:
    """Whether there is a digit of a date in a column named as one; words such as those of weekdays are none."""
    return look.numbers >= 1 - MOSTLY or look.dates > 0


def _has_days(look: Look) -> bool:
    return look.dates >= MOSTLY or look.moments >= MOSTLY or not look.values


def _refuse_if_missing(con, part: Part, found: dict[str, int], table: Table, names: ColumnNames) -> None:
    if missing(found, table, names.values.get(table.name)):
        stopped = refusal(con, part, found, table)
        stopped.found = found
        raise stopped


def _tell_rates(part: Part, found: dict[str, int], seen: Sequence[Look]) -> None:
    """Rates, or keys of currencies, beside amounts whose currency no column says: they may be of several."""
    for i, header in enumerate(part.headers):
        says = RATE.search(plain(header)) or rank("ledger", "currency", header) is not None
        if says and seen[i].values > 1 and "currency" not in found and i not in found.values():
            part.notes.append(
                f"{part.where}: {header!r} has {seen[i].values:,} different values and is not used; amounts may be in "
                "several currencies. If another column has them in one, map it as amount."
            )


def _one_each(named: dict[str, list[tuple[int, int]]], table: Table, part: Part) -> dict[str, int]:
    """Each header for one role, the better names first; of two as good, the first, and it is told."""
    every = sorted((k, table.names.index(role), i, role) for role, hits in named.items() for k, i in hits)
    found: dict[str, int] = {}
    for k, _, i, role in every:
        if i in found.values() and k >= 0:
            continue
        if role not in found:
            found[role] = i
        elif k == min(named[role])[0] and role in table.required:
            part.notes.append(
                f"{part.where}: {part.headers[found[role]]!r} is taken as {role}; {part.headers[i]!r} could be it, too."
            )
    return found


def _customer(part: Part, hits: Sequence[tuple[int, int]], seen: Sequence[Look]) -> int | None:
    """The best name whose column holds anything, and more than one customer where another does.

    A column in which nobody comes twice numbers lines or orders, where another one has customers who come again.
    """
    told = [i for k, i in hits if k < 0]
    if told:
        return told[0]
    # Of two names as good, that of a number: two members can have one name.
    hits = sorted(hits, key=lambda hit: (hit[0], not names_a_number(part.headers[hit[1]]), hit[1]))
    filled = [i for _, i in hits if seen[i].filled > 0 and seen[i].dates < SURELY] or [i for _, i in hits]
    most = [i for i in filled if seen[i].filled >= MOSTLY * max(seen[j].filled for j in filled)]
    several = [i for i in most if seen[i].values > 1]
    best = next(iter(several or most or filled), None)
    again = [i for i in several if seen[i].distinct <= AGAIN]
    again.sort(key=lambda i: "mail" not in plain(part.headers[i]))  # two customers can have one name
    if best in several and again and seen[best].distinct == 1 and seen[best].values >= MANY:
        part.notes.append(
            f"{part.where}: no value of {part.headers[best]!r} comes twice, as those of customers do; "
            f"the customer is {part.headers[again[0]]!r}."
        )
        return again[0]
    return _address_for_name(part, dict((i, k) for k, i in hits), seen, best)


def _address_for_name(part: Part, ranks: dict[int, int], seen: Sequence[Look], best: int | None) -> int | None:
    """In place of people's names their e-mail addresses, where each has about one: two people can have one name.

    Of firms there are more addresses than names, and the names count.
    """
    if best is None or ranks[best] < NAME or FIRM.search(plain(part.headers[best])):
        return best
    for i in ranks:
        mail = ranks[i] == ADDRESS and "mail" in plain(part.headers[i]) and seen[i].filled >= 0.9 * seen[best].filled
        if (
            mail
            and seen[i].values != seen[best].values
            and 0.5 * seen[best].values <= seen[i].values <= 1.1 * seen[best].values + 1
        ):
            return i
    return best


def _date(part: Part, hits: Sequence[tuple[int, int]], seen: Sequence[Look]) -> int | None:
    """The best name whose values are dates; without a name, the only column that is nothing but dates."""
    told = [i for k, i in hits if k < 0]
    good = told or [i for _, i in hits if seen[i].dates >= MOSTLY or seen[i].moments >= MOSTLY]
    dates = [i for i, look in enumerate(seen) if look.dates >= SURELY and look.filled >= SURELY]
    dates = [i for i in dates if seen[i].numbers < SURELY] or dates  # 2019.12 can be a price
    if good or (hits and (len(dates) != 1 or _may_be_days(seen[hits[0][1]]))):
        best = (good or [hits[0][1]])[0]
        others = [i for k, i in hits if i != best and i in good and k == dict((i, k) for k, i in hits)[best]]
        if others and not told:
            listed = ", ".join(repr(part.headers[i]) for i in others)
            part.notes.append(f"{part.where}: the date of a line is {part.headers[best]!r}; {listed} is not used.")
        return best
    if len(dates) == 1:
        header = part.headers[dates[0]]
        part.notes.append(f"{part.where}: {header!r} is taken as the date, as the only column of dates.")
        return dates[0]
    return None


def _amount(con, part, found, amounts, mapping, names, seen) -> tuple[Amount | None, dict[str, int]]:
    """How the amount is made, and the columns that only say so."""
    beside = evidence_columns(part.headers, {*found.values(), *(i for _, i in amounts)}, mapping, part.where)
    given = [(k, i) for k, i in amounts if k < 0]
    factors = mapping.get("amount") == "" or (not given and {"quantity", "unit_price"} <= mapping.keys())
    if given or factors:
        amounts = given
    elif not amounts and _is_price_of_one(found, beside, mapping):
        amounts = [(GENERIC, found.pop("unit_price"))]
        header = part.headers[amounts[0][1]]
        part.notes.append(f"{part.where}: no column says how many; each line counts as one, at {header!r}.")
    if factors:  # what the user maps is not weighed against other columns that he has not mapped
        beside = {r: i for r, i in beside.items() if r == "discount" or r in mapping}
    if "discount" in beside:
        _look_at_discount(con, part, beside["discount"])
    of = beside | {r: found[r] for r in ("tax", "shipping", "refund", "quantity", "unit_price") if r in found}
    others = [found[c] for c in ("profit", "cost", "list_price") if c in found]
    taken = {*found.values(), *of.values(), *(i for _, i in amounts)}
    numbers = [i for i, look in enumerate(seen) if look.numbers >= SURELY and part.headers[i] and i not in taken]
    columns = MoneyColumns(amounts, of, found.get("order_id"), others, numbers[:MOST_NAMELESS])
    try:
        return amount_of(con, part, columns, names.options, given=bool(given)), beside
    except cells.Ambiguous as unclear:
        raise settle(part, "", unclear) from None
    except Unsettled as stopped:
        stopped.found = dict(found)
        raise


def _look_at_discount(con, part: Part, i: int) -> None:
    """Whether the cells of a column of discounts are percentages, `10%`; what is no number is told."""
    cell = f"trim(CAST(c{i} AS VARCHAR))"
    filled, percents, numbers = con.execute(
        f"SELECT count(nullif({cell}, '')), count(*) FILTER (regexp_matches({cell}, '[%٪]$|^%')),"
        f" count(*) FILTER (regexp_matches({cell}, '[0-9]')) FROM {part.relation}"
    ).fetchone()
    # A nought may stand without the sign.
    noughts = con.execute(f"SELECT count(*) FROM {part.relation} WHERE try_cast({cell} AS DOUBLE) = 0").fetchone()[0]
    if percents and percents + noughts >= SURELY * filled:
        part.percents = part.percents | {i}
    elif filled and (numbers < MOSTLY * filled or percents):
        part.notes.append(
            f"{part.where}: {part.headers[i]!r} is named as a discount and is not used, since not all of its cells are "
            "numbers, or all percentages. If it is still to come off, mend it."
        )


def _is_price_of_one(found, beside, mapping) -> bool:
    """Whether a price is all that is known of the money of a line."""
    others = {"quantity", "subtotal", "gross"} & (found.keys() | beside.keys() | mapping.keys())
    return "unit_price" in found and not others


def _states(part: Part, found: dict[str, int], mapping, named) -> tuple[tuple[int, str], ...]:
    """Every column that can say whether a line was sold; those that are mapped alone, where there are any."""
    if "state" in mapping:
        return tuple((i, _kind_of_state(part.headers[i], mapped=True)) for _, i in named.get("state", []))
    used = {i for r, i in found.items() if r != "state"}
    states = []
    for i, header in enumerate(part.headers):
        if i not in used and (kind := _kind_of_state(header)):
            states.append((i, kind))
    return tuple(states)


def _kind_of_state(header: str, *, mapped: bool = False) -> str:
    """`type`, `flag` or `status`; empty where a name is none of a state, unless it is mapped as one."""
    k = rank("ledger", "state", header)
    if k is None:
        named = STATUS.search(plain(header)) and not WHOSE.search(plain(header))
        return "type" if plain(header) in TYPES else "status" if mapped or named else ""
    return "flag" if k > 1 else "status"


def _unused(part: Part, used) -> tuple[int, ...]:
    return tuple(i for i, h in enumerate(part.headers) if h and i not in set(used))
