"""A source of any kind -> parts: raw tables in DuckDB, one for each file, sheet or frame.

Text files keep every cell as text; what they mean is decided by the column as a whole, later.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib import datasets
from kamlib.book.database import read_database
from kamlib.book.errors import BookError
from kamlib.book.part import (
    Part,
    cells_of,
    checked_headers,
    days_in_utc,
    file_digest,
    first_line,
    keep,
    refuse_unclear_names,
    sql_path,
)
from kamlib.book.recognise import ColumnNames
from kamlib.book.text import read_text
from kamlib.book.values import quoted
from kamlib.book.workbook import read_excel
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
        return [_read_frame(con, i, name, frame) for i, (name, frame) in enumerate(source.items())]
    if not isinstance(source, (str, Path)):
        kind = type(source).__name__
        raise BookError(f'A book is a path, a name, or frames by table, {{"ledger": frame}}; not a {kind}.')
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
            return [_read_parquet(con, number, file, table)]
        if file.suffix.lower() in EXCEL:
            return read_excel(con, number, file, table, names)
        if file.suffix.lower() in DATABASE:
            return read_database(con, number, file, table)
    except OSError as error:
        raise BookError(f"{file} cannot be opened: {_said(error)}.") from None
    if file.suffix.lower() in PACKED:
        raise BookError(f"{file.name} is packed. Unpack it, and name the file that was in it.")
    raise BookError(f"{file.name}: cannot read files of this kind. Readable are {', '.join(READABLE)}.")


def _read_parquet(con, number: int, file: Path, table: str) -> Part:
    source = f"read_parquet({sql_path(file)}, hive_partitioning=false)"
    try:
        relation = con.sql(f"SELECT * FROM {source}")
        headers = checked_headers(relation.columns, file.name)
        part = Part(table, file.name, f"raw_{number}", headers, digest=file_digest(file), first=1)
        renamed = ", ".join(f"{quoted(c)} AS c{i}" for i, c in enumerate(relation.columns))
        con.execute(f"CREATE TABLE {part.relation} AS SELECT {renamed} FROM {source}")
    except duckdb.Error as error:
        raise BookError(f"{file.name}: not readable as Parquet: {first_line(error)}") from None
    zoned = [h for h, t in zip(headers, relation.types, strict=True) if str(t) == "TIMESTAMP WITH TIME ZONE"]
    part.notes += [days_in_utc(file.name, h) for h in zoned]
    return part


def _read_frame(con, number: int, table: str, frame) -> Part:
    where = f"the frame {table!r}"
    if table not in TABLES:
        raise BookError(f"{where}: there is no such table. The tables are {', '.join(TABLES)}.")
    arrow = _arrow(frame, where)
    headers = checked_headers(arrow.column_names, where)
    part = Part(table, where, f"raw_{number}", headers, digest=_digest_of(arrow), first=1)
    keep(con, part, arrow.rename_columns([f"c{i}" for i in range(arrow.num_columns)]))
    return part


def _arrow(frame, where: str) -> pa.Table:
    import narwhals as nw

    if isinstance(frame, pd.DataFrame):
        checked_headers([str(c) for c in frame.columns], where)
        frame = frame.set_axis([str(c) for c in frame.columns], axis=1)
        frame = frame.assign(**{c: _one_type(frame[c]) for c in frame})
    try:
        arrow = nw.from_native(frame).lazy().collect("pyarrow").to_native()
    except (TypeError, pa.ArrowException) as error:
        kinds = "a frame of pandas, Polars, Arrow or DuckDB"
        raise BookError(f"{where}: not {kinds} that can be read: {first_line(error)}") from None
    return pa.table({n: _plain_type(arrow[i]) for i, n in enumerate(arrow.column_names)})


def _one_type(column: pd.Series) -> pd.Series:
    """What Arrow has no type for: ids of which some are numbers and some are text, months, sparse columns."""
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if isinstance(column.dtype, pd.SparseDtype):
        return column.sparse.to_dense()
    if column.dtype != object:
        return column
    try:
        pa.array(column, from_pandas=True)
    except pa.ArrowException:
        return column.map(cells_of(column), na_action="ignore")
    return column


def _plain_type(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Categories as text, and times as their own clock shows them."""
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return pc.local_timestamp(column) if getattr(column.type, "tz", None) else column


def _digest_of(arrow: pa.Table) -> str:
    sink = hashlib.sha256()
    with pa.ipc.new_stream(_Sink(sink), arrow.schema.remove_metadata()) as stream:
        stream.write_table(arrow.replace_schema_metadata().combine_chunks())
    return sink.hexdigest()


class _Sink:
    """A file that only hashes what is written to it."""

    closed = False

    def __init__(self, hasher):
        self.hasher = hasher

    def write(self, data) -> int:
        self.hasher.update(data)
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass
