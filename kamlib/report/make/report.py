"""Make a report: open the book, build the panel, execute the notebooks, render the pages, swap them in."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from kamlib.book import Book, control_totals
from kamlib.given import short
from kamlib.panel import MOST_AFTER, Panel, window_start
from kamlib.report.cache.books import keep_book, keep_panel
from kamlib.report.cache.entries import FOLDER, Cache
from kamlib.report.cache.fingerprint import files_digest
from kamlib.report.cache.inputs import notebook_inputs
from kamlib.report.cache.made import MANIFEST
from kamlib.report.cache.unchanged import HISTORY
from kamlib.report.make.execute import execute_all
from kamlib.report.make.folder import building
from kamlib.report.make.manifest import manifest
from kamlib.report.make.previous import UNREADABLE, keep_previous, prepare_previous
from kamlib.report.make.reconcile import check_findings
from kamlib.report.make.workspaces import EXECUTED, Workspaces
from kamlib.report.page.mail import MAIL, mail_page
from kamlib.report.page.render import render_page
from kamlib.report.past.history import write_history
from kamlib.run import InputError, RunError, check_reconciled, last_complete_month, parse_day, period_before
from kamlib.run.findings import is_change
from kamlib.run.notebooks import NOTEBOOKS, Notebook, load_notebooks, support
from kamlib.run.parameters import GIVEN
from kamlib.run.store import FINDINGS, PREVIOUS, WORK, write_json
from kamlib.settings import Settings
from kamlib.stats.grain import period_ends

FRONT = "00_summary"  # its page is index.html
PART = "-part"  # after the day, where not all notebooks were asked for


@dataclass(frozen=True)
class Report:
    """A report that has been made: where its first page is, and what was left out and why."""

    index: Path
    as_of: dt.date
    pages: dict[str, str]
    skipped: list[tuple[str, str]]
    seconds: float
    cached: Sequence[str] = ()  # notebooks whose results were there
    previous: Path | None = None  # the report of one period before, where it was asked for


def make_report(
    book: Book,
    *,
    as_of: dt.date | None = None,
    out: Path = Path("reports"),
    settings: Settings | None = None,
    only: Sequence[str] = (),
    jobs: int = 0,
    source: str = "",
    notebooks: Path = NOTEBOOKS,
    cache: bool = True,
    book_key: str = "",
    told: Callable[[str, str], None] = lambda event, name: None,
) -> Report:
    """Turn a book into a folder of pages at `out`/`book`/`as_of`.

    Parameters
    ----------
    book : Book
    as_of : datetime.date, optional
        Last day that counts; where it is not given, the end of the ledger's last complete month.
    out : path
    settings : Settings, optional
    only : sequence of str
        Notebooks to run, with those they come after; all where empty. A report of a part stands at
        `out`/`book`/`as_of`-part, and the whole one stays as it is.
    jobs : int
        Notebooks at once; 0: one a processor.
    source : str
        Where the book comes from. Where another source of the same name has its reports, the run is refused;
        empty: not asked.
    notebooks : path
        The folder of the notebooks.
    cache : bool
        Whether results are taken from, and kept in, `out`/.cache. They are the same bytes either way.
    book_key : str
        From `kamlib.report.cache.books.book_key`: under which the checked book is kept; empty: it is not.
    told : callable
        Called with (event, name): (`book`, ...), (`cached`, notebook), (`started`, notebook), (`done`, notebook).

    Returns
    -------
    Report

    Raises
    ------
    kamlib.run.RunError, kamlib.book.BookError
        With one message; the previous report is untouched.
    """
    began = time.monotonic()
    settings = settings or Settings()
    check_call(book, settings)
    as_of = parse_day(as_of) if as_of else last_complete_month(book)
    everyone = load_notebooks(notebooks)
    wanted, skipped = supported(load_notebooks(notebooks, only=only), book)
    told("book", f"{book.name} as of {as_of}")
    check_days(book, as_of, settings)
    totals = control_totals(book, as_of=as_of, leave_out=settings.leave_out)
    target = place_of(out, book, as_of, wanted, everyone)
    cache = Cache(Path(out) / FOLDER if cache else None)
    origin = {"source": hashlib.sha256(source.encode()).hexdigest(), "content": book.digest} if source else None
    with building(target, origin=origin) as folder:
        workspaces = Workspaces(folder / WORK, wanted)
        content, panel, stored, previous = _furnish(workspaces, book, as_of, settings, cache, book_key, target)
        reconciled = check_reconciled(panel, totals)
        inputs = functools.partial(
            notebook_inputs, wanted, content=content, book=book.name, as_of=as_of, settings=settings, previous=stored,
            everyone=everyone,
        )  # fmt: skip
        made_from = inputs()
        given = {n.name: _parameters(n, settings, book, as_of, workspaces.of(n.name)) for n in wanted}
        failed = target.parent / "failed"
        cached = _execute(
            wanted, given, workspaces, cache, inputs, failed=failed, jobs=jobs or os.cpu_count() or 1, told=told
        )
        home = None if target.name.endswith(PART) else (f"../{HISTORY}", "History")
        pages = _render(wanted, workspaces, folder, book, as_of, home)
        workspaces.gather(folder)
        found = _findings(folder / WORK / FINDINGS)
        reconciled += check_findings(found["findings"], book, panel, previous, totals, leave_out=settings.leave_out)
        for name, stored in found.items():
            write_json(folder / f"{name}.json", stored)
        files = {n: d for n, d in files_digest(folder).items() if not n.startswith(f"{WORK}/")}
        facts = manifest(book, panel, settings, totals, reconciled, pages, made_from, files)
        write_json(folder / MANIFEST, facts)
        shutil.rmtree(folder / WORK)
    cache.prune()
    write_history(target.parent)
    was = previous_report(target, as_of) if workspaces.compared else None
    return Report(target / "index.html", as_of, pages, skipped, time.monotonic() - began, cached, was)


def previous_report(target: Path, as_of: dt.date) -> Path:
    """Where the report of one period before stands, if there is one."""
    return target.with_name(f"{period_before(as_of)}")


def _furnish(
    workspaces: Workspaces, book: Book, as_of: dt.date, settings: Settings, cache: Cache, book_key: str, target: Path
) -> tuple[str, Panel, str, Panel | None]:
    """Put in place the book, the panel, and what they are compared with.

    Returns
    -------
    hash of the book, panel, hash of the report before, panel of the day before
        The last two empty and None where no notebook compares.
    """
    content = keep_book(book, workspaces.book, cache, book_key)
    keep = functools.partial(keep_panel, book, cache=cache, content=content, settings=settings)
    panel = keep(workspaces.panel, as_of=as_of)
    if not workspaces.compared:
        return content, panel, "", None
    stored = keep_previous(previous_report(target, as_of), workspaces.previous / WORK / PREVIOUS)
    options = {"folder": workspaces.previous, "unreadable": stored == UNREADABLE, "keep": keep}
    return content, panel, stored, prepare_previous(book, panel, settings, **options)


def _execute(
    notebooks: Sequence[Notebook],
    given: dict,
    workspaces: Workspaces,
    cache: Cache,
    inputs: Callable[[], dict],
    **options,
) -> list[str]:
    """Take from the cache what is there, execute the rest, and keep it; returns the names of what was there."""
    keys = {n: parts["key"] for n, parts in inputs()["notebooks"].items()}
    cached = [
        n.name for n in notebooks if cache.fetch("notebook", keys[n.name], workspaces.results(n.name)) is not None
    ]
    for name in cached:
        options["told"]("cached", name)

    def collect(name: str) -> None:
        files = workspaces.collect(name)
        # Where code was edited while it ran, nobody knows which of the two this is the result of.
        if inputs()["notebooks"][name]["key"] == keys[name]:
            cache.store("notebook", keys[name], files)

    rest = [n for n in notebooks if n.name not in cached]
    execute_all(rest, given, workspaces.executed, prepare=workspaces.prepare, collect=collect, **options)
    return cached


def place_of(out: Path, book: Book, as_of: dt.date, wanted: Sequence[Notebook], everyone: Sequence[Notebook]) -> Path:
    """Where a report stands; one of a part of the notebooks beside the whole one, which it must not replace."""
    part = len(wanted) < len(supported(everyone, book)[0])
    return Path(out) / book.name / f"{as_of}{PART if part else ''}"


def check_days(book: Book, as_of: dt.date, settings: Settings) -> None:
    """Raise InputError where no customer has a line that a report of this day could speak of."""
    kinds = ", ".join(f"'{k}'" for k in settings.leave_out) or "''"
    trade = book.ledger.filter(f"customer_id IS NOT NULL AND kind NOT IN ({kinds})")
    first, last = trade.aggregate("min(date), max(date)").fetchall()[0]
    if first is None:
        raise InputError(
            "Nothing to report: no line of trade names its customer. If a column does, name it in a mapping file "
            '(--mapping), under [ledger]: customer_id = "...".'
        )
    there = f"The lines of known customers run from {first} to {last}: choose --as-of accordingly."
    if as_of < first:
        raise InputError(f"Nothing to report: as_of {as_of} is before the first line. {there}")
    try:
        start = window_start(as_of, settings.months)
        inside = trade.filter(f"date BETWEEN DATE '{start}' AND DATE '{as_of}'").aggregate("count(*)").fetchall()[0][0]
    except (OverflowError, ValueError):  # a day at the edge of the calendar
        inside = 0
    if not inside:
        before = trade.filter(f"date <= DATE '{as_of:%Y-%m-%d}'").aggregate("max(date)").fetchall()[0][0]
        raise InputError(
            f"Nothing to report: no line in the {settings.months} months up to {as_of}; the last before it is of "
            f"{before}. {there} With --as-of {before}, for example."
        )
    if as_of > last and as_of - period_ends([last], book.grain)[0].date() > MOST_AFTER:
        raise InputError(f"Nothing to report: as_of {as_of} is more than five years after the last line. {there}")


def check_call(book: Book, settings: Settings) -> None:
    """Raise InputError where what was given is no book, or no settings."""
    if not isinstance(book, Book):
        raise InputError(f'The first argument is a Book, not {short(book)}: make_report(open_book("sales.csv")).')
    if not isinstance(settings, Settings):
        raise InputError(
            f"settings are Settings, not {short(settings)}: make_report(book, settings=Settings(months=6))."
        )


def supported(notebooks: Sequence[Notebook], book: Book) -> tuple[list[Notebook], list[tuple[str, str]]]:
    """Notebooks that the book's tables allow, and those left out with the tables they need."""
    lacking = {name: missing for name, verdict, missing in support(notebooks, book.has) if verdict == "no"}
    if len(lacking) == len(notebooks):
        raise RunError(f"The book has none of the tables that are needed: {', '.join(sorted(set(lacking.values())))}.")
    return [n for n in notebooks if n.name not in lacking], list(lacking.items())


