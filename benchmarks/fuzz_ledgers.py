"""Ledgers for `fuzz_reader.py`: made from a seed in many shapes and formats, with what is right of each.

The right total is summed here from the integers that the ledger was made of, and never from what a reader says.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import random
import re
import sqlite3
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADERS = (("customer_id", "date", "amount"), ("Kunde", "Datum", "Umsatz"), ("العميل", "التاريخ", "المبلغ"))
DAY = dt.date(2022, 1, 13)
JUNK = (b'"', b"\0", b"\n", b"\r", b",", b";", b"\t", b"\xff", b"\xe9", b"=1+1", b"nan", b"1e999", b"-",
        b"\xef\xbb\xbf", b"'", b"(", b"%", "٣".encode(), "€".encode(), b"99999999999999999999999999",
        b"x" * 5000)  # fmt: skip
FORMATS = (".xlsx", ".parquet", ".db", ".duckdb")


@dataclass
class Made:
    """A ledger: its bytes, and what is right of it, as far as that is known.

    `total` in cents; `aside`: how many rows may be set aside, one of these; `lines`: what each untouched line says;
    `mapping`: TOML to open it with.
    """

    raw: bytes
    suffix: str = ".csv"
    total: int | None = None
    aside: tuple[int, ...] | None = None
    lines: dict[bytes, tuple[str, dt.date, int]] = field(default_factory=dict)
    mapping: bytes | None = None


# Text


def ledger(r: random.Random) -> Made:
    """Text in one of many shapes."""
    decimal, delimiter = r.choice([(".", ","), (".", ";"), (",", ";"), (",", "\t")])
    form = r.choice(["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y%m%d"])
    rows, total, says = [], 0, []
    for i in range(r.choice([1, 3, 40, 400])):
        cents = r.randint(-(10 ** r.randint(1, 8)), 10 ** r.randint(1, 8))
        day = DAY + dt.timedelta(days=i % 900)
        amount = written(cents, decimal)
        if r.random() < 0.05 and cents < 0:
            amount = r.choice([f"({amount[1:]})", f"{amount[1:]}-", f"−{amount[1:]}"])
        rows.append([f"K{r.randint(1, 30)}", day.strftime(form), amount, f"item {i}"])
        total += cents
        says.append((rows[-1][0], day, cents))
    lines = [delimiter.join(row) for row in [[*r.choice(HEADERS), "text"], *rows]]
    encoding = r.choice(["utf-8", "utf-8-sig", "utf-16"])
    known = dict(zip((line.encode() for line in lines[1:]), says, strict=True)) if encoding != "utf-16" else {}
    return Made(("\n".join(lines) + "\n").encode(encoding), total=total, aside=(0,), lines=known)


def written(cents: int, decimal: str = ".") -> str:
    return f"{'-' * (cents < 0)}{abs(cents) // 100}{decimal}{abs(cents) % 100:02}"


def text_kept(r: random.Random) -> Made:
    """Text whose structure is changed so that its total stays."""
    made = ledger(r)
    encoding = "utf-16" if made.raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = made.raw.decode(encoding).splitlines()
    change = r.randrange(8)
    if change == 0:
        lines = ["Sales report", "", *lines]
    elif change == 1:
        lines = [part for line in lines for part in (line, "")]
    elif change == 2:
        body = lines[1:]
        r.shuffle(body)
        lines = [lines[0], *body]
    elif change == 3:
        lines.append("ragged")  # set aside, and said
    elif change == 4:
        lines = [lines[0].upper(), *lines[1:]]
    elif change == 5:
        lines = _columns_moved(r, lines)
    raw = r.choice(["\n", "\r\n", "\r"]).join([*lines, ""]).encode(r.choice(["utf-8", "utf-16-le", "utf-16"]))
    return packed(r, Made(raw, total=made.total, aside=(int(change == 3),)))


def _columns_moved(r: random.Random, lines: list[str]) -> list[str]:
    """The columns in another order, and one more."""
    delimiter = next(d for d in "\t;," if d in lines[0])
    cells = [line.split(delimiter) for line in lines]
    cells = [[*row, "Truck" if i == 0 else r.choice(["", "T1", "77"])] for i, row in enumerate(cells)]
    order = r.sample(range(len(cells[0])), len(cells[0]))
    return [delimiter.join(row[i] for i in order) for row in cells]


def packed(r: random.Random, made: Made) -> Made:
    """Now and then in an archive."""
    kind = r.choice(["", "", "", "", "gz", "zip", "zst"])
    if kind == "gz":
        made.raw, made.suffix = gzip.compress(made.raw), made.suffix + ".gz"
    elif kind == "zst":
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            stream.write(made.raw)
        made.raw, made.suffix = sink.getvalue().to_pybytes(), made.suffix + ".zst"
    elif kind == "zip":
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"sales{made.suffix}", made.raw)
        made.raw, made.suffix = sink.getvalue(), ".zip"
    return made


def text_broken(r: random.Random) -> Made:
    """Text with bytes changed; the lines that were not are known unless a quotation mark can swallow them."""
    made = ledger(r)
    made.raw, made.total, made.aside = mutate(r, made.raw), None, None
    if b'"' in made.raw:
        made.lines = {}
    return made


def mutate(r: random.Random, raw: bytes) -> bytes:
    """Some bytes changed, put in, cut out, doubled; or the file cut short."""
    data = bytearray(raw)
    for _ in range(r.choice([1, 1, 2, 8, 50])):
        at, change = r.randrange(len(data) + 1), r.randrange(5)
        if change == 0:
            data[at:at] = r.choice(JUNK)
        elif change == 1:
            del data[at : at + r.randint(1, 30)]
        elif change == 2 and at < len(data):
            data[at] = r.randrange(256)
        elif change == 3:
            data[at:at] = data[at : at + r.randint(1, 60)]
        elif r.random() < 0.1:
            data = data[:at]
    return bytes(data)


# Workbooks, Parquet, databases


def typed_kept(r: random.Random) -> Made:
    """A workbook, a Parquet file or a database in one of many shapes, all of them with a known total."""
    suffix = r.choice(FORMATS)
    n = r.choice([1, 3, 30, 200])
    whole = r.random() < 0.2
    cents = [r.randint(-(10 ** r.randint(1, 8)), 10 ** r.randint(1, 8)) // (100**whole) * 100**whole for _ in range(n)]
    columns = dict(zip(r.choice(HEADERS), (_ids(r, n, suffix), _days(r, n, suffix), _amounts(r, cents, suffix)),
                       strict=True))  # fmt: skip
    for name in r.sample(["Truck", "Warehouse 7", "remarks!"], r.randrange(3)):
        columns[name] = [r.choice([None, "x", "12"]) for _ in range(n)]
    names = r.sample(list(columns), len(columns))
    rows = [[columns[c][i] for c in names] for i in r.sample(range(n), n)]
    blank = r.randrange(3) if r.random() < 0.3 else 0
    for _ in range(blank):
        rows.insert(r.randrange(len(rows) + 1), [None] * len(names))
    return Made(WRITE[suffix](r, names, rows), suffix, sum(cents), tuple(range(blank + 1)))


def _ids(r: random.Random, n: int, suffix: str) -> list:
    numbers = [r.randint(1, 30) + 10_000 for _ in range(n)]
    kinds: list[Callable] = [lambda i: f"K{i}", int, lambda i: f"00{i}"]
    kinds += [float] if suffix != ".duckdb" else []
    kinds += [lambda i: i if i % 2 else f"X{i}"] if suffix in (".xlsx", ".db") else []
    return list(map(r.choice(kinds), numbers))


def _days(r: random.Random, n: int, suffix: str) -> list:
    """Days as such or as text; the first, the 13th, says which part of it is the month."""
    days = [DAY + dt.timedelta(days=i % 900) for i in range(n)]
    kinds: list[Callable] = [lambda d: f"{d}", lambda d: f"{d:%d.%m.%Y}", lambda d: f"{d:%d/%m/%Y} 10:30"]
    if suffix != ".db":  # SQLite has no days
        kinds += [lambda d: d, lambda d: dt.datetime(d.year, d.month, d.day, 23, 59)]
    return list(map(r.choice(kinds), days))


def _amounts(r: random.Random, cents: list[int], suffix: str) -> list:
    decimal = r.choice([".", ","])
    kinds: list[Callable] = [lambda c: c / 100, lambda c: written(c, decimal)]
    if suffix in (".parquet", ".duckdb"):
        kinds += [lambda c: Decimal(c) / 100]
    if suffix in (".xlsx", ".db"):
        kinds += [lambda c: c / 100 if c % 3 else written(c, decimal)]
    if all(c % 100 == 0 for c in cents):
        kinds += [lambda c: c // 100]
    return list(map(r.choice(kinds), cents))


def _xlsx(r: random.Random, names: list[str], rows: list[list]) -> bytes:
    book, sink = openpyxl.Workbook(), io.BytesIO()
    pages = [("Sales 2022", [*r.choice([[], [["Sales report"], []]]), names, *rows])]
    pages += [("Notes", [["To be checked by Ann"]])] * (r.random() < 0.3) + [("Sheet3", [])] * (r.random() < 0.3)
    r.shuffle(pages)
    book.remove(book.active)
    for name, content in pages:
        page = book.create_sheet(name)
        for row in content:
            page.append(row)
    book.save(sink)
    return sink.getvalue()


def _parquet(r: random.Random, names: list[str], rows: list[list]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(_arrow(names, rows), sink, compression=r.choice(["snappy", "zstd", "none"]))
    return sink.getvalue()


def _arrow(names: list[str], rows: list[list]) -> pa.Table:
    return pa.table({c: pa.array(column) for c, column in zip(names, zip(*rows, strict=True), strict=True)})


def _sqlite(r: random.Random, names: list[str], rows: list[list]) -> bytes:
    def fill(path: str) -> None:
        con = sqlite3.connect(path)
        table = _other_table(r, con)
        con.execute(f"CREATE TABLE {table} ({', '.join(map(_quoted, names))})")
        con.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows)
        con.commit()
        con.close()

    return _filled(fill)


def _duckdb(r: random.Random, names: list[str], rows: list[list]) -> bytes:
    def fill(path: str) -> None:
        con = duckdb.connect(path)
        table = _other_table(r, con)
        con.register("incoming", _arrow(names, rows))
        con.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
        con.close()

    return _filled(fill)


def _other_table(r: random.Random, con) -> str:
    """The name of the ledger: any where it is alone."""
    if r.random() < 0.5:
        return r.choice(["ledger", "lines_of_2022"])
    con.execute("CREATE TABLE remarks (remark VARCHAR)")
    return "ledger"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _filled(fill: Callable[[str], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made"
        fill(str(path))
        return path.read_bytes()


WRITE = {".xlsx": _xlsx, ".parquet": _parquet, ".db": _sqlite, ".duckdb": _duckdb}


def typed_broken(r: random.Random) -> Made:
    """A workbook, a Parquet file or a database with bytes changed; of a workbook also those within its parts."""
    made = typed_kept(r)
    if made.suffix == ".xlsx" and r.random() < 0.7:
        made.raw = _part_broken(r, made.raw)
    else:
        made.raw = mutate(r, made.raw)
    return Made(made.raw, made.suffix)


def _part_broken(r: random.Random, raw: bytes) -> bytes:
    """A workbook of which the XML of one part is changed: the archive itself is whole."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as target:
        broken = r.choice([n for n in source.namelist() if n.startswith("xl/")])
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, _xml_broken(r, content) if name == broken else content)
    return sink.getvalue()


