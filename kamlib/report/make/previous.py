"""What a run is compared with: the panel as of its day, and whether the report of that day can be used."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from kamlib.book import Book
from kamlib.panel import Panel, build_panel
from kamlib.report.cache.fingerprint import digest, files_digest
from kamlib.run import period_before
from kamlib.run.previous import ABOUT, PREVIOUS_PANEL
from kamlib.run.store import PREVIOUS, WORK, save_panel, write_json
from kamlib.settings import Settings


def keep_previous(report: Path, folder: Path) -> str:
    """Copy what a report has stored, if there is one; again where another run replaces it meanwhile.

    Returns
    -------
    str
        Hash of what was copied; empty where there is no report.
    """
    while (where := Path(os.path.realpath(report))).is_dir():
        try:
            shutil.copytree(where, folder, ignore=shutil.ignore_patterns("*.html"), dirs_exist_ok=True)
            return digest(files_digest(folder))
        except (FileNotFoundError, shutil.Error):
            shutil.rmtree(folder, ignore_errors=True)
            if where == Path(os.path.realpath(report)):
                raise
    return ""


def prepare_previous(
    book: Book, panel: Panel, settings: Settings, *, folder: Path, keep: Callable[..., Panel] | None = None
) -> Panel | None:
    """Put the panel as of its day into a run's work folder, made with today's ledger and settings.

    Parameters
    ----------
    book, panel, settings
        Of this run.
    folder : path
        The run folder; what the previous report stored is there by now, if there is any (`work/previous`).
    keep : callable, optional
        Called with a folder and `as_of`: puts the panel there as `save_panel` does, and returns it.

    Returns
    -------
    Panel or None
        None where the ledger does not reach back so far; nothing is put there then.
    """
    day = period_before(panel.as_of)
    if panel.first_day > day:
        return None
    before = (keep or _keeper(book, settings))(folder / WORK / PREVIOUS_PANEL, as_of=day)
    write_json(folder / WORK / PREVIOUS_PANEL / ABOUT, {"differs": differing(folder / WORK / PREVIOUS, settings)})
    return before


def _keeper(book: Book, settings: Settings) -> Callable[..., Panel]:
    def keep(folder: Path, *, as_of: dt.date) -> Panel:
        options = settings.model_dump(include={"months", "leave_out", "burn_in_days"})
        panel = build_panel(book, as_of=as_of, **options)
        save_panel(panel, folder)
        return panel

    return keep


def differing(report: Path, settings: Settings) -> list[str]:
    """Names of the settings in which a report is not as this run; one that it does not know had its default."""
    if not (report / "manifest.json").exists():
        return []
    stored = json.loads((report / "manifest.json").read_text("utf-8"))["settings"]
    now, then = settings.model_dump(), Settings().model_dump() | stored
    return sorted(n for n in then if now.get(n) != then[n])
