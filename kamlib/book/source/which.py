"""Which of several sheets or tables is the ledger: the option that says it, and the question where nothing does."""

from __future__ import annotations

from collections.abc import Sequence

from kamlib.book.errors import BookError, Question, Unsettled


def which_table(why: str, names: Sequence[str]) -> Unsettled:
    """The question which sheet or table is the ledger.

    Examples
    --------
    >>> print(which_table("x.xlsx: two sheets could be the ledger.", ["Jan", "Feb"]))
    x.xlsx: two sheets could be the ledger.
    Settle it in a mapping file and pass it with --mapping:
    [options]
    table = "Jan"
    # or table = "Feb"
    """
    return Unsettled(why, [Question("options", "table", "which one is the ledger?", [(n, "") for n in names[:10]])])


def the_one(chosen: str, names: Sequence[str], complaint: str, what: str) -> str:
    """The name that the option `table` means: as it is written, or else whatever its case.

    Raises
    ------
    BookError
        There is none, or more than one but for case.
    """
    hits = [n for n in names if n == chosen] or [n for n in names if n.lower() == chosen.lower()]
    if len(hits) == 1:
        return hits[0]
    shown = ", ".join(repr(n[:60]) for n in names[:10]) + (f" and {len(names) - 10} more" if names[10:] else "")
    raise BookError(f"{complaint} {chosen!r}, which the option table names. The {what} are: {shown or 'none'}.")
