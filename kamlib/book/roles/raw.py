"""A raw table as the readers of its shape see it: which columns may be what, blank cells, numbers; and a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import duckdb

from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.names import candidates
from kamlib.book.source.part import Aside, Part
from kamlib.book.values import cells
from kamlib.tables import TABLES

LISTED = 1000  # rows taken out that are listed one by one, as in checks.rows
LEDGER = TABLES["ledger"]


class Raw:
    """One part of a ledger before its columns are recognised."""

    def __init__(self, con: duckdb.DuckDBPyConnection, part: Part, names: ColumnNames):
        self.con, self.part, self.names = con, part, names
        self.mapping = names.of("ledger", part.headers)
        self.width = len(part.headers)

    @cached_property
    def types(self) -> list[str]:
        """DuckDB's type of each column."""
        return [row[1] for row in self.con.execute(f"DESCRIBE {self.part.relation}").fetchall()]

    @cached_property
    def named(self) -> dict[str, list[int]]:
        """Positions of the headers that may be each of our columns by their names, best first; a mapping wins."""
        there = {c: h for c, h in self.mapping.items() if not h or h in self.part.headers}
        return {c: [i for _, i in hits] for c, hits in candidates(self.part.headers, LEDGER, there).items()}

    def of(self, *ours: str) -> list[int]:
        """Positions of all headers that may be one of these columns of ours."""
        return list(dict.fromkeys(i for column in ours for i in self.named.get(column, [])))

    def switched_off(self, column: str) -> bool:
        """Whether the mapping says that there is no such column."""
        return self.mapping.get(column) == ""

    def cell(self, i: int) -> str:
        """SQL: a cell as trimmed text, NULL where it is empty."""
        return cells.text(f"CAST(c{i} AS VARCHAR)", name=True)

    def row(self) -> str:
        """SQL: all cells of a row that are not empty, with blanks between; cleaned by one expression, not by one each.

        Of eighty columns these would be a hundred kilobytes, which DuckDB takes seconds to plan.
        """
        all_of = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in range(self.width))
        clean = f"list_transform([{all_of}], lambda x: {cells.text('x', name=True)})"
        return f"array_to_string(list_filter({clean}, lambda x: x IS NOT NULL), ' ')"

    def filled(self) -> str:
        """SQL: how many cells of a row are not empty."""
        all_of = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in range(self.width))
        return f"len(list_filter([{all_of}], lambda x: {cells.text('x', name=True)} IS NOT NULL))"

    def blank(self, i: int) -> str:
        """SQL: whether a cell may be blank; quick, and true as well of text with a blank before it."""
        return f"(c{i} IS NULL OR c{i} < '!')" if self.types[i] == "VARCHAR" else f"c{i} IS NULL"

    def numbers(self, columns: Sequence[int]) -> dict[int, str] | None:
        """SQL of each column's numbers; None where it is open how they are to be read."""
        text = [i for i in columns if self.types[i] == "VARCHAR"]
        clean = {i: cells.latin(cells.text(f"c{i}")) for i in text}
        table = f"look_{self.part.relation}"
        shown = ", ".join(["rowid AS _row", *(f"{e} AS c{i}" for i, e in clean.items())])
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {shown} FROM {self.part.relation}")
        try:
            decimal = cells.decimal_sign(self.con, table, [f"c{i}" for i in text], self.names.options)
        except cells.Ambiguous:
            return None
        finally:
            self.con.execute(f"DROP TABLE {table}")
        read = {i: f"CAST(c{i} AS VARCHAR)" for i in columns}
        read |= {i: cells.number_of(f"c{i}", clean[i], decimal) for i in text}
        return {i: f"try_cast({e} AS {cells.NUMBER})" for i, e in read.items()}

    def amount(self) -> str | None:
        """SQL: a line's amount, as near as can be told before columns are recognised; None where it cannot."""
        columns = self.of("amount")[:1] or (self.of("quantity")[:1] + self.of("unit_price")[:1])
        read = self.numbers(columns) if columns and (self.of("amount") or len(columns) == 2) else None
        if not read or len(read) == 1:
            return read[columns[0]] if read else None
        return f"CAST({' * '.join(f'CAST({e} AS DECIMAL(18, 6))' for e in read.values())} AS {cells.NUMBER})"

    def aside(self, cause: str, rows: str) -> list[Aside]:
        """Rows of the raw table (SQL that selects their `_row`) to be listed as taken out for this cause."""
        shown = f"concat_ws(' ', {', '.join(self.cell(i) for i in range(self.width))})"
        n = self.con.execute(f"SELECT count(*) FROM ({rows})").fetchone()[0]
        found = self.con.execute(
            f"WITH h AS MATERIALIZED (SELECT rowid AS r, * FROM {self.part.relation}"
            f" WHERE rowid IN (SELECT _row FROM ({rows})) ORDER BY rowid LIMIT {LISTED})"
            f" SELECT r, left({shown}, 200) FROM h ORDER BY r"
        ).fetchall()
        lines = self.part.lines([row for row, _ in found])
        return [Aside(cause, n, [(lines[row], text) for row, text in found])] if n else []

    def rebuilt(
        self, select: str, headers: list[str], notes: list[str], aside: Sequence[Aside] = (), added: Sequence[int] = ()
    ) -> Part:
        """The part with another raw table: `select` gives `_from`, the row that a new one comes from, then c0, c1 ...

        Messages still name the lines of the source. A row that comes from -1, -2 ... stands in the first, second ... of
        the lines `added`.
        """
        relation, old = self.part.relation, self.part
        self.con.execute(f"CREATE TABLE new_{relation} AS {select}")
        rows = self.con.execute(f"SELECT _from FROM new_{relation} ORDER BY rowid").fetchnumpy()["_from"]
        self.con.execute(
            f"DROP TABLE {relation}; CREATE TABLE {relation} AS SELECT * EXCLUDE (_from) FROM new_{relation}"
        )
        self.con.execute(f"DROP TABLE new_{relation}")

        def lines_of(wanted: Sequence[int]) -> dict[int, int]:
            lines = old.lines([int(rows[r]) for r in wanted if rows[r] >= 0])
            return {r: lines[int(rows[r])] if rows[r] >= 0 else added[-int(rows[r]) - 1] for r in wanted}

        return replace(
            old, headers=headers, notes=[*old.notes, *notes], aside=_together([*old.aside, *aside]), lines_of=lines_of
        )


def _together(asides: list[Aside]) -> list[Aside]:
    """One for each cause."""
    causes = dict.fromkeys(a.cause for a in asides)
    of = {c: [a for a in asides if a.cause == c] for c in causes}
    return [Aside(c, sum(a.n for a in same), [row for a in same for row in a.rows][:LISTED]) for c, same in of.items()]


def money(amount) -> str:
    """An amount as messages show it."""
    return f"{amount:,.2f}"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names for a message: the first few."""
    shown = ", ".join(repr(str(n)[:60]) for n in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