def _xml_broken(r: random.Random, xml: bytes) -> bytes:
    if r.random() < 0.5:
        return mutate(r, xml)
    there = r.choice([b'r="A2"', b'r="2"', b'r="B2"', b't="n"', b"<v>", b's="1"', b'ref="'])
    instead = r.choice([b'r="XFD1048576"', b'r="1048576"', b'r="A0"', b't="s"', b"<v>-1", b"<v>99999999999", b's="9"',
                        b'ref="A1:XFD1048576'])  # fmt: skip
    return xml.replace(there, instead, 1)


# What columns say of one another

CALLED = {
    "order": ["Order ID", "order_id", "Invoice No"], "day": ["Order Date", "date", "Datum"],
    "who": ["Customer", "customer_id", "Kunde"], "quantity": ["Quantity", "Qty", "Menge"],
    "price": ["Unit Price", "unit_price", "Price"], "net": ["Line Total", "Net amount", "Sales", "Amount"],
    "tax": ["Tax", "VAT"], "gross": ["Total incl. tax", "Gross amount", "Total"], "discount": ["Discount", "Rabatt"],
    "total": ["Order Total", "Total", "total", "Invoice Total"], "state": ["Status", "Order Status", "state"],
    "shipping": ["Shipping", "Order Shipping"], "refund": ["Refunded Amount", "Refund"],
    "cost": ["Cost"], "weight": ["Weight"], "postcode": ["Postcode"], "year": ["Year"],
}  # fmt: skip
NOT_SOLD = ("Cancelled", "cancelled", "VOID", "Draft", "Quotation", "Storniert", "Annulée", "Cancelado")
SOLD = ("Shipped", "Paid", "Completed", "Geliefert", "Payée")
MONEY = ("price", "net", "tax", "gross", "discount", "total", "shipping", "refund", "cost")


