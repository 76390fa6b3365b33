"""Whether a workbook is of a size that can be read, found out before it is: a cell far off makes a huge grid."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from kamlib.book.errors import BookError

ROWS, COLUMNS = 1_048_576, 2_000
CELLS = 60_000_000  # of the grid from A1 to the last cell that is filled
SPARSE = 4_000_000  # from here on at least one cell of twenty must be there
INFLATED = 2 << 30  # bytes of all parts of the archive, unpacked
BOMB = 100 << 20, 300  # from so many bytes on, at most so many for each that is packed
MEMORY = 2 << 30  # of the process that tries whether a workbook can be loaded
PATIENCE = 60  # seconds

_CHUNK = 1 << 20
_REF = re.compile(rb"""\sr=["']([A-Za-z]*)(\d*)["']""")
_OTHER_FORMS = tuple(f"{c}{end}".encode() for c in ("<c", "<row") for end in "\t\r\n")
_PROBE = Path(__file__).with_name("workbook_probe.py")


@dataclass
class _Extent:
    """How far the cells of an archive's sheets reach, as their addresses say."""

    columns: set[bytes] = field(default_factory=set)
    last_row: int = 0
    cells: int = 0
    certain: bool = True

    def add(self, text: bytes) -> None:
        """Take in some whole tags of XML."""
        refs = _REF.findall(text)
        tags = text.count(b"<c ") + text.count(b"<row ")
        if len(refs) < tags or b"<c>" in text or b"<row>" in text or any(f in text for f in _OTHER_FORMS):
            self.certain = False  # a cell without an address stands beside the one before it
        if b":sheetData" in text:
            self.certain = False
        if refs:
            letters, digits = zip(*refs, strict=True)
            self.columns.update(letters)
            self.last_row = max(self.last_row, *(int(d[:12] or 0) for d in set(digits)))
            self.cells += len(refs)

    @property
    def last_column(self) -> int:
        return max((_column_number(c) for c in self.columns), default=0)


def refuse_oversized(file: Path) -> None:
    """Refuse a workbook whose cells reach too far, or which unpacks to far more than it is.

    Raises
    ------
    BookError
    """
    extent = None
    if zipfile.is_zipfile(file):
        extent = _extent(file)
    known = extent is not None and extent.certain and file.suffix.lower() in (".xlsx", ".xlsm")
    if known and not _complaint(extent.last_row, extent.last_column, extent.cells):
        return  # nearly all
    for name, rows, columns in _tried(file, extent):
        complaint = _complaint(rows, columns, extent.cells if extent and extent.certain else rows * columns)
        if complaint:
            raise BookError(f"{file.name}, sheet {name!r}: {complaint}")


def _complaint(rows: int, columns: int, cells: int) -> str:
    """What is wrong with a sheet of this size, empty if nothing is."""
    grid = rows * columns
    sparse = grid > SPARSE and cells * 20 < grid
    if rows <= ROWS and columns <= COLUMNS and grid <= CELLS and not sparse:
        return ""
    return (
        f"its cells reach to row {rows:,} and column {columns:,}, a grid of {grid:,} cells. At most {COLUMNS:,} "
        f"columns and {CELLS:,} cells are read, and a large grid only if filled. Probably a single cell is filled "
        "far from the table. Delete the rows below and the columns right of the table and save the workbook anew, or "
        "save the sheet as CSV."
    )


def _extent(file: Path) -> _Extent | None:
    """How far the cells reach; None where the archive cannot be looked into."""
    extent, inflated = _Extent(), 0
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                inflated = _look_into(archive, entry, extent, inflated, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError):
        return None
    return extent


def _look_into(archive, entry: zipfile.ZipInfo, extent: _Extent, inflated: int, file: Path) -> int:
    rest, size = b"", 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            least, ratio = BOMB
            if (size > least and size > ratio * entry.compress_size) or inflated + size > INFLATED:
                raise BookError(
                    f"{file.name}: {entry.filename!r} in it unpacks to more than {size >> 20:,} MB from "
                    f"{entry.compress_size:,} bytes. It is no usual workbook and is not read. Save the sheet as CSV."
                )
            text = rest + chunk
            cut = max(text.rfind(b"<"), len(text) - 4096)
            extent.add(text[:cut])
            rest = text[cut:]
    extent.add(rest)
    return inflated + size


def _column_number(letters: bytes) -> int:
    number = 0
    for c in letters[:6].upper():
        number = number * 26 + c - 64
    return number


def _tried(file: Path, extent: _Extent | None) -> list[tuple[str, int, int]]:
    """Name, rows and columns of each sheet, as a process of its own with little memory found them."""
    command = [sys.executable, "-P", str(_PROBE), str(file), str(MEMORY)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)
        return [tuple(size) for size in json.loads(done.stdout)]
    except (OSError, ValueError, subprocess.TimeoutExpired):
        told = _complaint(extent.last_row, extent.last_column, extent.cells) if extent else ""
    raise BookError(
        f"{file.name}: {told}"
        if told
        else f"{file.name}: it cannot be loaded in {MEMORY >> 30} GB of memory and a minute, or it is damaged. Open it "
        "in Excel, delete what is far from the table, and save the sheet as CSV."
    )
