"""What a run is compared with: the panel as of the earlier day, and whether the report of that day can be used."""

from __future__ import annotations

import json
from pathlib import Path

from kamlib.book import Book
from kamlib.earlier import ABOUT, EARLIER
from kamlib.panel import Panel, build_panel
from kamlib.run import PREVIOUS, WORK, period_before, save_panel, write_json
from kamlib.settings import Settings


def prepare_earlier(book: Book, panel: Panel, settings: Settings, *, folder: Path) -> Panel | None:
    """Put the panel as of the earlier day into a run's work folder, made with today's ledger and settings.

    Parameters
    ----------
    book, panel, settings
        Of this run.
    folder : path
        The run folder; what the earlier report stored is there by now, if there is any (`work/previous`).

    Returns
    -------
    Panel or None
        None where the ledger does not reach back so far; nothing is put there then.
    """
    day = period_before(panel.as_of)
    if panel.first_day > day:
        return None
    before = build_panel(
        book, as_of=day, months=settings.months, leave_out=settings.leave_out, burn_in_days=settings.burn_in_days
    )
    save_panel(before, folder / WORK / EARLIER)
    write_json(folder / WORK / EARLIER / ABOUT, {"differs": differing(folder / WORK / PREVIOUS, settings)})
    return before


def differing(report: Path, settings: Settings) -> list[str]:
    """Names of the settings in which a report is not as this run; one that it does not know had its default."""
    if not (report / "manifest.json").exists():
        return []
    stored = json.loads((report / "manifest.json").read_text("utf-8"))["settings"]
    now, then = settings.model_dump(), Settings().model_dump() | stored
    return sorted(n for n in then if now.get(n) != then[n])
