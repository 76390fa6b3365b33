"""One customer under two ids: suspected from what the book says, merged only by a mapping that the user keeps."""

from __future__ import annotations

import datetime as dt
import difflib
import unicodedata
from collections.abc import Mapping

import duckdb
import pandas as pd

from kamlib.book.errors import BookError
from kamlib.book.values.ids import same_as_read

LEGAL_FORMS = frozenset(
    "ab ag as asa bv bvba co company corp corporation eg ek eurl gbr gmbh group holding inc incorporated kg kgaa kk "
    "limited llc llp lp ltd ltda mbh nv oao ohg ooo oy oyj plc pte pty sa saa sae sarl sas sca se sl slu sl spa srl "
    "ug und and et y the wll fzco fze fzc شركة مؤسسة المحدودة ذمم".split()
)
COLUMNS = ["customer_id", "other_id", "name", "other_name", "evidence"]


def name_key(name: str) -> tuple[str, str]:
    """A name without case, accents, punctuation and order of words; and the same without legal forms.

    Examples
    --------
    >>> name_key("IRONWAY  &  CO"), name_key("Ironway & Co.")[1]
    (('co ironway', 'ironway'), 'ironway')
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c) and c not in ".'’")
    words = sorted("".join(c if c.isalnum() else " " for c in letters).split())
    return " ".join(words), " ".join(w for w in words if w not in LEGAL_FORMS)


def suspected_duplicates(book) -> pd.DataFrame:
    """Pairs of ids that may be one customer, with the evidence. Nothing is merged by this.

    Evidence is exact equality after normalising, so that 100,000 accounts take seconds: names that are the same
    but for case, punctuation and order, in the same country or in any; names the same
    but for the legal form, in the same country; ids the same
    but for case, blanks, punctuation and leading zeros.

    Parameters
    ----------
    book : kamlib.book.Book

    Returns
    -------
    pandas.DataFrame
        customer_id, other_id (the later in order), name, other_name, evidence; strongest evidence first. Of a group
        of several, each is paired with the first. To merge, write `[same_customer]` lines into a mapping.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer": ["k1", "K-01", "k2"], "date": "2024-03-13", "amount": 1})
    >>> suspected_duplicates(open_book({"ledger": lines}))[["customer_id", "other_id", "evidence"]].values.tolist()
    [['K-01', 'k1', 'the ids differ only in case, punctuation or zeros']]
    """
    accounts = book.tables.get("accounts", pd.DataFrame(columns=["customer_id"]))
    accounts = accounts.drop_duplicates("customer_id", keep="last").set_index("customer_id")
    bought = {c for (c,) in book.ledger.filter("customer_id IS NOT NULL").project("customer_id").distinct().fetchall()}
    names = book.names(dt.date.max).to_dict()
    countries = accounts["country"].dropna().to_dict() if "country" in accounts else {}
    ids = sorted(bought | set(accounts.index.dropna()))
    pairs: dict[tuple[str, str], str] = {}
    for key_of, evidence in _tests(names, countries):
        groups: dict = {}
        for i in ids:
            key = key_of(i)
            if key:
                groups.setdefault(key, []).append(i)
        for first, *others in groups.values():
            for other in others:
                pairs.setdefault((first, other), evidence)
    rows = [(a, b, names.get(a), names.get(b), evidence) for (a, b), evidence in pairs.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def _tests(names: Mapping[str, str], countries: Mapping[str, str]):
    keys = {i: name_key(n) for i, n in names.items()}

    def full(i):
        return keys[i][0] if i in keys else None

    def bare(i):
        return (keys[i][1], countries[i].casefold()) if i in keys and i in countries and keys[i][1] else None

    def code(i):
        return "".join(p.lstrip("0") or "0" for p in _runs(i.casefold()))

    def full_here(i):
        return (keys[i][0], countries[i].casefold()) if i in keys and i in countries else None

    yield full_here, "the same name but for case, punctuation and order, in the same country"
    yield full, "the same name but for case, punctuation and order"
    yield bare, "the same name but for the legal form, in the same country"
    yield code, "the ids differ only in case, punctuation or zeros"


def _runs(text: str) -> list[str]:
    """Runs of digits and of letters."""
    spaced, before = "", False
    for c in text:
        spaced += (" " if c.isdigit() != before else "") + (c if c.isalnum() else " ")
        before = c.isdigit()
    return spaced.split()


def merge_customers(
    con: duckdb.DuckDBPyConnection, tables: dict[str, pd.DataFrame], same: Mapping[str, str]
) -> list[str]:
    """Give the table `ledger` and all others one id for each customer, by the user's mapping; notes that count.

    Of the accounts, what stands under a merged id is left out where the kept id has rows of its own.

    Raises
    ------
    BookError
        A circle, or an id to merge into that no line and no account has: a misspelt one would be a new customer.
    """
    if not same:
        return []
    same = same_as_read(con, same)
    kept = {old: _end(old, same) for old in same}
    if not kept:
        return []
    bought = con.execute("SELECT DISTINCT customer_id FROM ledger WHERE customer_id IS NOT NULL").fetchall()
    known = {c for (c,) in bought}.union(*(_ids(frame) for frame in tables.values()))
    _refuse_unknown(kept, known)
    con.register("same", pd.DataFrame({"old": list(kept), "new": list(kept.values())}))
    lines = con.execute("SELECT count(*) FROM ledger JOIN same ON ledger.customer_id = same.old").fetchall()[0][0]
    con.execute("UPDATE ledger SET customer_id = same.new FROM same WHERE ledger.customer_id = same.old")
    con.unregister("same")
    rows = 0
    for name, frame in tables.items():
        if name == "accounts":
            own = set(frame["customer_id"])
            frame = frame[~frame["customer_id"].map(lambda i, own=own: kept.get(i) in own)]
        for column in ("customer_id", "parent_id"):
            if column in frame:
                hit = frame[column].isin(kept)
                rows += int(hit.sum())
                frame = frame.assign(**{column: frame[column].map(kept).where(hit, frame[column])})
        tables[name] = frame.reset_index(drop=True)
    notes = [
        f"{len(kept):,} ids are merged into others by the mapping: {lines:,} lines, {rows:,} rows of other tables."
    ]
    nobody = sorted(set(kept) - known)
    if nobody:
        shown, n = ", ".join(f"{i[:40]!r}{_like(i, known)}" for i in nobody[:3]), len(nobody)
        notes.append(
            f"[same_customer] merges {n:,} ids that no line and no account has: {shown}. Nothing comes of these."
        )
    return notes


def accounts_of_names(con: duckdb.DuckDBPyConnection, tables: dict[str, pd.DataFrame]) -> list[str]:
    """Give other tables the ids of the ledger where they name its customers instead; notes that count.

    A name counts where it is that of one id only. A table whose customers the ledger does not know is told.
    """
    bought = {c for (c,) in con.execute("SELECT DISTINCT customer_id FROM ledger").fetchall()}
    pairs = con.execute(
        "SELECT DISTINCT customer_name, customer_id FROM ledger"
        " WHERE customer_name IS NOT NULL AND customer_id IS NOT NULL"
    ).fetchall()
    if "name" in tables.get("accounts", ()):
        accounts = tables["accounts"].dropna(subset=["name", "customer_id"])
        pairs += list(accounts[["name", "customer_id"]].itertuples(index=False, name=None))
    of: dict[str, set[str]] = {}
    for name, customer in pairs:
        of.setdefault(_folded(name), set()).add(customer)
    notes = []
    for table, frame in tables.items():
        there = _ids(frame)
        if table in ("accounts", "rivals") or not there:
            continue
        met = there & (bought | _ids(tables.get("accounts", pd.DataFrame())))
        found = {c: next(iter(of[_folded(c)])) for c in there - met if len(of.get(_folded(c), ())) == 1}
        if found:
            tables[table] = frame.assign(customer_id=frame["customer_id"].replace(found))
            notes.append(f"{table}: {len(found):,} of {len(there):,} customers are found by their name in the ledger.")
        if unknown := sorted(there - met - found.keys()):
            shown = ", ".join(repr(c[:40]) for c in unknown[:3])
            notes.append(f"{table}: {len(unknown):,} of {len(there):,} customers are not in the ledger ({shown}).")
    return notes


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _ids(frame: pd.DataFrame) -> set[str]:
    return set(frame["customer_id"].dropna()) if "customer_id" in frame else set()


def _refuse_unknown(kept: Mapping[str, str], known: set[str]) -> None:
    wrong = sorted({(new, old) for old, new in kept.items() if new not in known})
    if wrong:
        shown = "; ".join(f'"{old[:40]}" = "{new[:40]}"{_like(new, known)}' for new, old in wrong[:3])
        raise BookError(
            f"[same_customer] merges {len(wrong):,} ids into one that no line and no account has: {shown}. Write the id"
            " to keep as the ledger has it."
        )


def _like(wrong: str, known: set[str]) -> str:
    near = difflib.get_close_matches(wrong, sorted(known)[:20_000], n=1)
    return f" (did you mean {near[0][:40]!r}?)" if near else ""


def _end(old: str, same: Mapping[str, str]) -> str:
    seen, new = {old}, same[old]
    while new in same:
        if new in seen:
            raise BookError(f"[same_customer] goes in a circle: {' = '.join(sorted(seen))}. Keep one of them as it is.")
        seen.add(new)
        new = same[new]
    return new
