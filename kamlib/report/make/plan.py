"""What a run would do, and why, without doing it: `kam report --plan`."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kamlib.book import Book
from kamlib.report.cache.books import keep_book
from kamlib.report.cache.entries import Cache
from kamlib.report.cache.inputs import notebook_inputs, why
from kamlib.report.make.previous import previous_mark
from kamlib.report.make.report import check_days, place_of, supported
from kamlib.run import last_complete_month, parse_day, period_before
from kamlib.run.notebooks import NOTEBOOKS, load_notebooks
from kamlib.settings import Settings

RUNS, CACHED, LEFT_OUT = "would run", "from the cache", "left out"
KNOWN = "nothing it is made from has changed"


@dataclass(frozen=True)
class Step:
    """One notebook of a plan: what would become of it, and why."""

    name: str
    what: str
    why: str


def plan_report(
    book: Book,
    *,
    cache: Cache,
    as_of: dt.date | None = None,
    out: Path = Path("reports"),
    settings: Settings | None = None,
    only: Sequence[str] = (),
    notebooks: Path = NOTEBOOKS,
    book_key: str = "",
) -> tuple[Path, list[Step]]:
    """Where `make_report` would put its report, and what would become of each notebook.

    Parameters
    ----------
    cache : Cache
    book, as_of, out, settings, only, notebooks, book_key
        As of `kamlib.report.make.report.make_report`.

    Returns
    -------
    path, list of Step
        In order of name. Nothing is written but to a temporary folder.
    """
    settings = settings or Settings()
    as_of = parse_day(as_of) if as_of else last_complete_month(book)
    everyone = load_notebooks(notebooks)
    wanted, skipped = supported(load_notebooks(notebooks, only=only), book)
    check_days(book, as_of, settings)
    target = place_of(out, book, as_of, wanted, everyone)
    inputs = notebook_inputs(
        wanted, content=_content(book, cache, book_key), book=book.name, as_of=as_of, settings=settings,
        previous=previous_mark(target.with_name(f"{period_before(as_of)}")), everyone=everyone,
    )  # fmt: skip
    before = _inputs_of(target)
    steps = [_step(n.name, inputs, before, cache) for n in wanted]
    return target, sorted(
        [*steps, *(Step(n, LEFT_OUT, f"needs the table {t}") for n, t in skipped)], key=lambda s: s.name
    )


def _content(book: Book, cache: Cache, key: str) -> str:
    known = cache.facts("book", key)
    if known:
        return known["content"]
    with tempfile.TemporaryDirectory() as folder:
        return keep_book(book, Path(folder), Cache(None))


def _inputs_of(report: Path) -> dict | None:
    try:
        return json.loads((report / "manifest.json").read_text("utf-8")).get("inputs", {})
    except (OSError, ValueError, AttributeError):
        return None


def _step(name: str, inputs: Mapping, before: Mapping | None, cache: Cache) -> Step:
    reason = why(name, inputs, before)
    if cache.facts("notebook", inputs["notebooks"][name]["key"]) is not None:
        return Step(name, CACHED, f"made before: {reason}" if reason else KNOWN)
    return Step(name, RUNS, reason or ("no longer in the cache" if cache.folder else "--no-cache"))
