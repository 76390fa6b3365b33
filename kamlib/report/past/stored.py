"""Reports that stand: what they found and what they were made from, validated, and brought up to this version."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kamlib.report.cache.made import MANIFEST, listed_files
from kamlib.report.cache.unchanged import is_day
from kamlib.run import Finding, InputError

SCHEMA = 2  # of a manifest; 1 had no `files`. It counts up whenever a key changes its meaning, or is added
FINDINGS = "findings.json"
# Old name -> new name, of all versions so far: a stored report is read under the names of today.
RENAMED_SETTINGS: dict[str, str] = {}
RENAMED_FINDINGS: dict[str, str] = {}


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Book(_Part):
    name: str
    digest: str
    currency: str


class _Code(_Part):
    version: str
    commit: str = ""


class Manifest(_Part):
    """What later reports read of a `manifest.json`; other keys are kept as they are."""

    number: int = Field(alias="schema", ge=1, le=SCHEMA)
    book: _Book
    as_of: dt.date
    window: dict[str, Any]
    control_totals: dict[str, int | str]
    settings: dict[str, Any]
    code: _Code
    pages: dict[str, str]
    inputs: dict[str, Any] = {}


@dataclass(frozen=True)
class StoredReport:
    """A report as later ones see it.

    Attributes
    ----------
    folder : path
    manifest : dict
        With today's names of settings.
    findings : dict of str to Finding
        By today's key, in the order in which the report has them.
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


def stored_report(folder: Path) -> StoredReport:
    """The report in a folder.

    Raises
    ------
    InputError
        There is none, it is not whole, or it cannot be read.
    """
    try:
        manifest, found = upgraded(*(json.loads((folder / name).read_text("utf-8")) for name in (MANIFEST, FINDINGS)))
        findings = {f.key: f for name in sorted(found) for f in map(_finding, found[name])}
        _refuse_half(folder)
        return StoredReport(folder, manifest, findings)
    except FileNotFoundError as error:
        raise InputError(f"{folder} is not a report: it has no {Path(error.filename).name}.") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise InputError(f"{folder}: its {MANIFEST} is of another version, or damaged ({where}).") from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise InputError(f"{folder}: its {MANIFEST} or {FINDINGS} cannot be read.") from None


def _finding(stored: dict) -> Finding:
    return Finding(**{k: v for k, v in stored.items() if k in Finding.__dataclass_fields__})


def upgraded(manifest: dict, findings: dict[str, list[dict]]) -> tuple[dict, dict[str, list[dict]]]:
    """What a report of this version or one before has stored, under the names of today.

    Raises
    ------
    pydantic.ValidationError
        The manifest lacks what is read of it, or is of a later version.
    """
    Manifest.model_validate(manifest)
    settings = {RENAMED_SETTINGS.get(k, k): v for k, v in manifest["settings"].items()}
    found = {n: [f | {"key": RENAMED_FINDINGS.get(f["key"], f["key"])} for f in of] for n, of in findings.items()}
    return manifest | {"settings": settings}, found


def _refuse_half(folder: Path) -> None:
    """A copy that was cut short lacks files; what only its reader would miss, pages, are not asked for."""
    missing = [n for n in listed_files(folder) or () if not n.endswith(".html") and not (folder / n).is_file()]
    if missing:
        raise InputError(f"{folder} is a part of a report: {missing[0]} is missing.")


def is_readable(folder: Path) -> bool:
    """Whether there is a report that later ones can use."""
    try:
        return bool(stored_report(folder))
    except InputError:
        return False


def stored_reports(home: Path) -> tuple[list[StoredReport], list[str]]:
    """All whole reports of a book, the oldest first, and the names of those that cannot be read."""
    found, broken = [], []
    for folder in sorted(p for p in home.iterdir() if is_day(p.name) and p.is_dir()):
        try:
            found.append(stored_report(folder))
        except InputError:
            broken.append(folder.name)
    return found, broken
