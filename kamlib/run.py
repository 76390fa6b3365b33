"""The run folder: what notebooks share - the book, the panel, frames and findings.

In a report, `open_run(folder)` gives a notebook what the run has prepared. Opened by hand, without a
folder, it prepares the same from the book, in memory.
"""

from __future__ import annotations

import calendar
import contextlib
import dataclasses
import datetime as dt
import json
import math
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from kamlib.book import Book, control_totals, open_book
from kamlib.book.checks.days import last_plausible
from kamlib.book.source.files import connect
from kamlib.earlier import EARLIER, Earlier, load_earlier
from kamlib.finding import Change, Finding, ranked, read_finding
from kamlib.finding import in_words as in_words
from kamlib.panel import BURN_IN_DAYS, Panel, build_panel, purchase_days
from kamlib.stats.grain import period_ends
from kamlib.tables import NOT_TRADE, PANEL

WORK = "work"  # of the run folder: only there while the run lasts
FRAMES = "frames"
FINDINGS = "findings"
ROOMS = "rooms.json"  # in the work folder: the notebooks of this report that a notebook comes after
PREVIOUS = "previous"  # in the work folder: the stored report of one period before
COMPLETE_WITHIN = 3  # days: a last line so near its month's end completes the month


class RunError(Exception):
    """A run, or a notebook within it, cannot go on. The message says why and what to do."""


class InputError(RunError):
    """What was asked for cannot be run: no such day, notebook or lines."""


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
    """

    def __init__(self, folder, book="sample", as_of="", *, months=12, leave_out=NOT_TRADE, burn_in_days=BURN_IN_DAYS):
        self.folder = Path(folder) if folder else None
        self._source, self._as_of = book, as_of
        self._panel_options = {"months": months, "leave_out": list(leave_out), "burn_in_days": burn_in_days}
        self._frames: dict[str, pd.DataFrame] = {}
        self._findings: dict[str, list[Finding]] = {}

    @cached_property
    def book(self) -> Book:
        """The checked book."""
        return load_book(self.folder / WORK) if self.folder else open_book(self._source)

    @cached_property
    def as_of(self) -> dt.date:
        """Last day that counts, inclusive."""
        if self.folder:
            return self.panel.as_of
        return parse_day(self._as_of) if self._as_of else last_complete_month(self.book)

    @cached_property
    def panel(self) -> Panel:
        """The panel of the book at `as_of`."""
        if self.folder:
            return load_panel(self.folder)
        return build_panel(self.book, as_of=self.as_of, **self._panel_options)

    @property
    def previous(self) -> Path | None:
        """Folder of what the report of one period before has stored, None where there is no such report.

        It holds that report's `manifest.json`, `findings.json` and `frames/`, as they were when this run began. Only a
        notebook whose metadata say `"previous": true` is given it: what it finds there is a part of its inputs.
        """
        folder = self.folder / WORK / PREVIOUS if self.folder else None
        return folder if folder and folder.is_dir() else None

    @property
    def rooms(self) -> tuple[str, ...]:
        """Notebooks of this report that this one comes after; by hand, those that have saved findings."""
        if not self.folder:
            return tuple(sorted(self._findings))
        path = self.folder / WORK / ROOMS
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
    def earlier(self) -> Earlier | None:
        """The same book as of the report of one period before; None where the ledger does not reach back so far."""
        day, options = period_before(self.as_of), self._panel_options
        if self.panel.first_day > day:
            return None
        if self.folder:
            home = self.folder / WORK / EARLIER
            if not home.exists():
                raise RunError('A notebook that reads job.earlier says so in its metadata.kam: "previous": true.')
            return load_earlier(home, day, self.book, lambda: load_panel(home), self._frame_names, self.previous)
        return Earlier(day, self.book, lambda: build_panel(self.book, as_of=day, **options), frames=self._frame_names)

    @property
    def earlier_whole(self) -> Earlier | None:
        """`earlier`, where the ledger holds its whole window; else None: windows of unequal length do not compare."""
        return self.earlier if self.earlier is not None and self.earlier.panel.whole else None

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
        if by not in self.rooms:
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


def parse_day(text: str | dt.date) -> dt.date:
    """A day written as YYYY-MM-DD.

    Raises
    ------
    InputError
        Not a day.

    Examples
    --------
    >>> parse_day("2011-11-30")
    datetime.date(2011, 11, 30)
    """
    if isinstance(text, dt.date):
        return text
    try:
        return dt.datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise InputError(f"as_of is a day such as 2011-11-30, not {text!r}.") from None


def last_complete_month(book: Book) -> dt.date:
    """End of the last month that the ledger covers: its last line's, if that is within three days of the end.

    Shops close at weekends, so the last line of a full month can be some days before its end. A ledger that lies
    within one month, and does not complete it, ends with its last line. A date that stands for a period counts to
    the end of that. A few lines long after all others (`kamlib.book.checks.days`) do not count.
    """
    first, last, *_ = last_plausible(book.ledger)
    last = period_ends([last], book.grain)[0].date()
    end = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    if (end - last).days <= COMPLETE_WITHIN:
        return end
    before = last.replace(day=1) - dt.timedelta(days=1)
    return before if before >= first else last


def period_before(as_of: dt.date) -> dt.date:
    """The day that the report before this one is of: the end of the month before.

    Examples
    --------
    >>> period_before(dt.date(2024, 3, 31)), period_before(dt.date(2024, 3, 12))
    (datetime.date(2024, 2, 29), datetime.date(2024, 2, 29))
    """
    return as_of.replace(day=1) - dt.timedelta(days=1)


def check_reconciled(panel: Panel, totals: dict) -> list[dict]:
    """Every sum of the panel against the control totals.

    Returns
    -------
    list of dict
        what, cents, expected: one for each sum.

    Raises
    ------
    RunError
        If any two differ.
    """
    parts = sum(totals[f"{p}_cents"] for p in ("analysed", "no_customer", "not_trade"))
    expected = totals["analysed_cents"]
    sums = [
        ("parts of the ledger up to as_of", parts, totals["net_cents_to_as_of"]),
        ("monthly", int(panel.monthly["sales_cents"].sum()), expected),
        ("accounts, whole history", int(panel.accounts["history_sales_cents"].sum()), expected),
        ("accounts, gross and returns", int((panel.accounts["gross_cents"] + panel.accounts["returns_cents"]).sum()),
         int(panel.accounts["sales_cents"].sum())),
        *_profit_sums(panel, totals),
        ("rows", totals["rows_set_aside"] + totals["lines"], totals["rows_read"]),
    ]  # fmt: skip
    wrong = [f"{what}: {got:,} instead of {want:,}" for what, got, want in sums if got != want]
    if wrong:
        raise RunError("The totals do not reconcile (integer cents): " + "; ".join(wrong) + ".")
    return [{"what": what, "value": got, "expected": want} for what, got, want in sums]


def _profit_sums(panel: Panel, totals: dict) -> list[tuple[str, int, int]]:
    if not panel.has_profit:
        return []
    expected = totals["profit_known_cents"] + totals["profit_estimated_cents"]
    return [("monthly, profit", int(panel.monthly["profit_cents"].sum()), expected)]


# Storing: Parquet and JSON only, nothing that executes when it is read.


def write_frame(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """A frame as Parquet; a named index becomes a column for other readers, and comes back as the index for ours."""
    folder.mkdir(parents=True, exist_ok=True)
    with _replacing(folder / f"{name}.parquet") as new:
        frame.to_parquet(new)


def write_json(path: Path, content) -> None:
    """JSON that is the same bytes for the same content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    with _replacing(path) as new:
        new.write_text(text, "utf-8")


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A file to write, which then takes the place of `path` in one step: a file of the run may be shared by links."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield new
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def as_dict(finding: Finding) -> dict:
    """A finding as JSON can hold it: twelve significant digits, null for what is not a number."""
    return {k: _plain(v) for k, v in dataclasses.asdict(finding).items()}


