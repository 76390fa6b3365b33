"""A source of any kind -> parts: raw tables in DuckDB, one for each file, sheet or frame.

Text files keep every cell as text; what they mean is decided by the column as a whole, later.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from kamlib.book.errors import BookError
from kamlib.book.values import literal, quoted
from kamlib.tables import TABLES

TEXT = (".csv", ".tsv", ".txt")
EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
READABLE = (*TEXT, ".parquet", *EXCEL)
DELIMITERS = (",", ";", "\t", "|")
MAPPING_FILE = "mapping.toml"


@dataclass
class Part:
    """One raw table: columns `c0`, `c1` ... in DuckDB, in file order, and the headers they had.

    `ragged` lists the lines that could not be split into the columns of the header.
    """

    table: str
    where: str
    relation: str
    headers: list[str]
    ragged: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    digest: str = ""


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that never reaches for the network."""
    con = duckdb.connect()
    con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    return con


def read_parts(con: duckdb.DuckDBPyConnection, source) -> list[Part]:
    """Read a file, a folder of files, or a mapping of frames.

    Raises
    ------
    BookError
        Nothing there, or not readable as what its name says.
    """
    if isinstance(source, Mapping):
        return [_read_frame(con, i, name, frame) for i, (name, frame) in enumerate(source.items())]
    path = Path(source)
    if not path.exists():
        raise BookError(f"There is no file or folder {path}.")
    files = [path] if path.is_file() else _files(path)
    parts = []
    for file in files:
        # A single file is the ledger, whatever its name; in a folder names tell the tables.
        table = file.stem.lower() if path.is_dir() and file.stem.lower() in TABLES else "ledger"
        parts += _read_file(con, len(parts), file, table)
    return parts


def _files(folder: Path) -> list[Path]:
    files = sorted(f for f in folder.iterdir() if f.suffix.lower() in READABLE and not f.name.startswith((".", "~$")))
    if not files:
        raise BookError(f"The folder {folder} holds no {', '.join(READABLE)} file.")
    ledgers = [f for f in files if f.stem.lower() == "ledger"]
    others = [f for f in files if f.stem.lower() not in TABLES]
    if ledgers and others:
        names = ", ".join(f.name for f in others[:5])
        raise BookError(
            f"The folder {folder} holds {ledgers[0].name} and also {names}. Are these parts of the ledger, or other "
            f"tables? Move them away, or rename them to a table: {', '.join(TABLES)}."
        )
    return files


def _read_file(con, number: int, file: Path, table: str) -> list[Part]:
    try:
        if file.stat().st_size == 0:
            raise BookError(f"{file.name} is empty (0 bytes).")
        if file.suffix.lower() in TEXT:
            return [_read_text(con, number, file, table)]
        if file.suffix.lower() == ".parquet":
            return [_read_parquet(con, number, file, table)]
        if file.suffix.lower() in EXCEL:
            return _read_excel(con, number, file, table)
    except PermissionError:
        raise BookError(f"{file} cannot be opened: permission denied.") from None
    raise BookError(f"{file.name}: cannot read files of this kind. Readable are {', '.join(READABLE)}.")


def _read_text(con, number: int, file: Path, table: str) -> Part:
    encoding = _encoding(file)
    with file.open(encoding=encoding, newline="") as stream:
        head = stream.read(200_000)
    delimiter = _delimiter(head)
    headers = _checked_headers(next(csv.reader(head.splitlines(keepends=True), delimiter=delimiter)), file.name)
    part = Part(table, file.name, f"raw_{number}", headers, digest=_digest(file))
    if encoding not in ("utf-8", "utf-8-sig"):
        part.notes.append(f"{file.name}: read as {encoding}.")
    with tempfile.TemporaryDirectory() as scratch:
        path = file if encoding == "utf-8" else _as_utf8(file, encoding, Path(scratch))
        _load_csv(con, part, path, delimiter)
    return part


def _load_csv(con, part: Part, path: Path, delimiter: str) -> None:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(part.headers)))
    con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    try:
        con.execute(
            f"CREATE TABLE {part.relation} AS SELECT * FROM read_csv({literal(str(path))}, auto_detect=false,"
            f" header=true, delim={literal(delimiter)}, quote='\"', escape='\"', columns={{{columns}}},"
            " store_rejects=true, rejects_limit=0, max_line_size=20000000)"
        )
    except duckdb.Error as error:
        raise BookError(f"{part.where}: not readable as a text table: {str(error).splitlines()[0][:200]}") from None
    rows = con.execute("SELECT line, min(csv_line) FROM reject_errors GROUP BY line ORDER BY line").fetchall()
    part.ragged = [(int(line), str(shown)[:200]) for line, shown in rows]


