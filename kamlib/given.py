"""What a caller gives, checked at the library's door: a day, kinds of line, two shares, a frame of accounts.

Whoever calls (the command, a notebook, papermill, a program) is checked by the same few functions, and is answered
with one message that says what is right.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

import pandas as pd

from kamlib.tables import LINE_KINDS

_ISO = re.compile(r"\s*(\d{4}-\d{2}-\d{2})\s*", re.ASCII)


class GivenError(ValueError):
    """What was given cannot be used. The message says what is right, and with which call."""


def as_day(value: dt.date | str, *, name: str = "as_of") -> dt.date:
    """A day, given as one, as a pandas Timestamp at midnight, or as text YYYY-MM-DD.

    No other way of writing is taken: 01/12/2024 is January to some and December to others.

    Raises
    ------
    GivenError

    Examples
    --------
    >>> as_day("2011-11-30")
    datetime.date(2011, 11, 30)
    >>> as_day("01/12/2024")
    Traceback (most recent call last):
    kamlib.given.GivenError: as_of is a day such as 2011-11-30, not '01/12/2024'.
    """
    if isinstance(value, dt.datetime):  # a Timestamp too, and NaT, which equals nothing
        if value == value and value.tzinfo is None and value.time() == dt.time():
            return value.date()
    elif isinstance(value, dt.date):
        return value
    elif isinstance(value, str) and (written := _ISO.fullmatch(value)):
        try:
            return dt.date.fromisoformat(written[1])
        except ValueError:  # no such day in that month
            pass
    raise GivenError(f"{name} is a day such as 2011-11-30, not {short(value)}.")


def as_timestamp(value: dt.date | str) -> pd.Timestamp:
    """The same as a pandas Timestamp; one that is given stays as it is, with its unit."""
    as_day(value)
    return pd.Timestamp(value)


def check_kinds(value: Iterable[str]) -> list[str]:
    """Kinds of line, or a GivenError that says what is wrong with them.

    Examples
    --------
    >>> check_kinds(("fee", "test"))
    ['fee', 'test']
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise GivenError(f'leave_out is a list of kinds, such as ["fee", "test"], not {short(value)}')
    for kind in (kinds := list(value)):
        if kind not in LINE_KINDS:
            raise GivenError(f"{kind!r} is no kind of line; the kinds are {', '.join(LINE_KINDS)}")
    return kinds


def check_shares(shares: Sequence[float]) -> tuple[float, float]:
    """The two lines of an ABC analysis, or a GivenError that says what is wrong with them."""
    if len(shares) != 2 or not 0 < shares[0] < shares[1] <= 1:
        raise GivenError(f"abc_shares takes two shares in order, such as [0.8, 0.95], not {list(shares)}")
    return float(shares[0]), float(shares[1])


def check_frequencies(shares: Sequence[float]) -> tuple[float, float]:
    """The two lines of an XYZ analysis, or a GivenError that says what is wrong with them."""
    if len(shares) != 2 or not 1 >= shares[0] > shares[1] > 0:
        raise GivenError(f"xyz_shares takes two shares, the larger first, such as [0.75, 0.25], not {list(shares)}")
    return float(shares[0]), float(shares[1])


def by_account(frame: pd.DataFrame | pd.Series, name: str) -> pd.DataFrame | pd.Series:
    """The frame itself, if it has one row an account and is indexed by customer_id.

    Parameters
    ----------
    frame : pandas.DataFrame or Series
    name : str
        What the caller calls it, for the message.

    Raises
    ------
    GivenError
        It is indexed by something else, or an account occurs twice.

    Examples
    --------
    >>> by_account(pd.DataFrame({"customer_id": ["a"], "sales_cents": [1]}), "before")
    Traceback (most recent call last):
    kamlib.given.GivenError: before must be indexed by customer_id: pass before.set_index("customer_id")
    """
    if frame.index.name != "customer_id":
        here = "customer_id" in getattr(frame, "columns", ())
        hint = f'pass {name}.set_index("customer_id")' if here else f'pass {name}.rename_axis("customer_id")'
        raise GivenError(f"{name} must be indexed by customer_id: {hint}")
    if frame.index.has_duplicates:
        twice = frame.index[frame.index.duplicated()][0]
        raise GivenError(f"customer_id {twice!r} occurs more than once: add up the totals of an account first")
    return frame


def short(value: object) -> str:
    """What was given, for a message: a number or a text as it stands, anything larger by its type.

    Examples
    --------
    >>> short("x"), short({"a": 1})
    ("'x'", 'a dict')
    """
    if value is None or isinstance(value, (str, int, float, dt.date)):
        return repr(value)[:80]
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'AEIOUaeiou' else 'a'} {kind}"
