"""The previous report, of one period before: what a run is compared with.

Two things are known of it. The *panel* is always built anew, from today's ledger as of its day: what has been posted
late or corrected since is in it. What it *published*, its findings and frames, is used where it was made with the same
settings. Where the two differ, the ledger was restated.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import pandas as pd

from kamlib.book import Book
from kamlib.panel import Panel
from kamlib.run.findings import Finding, read_finding

PREVIOUS_PANEL = "previous_panel"  # in the work folder: the panel as of its day
ABOUT = "about.json"


class Previous:
    """A book as of the day of the previous report.

    Parameters
    ----------
    as_of : datetime.date
    book : kamlib.book.Book
    panel : callable
        Gives the panel of that day.
    frames : callable
        Gives the names of the frames that the run has.
    published : path, optional
        What the previous report stored: manifest.json, findings.json, frames/.
    differs : sequence of str
        Settings in which that report differs from this run; where there are any, its frames and findings are not used.

    unreadable : bool
        Whether there is a report of that day, which cannot be used.

    Attributes
    ----------
    as_of, book, published, differs, unreadable
        As above.
    """

    def __init__(self, as_of, book, panel, frames=list, *, published=None, differs=(), unreadable=False):
        self.as_of: dt.date = as_of
        self.book: Book = book
        self.published: Path | None = published
        self.differs: tuple[str, ...] = tuple(differs)
        self.unreadable: bool = unreadable
        self._panel, self._frames = panel, frames

    @cached_property
    def panel(self) -> Panel:
        """The panel of that day, from today's ledger."""
        return self._panel()

    @property
    def usable(self) -> bool:
        """Whether what was published can be set beside what is found today."""
        return self.published is not None and not self.differs

    def frame(self, name: str, otherwise: Callable[[Previous], pd.DataFrame]) -> pd.DataFrame:
        """A table as the previous report published it; where it did not, `otherwise` makes it from this.

        Parameters
        ----------
        name : str
            A frame that this run has too: save or load today's first.
        otherwise : callable
            Takes this `Previous`; its `panel`, `book` and `as_of` are those of that day.

        Raises
        ------
        KeyError
            This run has no frame of that name.
        """
        if name not in (known := self._frames()):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise KeyError(
                f"this run has no frame {name!r} to compare with the previous one.{hint} There are: {', '.join(known)}."
            )
        path = self.published / "frames" / f"{name}.parquet" if self.usable else None
        return pd.read_parquet(path) if path and path.exists() else otherwise(self)

    def findings(self) -> dict[str, Finding]:
        """Findings that the previous report published, by key; none where there is none with the same settings."""
        if not self.usable:
            return {}
        stored = json.loads((self.published / "findings.json").read_text("utf-8"))
        return {f["key"]: read_finding(f) for notebook in sorted(stored) for f in stored[notebook]}

    def published_accounts(self) -> pd.DataFrame | None:
        """Accounts of the panel as it was when the previous report was made; None where it cannot be compared."""
        path = self.published / "frames" / "accounts.parquet" if self.usable else None
        return pd.read_parquet(path) if path and path.exists() else None

    def published_totals(self) -> dict[str, int | str]:
        """Control totals of the previous report; empty where it cannot be compared."""
        if not self.usable:
            return {}
        return json.loads((self.published / "manifest.json").read_text("utf-8"))["control_totals"]


def load_previous(folder: Path, as_of, book, panel, frames, published: Path | None) -> Previous:
    """The previous report as a run prepared it (`kamlib.report.make.previous`)."""
    about = json.loads((folder / ABOUT).read_text("utf-8"))
    return Previous(as_of, book, panel, frames, published=published, **about)
