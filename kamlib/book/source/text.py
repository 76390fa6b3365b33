"""A text file of any delimiter, encoding and line end -> a part. Every cell stays text."""

from __future__ import annotations

import codecs
import csv
import tempfile
from array import array
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.names import candidates
from kamlib.book.source.charset import Split
from kamlib.book.source.encoding import as_utf8, encoding_of, mostly_utf8, needs_copy
from kamlib.book.source.header import title_note
from kamlib.book.source.layout import BLANK, Layout, layout_of, reader_of, split
from kamlib.book.source.part import Part, checked_headers, file_digest, first_line, sql_path
from kamlib.book.source.twins import settle_twins, told_apart
from kamlib.book.values.cells import literal
from kamlib.tables import TABLES

HEAD = 200_000  # characters in which the header is looked for
IDENTIFY = ("customer_id", "customer_name", "order_id", "name")


def read_text(con: duckdb.DuckDBPyConnection, number: int, file: Path, table: str, names: ColumnNames) -> Part:
    """The part of a text file; what it is written in is found out from its content, or settled by an option."""
    options = names.options

    def layout(head: str) -> Layout:
        return layout_of(head, table, names, file.name)

    def identifying(head: str) -> tuple[Split, list[int]]:
        return _identifying(layout(head), table, names)

    encoding, guess = (options.encoding, "") if options.encoding else encoding_of(file, identifying, HEAD)
    with file.open(encoding=encoding, errors="replace", newline="") as stream:
        found = layout(stream.read(HEAD))
    headers, twins = told_apart(found.headers)
    headers = checked_headers(headers, file.name)
    part = Part(table, file.name, f"raw_{number}", headers, digest=file_digest(file), format=found.format)
    part.notes += [f"{file.name}: {guess}."] if guess else []
    part.notes += title_note(file.name, found.rows)
    part.above = " ".join(cell for row in found.rows for cell in row)
    with tempfile.TemporaryDirectory() as scratch:
        path = file
        if (
            guess
            or options.encoding
            or encoding != "utf-8"
            or found.above
            or found.delimiter == BLANK
            or needs_copy(file)
        ):
            path, lost, nul = as_utf8(file, encoding, Path(scratch), skip=found.above, blanks=found.delimiter == BLANK)
            if lost and codecs.lookup(options.encoding or "ascii").name == "utf-8" and not mostly_utf8(file):
                raise BookError(
                    f"{file.name}: {lost:,} characters are none in {encoding}, which a mapping says it is written in. "
                    'Leave encoding out of [options], to have it found out, or name another, such as "cp1252".'
                )
            if lost:
                part.notes.append(f"{file.name}: {lost:,} characters are none in {encoding} and are shown as \ufffd.")
            if nul:
                part.notes.append(f"{file.name}: {nul:,} NUL characters are left out.")
        _load_csv(con, part, path, found)
    settle_twins(con, part, twins)
    _note_ragged(con, part, _Records(file, encoding, found))
    return part


def _identifying(found: Layout, table: str, names: ColumnNames) -> tuple[Split, list[int]]:
    """How lines are split, and which columns say who bought and in which order; all, where none is known to."""
    headers = [h.strip() for h in found.headers]
    of = candidates(headers, TABLES[table], names.of(table, headers, lenient=True))
    known = sorted({i for c in IDENTIFY for _, i in of.get(c, ())})
    ids = known if "customer_id" in of else range(len(headers))
    return lambda line: split(line, found.delimiter), list(ids)


def _load_csv(con, part: Part, path: Path, found: Layout) -> None:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(part.headers)))
    delimiter = "\t" if found.delimiter == BLANK else found.delimiter
    con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    try:
        con.execute(
            f"CREATE TABLE {part.relation} AS SELECT * FROM read_csv({sql_path(path)}, auto_detect=false,"
            f" header={str(found.has_header).lower()}, delim={literal(delimiter)}, quote='\"', escape='\"',"
            f" columns={{{columns}}}, store_rejects=true, rejects_limit=0, max_line_size=20000000,"
            " hive_partitioning=false)"
        )
    except duckdb.Error as error:
        raise BookError(f"{part.where}: not readable as a text table: {first_line(error)}") from None


def _note_ragged(con, part: Part, records: _Records) -> None:
    rejects = con.execute(
        "SELECT line, min(ltrim(csv_line, chr(10) || chr(13))), bool_or(error_type = 'UNQUOTED VALUE')"
        " FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    records.rejected = [int(line) for line, *_ in rejects]
    part.lines_of = records.lines_of
    starts = list(records.starts[1]) if rejects else []
    if len(starts) != len(rejects):  # the two readers part company over a stray quotation mark
        starts = [int(line) + records.skip for line, *_ in rejects]
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

    def __init__(self, file: Path, encoding: str, found: Layout):
        self.file, self.encoding, self.delimiter, self.skip = file, encoding, found.delimiter, found.above
        self.header = int(found.has_header)  # records that are the header
        self.rejected: list[int] = []

    @cached_property
    def starts(self) -> tuple[array, array]:
        """Line of each record below the header: of those kept, and of those rejected."""
        kept, out, rejected, end = array("q"), array("q"), set(self.rejected), self.skip
        limit = csv.field_size_limit(1 << 30)
        try:
            with self.file.open(encoding=self.encoding, errors="replace", newline="") as stream:
                for _ in range(self.skip):
                    stream.readline()
                reader = reader_of(stream, self.delimiter)
                for number, record in enumerate(reader, start=1):
                    start, end = end + 1, self.skip + reader.line_num
                    if number in rejected:
                        out.append(start)
                    elif record and number > self.header:
                        kept.append(start)
        finally:
            csv.field_size_limit(limit)
        return kept, out

    def lines_of(self, rows: Sequence[int]) -> dict[int, int]:
        """Line of each row kept."""
        kept = self.starts[0]
        return {row: kept[row] if row < len(kept) else row + 1 + self.header + self.skip for row in rows}