def _plain(value):
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value


def save_book(book: Book, folder: Path) -> None:
    """The checked book as Parquet, for the notebooks of one run."""
    folder.mkdir(parents=True, exist_ok=True)
    book.ledger.write_parquet(str(folder / "ledger.parquet"))
    for name, table in book.tables.items():
        write_frame(folder / "tables", name, table)
    for name in ("recognised", "problems", "not_sold"):
        write_frame(folder, name, getattr(book, name))
    plain = ("name", "rows_read", "rows_set_aside", "notes", "currency", "digest", "amounts", "formats", "grain")
    write_json(folder / "book.json", {n: getattr(book, n) for n in plain} | {"tables": list(book.tables)})


def load_book(folder: Path) -> Book:
    """The book that `save_book` kept."""
    facts = json.loads((folder / "book.json").read_text("utf-8"))
    con: duckdb.DuckDBPyConnection = connect()
    names: Sequence[str] = facts.pop("tables")
    return Book(
        ledger=con.read_parquet(str(folder / "ledger.parquet")),
        tables={n: pd.read_parquet(folder / "tables" / f"{n}.parquet") for n in names},
        recognised=pd.read_parquet(folder / "recognised.parquet"),
        problems=pd.read_parquet(folder / "problems.parquet"),
        not_sold=pd.read_parquet(folder / "not_sold.parquet"),
        con=con,
        **(facts | {n: tuple(facts[n]) for n in ("notes", "amounts", "formats")}),
    )


def save_panel(panel: Panel, folder: Path) -> None:
    """The panel as Parquet (`frames/`), its dates and lengths as JSON."""
    for name in PANEL:
        write_frame(folder / FRAMES, name, getattr(panel, name))
    plain = {"as_of", "start", "first_day", "last_day", "months", "has_profit", "grain"}
    facts = {n: getattr(panel, n) for n in plain}
    write_json(folder / WORK / "panel.json", {n: str(v) if isinstance(v, dt.date) else v for n, v in facts.items()})


def load_panel(folder: Path) -> Panel:
    """The panel that `save_panel` kept."""
    facts = json.loads((folder / WORK / "panel.json").read_text("utf-8"))
    days = {n: dt.date.fromisoformat(facts.pop(n)) for n in ("as_of", "start", "first_day", "last_day")}
    frames = {n: _in_seconds(pd.read_parquet(folder / FRAMES / f"{n}.parquet")) for n in PANEL}
    return Panel(**days, **facts, **frames)


def _in_seconds(frame: pd.DataFrame) -> pd.DataFrame:
    """Dates as the panel has them: Parquet knows no seconds, and gives back milliseconds."""
    return frame.astype(dict.fromkeys(frame.select_dtypes("datetime").columns, "datetime64[s]"))
