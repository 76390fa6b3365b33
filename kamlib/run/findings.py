"""Findings and changes: the numbers that matter, as notebooks hand them on.

A `Finding` is one number. A `Change` is a Finding that differs from the earlier report: a line of the page on what
changed. Notebooks save both with `Run.save_findings`.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral

from kamlib.money import money

_KEY = re.compile(r"([a-z_]+)(\.[a-z0-9_]+)+")


@dataclass(frozen=True)
class Finding:
    """One number that matters, as the summary, a comparison or a workbook needs it.

    Attributes
    ----------
    key : str
        `notebook.what`, the same from run to run.
    says : str
        What it is, in words that fit before a number.
    value : float, str or None
        None where it could not be found out.
    unit : str
        `share`; `money EUR` (integer cents); `day` (ISO text); `word`; else a noun in the plural: accounts, lines.
    low, high : float or None
        95 % interval, where there is one.
    n : int or None
        How many things it rests on.
    verdict : str
        Of a claim: supported, not supported, cannot tell.
    """

    key: str
    says: str
    value: float | int | str | None
    unit: str
    low: float | None = None
    high: float | None = None
    n: int | None = None
    verdict: str = ""

    @property
    def page(self) -> str:
        """The page that says so, as its link names it.

        Examples
        --------
        >>> Finding("client_types.told", "Types told", "none", "word").page
        'Client types'
        """
        return self.key.partition(".")[0].replace("_", " ").capitalize()

    @property
    def text(self) -> str:
        """The value with its unit, as prose and tables show it."""
        return in_words(self.value, self.unit)

    @property
    def interval(self) -> str:
        """The 95 % interval with its unit; empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{in_words(self.low, self.unit, bare=True)} to {in_words(self.high, self.unit)}"

    def __format__(self, spec: str) -> str:
        """In an f-string: the value; `:ci` adds the interval, `:n` leaves the unit out and says none for 0."""
        if spec == "n":
            return "none" if self.value == 0 else in_words(self.value, self.unit, bare=True)
        return f"{self.text} (95 % interval {self.interval})" if spec == "ci" and self.interval else self.text


@dataclass(frozen=True)
class Change(Finding):
    """A line of the page on what changed: what, for whom, how much money, why and how sure.

    `key` and `says` tell the sort of change, the same for every account (`churn.quiet`, "Gone quiet"); `value` is
    what is so now. All but these and `unit` are given by name.

    Attributes
    ----------
    before : number, str or None
        What was so in the earlier report, in the same unit; None where there was nothing to say.
    account : str
        customer_id; empty where the change is of the whole book.
    cents : int or None
        Its own money, positive for a gain: by how much the account's sales of the window changed, as the sales bridge
        has it, or the order that the line is about. None where it has none: a letter or a probability moves no money.
    cause : str
        Why, in a few words; say what it rests on, and nothing where nothing is known.
    probability : float or None
        That the change is more than chance. 1 for what is counted, such as a first order, and never for an estimate
        (of n draws give (hits + 1/2) / (n + 1)); None where it cannot be told.
    stake_cents : int or None
        What is at stake where an account may leave or is back, which is no change and is never added to one: what it
        bought in the twelve months up to its last purchase (of `kamlib.churn.account_states`). None where nothing is.

    Examples
    --------
    >>> gone = Change("churn.lost", "Lost", "lost", "word", before="late", account="k17",
    ...     stake_cents=1_250_000, cause="silent for 90 days", probability=0.97)
    >>> gone.text_before, gone.text, gone.confidence
    ('late', 'lost', '97 %')
    >>> Change("segmentaton.moved", "Class by sales", "B", "word")
    Traceback (most recent call last):
    ValueError: a change's key is `room.what`, its room one of kamlib's, not 'segmentaton.moved'
    """

    before: float | int | str | None = None
    account: str = ""
    cents: int | None = None
    cause: str = ""
    probability: float | None = None
    stake_cents: int | None = None

    def __post_init__(self) -> None:
        room = _KEY.fullmatch(self.key)
        if not room or importlib.util.find_spec(f"kamlib.{room[1]}") is None:
            raise ValueError(f"a change's key is `room.what`, its room one of kamlib's, not {self.key!r}")
        if not isinstance(self.account, str):  # a number would stop the summary, minutes later
            raise ValueError(
                f"account of {self.key} is a customer_id, which is text, or empty, not {self.account!r}: "
                f"Change(..., account=str(customer_id))"
            )
        for name in ("cents", "stake_cents"):
            if (money := getattr(self, name)) is not None and not isinstance(money, Integral):
                raise ValueError(f"{name} of {self.key} are integer cents or None, not {money!r}")
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError(f"probability of {self.key} is from 0 to 1 or None, not {self.probability!r}")

    @property
    def weight(self) -> float | None:
        """What lines are ranked by: its own money, or what is at stake times the probability, whichever is larger.

        So a loss that is likely stands before one that is not. Where the probability cannot be told, half of the stake
        counts. None where there is no money at all: a letter that may go back next month.
        """
        if self.cents is None and self.stake_cents is None:
            return None
        likely = 0.5 if self.probability is None else self.probability
        return max(abs(self.cents or 0), likely * (self.stake_cents or 0))

    @property
    def text_before(self) -> str:
        """What was so, with its unit; empty where there was nothing to say."""
        return "" if self.before is None else in_words(self.before, self.unit)

    @property
    def confidence(self) -> str:
        """How sure the change is, for a reader; what is not counted is never quite certain."""
        if self.probability is None:
            return "cannot tell"
        return "counted" if self.probability == 1 else f"{min(99, round(100 * self.probability))} %"


def in_words(value: float | int | str | None, unit: str, *, bare: bool = False) -> str:
    """A number for a reader.

    Parameters
    ----------
    value : number, str or None
    unit : str
        `share`; `money XXX` (integer cents of a currency); `day` and `word` for text; else a noun in the plural.
    bare : bool
        Without the unit.

    Examples
    --------
    >>> in_words(0.0312, "share"), in_words(-123456, "money EUR"), in_words(1, "accounts")
    ('3.1 %', '−1,235 EUR', '1 account')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "cannot tell"
    if unit in ("day", "word"):
        return str(value)
    kind, _, currency = unit.partition(" ")
    if kind == "share":
        number, noun = f"{100 * value:z.1f}", "%"
    elif kind == "money":
        number, noun = money(value, decimals=0) if isinstance(value, Integral) else f"{value / 100:z,.0f}", currency
    else:
        number = f"{value:,}" if isinstance(value, Integral) else f"{value:z,.2f}"
        noun = unit.removesuffix("s") if value == 1 else unit
    return (number if bare else f"{number} {noun}".rstrip()).replace("-", "−")


def ranked(changes: Iterable[Change]) -> list[Change]:
    """Changes in the order of the page: those of most weight first; those without money last, the surest first."""
    return sorted(changes, key=lambda c: (c.weight is None, -(c.weight or 0), -(c.probability or 0), c.key, c.account))


def is_change(stored: dict) -> bool:
    """Whether a finding as it is stored is a change."""
    return "account" in stored


def read_finding(stored: dict) -> Finding:
    """A finding or a change, from what `kamlib.run.as_dict` made of it."""
    return Change(**stored) if is_change(stored) else Finding(**stored)
