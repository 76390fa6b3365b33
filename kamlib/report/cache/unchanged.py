"""A report that stands and is what the same command would make again: then there is nothing to do.

Asked first, and answered by hashing alone: of the book's source, the settings as they were typed, all code and
notebooks, Python and its libraries; and of the report's own files, which must be those that were written.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kamlib.report.cache.entries import FORMAT, Cache
from kamlib.report.cache.fingerprint import (
    code_digest,
    commit,
    digest,
    environment,
    file_digest,
    source_digest,
)
from kamlib.report.cache.made import made_files

HTML = ".html"
HISTORY, HISTORY_NOTED = "index.html", ".runs/history.json"  # of a book: the page, and what it was made from


@dataclass(frozen=True)
class Request:
    """A whole command as hashes.

    Attributes
    ----------
    source : str
        Of all that opening the book reads; empty where that cannot be told, as before a data set is fetched.
    rest : str
        Of what was asked for, and of all code and libraries.
    """

    source: str
    rest: str

    @property
    def key(self) -> str:
        """Of both, for the cache; empty where it cannot be told."""
        return digest([self.source, self.rest]) if self.source and self.rest else ""

    def became(self, after: Request) -> bool:
        """Whether nothing was edited between this and `after`; a source that was not there may have come."""
        return self.rest == after.rest and self.source in ("", after.source)


def request_of(
    book: str,
    *,
    mapping: Path | None = None,
    formats: Path | None = None,
    name: str = "",
    as_of: str = "",
    settings: Path | None = None,
    assign: Sequence[str] = (),
    only: Sequence[str] = (),
) -> Request:
    """A command and all that it reads, as hashes."""
    try:
        toml = file_digest(settings) if settings else ""
    except OSError:  # the reader of settings says what is wrong
        return Request("", "")
    asked = [f"{Path(book).resolve()}", name, as_of, toml, list(assign), sorted(only)]
    rest = digest([FORMAT, asked, code_digest(), commit(), environment()])
    return Request(source_digest(book, mapping, name, formats), rest)


def stored_digest(report: Path) -> str:
    """Hash of what a report has stored for later ones: all but its pages; empty where there is no report."""
    files = {n: file_digest(report / n) for n in sorted(made_files(report)) if not n.endswith(HTML)}
    return digest(files) if files else ""


def is_day(name: str) -> bool:
    """Whether a folder's name is a day, as those of whole reports are.

    Examples
    --------
    >>> is_day("2024-12-31"), is_day("2024-12-31-part"), is_day("failed")
    (True, False, False)
    """
    try:
        return f"{dt.date.fromisoformat(name)}" == name
    except ValueError:
        return False


def reports_digest(home: Path) -> str:
    """Hash of what the history of a book is made from: what all its reports have found."""
    stored = {}
    for folder in sorted(p for p in home.iterdir() if is_day(p.name)):
        files = [folder / "manifest.json", folder / "findings.json"]
        stored[folder.name] = [file_digest(f) if f.is_file() else "" for f in files]
    return digest(stored)


def history_stands(home: Path) -> bool:
    """Whether a book's history is there, whole, and of the reports that are there now."""
    try:
        noted = json.loads((home / HISTORY_NOTED).read_text("utf-8"))
        return noted == {"page": file_digest(home / HISTORY), "reports": reports_digest(home)}
    except (OSError, ValueError):
        return False


def has_leftovers(home: Path) -> bool:
    """Whether a book has folders of runs: of one that was killed, of one that lives, or of the version before."""
    with contextlib.suppress(OSError):
        return any(p.is_dir() for p in (home / ".runs").iterdir())
    return False


def remember(cache: Cache, key: str, out: Path, report: Mapping) -> None:
    """Note which report a command has made, and with which files.

    Parameters
    ----------
    report : mapping
        `target` and, where it was read, `previous`: reports by their paths below `out`; and what to say of it.
    """
    previous = {report["previous"]: stored_digest(out / report["previous"])} if report.get("previous") else {}
    target = out / report["target"]
    files = {n: file_digest(target / n) for n in sorted(made_files(target))}
    facts = dict(report) | {"files": files, "previous": previous}
    cache.store("request", key, {}, facts)


def standing_report(cache: Cache, key: str, out: Path) -> dict | None:
    """What was said of the report that a command made, if it stands as it was made and would be made so again."""
    facts = cache.facts("request", key)
    try:
        if facts and all(file_digest(out / facts["target"] / n) == known for n, known in facts["files"].items()):
            previous = facts["previous"].items()
            return facts if all(stored_digest(out / report) == known for report, known in previous) else None
    except (OSError, LookupError, AttributeError, TypeError):
        pass
    return None
