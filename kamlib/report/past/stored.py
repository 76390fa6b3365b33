"""Reports that stand: what they found, and what they were made from."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from kamlib.report.cache.unchanged import is_day
from kamlib.run import Finding, InputError


@dataclass(frozen=True)
class Past:
    """A report as later ones see it.

    Attributes
    ----------
    folder : path
    manifest : dict
    findings : dict of str to Finding
        By key, in the order in which the report has them.
    """

    folder: Path
    manifest: dict
    findings: dict[str, Finding]

    @property
    def as_of(self) -> dt.date:
        """Its day."""
        return dt.date.fromisoformat(self.manifest["as_of"])

    @property
    def book(self) -> str:
        """The name of its book."""
        return self.manifest["book"]["name"]

    @property
    def currency(self) -> str:
        """The currency of its book; empty where nothing says."""
        return self.manifest["book"]["currency"]


def past_report(folder: Path) -> Past:
    """The report in a folder.

    Raises
    ------
    InputError
        There is none, or it cannot be read.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        found = json.loads((folder / "findings.json").read_text("utf-8"))
        known = Finding.__dataclass_fields__
        rows = [Finding(**{k: v for k, v in f.items() if k in known}) for n in sorted(found) for f in found[n]]
        past = Past(folder, manifest, {f.key: f for f in rows})
        _ = past.as_of, past.book, past.currency
        return past
    except FileNotFoundError as error:
        raise InputError(f"{folder} is not a report: it has no {Path(error.filename).name}.") from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise InputError(f"{folder}: its manifest.json or findings.json cannot be read.") from None


def past_reports(home: Path) -> tuple[list[Past], list[str]]:
    """All whole reports of a book, the oldest first, and the names of those that cannot be read."""
    found, broken = [], []
    for folder in sorted(p for p in home.iterdir() if is_day(p.name) and p.is_dir()):
        try:
            found.append(past_report(folder))
        except InputError:
            broken.append(folder.name)
    return found, broken
