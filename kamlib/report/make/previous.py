"""What a run is compared with: the panel as of its day, and whether the report of that day can be used."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from kamlib.book import Book
from kamlib.panel import Panel, build_panel
from kamlib.report.cache.fingerprint import SHORT, file_digest
from kamlib.report.cache.made import MANIFEST, listed_files, made_files
from kamlib.report.cache.unchanged import HTML, stored_digest
from kamlib.report.past.stored import FINDINGS, is_readable, upgraded
from kamlib.run import period_before
from kamlib.run.previous import ABOUT, PREVIOUS_PANEL
from kamlib.run.store import FRAMES, PREVIOUS, WORK, save_panel, write_json
from kamlib.settings import Settings

UNREADABLE = "unreadable"
INDEXED_SINCE_2 = ("accounts", "client_types")  # frames that had customer_id as a column in manifests of schema 1


def keep_previous(report: Path, folder: Path) -> str:
    """Copy what a report has stored, if it can be read, under the names of today.

    It is read again where another run replaces it meanwhile; one that is damaged, or a part of one, is passed over.

    Returns
    -------
    str
        `previous_mark` of what was copied; where nothing was, empty or `UNREADABLE`.
    """
    while is_readable(report):
        known = stored_digest(report)
        try:
            for name in (n for n in made_files(report) if not n.endswith(HTML)):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(report / name, folder / name)
        except FileNotFoundError:
            known = ""
        if known and stored_digest(folder) == known and _as_listed(folder):
            _upgrade(folder)
            return known
        shutil.rmtree(folder, ignore_errors=True)
        if stored_digest(report) == known:  # nobody has replaced it: it is not what it says
            return UNREADABLE
    return previous_mark(report)


def previous_mark(report: Path) -> str:
    """Hash of what a report has stored; `UNREADABLE` where it cannot be used, empty where there is none."""
    if is_readable(report):
        return stored_digest(report)
    return UNREADABLE if made_files(report) else ""


def _as_listed(folder: Path) -> bool:
    listed = listed_files(folder) or {}
    return all(file_digest(folder / n)[:SHORT] == d for n, d in listed.items() if not n.endswith(HTML))


def _upgrade(folder: Path) -> None:
    for frame in (folder / FRAMES / f"{name}.parquet" for name in INDEXED_SINCE_2):
        if frame.exists() and "customer_id" in (table := pd.read_parquet(frame)):
            table.set_index("customer_id").to_parquet(frame)
    stored = [json.loads((folder / name).read_text("utf-8")) for name in (MANIFEST, FINDINGS)]
    for name, content in zip((MANIFEST, FINDINGS), upgraded(*stored), strict=True):
        write_json(folder / name, content)


def prepare_previous(
    book: Book,
    panel: Panel,
    settings: Settings,
    *,
    folder: Path,
    unreadable: bool = False,
    keep: Callable[..., Panel] | None = None,
) -> Panel | None:
    """Put the panel as of its day into a run's work folder, made with today's ledger and settings.

    Parameters
    ----------
    book, panel, settings
        Of this run.
    folder : path
        The run folder; what the previous report stored is there by now, if there is any (`work/previous`).
    unreadable : bool
        Whether there is a report of that day that could not be used.
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
    about = {"differs": differing(folder / WORK / PREVIOUS, settings), "unreadable": unreadable}
    write_json(folder / WORK / PREVIOUS_PANEL / ABOUT, about)
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