def _encoding(file: Path) -> str:
    with file.open("rb") as stream:
        start = stream.read(4096)
        for bom, name in (
            (codecs.BOM_UTF8, "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        ):
            if start.startswith(bom):
                return name
        if b"\0" in start:
            raise BookError(f"{file.name} is not a text file (it holds NUL bytes). Save it as CSV, Excel or Parquet.")
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _as_utf8(file: Path, encoding: str, scratch: Path) -> Path:
    path = scratch / "ledger.csv"
    with (
        file.open(encoding=encoding, errors="replace", newline="") as source,
        path.open("w", encoding="utf-8", newline="") as target,
    ):
        while chunk := source.read(1 << 20):
            target.write(chunk)
    return path


def _delimiter(head: str) -> str:
    lines = [line for line in head.splitlines() if line.strip()][:20]
    counts = {d: [len(row) for row in csv.reader(lines, delimiter=d)] for d in DELIMITERS}
    # The header decides; the lines below break a tie.
    return max(
        DELIMITERS, key=lambda d: (counts[d][0] if counts[d] else 0, counts[d].count(counts[d][0]) if counts[d] else 0)
    )


def _checked_headers(headers: list[str], where: str) -> list[str]:
    headers = [str(h).strip() for h in headers]
    seen = sorted({h for h in headers if h and headers.count(h) > 1})
    if seen:
        raise BookError(f"{where}: the header names {seen[0]!r} more than once. Rename one of the columns.")
    if not any(headers):
        raise BookError(f"{where}: the first line holds no column names.")
    return headers


def _read_parquet(con, number: int, file: Path, table: str) -> Part:
    try:
        relation = con.sql(f"SELECT * FROM read_parquet({literal(str(file))})")
    except duckdb.Error as error:
        raise BookError(f"{file.name}: not readable as Parquet: {str(error).splitlines()[0][:200]}") from None
    part = Part(table, file.name, f"raw_{number}", _checked_headers(relation.columns, file.name), digest=_digest(file))
    _keep(con, part, f"read_parquet({literal(str(file))})", relation.columns)
    return part


def _keep(con, part: Part, source: str, columns: list[str]) -> None:
    renamed = ", ".join(f"{quoted(c)} AS c{i}" for i, c in enumerate(columns))
    con.execute(f"CREATE TABLE {part.relation} AS SELECT {renamed} FROM {source}")


def _read_frame(con, number: int, table: str, frame) -> Part:
    import narwhals as nw

    where = f"the frame {table!r}"
    if table not in TABLES:
        raise BookError(f"{where}: there is no such table. The tables are {', '.join(TABLES)}.")
    arrow = nw.from_native(frame).lazy().collect("pyarrow").to_native()
    headers = _checked_headers(arrow.column_names, where)
    part = Part(table, where, f"raw_{number}", headers, digest=_digest_of(arrow))
    con.register("incoming", arrow.rename_columns([f"c{i}" for i in range(arrow.num_columns)]))
    con.execute(f"CREATE TABLE {part.relation} AS SELECT * FROM incoming")
    con.unregister("incoming")
    return part


def _read_excel(con, number: int, file: Path, table: str) -> list[Part]:
    from python_calamine import CalamineError, load_workbook

    try:
        workbook = load_workbook(str(file))
        sheets = {n: workbook.get_sheet_by_name(n).to_python() for n in workbook.sheet_names}
    except (CalamineError, ValueError, OSError) as error:
        raise BookError(f"{file.name}: not readable as a workbook: {error}.") from None
    digest, parts = _digest(file), []
    for name, rows in sheets.items():
        if any(any(cell != "" for cell in row) for row in rows):
            of = name.lower() if name.lower() in TABLES else table
            parts.append(_sheet(con, number + len(parts), f"{file.name}, sheet {name!r}", of, rows, digest))
    if not parts:
        raise BookError(f"{file.name}: every sheet is empty.")
    return parts


def _sheet(con, number: int, where: str, table: str, rows: list[list], digest: str) -> Part:
    headers = _checked_headers([_cell(c) for c in rows[0]], where)
    part = Part(table, where, f"raw_{number}", headers, digest=digest)
    columns = [[_cell(r[i]) for r in rows[1:]] for i in range(len(headers))]
    arrow = pa.table({f"c{i}": pa.array(c, pa.string()) for i, c in enumerate(columns)})
    con.register("incoming", arrow)
    con.execute(f"CREATE TABLE {part.relation} AS SELECT * FROM incoming")
    con.unregister("incoming")
    return part


def _cell(value) -> str:
    """A spreadsheet's cell as text; a whole number without `.0`, as ids and counts are meant."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


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
