"""Which files of a folder are the ledger and other tables, and which are none. No month is passed over in silence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb

from kamlib.book.errors import BookError, NoTable, Unsettled
from kamlib.book.formats import names_for
from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.decide import roles_of
from kamlib.book.roles.names import candidates, missing
from kamlib.book.roles.raw import Raw
from kamlib.book.roles.synonyms import plain
from kamlib.book.roles.wide import unpivoted
from kamlib.book.source.packed import PACKED
from kamlib.book.source.part import Part
from kamlib.book.values.months import fold, month_words
from kamlib.tables import TABLES

# The columns of a table that a part lacks; none: it is one.
Lacks = Callable[[Part], list[str]]
_WORD = re.compile(r"[^\W\d_]+|\d+")
SHOWN = 5


def table_name(file: Path) -> str:
    """What a file is called without what says its kind, in small letters: `accounts` of Accounts.csv.gz."""
    inner = Path(file.stem) if file.suffix.lower() in PACKED and file.suffix.lower() != ".zip" else file
    return (inner.stem if inner.suffix else inner.name).lower() if inner is not file else file.stem.lower()


def lacks_of(con: duckdb.DuckDBPyConnection, part: Part, names: ColumnNames) -> list[str]:
    """Required columns that a part lacks, by what its columns are called, and then by what they hold.

    None where months are its columns: they are turned, or offered, when it is known to be a part.
    """
    names = names_for(part, names)
    table, mapping = TABLES[part.table], names.tables[part.table]
    known = names.of(part.table, part.headers, lenient=True)
    lacking = missing(candidates(part.headers, table, known), table, names.values.get(part.table))
    months = names.options.month_columns
    if not lacking or set(months) & set(part.headers):
        return []
    if known != mapping or months:
        return lacking
    as_it_is = replace(part, notes=[])
    try:
        unpivoted(Raw(con, as_it_is, names))
    except Unsettled:
        return []
    try:
        roles_of(con, as_it_is, names)
    except Unsettled as question:
        asked = [q.key for q in question.questions]
        return missing(question.found, table) if {"customer_id", "date"} & {*asked, *question.found} else []
    except BookError:
        return lacking
    return []


def read_folder(
    files: list[Path], read: Callable[[Path, str], list[Part]], lacks: Lacks
) -> tuple[list[Part], list[str]]:
    """The parts of a folder's files, and notes on the files that are none.

    A file named as a table is that table. Of the others, those with a ledger's columns are its parts. The rest is
    passed over, unless it may be a part that was misread: by its columns or by its name.

    Raises
    ------
    BookError
        Nothing is a ledger; or a file that is none looks like a part of it.
    """
    tables, ledgers, others, broken = [], {}, {}, {}
    for file in files:
        name = table_name(file)
        if name in TABLES:
            tables += read(file, name)
            continue
        try:
            parts = read(file, "ledger")
        except NoTable as error:
            broken[file.name] = str(error)
            continue
        (others if all(map(lacks, parts)) else ledgers)[file.name] = parts
    known = [*ledgers.values(), [p for p in tables if p.table == "ledger"]]
    if not any(known):
        return _all_alike(tables, others, broken, lacks), []
    notes = _passed_over(dict(ledgers), tables, others, broken, lacks)
    return [*tables, *itertools.chain.from_iterable(ledgers.values())], notes


def _all_alike(tables: list[Part], others: dict[str, list[Part]], broken: dict[str, str], lacks: Lacks) -> list[Part]:
    """Files of one header can be a ledger that is still to be mapped: the reader asks for its columns."""
    headers = {tuple(sorted(filter(None, p.headers))) for parts in others.values() for p in parts}
    if not broken and len(headers) <= 1:
        return [*tables, *itertools.chain.from_iterable(others.values())]
    if len(others) + len(broken) == 1 and not others:
        raise BookError(next(iter(broken.values())))
    said = [f"{name}: {_lack(parts, lacks)}" for name, parts in others.items()] + list(broken.values())
    more = f"\n  and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
    raise BookError(
        f"None of the {len(said)} files is a ledger:\n" + "\n".join(f"  {s}" for s in said[:SHOWN]) + f"{more}\n"
        "Move away what is none, or say in a mapping file which columns are which, and pass it with --mapping:\n"
        '[ledger]\ncustomer_id = "..."\ndate = "..."\namount = "..."'
    )


def _lack(parts: list[Part], lacks: Lacks) -> str:
    missing = list(dict.fromkeys(c for p in parts for c in lacks(p)))
    return f"no column for {', '.join(missing)} (it has {_names(parts[0].headers)})"


def _names(headers: list[str]) -> str:
    named = [h for h in headers if h]
    return ", ".join(repr(h[:40]) for h in named[:SHOWN]) + (f" and {len(named) - SHOWN} more" if named[SHOWN:] else "")


def _passed_over(ledgers, tables: list[Part], others, broken: dict[str, str], lacks: Lacks) -> list[str]:
    ledgers |= {p.where: [p] for p in tables if p.table == "ledger"}
    for name, parts in others.items():
        for ledger, of in ledgers.items():
            _refuse_part_like(name, parts, ledger, of, lacks)
    for name, ledger in itertools.product([*others, *broken], ledgers):
        if _form(name) == _form(ledger):
            why = broken.get(name) or f"{name}: {_lack(others[name], lacks)}"
            raise BookError(
                f"{name} is called like {ledger}, which is a part of the ledger, and cannot be read as one: {why} "
                "Mend it, or move it away if it is none."
            )
    why = [f"{name} ({_lack(parts, lacks)})" for name, parts in others.items()]
    why += [f"{name} ({said.removeprefix(name).lstrip(': ')[:120]})" for name, said in broken.items()]
    return [f"Not read, as it is no ledger: {said}." for said in why]


def _refuse_part_like(name: str, parts: list[Part], ledger: str, of: list[Part], lacks: Lacks) -> None:
    theirs = {plain(h): h for p in of for h in p.headers if plain(h)}
    for part in parts:
        ours = {plain(h): h for h in part.headers if plain(h)}
        if ours and 2 * len(ours.keys() & theirs.keys()) >= len(ours):
            only = _names([h for c, h in ours.items() if c not in theirs]) or "no other"
            other = _names([h for c, h in theirs.items() if c not in ours]) or "no other"
            raise BookError(
                f"{name} has half or more of its columns in common with {ledger}, which is a part of the ledger, and "
                f"lacks what a ledger needs ({', '.join(lacks(part))}). Only {name} has {only}; only {ledger} has "
                f"{other}. If it is a part of the ledger, give it the same columns; if not, move it away, or name it "
                f"as a table: {', '.join(TABLES)}."
            )


def _form(name: str) -> str:
    """A file's name without its digits and the names of months."""
    words = _WORD.findall(table_name(Path(name)).casefold())
    return " ".join("#" if w.isdigit() or fold(w) in month_words() else w for w in words)
