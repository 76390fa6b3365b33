"""A source of any kind -> parts: raw tables in DuckDB, one for each file, sheet or frame.

Text files keep every cell as text; what they mean is decided by the column as a whole, later.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Mapping
from pathlib import Path

import duckdb

from kamlib import datasets
from kamlib.book.errors import BookError
from kamlib.book.mapping import ColumnNames
from kamlib.book.source.database import read_database
from kamlib.book.source.frames import read_frame
from kamlib.book.source.parquet import read_parquet
from kamlib.book.source.part import (
    Part,
    refuse_unclear_names,
)
from kamlib.book.source.text import read_text
from kamlib.book.source.workbook import read_excel
from kamlib.tables import TABLES

TEXT = (".csv", ".tsv", ".txt")
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
DATABASE = (".duckdb", ".ddb", ".sqlite", ".sqlite3", ".db")
READABLE = (*TEXT, ".parquet", *EXCEL, *DATABASE)
PACKED = (".gz", ".zip", ".zst", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz")
NO_NAMES = ColumnNames()
MAPPING_FILE = "mapping.toml"


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that never reaches for the network."""
    con = duckdb.connect()
    con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    con.execute("SET TimeZone = 'UTC'")  # a moment's day must not depend on the machine
    return con


def read_parts(con: duckdb.DuckDBPyConnection, source, names: ColumnNames = NO_NAMES) -> list[Part]:
    """Read a file, a folder of files, or a mapping of frames; `names` helps to find headers.

    Raises
    ------
    BookError
        Nothing there, or not readable as what its name says.
    """
    if isinstance(source, Mapping):
        return [read_frame(con, i, name, frame) for i, (name, frame) in enumerate(source.items())]
    if not isinstance(source, (str, Path)):
        return [read_frame(con, 0, "ledger", source)]
    path = Path(source)
    files = _there(path)
    parts = []
    for file in files:
        # A single file is the ledger, whatever its name; in a folder names tell the tables.
        table = file.stem.lower() if path.is_dir() and file.stem.lower() in TABLES else "ledger"
        parts += _read_file(con, len(parts), file, table, names)
    _refuse_copies(parts)
    if path.is_dir():
        parts[0].notes += _passed_over(path, files)
    return parts


def _there(path: Path) -> list[Path]:
    """The files to read: this one, or those of this folder."""
    try:
        if path.is_dir():
            return _files(path)
        if path.is_file():
            return [path]
        if path.exists() or path.is_symlink():
            raise BookError(f"{path} is neither a file nor a folder.")
    except OSError as error:
        raise BookError(f"{str(path)[:200]} cannot be opened: {_said(error)}.") from None
    near = difflib.get_close_matches(str(path), datasets.NAMES, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"The data sets are {', '.join(datasets.NAMES)}."
    raise BookError(f"There is no file or folder {path}, and no data set of that name. {hint}")


def _said(error: OSError) -> str:
    return (error.strerror or "it cannot be read").lower()


def _files(folder: Path) -> list[Path]:
    files = sorted(f for f in _visible(folder) if f.suffix.lower() in READABLE and not f.is_dir())
    if not files:
        raise BookError(_nothing_in(folder))
    for file in files:
        if not file.is_file():
            raise BookError(f"{file} is a link to a file that is not there, or no file at all. Remove it.")
    for first, second in itertools.combinations(files, 2):
        if first.stem.lower() == second.stem.lower():
            raise BookError(
                f"The folder {folder} holds {first.name} and {second.name}: read together, the same would count twice. "
                "Move one of them away."
            )
    refuse_unclear_names([f.stem for f in files], f"The folder {folder}", "files")
    return files


def _nothing_in(folder: Path) -> str:
    said = f"The folder {folder} holds no {', '.join(READABLE)} file."
    packed = sorted(f.name for f in _visible(folder) if f.suffix.lower() in PACKED)
    inner = sorted(f.name for f in _visible(folder) if f.is_dir())
    said += f" {_shown(packed)}: packed files are not read, unpack them first." if packed else ""
    said += f" {_shown(inner)}: folders in it are not looked into, name one of them." if inner else ""
    return said


def _shown(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _visible(folder: Path) -> list[Path]:
    return [f for f in folder.iterdir() if not f.name.startswith((".", "~$")) and f.name != MAPPING_FILE]


def _passed_over(folder: Path, read: list[Path]) -> list[str]:
    others = [f for f in _visible(folder) if f not in read]
    names = sorted(f"{f.name}/" if f.is_dir() else f.name for f in others)
    return [f"Not read, for what they are: {_shown(names)}."] if names else []


def _refuse_copies(parts: list[Part]) -> None:
    """A file saved twice would count twice."""
    seen: dict[tuple[str, str], str] = {}
    for part in parts:
        name = part.where.split(", sheet ")[0].split(", table ")[0]
        twin = seen.setdefault((part.table, part.digest), name)
        if twin != name:
            raise BookError(f"{twin} and {name} are the same, byte for byte. Move one of them away.")


def _read_file(con, number: int, file: Path, table: str, names: ColumnNames) -> list[Part]:
    try:
        if file.stat().st_size == 0:
            raise BookError(f"{file.name} is empty (0 bytes).")
        if file.suffix.lower() in TEXT:
            return [read_text(con, number, file, table, names)]
        if file.suffix.lower() == ".parquet":
            return [read_parquet(con, number, file, table)]
        if file.suffix.lower() in EXCEL:
            return read_excel(con, number, file, table, names)
        if file.suffix.lower() in DATABASE:
            return read_database(con, number, file, table, names.options.table)
    except OSError as error:
        raise BookError(f"{file} cannot be opened: {_said(error)}.") from None
    if file.suffix.lower() in PACKED:
        raise BookError(f"{file.name} is packed. Unpack it, and name the file that was in it.")
    raise BookError(f"{file.name}: cannot read files of this kind. Readable are {', '.join(READABLE)}.")
