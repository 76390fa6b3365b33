"""A text file of any delimiter, encoding and line end -> a part. Every cell stays text."""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
from array import array
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.mapping import ColumnNames
from kamlib.book.source.encoding import LEFT_OUT, as_utf8, encoding_of, needs_copy
from kamlib.book.source.header import LOOKED_AT, header_row, title_note
from kamlib.book.source.part import Part, checked_headers, file_digest, first_line, sql_path
from kamlib.book.values.cells import literal
from kamlib.tables import TABLES

DELIMITERS = (",", ";", "\t", "|")
HEAD = 200_000  # characters in which the header is looked for


def read_text(con: duckdb.DuckDBPyConnection, number: int, file: Path, table: str, names: ColumnNames) -> Part:
    """The part of a text file; what it is written in is found out from its content, or settled by an option."""
    encoding, guess = (names.options.encoding, "") if names.options.encoding else encoding_of(file)
    with file.open(encoding=encoding, errors="replace", newline="") as stream:
        head = stream.read(HEAD)
    delimiter, rows, at = _layout(head, table, names.tables.get(table, {}))
    headers = checked_headers(rows[at][1] if rows else [], file.name)
    part = Part(table, file.name, f"raw_{number}", headers, digest=file_digest(file))
    part.notes += [f"{file.name}: {guess}."] if guess else []
    part.notes += title_note(file.name, [cells for _, cells in rows[:at]])
    skip = rows[at][0]
    with tempfile.TemporaryDirectory() as scratch:
        path = file
        if guess or encoding not in ("utf-8", "utf_8") or skip or needs_copy(file):
            path, lost, nul = as_utf8(file, encoding, Path(scratch), skip=skip)
            if lost:
                part.notes.append(f"{file.name}: {lost:,} characters are none in {encoding} and are shown as \ufffd.")
            if nul:
                part.notes.append(f"{file.name}: {nul:,} NUL characters are left out.")
        _load_csv(con, part, path, delimiter)
    _note_ragged(con, part, _Records(file, encoding, delimiter, skip))
    return part


def _layout(head: str, table: str, mapping: dict[str, str]) -> tuple[str, list[tuple[int, list[str]]], int]:
    """The delimiter, the first rows (each with the number of lines above it), and which of them is the header."""
    order = _delimiters(head)
    for delimiter in order:
        rows = _first_rows(head, delimiter)
        at, recognised = header_row([cells for _, cells in rows], TABLES[table], mapping)
        if recognised:
            return delimiter, rows, at
    rows = _first_rows(head, order[0])
    return order[0], rows, header_row([cells for _, cells in rows], TABLES[table], mapping)[0]


def _first_rows(head: str, delimiter: str) -> list[tuple[int, list[str]]]:
    rows, above = [], 0
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for cells in itertools.islice(reader, LOOKED_AT):
            rows.append((above, [c.replace(LEFT_OUT, "") for c in cells]))
            above = reader.line_num
    except csv.Error:  # a very long cell; the header is above it
        pass
    return rows


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

    def __init__(self, file: Path, encoding: str, delimiter: str, skip: int):
        self.file, self.encoding, self.delimiter, self.skip = file, encoding, delimiter, skip
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
                reader = csv.reader(stream, delimiter=self.delimiter, skipinitialspace=True)
                for number, record in enumerate(reader, start=1):
                    start, end = end + 1, self.skip + reader.line_num
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
        return {row: kept[row] if row < len(kept) else row + 2 + self.skip for row in rows}


def _delimiters(head: str) -> list[str]:
    """The likeliest first: the first line decides, the lines below break a tie."""
    lines = [line for line in head.splitlines() if line.strip()][:LOOKED_AT]
    counts = {d: [len(_split(line, d)) for line in lines] or [0] for d in DELIMITERS}
    return sorted(DELIMITERS, key=lambda d: (counts[d][0], counts[d].count(counts[d][0])), reverse=True)


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []
