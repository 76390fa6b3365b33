"""A text file of any delimiter, encoding and line end -> a part. Every cell stays text."""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from array import array
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.part import Part, checked_headers, file_digest, first_line, sql_path
from kamlib.book.values import literal

DELIMITERS = (",", ";", "\t", "|")


def read_text(con: duckdb.DuckDBPyConnection, number: int, file: Path, table: str) -> Part:
    """The part of a text file; what it is written in is found out from its content."""
    encoding = _encoding(file)
    with file.open(encoding=encoding, errors="replace", newline="") as stream:
        head = stream.read(200_000)
    delimiter = _delimiter(head)
    part = Part(table, file.name, f"raw_{number}", _text_headers(head, delimiter, file.name), digest=file_digest(file))
    if encoding not in ("utf-8", "utf-8-sig"):
        part.notes.append(f"{file.name}: read as {encoding}.")
    with tempfile.TemporaryDirectory() as scratch:
        path = file
        if encoding != "utf-8" or _mixed_line_ends(file):
            path, lost = _as_utf8(file, encoding, Path(scratch))
            if lost:
                part.notes.append(f"{file.name}: {lost:,} characters are none in {encoding} and are shown as \ufffd.")
        _load_csv(con, part, path, delimiter)
    _note_ragged(con, part, file, encoding, delimiter)
    return part


def _text_headers(head: str, delimiter: str, where: str) -> list[str]:
    try:
        first = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        first = []
    return checked_headers(first, where)


def _load_csv(con, part: Part, path: Path, delimiter: str) -> None:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(part.headers)))
    con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    try:
        con.execute(
            f"CREATE TABLE {part.relation} AS SELECT * FROM read_csv({sql_path(path)}, auto_detect=false,"
            f" header=true, delim={literal(delimiter)}, quote='\"', escape='\"', columns={{{columns}}},"
            " store_rejects=true, rejects_limit=0, max_line_size=20000000, hive_partitioning=false)"
        )
    except duckdb.Error as error:
        raise BookError(f"{part.where}: not readable as a text table: {first_line(error)}") from None


def _note_ragged(con, part: Part, file: Path, encoding: str, delimiter: str) -> None:
    rejects = con.execute(
        "SELECT line, min(ltrim(csv_line, chr(10) || chr(13))), bool_or(error_type = 'UNQUOTED VALUE')"
        " FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    records = _Records(file, encoding, delimiter, [int(line) for line, *_ in rejects])
    part.lines_of = records.lines_of
    starts = list(records.starts[1]) if rejects else []
    if len(starts) != len(rejects):  # the two readers part company over a stray quotation mark
        starts = [int(line) for line, *_ in rejects]
    for start, (_, shown, quote) in zip(starts, rejects, strict=True):
        if quote and len(shown.splitlines()) > 1:
            raise BookError(
                f"{part.where}, line {start}: a quotation mark is opened there and not rightly closed, so that lines "
                f"run into one another ({shown[:80]!r}). Mend that line: close the mark, or write one that belongs to "
                'the text twice ("").'
            )
    part.ragged = [(start, shown[:200]) for start, (_, shown, _) in zip(starts, rejects, strict=True)]


class _Records:
    """Where in a text file its rows begin: cells may hold line breaks, and empty lines are no rows."""

    def __init__(self, file: Path, encoding: str, delimiter: str, rejected: list[int]):
        self.file, self.encoding, self.delimiter, self.rejected = file, encoding, delimiter, rejected

    @cached_property
    def starts(self) -> tuple[array, array]:
        """Line of each record below the header: of those kept, and of those rejected."""
        kept, out, rejected, end = array("q"), array("q"), set(self.rejected), 0
        limit = csv.field_size_limit(1 << 30)
        try:
            with self.file.open(encoding=self.encoding, errors="replace", newline="") as stream:
                reader = csv.reader(stream, delimiter=self.delimiter, skipinitialspace=True)
                for number, record in enumerate(reader, start=1):
                    start, end = end + 1, reader.line_num
                    if number in rejected:
                        out.append(start)
                    elif record and number > 1:
                        kept.append(start)
        finally:
            csv.field_size_limit(limit)
        return kept, out

    def lines_of(self, rows: Sequence[int]) -> dict[int, int]:
        """Line of each row kept."""
        kept = self.starts[0]
        return {row: kept[row] if row < len(kept) else row + 2 for row in rows}


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


def _mixed_line_ends(file: Path) -> bool:
    """Whether lines end in more than one way: DuckDB takes the first for all."""
    both = feeds = returns = 0
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            both, feeds, returns = both + chunk.count(b"\r\n"), feeds + chunk.count(b"\n"), returns + chunk.count(b"\r")
    return sum(n > 0 for n in (both, feeds - both, returns - both)) > 1


def _as_utf8(file: Path, encoding: str, scratch: Path) -> tuple[Path, int]:
    """A copy in UTF-8 with one kind of line end, and the number of characters lost on the way."""
    path, lost = scratch / "ledger.csv", 0
    with (
        file.open(encoding=encoding, errors="replace") as source,
        path.open("w", encoding="utf-8", newline="\n") as target,
    ):
        while chunk := source.read(1 << 20):
            lost += chunk.count("\ufffd")
            target.write(chunk)
    return path, lost


def _delimiter(head: str) -> str:
    lines = [line for line in head.splitlines() if line.strip()][:20]
    counts = {d: [len(_split(line, d)) for line in lines] for d in DELIMITERS}
    # The header decides; the lines below break a tie.
    return max(
        DELIMITERS, key=lambda d: (counts[d][0] if counts[d] else 0, counts[d].count(counts[d][0]) if counts[d] else 0)
    )


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []
