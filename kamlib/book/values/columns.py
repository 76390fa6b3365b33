"""The columns of a raw part as those of its table: an SQL expression for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kamlib.book.errors import BookError, Question, Unsettled
from kamlib.book.mapping import ANY_OTHER, ColumnNames
from kamlib.book.roles.question import settle
from kamlib.book.roles.synonyms import currency_of, minor_units
from kamlib.book.source.part import Part
from kamlib.book.values import calendars, cells, dates, ids
from kamlib.tables import Column, Table

SQL_TYPE = {
    "id": "VARCHAR", "text": "VARCHAR", "date": "DATE", "money": "BIGINT", "rate": "DECIMAL(18, 12)",
    "number": "DOUBLE", "whole": "BIGINT", "share": "DOUBLE", "flag": "BOOLEAN",
}  # fmt: skip
NUMERIC = ("money", "rate", "number", "whole", "share")
JSON_DATE = r"^/Date\((\d{9,13})([+-]\d{4})?\)/$"  # milliseconds, as some programs write them
PLAIN_DAY, PLAIN_NUMBER = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?$", r"^-?\d+(\.\d+)?$"


class Columns:
    """How the columns of one part are read: an SQL expression for each."""

    def __init__(
        self, con, part: Part, table: Table, found: dict[str, int], names: ColumnNames, extra: Sequence[int] = ()
    ):
        self.con, self.part, self.table, self.found = con, part, table, found
        self.extra = [f"CAST(c{i} AS VARCHAR) AS x{i}" for i in extra]
        self.options, self.converts = names.options, names.converts
        self.words = names.values.get(table.name, {})
        options = names.options
        self.ids = ids.readings(con, part, table, found)  # without those of `found` that are damaged
        types = {r[0]: r[1] for r in con.execute(f"DESCRIBE {part.relation}").fetchall()}
        self.types = {c: types[f"c{i}"] for c, i in found.items()}
        self.foreign, self.json_dates = self._foreign_digits(), self._json_dates()
        raw = {f"c{i}": self._cell(table[c], f"c{i}") for c, i in found.items()}
        filled = {f"c{i}": self._filled(table[c], f"c{i}") for c, i in found.items()}
        # Cleaned once, here; the expressions below name a cell many times.
        self.cells = f"cells_{part.relation}"
        trimmed, cleaned = (", ".join(f"{e} AS {c}" for c, e in stage.items()) for stage in (raw, filled))
        kept = "".join(f", x{i}" for i in extra)
        con.execute(
            f"CREATE TABLE {self.cells} AS SELECT _row, {cleaned}{kept}"
            f" FROM (SELECT rowid AS _row, {', '.join([trimmed, *self.extra])} FROM {part.relation})"
        )
        self._other_calendars()
        numeric = [f"c{found[c]}" for c, t in self.types.items() if t == "VARCHAR" and table[c].kind in NUMERIC]
        try:
            self.decimal = cells.decimal_sign(con, self.cells, numeric, options)
        except cells.Ambiguous as unclear:
            raise settle(part, "", unclear) from None
        self.plain = self._plain()
        self._say_minor()
        self._say_otherwise(c for c in numeric if c not in self.plain)

    def _other_calendars(self) -> None:
        """Columns of dates of another calendar are written as Gregorian days, and it is told."""
        dates = {self.found[c] for c, t in self.types.items() if t == "VARCHAR" and self.table[c].kind == "date"}
        for i in sorted(dates):
            name = calendars.to_gregorian(self.con, self.cells, f"c{i}", letters=self._has_persian_letters)
            header = self.part.headers[i]
            said = f"{self.part.where}, column {header!r}: its days are of the {name}; they are converted."
            self.part.notes += [said] if name else []

    def _has_persian_letters(self) -> bool:
        """Whether anything in the header or the first rows has a letter that Persian has and Arabic has not."""
        test = cells.literal(f"[{calendars.PERSIAN_LETTERS}]")
        columns = ", ".join(f"CAST(c{i} AS VARCHAR)" for i in range(len(self.part.headers)))
        rows = f"SELECT concat_ws(' ', {columns}) AS row FROM {self.part.relation} LIMIT 200"
        hit = self.con.execute(f"SELECT bool_or(regexp_matches(row, {test})) FROM ({rows})").fetchall()[0][0]
        return bool(hit) or any(set(calendars.PERSIAN_LETTERS) & set(h) for h in self.part.headers)

    def _plain(self) -> set[str]:
        """Text columns whose every cell is a day or a number as SQL itself writes it.

        Most are, and to read them so costs a tenth: of a small table, it is the long expression that takes the time.
        """
        form = dict.fromkeys(NUMERIC, PLAIN_NUMBER) | {"date": PLAIN_DAY}
        text = {f"c{self.found[c]}": self.table[c].kind for c, t in self.types.items() if t == "VARCHAR"}
        tests = {c: f"bool_and(regexp_matches({c}, '{form[kind]}'))" for c, kind in text.items() if kind in form}
        if not tests:
            return set()
        hits = self.con.execute(f"SELECT {', '.join(tests.values())} FROM {self.cells}").fetchone()
        return {c for c, hit in zip(tests, hits, strict=True) if hit is not False}

    def _cell(self, column: Column, source: str) -> str:
        if source in self.ids:  # also where the same column is, say, the customer's name
            return self.ids[source]
        if self.types[column.name] == "VARCHAR":
            text = cells.trimmed(cells.latin(source) if source in self.foreign else source)
            return f"regexp_replace({text}, '{JSON_DATE}', '\\1')" if source in self.json_dates else text
        return source if self._as_it_is(column) else ids.as_text(source, self.types[column.name])

    def _foreign_digits(self) -> set[str]:
        """Text columns of dates and numbers with any character beyond ASCII; few have one, and to look is quick."""
        kinds = (*NUMERIC, "date")
        text = [f"c{self.found[c]}" for c, t in self.types.items() if t == "VARCHAR" and self.table[c].kind in kinds]
        if not text:
            return set()
        tests = ", ".join(f"bool_or(strlen({c}) <> length({c}))" for c in text)
        hits = self.con.execute(f"SELECT {tests} FROM {self.part.relation}").fetchone()
        return {c for c, hit in zip(text, hits, strict=True) if hit}

    def _json_dates(self) -> set[str]:
        """Text columns of dates of which any is written as /Date(...)/: few, and to look is quick."""
        text = [f"c{self.found[c]}" for c, t in self.types.items() if t == "VARCHAR" and self.table[c].kind == "date"]
        tests = ", ".join(f"bool_or(starts_with({c}, '/Date('))" for c in text)
        hits = self.con.execute(f"SELECT {tests} FROM {self.part.relation}").fetchone() if text else ()
        return {c for c, hit in zip(text, hits, strict=True) if hit}

    def _filled(self, column: Column, source: str) -> str:
        return source if self._as_it_is(column) else cells.filled(source, name=column.kind == "text")

    def _as_it_is(self, column: Column) -> bool:
        """Whether the source holds a number or a day as such."""
        kind = self.types[column.name]
        days = column.kind == "date" and kind.startswith(("DATE", "TIMESTAMP"))
        return days or (column.kind in NUMERIC and kind != "VARCHAR")

    def select(self) -> str:
        """The columns of the table, typed."""
        typed = [f"{self._typed(c)} AS {cells.quoted(c.name)}" for c in self.table.columns]
        return ", ".join(["_row", *typed, *(e.split(" AS ")[-1] for e in self.extra)])

    def _typed(self, column: Column) -> str:
        if column.name == "currency" and self.table.name == "ledger" and self.converts:
            return self._currency()
        if column.name in self.words:
            return self._translated(column)
        if column.name not in self.found:
            if self.table.name == "ledger" and column.name == "amount":
                return self._product()
            return f"NULL::{SQL_TYPE[column.kind]}"
        source, kind = f"c{self.found[column.name]}", self.types[column.name]
        if column.kind in ("id", "text"):
            return f"lower({source})" if column.values else source
        if column.kind == "date":
            return f"try_cast({source} AS DATE)" if kind.startswith(("DATE", "TIMESTAMP")) else self._date(column)
        if column.kind == "flag":
            yes, no = "('true', 'yes', 'y', '1', 't')", "('false', 'no', 'n', '0', 'f')"
            return f"(CASE WHEN lower({source}) IN {yes} THEN true WHEN lower({source}) IN {no} THEN false END)"
        number = self._number(column.name)
        if column.kind == "money":
            return cells.whole_cents(number, minor=self._minor(column.name))
        if column.kind == "rate":
            return self._number(column.name, SQL_TYPE["rate"])
        if column.kind == "whole":
            return f"(CASE WHEN {number} = floor({number}) THEN try_cast({number} AS BIGINT) END)"
        number = f"try_cast({self._plain_number(source) if kind == 'VARCHAR' else source} AS DOUBLE)"
        if column.name.endswith("_price") and self._minor(column.name):
            number = f"({number} / 100)"
        return f"(CASE WHEN isfinite({number}) THEN {number} END)"

    def _translated(self, column: Column) -> str:
        """A column of words of ours, by the mapping's words for them; empty cells are any other word."""
        of = self.words[column.name]
        rest = cells.literal(of[ANY_OTHER]) if ANY_OTHER in of else "NULL::VARCHAR"
        if column.name not in self.found:
            return rest
        source = f"c{self.found[column.name]}"
        # The words that there are, looked up once; the rows only compare.
        values = self.con.execute(f"SELECT DISTINCT CAST({source} AS VARCHAR) FROM {self.cells}").fetchall()
        plain = {v: " ".join(v.casefold().split()) for (v,) in values if v is not None}
        known = {v: of[p] for v, p in plain.items() if p in of and p != ANY_OTHER}
        text = f"CAST({source} AS VARCHAR)"
        if ANY_OTHER not in of:
            rest = f"lower({text})"
        if not known:
            return rest
        cases = "".join(f" WHEN {cells.literal(v)} THEN {cells.literal(o)}" for v, o in known.items())
        listed = ", ".join(map(cells.literal, known))
        return f"(CASE WHEN {text} IN ({listed}) THEN CASE {text}{cases} END ELSE {rest} END)"

    def _date(self, column: Column) -> str:
        source, typed = f"c{self.found[column.name]}", self.types[column.name] != "VARCHAR"
        if self.options.day_month:
            text = f"CAST({source} AS VARCHAR)"
            made = dates.day_and_month(text, self.part.above, self.options.year)
            if made is None:
                year = Question("options", "year", "the year of its first day")
                raise Unsettled(
                    f"{self.part.where}: its dates are a day and a month; nothing says of which year.", [year]
                )
            return made
        if source in self.plain:
            return f"try_cast(left({source}, 10) AS DATE)"
        try:
            read = self._reading(source, typed)
        except cells.Ambiguous as unclear:
            stopped = settle(self.part, f", column {self.part.headers[int(source[1:])]!r}", unclear)
            if column.required:
                raise stopped from None
            option = unclear.option.split("#")[0].strip()
            self.part.notes.append(f"{stopped.why} The column is left empty; {option} under [options] reads it.")
            return "NULL::DATE"
        header = self.part.headers[int(source[1:])]
        self.part.notes += [f"{self.part.where}, column {header!r}: {note}." for note in read.notes]
        if self.table.name == "ledger" and column.name == "date":
            self.part.grain = read.grain
        return dates.date(source, read)

    def _reading(self, source: str, typed: bool) -> dates.Reading:
        """How a column's dates are read; where it does not say which is the day, as other columns of dates do."""
        known = {"sheet": self.part.sheet, "typed": typed}
        try:
            return dates.reading(self.con, self.cells, source, self.options, **known)
        except cells.Ambiguous as unclear:
            if typed or not unclear.option.startswith("day_first"):
                raise
            types = {r[0]: r[1] for r in self.con.execute(f"DESCRIBE {self.part.relation}").fetchall()}
            others = [c for c, t in types.items() if t == "VARCHAR" and c != source]
            beside = dates.day_first_beside(self.con, self.part.relation, others)
            if beside is None:
                raise
            first, column = beside
            read = dates.reading(self.con, self.cells, source, replace(self.options, day_first=first), **known)
            said = f"{'day' if first else 'month'} first, as {self.part.headers[int(column[1:])]!r} is written"
            return replace(read, notes=(*read.notes, said))

    def _plain_number(self, source: str) -> str:
        if source in self.plain and self.decimal == ".":
            return source
        if source in self.foreign:
            source = f"replace({source}, '{cells.ARABIC_POINT}', '{self.decimal}')"
        return cells.number(source, self.decimal)

    def _number(self, name: str, sql_type: str = cells.NUMBER) -> str:
        source, kind = f"c{self.found[name]}", self.types[name]
        if kind == "VARCHAR":
            source = self._plain_number(source)
        elif kind in ("DOUBLE", "FLOAT"):  # by its shortest text: 2.675 is that, not 2.67499...
            source = f"CAST({source} AS VARCHAR)"
        return f"try_cast({source} AS {sql_type})"

    def _product(self) -> str:
        # Exact: 18 and 20 digits fit in 38.
        quantity = f"try_cast({self._number('quantity')} AS DECIMAL(18, 8))"
        price = f"try_cast({self._number('unit_price')} AS DECIMAL(20, 10))"
        return cells.whole_cents(f"{quantity} * {price}", minor=self._minor("unit_price"))

    def _minor(self, name: str) -> bool:
        """Whether a column of money is in cents: as the user says, or its name."""
        said = self.options.minor_units
        return minor_units(self.part.headers[self.found[name]]) if said is None else said

    def _say_otherwise(self, columns: Iterable[str]) -> None:
        """Numbers with both signs that are read by themselves are told."""
        other = "," if self.decimal == "." else "."
        for c in columns:
            written = cells.written_otherwise(c, self.decimal)
            rows = self.con.execute(
                f"SELECT {c}, count(*) OVER () FROM {self.cells} WHERE contains({c}, '.') AND contains({c}, ',')"
                f" AND {written} LIMIT 1"
            ).fetchall()
            self.part.notes += [
                f"{self.part.where}, column {self.part.headers[int(c[1:])]!r}: {n:,} numbers have a decimal {other!r} "
                f"({cell[:40]!r}), all others {self.decimal!r}; each is read as it says itself."
                for cell, n in rows
            ]

    def _say_minor(self) -> None:
        money = [c for c in self.found if self.table[c].kind == "money" or c.endswith("_price")]
        named = [repr(self.part.headers[self.found[c]]) for c in money if self._minor(c)]
        if named:
            self.part.notes.append(f"{self.part.where}: {', '.join(named)} is taken as hundredths: cents.")

    def size(self, name: str) -> str:
        """SQL: how large the number in a cell is, to some 15 digits, also where it is too large for cents."""
        if name not in self.found:
            factors = name == "amount" and {"quantity", "unit_price"} <= set(self.found)
            return f"({self.size('quantity')} * {self.size('unit_price')})" if factors else ""
        source = f"c{self.found[name]}"
        return f"abs(try_cast({self._plain_number(source) if self.types[name] == 'VARCHAR' else source} AS DOUBLE))"

    def shown(self, name: str) -> str:
        """SQL: what stands in a cell; of an amount that is a product, both factors."""
        factors = [name] if name in self.found else ["quantity", "unit_price"]
        return " || ' x ' || ".join(f"CAST(c{self.found[f]} AS VARCHAR)" for f in factors)

    def refuse_two_currencies(self) -> None:
        """With rates, a line whose amount names one currency and whose column another has no right amount."""
        cell = self._amount_cell() if self.converts and "currency" in self.found else ""
        if not cell:
            return
        code, column = f"upper({cells.currency_mark(cell)})", f"upper(c{self.found['currency']})"
        n, amount, named = self.con.execute(
            f"SELECT count(*), min({cell}), min({column}) FROM {self.cells}"
            f" WHERE regexp_matches({code}, '^[A-Z]{{3}}$') AND {code} <> {column}"
        ).fetchone()
        if n:
            raise BookError(
                f"{self.part.where}: in {n:,} rows the amount names another currency than the column of currencies"
                f" (an amount {amount!r} in {named}). Mend them: which is right cannot be told from here."
            )

    def currencies(self) -> dict[str, int]:
        """Signs and codes in the cells that make the amounts; else the code in the column's name."""
        cell = self._amount_cell()
        marks = cells.currencies(self.con, self.cells, cell) if cell and cell not in self.plain else {}
        code = self._named_currency()
        if marks or not code or "currency" in self.found:
            return marks
        return {code: self.con.execute(f"SELECT count(*) FROM {self.cells}").fetchone()[0]}

    def _currency(self) -> str:
        """Of each line, where lines are to be converted: its column, its amount, else the amounts' own name."""
        cell, code = self._amount_cell(), self._named_currency()
        told = [f"c{self.found['currency']}"] if "currency" in self.found else []
        told += [f"nullif({cells.currency_mark(cell)}, '')"] if cell else []
        told += [cells.literal(code)] if code else []
        return f"coalesce({', '.join(told)}, NULL)" if told else "NULL::VARCHAR"

    def _amount(self) -> str:
        return "amount" if "amount" in self.found else "unit_price"

    def _amount_cell(self) -> str:
        """The text that makes the amounts, where it is text."""
        name = self._amount()
        return f"c{self.found[name]}" if self.table.name == "ledger" and self.types[name] == "VARCHAR" else ""

    def _named_currency(self) -> str:
        """The code that the name of the amounts' column ends with; a sign does not say whose dollars they are."""
        code = currency_of(self.part.headers[self.found[self._amount()]]) if self.table.name == "ledger" else ""
        return code if code.isalpha() else ""