def evidence(r: random.Random) -> Made:
    """Orders of lines, told in columns that must be understood together: what is right is what was sold, net."""
    has = {c: r.random() < often for c, often in (
        ("net", 0.6), ("quantity", 0.7), ("taxed", 0.3), ("discount", 0.15), ("total", 0.5), ("shipping", 0.2),
        ("state", 0.3), ("refund", 0.15), ("cost", 0.2), ("weight", 0.2), ("postcode", 0.2), ("year", 0.2),
        ("first only", 0.25), ("continued", 0.15))}  # fmt: skip
    has["net"] |= has["discount"]
    has["quantity"] |= not has["net"]
    has["refund"] &= not has["taxed"] and not has["shipping"]  # else what is paid back is with tax and carriage
    has["total"] |= has["shipping"]  # alone it would be a column that has nothing to do with sales
    shown = ["order", "day", "who", *["quantity", "price"] * has["quantity"]]
    shown += ["tax", "gross"] * (has["taxed"] and has["net"])
    more = ("net", "discount", "total", "shipping", "state", "refund", "cost", "weight", "postcode", "year")
    shown += [c for c in more if has[c]]
    orders = [_order(r, i, has) for i in range(r.choice([2, 12, 60]))]
    sold = sum(_sold(order, has) for order in orders)
    decimal, delimiter = r.choice([(".", ","), (",", ";")])
    shown = r.sample(shown, len(shown))
    names = {c: r.choice(CALLED[c]) for c in shown}
    while len(set(names.values())) < len(names):
        names = {c: r.choice(CALLED[c]) for c in shown}
    cells = [[_shown(line.get(c), c, decimal) for c in shown] for order in orders for line in order]
    text = "\n".join(map(delimiter.join, [list(names.values()), *cells])) + "\n"
    return Made(text.encode(), total=sold)


