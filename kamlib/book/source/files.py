"""A source of any kind -> parts: raw tables in DuckDB, one for each file, sheet or frame.

Text files keep every cell as text; what they mean is decided by the column as a whole, later.
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb

from kamlib.book.errors import BookError, NoTable, NotThere, Unsettled
from kamlib.book.formats import deals_beside_a_ledger, recognised
from kamlib.book.mapping import ColumnNames
from kamlib.book.source.database import read_database
from kamlib.book.source.folder import lacks_of, read_folder, table_name
from kamlib.book.source.frames import read_frame
from kamlib.book.source.packed import PACKED, SINGLE, inner_name, is_packed, unpack
from kamlib.book.source.parquet import read_parquet
from kamlib.book.source.part import Part, refuse_unclear_names
from kamlib.book.source.text import read_text
from kamlib.book.source.workbook import read_excel
from kamlib.tables import TABLES

TEXT = (".csv", ".tsv", ".txt")
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
DATABASE = (".duckdb", ".ddb", ".sqlite", ".sqlite3", ".db")
READABLE = (*TEXT, ".parquet", *EXCEL, *DATABASE)
NOT_UNPACKED = (".7z", ".rar", ".tar", ".tgz")
NO_NAMES = ColumnNames()
MAPPING_FILE = "mapping.toml"


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that never reaches for the network."""
    con = duckdb.connect()
    con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    with contextlib.suppress(duckdb.Error):  # in a notebook there is none to be set
        con.execute("SET enable_progress_bar = false")  # it would stand among what a command says
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
        frames = [read_frame(con, i, name, frame) for i, (name, frame) in enumerate(source.items())]
        return [recognised(part, names.formats, named=True) for part in frames]
    if not isinstance(source, (str, Path)):
        return _a_ledger([recognised(read_frame(con, 0, "ledger", source), names.formats)])
    path = Path(source)
    if _is_folder(path):
        return _read_folder(con, path, names)
    # A single file is the ledger, whatever its name.
    return _a_ledger([recognised(p, names.formats) for p in _read_file(con, 0, path, "ledger", names)])


def _a_ledger(parts: list[Part]) -> list[Part]:
    """Parts of one source; `BookError` where its format says that it is another table alone."""
    if parts and all(p.table != "ledger" for p in parts) and parts[0].format is not None:
        part = parts[0]
        raise BookError(
            f"{part.where} is {part.format.name} ({part.format.why(part.headers)}): the table {part.table} of a book, "
            "and no ledger. Put it into a folder with the sales lines, and name the folder."
        )
    return parts


def _read_folder(con, folder: Path, names: ColumnNames) -> list[Part]:
    files, read = _files(folder), []

    def read_one(file: Path, table: str) -> list[Part]:
        by_name = table_name(file) in TABLES
        parts = [recognised(p, names.formats, named=by_name) for p in _read_file(con, len(read), file, table, names)]
        read.extend(parts)
        return parts

    parts, notes = read_folder(files, read_one, lambda part: lacks_of(con, part, names))
    refuse_unclear_names([table_name(f) for f in files if _holds(f, parts)], f"The folder {folder}", "files")
    deals_beside_a_ledger(parts)
    _refuse_copies(parts)
    for part in read:
        if part not in parts:
            con.execute(f"DROP TABLE {part.relation}")
    if parts:
        parts[0].notes += [*notes, *_passed_over(folder, files)]
    return parts


def _holds(file: Path, parts: list[Part]) -> bool:
    return any(p.where == file.name or p.where.startswith(f"{file.name}, ") for p in parts)


def _is_folder(path: Path) -> bool:
    """Whether it is a folder, and not a file."""
    try:
        if path.is_dir() or path.is_file():
            return path.is_dir()
        if path.exists() or path.is_symlink():
            raise BookError(f"{path} is neither a file nor a folder.")
    except OSError as error:
        raise BookError(f"{str(path)[:200]} cannot be opened: {_said(error)}.") from None
    raise NotThere(f"There is no file or folder {path}.")


def _said(error: OSError) -> str:
    return (error.strerror or "it cannot be read").lower()


def _files(folder: Path) -> list[Path]:
    try:
        files = sorted(f for f in _visible(folder) if _can_be_read(f) and not f.is_dir())
    except OSError as error:
        raise BookError(f"{folder} cannot be opened: {_said(error)}.") from None
    if not files:
        raise BookError(_nothing_in(folder))
    for file in files:
        if not file.is_file():
            raise BookError(f"{file} is a link to a file that is not there, or no file at all. Remove it.")
    for first, second in itertools.combinations(files, 2):
        if table_name(first) == table_name(second):
            raise BookError(
                f"The folder {folder} holds {first.name} and {second.name}: read together, the same would count twice. "
                "Move one of them away."
            )
    return files


def _can_be_read(file: Path) -> bool:
    suffix = file.suffix.lower()
    inner = Path(file.stem).suffix.lower() or ".csv"
    return suffix in READABLE or suffix == ".zip" or (suffix in SINGLE and inner in READABLE)


def _nothing_in(folder: Path) -> str:
    said = f"The folder {folder} holds no {', '.join(READABLE)} file."
    packed = sorted(f.name for f in _visible(folder) if f.suffix.lower() in (*PACKED, *NOT_UNPACKED))
    inner = sorted(f.name for f in _visible(folder) if f.is_dir())
    said += f" {_shown(packed)}: files packed so are not read, unpack them first." if packed else ""
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
    suffix = file.suffix.lower()
    try:
        if file.stat().st_size == 0:
            raise NoTable(f"{file.name} is empty (0 bytes).")
        if suffix in TEXT:
            return [read_text(con, number, file, table, names)]
        if suffix == ".parquet":
            return [read_parquet(con, number, file, table)]
        if suffix in EXCEL:
            return read_excel(con, number, file, table, names)
        if suffix in DATABASE:
            return read_database(con, number, file, table, names.options.table)
        if is_packed(file.name):
            return _read_packed(con, number, file, table, names)
    except OSError as error:
        raise BookError(f"{file} cannot be opened: {_said(error)}.") from None
    if suffix in NOT_UNPACKED:
        raise BookError(f"{file.name} is packed. Unpack it, and name the file that was in it.")
    raise NoTable(f"{file.name}: cannot read files of this kind. Readable are {', '.join((*READABLE, *PACKED))}.")


def _read_packed(con, number: int, file: Path, table: str, names: ColumnNames) -> list[Part]:
    """The parts of what is in a packed file; messages name both."""
    scratch = tempfile.TemporaryDirectory(prefix="kam-")  # it goes when the parts go, which look lines up in it
    copy = unpack(file, READABLE, Path(scratch.name))
    shown = f"{file.name}, {inner_name(file, READABLE)[:100]}"
    try:
        parts = _read_file(con, number, copy, table, names)
    except BookError as error:
        raise _renamed(error, copy, shown) from None
    for part in parts:
        part.where = part.where.replace(copy.name, shown)
        part.notes = [note.replace(copy.name, shown) for note in part.notes]
        part.scratch = scratch
    return parts


def _renamed(error: BookError, copy: Path, shown: str) -> BookError:
    if isinstance(error, Unsettled):
        again = Unsettled(error.why.replace(copy.name, shown), error.questions, error.shown.replace(copy.name, shown))
        again.found = error.found
        return again
    return type(error)(str(error).replace(str(copy), shown).replace(copy.name, shown))
