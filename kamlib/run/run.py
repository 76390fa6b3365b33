"""The run folder: what notebooks share - the book, the panel, frames and findings.

In a report, `open_run(folder)` gives a notebook what the run has prepared. Opened by hand, without a
folder, it prepares the same from the book, in memory.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

import pandas as pd

from kamlib.book import Book, control_totals
from kamlib.datasets import open_source
from kamlib.given import GivenError
from kamlib.panel import PANEL_OPTIONS, Panel, build_panel, purchase_days
from kamlib.run.days import last_complete_month, parse_day, period_before
from kamlib.run.errors import InputError, RunError
from kamlib.run.findings import Change, Finding, ranked, read_finding
from kamlib.run.previous import PREVIOUS_PANEL, Previous, load_previous
from kamlib.run.store import (
    FINDINGS,
    FRAMES,
    NOTEBOOKS,
    PREVIOUS,
    WORK,
    as_dict,
    load_book,
    load_panel,
    write_frame,
    write_json,
)
from kamlib.settings import checked

CALL = 'open_run(book="sample", as_of="2026-06-30", months=12, leave_out=["fee"], burn_in_days=90)'


class Run:
    """A book at a day, with what notebooks have found out so far.

    Parameters
    ----------
    folder : path or None
        The run folder; None keeps everything in memory.
    book : str or path
        What to open where there is no folder.
    as_of : datetime.date, str or None
        Last day that counts; empty: the end of the last complete month.
    months, leave_out, burn_in_days
        See `kamlib.panel.build_panel`.

    Raises
    ------
    InputError
        There is no such folder; `as_of` is no day; an option is unknown, ill-typed or out of bounds.
    """

    def __init__(self, folder, book="sample", as_of="", **panel_options):
        self.folder = Path(folder) if folder else None
        if self.folder and not self.folder.is_dir():
            raise InputError(f"There is no run folder {folder}. A book is opened by name: {CALL}.")
        self._source, self._as_of = book, "" if as_of in (None, "") else parse_day(as_of)
        try:
            given = checked(panel_options, names=PANEL_OPTIONS, call=f"For example: {CALL}.")
        except GivenError as error:
            raise InputError(f"{error}") from None
        self._panel_options = {name: getattr(given, name) for name in PANEL_OPTIONS}
        self._frames: dict[str, pd.DataFrame] = {}
        self._findings: dict[str, list[Finding]] = {}

    @cached_property
    def book(self) -> Book:
        """The checked book."""
        return load_book(self.folder / WORK) if self.folder else open_source(self._source)

    @cached_property
    def as_of(self) -> dt.date:
        """Last day that counts, inclusive."""
        if self.folder:
            return self.panel.as_of
        return self._as_of or last_complete_month(self.book)

    @cached_property
    def panel(self) -> Panel:
        """The panel of the book at `as_of`."""
        if self.folder:
            return load_panel(self.folder)
        return build_panel(self.book, as_of=self.as_of, **self._panel_options)

    @property
    def notebooks(self) -> tuple[str, ...]:
        """Names of this report's notebooks that this one comes after; by hand, those that have saved findings."""
        if not self.folder:
            return tuple(sorted(self._findings))
        path = self.folder / WORK / NOTEBOOKS
        return tuple(json.loads(path.read_text("utf-8"))) if path.exists() else ()

    @cached_property
    def days(self) -> pd.DataFrame:
        """Every purchase day of every account up to `as_of`: see `kamlib.panel.purchase_days`."""
        return purchase_days(self.book, as_of=self.as_of, leave_out=self._panel_options["leave_out"])

    @cached_property
    def totals(self) -> dict[str, int | str]:
        """Control totals of the book at `as_of`."""
        return control_totals(self.book, as_of=self.as_of, leave_out=self._panel_options["leave_out"])

    @cached_property
    def previous(self) -> Previous | None:
        """The same book as of the report of one period before; None where the ledger does not reach back so far.

        In a report only a notebook whose metadata say `"previous": true` is given it: what it finds there is a part of
        its inputs.
        """
        day, options = period_before(self.as_of), self._panel_options
        if self.panel.first_day > day:
            return None
        if not self.folder:
            return Previous(day, self.book, lambda: build_panel(self.book, as_of=day, **options), self._frame_names)
        work = self.folder / WORK
        home, stored = work / PREVIOUS_PANEL, work / PREVIOUS
        if not home.exists():
            raise RunError('A notebook that reads job.previous says so in its metadata.kam: "previous": true.')
        return load_previous(
            home, day, self.book, lambda: load_panel(home), self._frame_names, stored if stored.is_dir() else None
        )

    @property
    def previous_whole(self) -> Previous | None:
        """`previous`, where the ledger holds its whole window; else None: windows of unequal length do not compare."""
        return self.previous if self.previous is not None and self.previous.panel.whole else None

    def save_frame(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Keep a table for other notebooks and for the reader (`frames/NAME.parquet`); returns it."""
        self._frames[name] = frame
        if self.folder:
            write_frame(self.folder / FRAMES, name, frame)
        return frame

    def frame(self, name: str, otherwise: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A table that another notebook saved; computed by `otherwise` where none has."""
        path = self.folder / FRAMES / f"{name}.parquet" if self.folder else None
        if name not in self._frames:
            self._frames[name] = pd.read_parquet(path) if path and path.exists() else otherwise()
        return self._frames[name]

    def saved(self, name: str, *, by: str) -> pd.DataFrame | None:
        """A table that another notebook has saved, never one that is computed a second time.

        Parameters
        ----------
        name : str
            Of the frame.
        by : str
            The notebook that saves it.

        Returns
        -------
        pandas.DataFrame or None
            None where that notebook is no part of this report.

        Raises
        ------
        RunError
            It is a part of this report, and has not saved the frame.
        """
        if by not in self.notebooks:
            return None
        if name not in self._frame_names():
            raise RunError(f"Notebook {by} is a part of this report and has not saved the frame {name!r}.")
        return self.frame(name, pd.DataFrame)

    def _frame_names(self) -> list[str]:
        stored = [p.stem for p in (self.folder / FRAMES).glob("*.parquet")] if self.folder else []
        return sorted({*self._frames, *stored})

    def save_findings(self, notebook: str, findings: Iterable[Finding]) -> list[Finding]:
        """Keep a notebook's findings and changes; they replace what it said before."""
        found = list(findings)
        self._findings[notebook] = found
        if self.folder:
            write_json(self.folder / WORK / FINDINGS / f"{notebook}.json", [as_dict(f) for f in found])
        return found

    def findings(self, otherwise: Callable[[], Iterable[Finding]] | None = None) -> dict[str, Finding]:
        """All findings so far, by key, without the changes; `otherwise` makes them where there are none."""
        found = [f for f in self._found() if not isinstance(f, Change)]
        if not found and otherwise:
            found = list(otherwise())
        return {f.key: f for f in found}

    def changes(self) -> list[Change]:
        """All changes so far, those of most money first, those whose money cannot be told last."""
        return ranked(f for f in self._found() if isinstance(f, Change))

    def _found(self) -> list[Finding]:
        if self.folder:
            files = sorted((self.folder / WORK / FINDINGS).glob("*.json"))
            return [read_finding(f) for file in files for f in json.loads(file.read_text("utf-8"))]
        return [f for name in sorted(self._findings) for f in self._findings[name]]


def open_run(run: str = "", *, book: str = "sample", as_of: str = "", **panel_options) -> Run:
    """What a notebook's second cell calls: the run it is part of, or one of its own.

    Parameters
    ----------
    run : str
        Run folder; empty when the notebook is opened by hand.
    book, as_of, **panel_options
        See `Run`.

    Examples
    --------
    >>> open_run(book="sample").folder is None
    True
    """
    return Run(run, book, as_of, **panel_options)