def _order(r: random.Random, number: int, has: dict[str, bool]) -> list[dict]:
    """Lines of an order; what is said of the order as a whole stands on each of them, or on the first only."""
    whole = {"state": r.choice(NOT_SOLD) if r.random() < 0.1 else r.choice(SOLD), "who": f"K{number % 7}",
             "day": f"{DAY + dt.timedelta(days=number)}", "shipping": r.randint(0, 3) * 495}  # fmt: skip
    lines = [_line(r, f"{1000 + number}", has) for _ in range(r.choice([1, 1, 2, 3, 4]))]
    whole["total"] = sum(x["net"] + x["tax"] * has["taxed"] for x in lines) + whole["shipping"] * has["shipping"]
    lines[0]["refund"] = r.randint(0, lines[0]["net"]) if r.random() < 0.1 else 0
    on_first = ("total", "shipping") if has["first only"] else ()
    on_first += ("day", "who", "state") if has["continued"] else ()
    return [line | {c: v for c, v in whole.items() if i == 0 or c not in on_first} for i, line in enumerate(lines)]


def _line(r: random.Random, order: str, has: dict[str, bool]) -> dict:
    quantity, price = r.randint(1, 9), r.randint(1, 50_000)
    discount = quantity * price * r.choice([0, 0, 5, 10]) // 100 * has["discount"]
    net = quantity * price - discount
    tax = (net * 19 + 50) // 100
    return {"order": order, "quantity": quantity, "price": price, "discount": discount, "net": net, "tax": tax,
            "gross": net + tax, "cost": net * r.randint(40, 90) // 100, "weight": r.randint(1, 20),
            "postcode": r.randint(10_000, 99_999), "year": 2022}  # fmt: skip


def _sold(order: list[dict], has: dict[str, bool]) -> int:
    """Net sales of an order."""
    if has["state"] and order[0]["state"] in NOT_SOLD:
        return 0
    return sum(line["net"] for line in order) - order[0]["refund"] * has["refund"]


def _shown(value, name: str, decimal: str) -> str:
    if value is None:
        return ""
    return written(value, decimal) if name in MONEY else str(value)


# Mappings

COLUMNS = ("f1", "f2", "f3", "f4", "f5", "f6", "f7")  # customer, day, two amounts, quantity, price, words
HARMLESS = ("order_id", "product_id", "product_name", "category", "manager_id", "country")  # of no weight in a total
RIGHT = {"customer_id": "f1", "date": "f2", "amount": "f3"}
ODD = ('""', '"no such"', "1", "true", "[]", '["f3"]', "-1", "1e400", "2024-13-01", '"\\u0000"', "{a = 1}", '"f2"')
OPTIONS = (
    'decimal = "."', "day_first = true", "year_first = false", 'currency = "EUR"', 'encoding = "utf-8"',
    "header = true", "excel_1904 = true", "earliest_date = 2000-01-01", 'delimiter = ","', "minor_units = false",
    "minor_units = true",
    'not_sold = ["x"]', "refunded = []", "tax_included = true", "tax_included = false", 'table = "Sales"',
)  # fmt: skip
ODD_OPTIONS = (
    'decimal = ";"', 'encoding = "base64"', 'earliest_date = "x"', "header = false", 'columns = ["a", "b"]',
    'delimiter = ",,"', 'month_columns = ["f3", "f4"]', 'month_columns = ["x"]', "colour = 3", 'not_sold = "x"',
)  # fmt: skip
SAFE = ("decimal", "day_first", "year_first", "currency", "encoding", "excel_1904", "earliest_date", "header",
        "delimiter", "minor_units")  # fmt: skip


