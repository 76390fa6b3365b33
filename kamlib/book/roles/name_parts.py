"""A buyer whose given and family name stand in two columns: put together in one."""

from __future__ import annotations

from kamlib.book.roles.made_of import made_of
from kamlib.book.roles.raw import Raw
from kamlib.book.roles.synonyms import plain
from kamlib.book.source.part import Part

MAY = ("customer", "person", "between", "technical")


def with_names(raw: Raw) -> Part:
    """The part with whole names in place of given ones, where the two are all that says who bought; or as it was.

    Where a number or another name of the customer is the better one, both stay as they are.
    """
    part, mapping = raw.part, raw.mapping
    if part.format is not None or {"customer_id", "customer_name"} & mapping.keys():
        return part
    given, family = _column(part.headers, "first_name"), _column(part.headers, "last_name")
    given = given if given != family else _column(part.headers, "first_name", but=family)
    hits = raw.named.get("customer_id", [])
    if given is None or family is None or (hits and hits[0] not in (given, family)):
        return part
    first, last = raw.cell(given), raw.cell(family)
    whole = f"nullif(trim(concat_ws(' ', {first}, {last})), '')"
    cells = ", ".join(f"{whole} AS c{i}" if i == given else f"c{i}" for i in range(raw.width))
    select = f"SELECT rowid AS _from, {cells} FROM {part.relation} ORDER BY rowid"
    both = f"{part.headers[given]!r} and {part.headers[family]!r}"
    note = f"{part.where}: the name of a customer is put together of {both}."
    headers = ["customer_name" if i == given else h for i, h in enumerate(part.headers)]
    return raw.rebuilt(select, headers, [note])


def _column(headers: list[str], kind: str, but: int | None = None) -> int | None:
    """The only column whose name is that of a given or of a family name, and says of nobody else whose."""
    found = [i for i, h in enumerate(headers) if i != but and h and made_of(plain(h), (kind,), MAY)]
    return found[0] if len(found) == 1 else None