def _parameters(notebook: Notebook, settings: Settings, book: Book, as_of: dt.date, folder: Path) -> dict:
    given = settings.model_dump() | dict(zip(GIVEN, (str(folder.resolve()), book.name, f"{as_of}"), strict=True))
    unknown = [p.name for p in notebook.parameters if p.name not in given]
    if unknown:
        raise RunError(f"Notebook {notebook.name} has parameters that are no settings: {', '.join(unknown)}.")
    return {p.name: given[p.name] for p in notebook.parameters}


def _render(
    notebooks: Sequence[Notebook],
    workspaces: Workspaces,
    folder: Path,
    book: Book,
    as_of: dt.date,
    home: tuple[str, str] | None,
) -> dict[str, str]:
    pages = {n.name: "index.html" if n.name == FRONT else f"{n.name}.html" for n in notebooks}
    if "index.html" not in pages.values():
        pages[notebooks[0].name] = "index.html"
    links = [(pages[n.name], n.title) for n in notebooks]
    for n in notebooks:
        content = nbformat.read(workspaces.results(n.name) / EXECUTED, as_version=4)
        page = render_page(
            content, title=n.heading, book=book.name, as_of=as_of, links=links, current=pages[n.name], home=home
        )
        (folder / pages[n.name]).write_text(page, "utf-8")
        if pages[n.name] == "index.html":
            mail = mail_page(content, title=n.heading, book=book.name, as_of=f"{as_of}")
            (folder / MAIL).write_text(mail, "utf-8")
    return pages


def _findings(folder: Path) -> dict[str, dict[str, list]]:
    """Findings by notebook, and apart from them the changes: there can be hundreds, and not the same each month."""
    stored = {f.stem: json.loads(f.read_text("utf-8")) for f in sorted(folder.glob("*.json"))}
    return {
        "findings": {n: [f for f in found if not is_change(f)] for n, found in stored.items()},
        "changes": {n: [f for f in found if is_change(f)] for n, found in stored.items()},
    }