def mapped(r: random.Random) -> Made:
    """A file whose columns only its mapping knows, and a mapping that is right, odd or broken."""
    rows = [(f"K{i % 7}", f"{DAY + dt.timedelta(days=i)}", written(r.randint(1, 10**7)), written(r.randint(1, 10**7)),
             f"{r.randint(1, 9)}", written(r.randint(1, 10**5)), f"word {i}")
            for i in range(r.choice([1, 3, 40]))]  # fmt: skip
    raw = "\n".join(map(",".join, [COLUMNS, *rows])) + "\n"
    return Made(raw.encode(), mapping=_mapping(r))


def _mapping(r: random.Random) -> bytes:
    columns = dict(RIGHT)
    if r.random() < 0.3:
        del columns["amount"]
        columns |= {"quantity": "f5", "unit_price": "f6"}
    if r.random() < 0.3:
        columns["amount"] = r.choice(COLUMNS)
    if r.random() < 0.2:
        one, two = r.sample(list(columns), 2)
        columns[one], columns[two] = columns[two], columns[one]
    lines = {c: f'"{of}"' for c, of in columns.items()}
    if r.random() < 0.5:
        lines[r.choice([*HARMLESS, "line_id", "profit", "cost", "state", "tax", "colour"])] = f'"{r.choice(COLUMNS)}"'
    if r.random() < 0.2:
        lines[r.choice(list(lines))] = r.choice(ODD)
    text = ["[ledger]", *(f"{c} = {of}" for c, of in lines.items())]
    if r.random() < 0.6:
        text += ["[options]", *r.sample(OPTIONS, r.randint(1, 3)), *r.sample(ODD_OPTIONS, r.random() < 0.2)]
    text += r.choice([*[[]] * 6, ["[rates]", f"USD = {r.choice(ODD)}"], ["[same_customer]", 'K1 = "K0"'],
                      ["[same_customer]", f"K1 = {r.choice(ODD)}"], ["[colours]", "red = 1"]])  # fmt: skip
    raw = ("\n".join(text) + "\n").encode()
    return mutate(r, raw) if r.random() < 0.2 else raw


def mapped_total(raw: bytes, mapping: dict) -> int | None:
    """The total in cents of the columns that a mapping names; None where it names none, or says more than columns."""
    columns, options = mapping.get("ledger", {}), mapping.get("options", {})
    weighty = set(columns) - {*RIGHT, "quantity", "unit_price", *HARMLESS}
    if weighty or set(options) - set(SAFE) or "rates" in mapping or not options.get("header", True):
        return None
    rows = [dict(zip(COLUMNS, line.split(","), strict=True)) for line in raw.decode().splitlines()[1:]]
    unit = Decimal(1 if options.get("minor_units") else 100)
    try:
        if columns.get("amount"):
            values = [Decimal(row[columns["amount"].strip()]) for row in rows]
        elif columns.get("quantity") and columns.get("unit_price"):
            q, p = columns["quantity"].strip(), columns["unit_price"].strip()
            values = [Decimal(row[q]) * Decimal(row[p]) for row in rows]
        else:
            return None
    except (ArithmeticError, KeyError):  # no amounts at all: whatever comes of it, no total is right
        return None
    return sum(int((v * unit).quantize(Decimal(1), ROUND_HALF_UP)) for v in values)


KINDS: dict[str, tuple[float, Callable[[random.Random], Made]]] = {  # how often, and what makes it
    "text": (0.20, text_kept),
    "text, broken": (0.25, text_broken),
    "typed": (0.20, typed_kept),
    "typed, broken": (0.15, typed_broken),
    "columns of evidence": (0.10, evidence),
    "mapping": (0.10, mapped),
}


def make(seed: int) -> tuple[str, Made]:
    """The ledger of a seed, and its kind."""
    r = random.Random(seed)
    kind = r.choices(list(KINDS), [often for often, _ in KINDS.values()])[0]
    return kind, KINDS[kind][1](r)


def untouched(made: Made) -> Counter:
    """Lines of a broken text file that were not touched, and so must be in the book."""
    return Counter(made.lines[line] for line in re.split(rb"[\r\n]+", made.raw) if line in made.lines)
