"""What a run stores: Parquet and JSON only, nothing that executes when it is read."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import math
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from kamlib.book import Book
from kamlib.book.source.files import connect
from kamlib.panel import Panel
from kamlib.run.findings import Finding
from kamlib.tables import PANEL

WORK = "work"  # of the run folder: only there while the run lasts
FRAMES = "frames"
FINDINGS = "findings"
NOTEBOOKS = "notebooks.json"  # in the work folder: those of this report that a notebook comes after
PREVIOUS = "previous"  # in the work folder: the stored report of one period before


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
