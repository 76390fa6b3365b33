"""A book in which every text is out to do harm: what stands in it must reach a reader as text, and do nothing.

A browser in which one of these runs has `window.pwned`, or another title.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

from kamlib.tables import TABLES, Column

OWN = "window.pwned=1;document.title='owned'"
TEXTS = (
    f"<script>{OWN}</script>",
    f'"><img src=x onerror="{OWN}">',
    f"' onmouseover='{OWN}' autofocus onfocus='{OWN}",
    f"</td></tr></table></main><h1>owned</h1><svg onload={OWN}>",
    f"<style>body{{display:none}}</style><iframe srcdoc='<script>top.{OWN}</script>'>",
    f"[click](javascript:{OWN}) ![x](http://evil.example/x.png) **bold** `code`",
    "&lt;script&gt;window.pwned=1&lt;/script&gt; &amp; &#60;b&#62;",
    '=HYPERLINK("http://evil.example/","pay here")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "../../../../etc/passwd",
    "..\\..\\windows\\system32",
    "CON",
    "nul.html",
    "a/b:c*d?e|f",
    "bell\x07 escape\x1b[31mred\x1b[0m back\x08space null-like \x01\x7f\x9b31m",
    "invoice\u202egnp.exe \u2066isolated",
    "zero\u200bwidth\ufeff joiner\u200d",
    'O\'Brien "the quoted"; DROP TABLE ledger;--',
    "🦊 Fox & Söhne 👩\u200d🔧 🇩🇪",
    "株式会社 日本 शर्मा ไทย",
    "شركة النور للتجارة",
    "Z\u0335\u0321\u034e" * 40 + " many marks",
    "N" * 300,
    "very long name with spaces " * 12,
    "$\\frac{a}{b}$ $x$ \\alpha \\input{/etc/passwd}",
    "{{ 7*7 }} {% include 'x' %} ${7*7} %s %n {0} {name}",
    "NaN",
    "line one\nline two\u2028line three",
)
BOOK_NAME = "Acme & <script>window.pwned=1<.script> .. CON =1+1"
EXTRA = f'Remarks <img src=x onerror="{OWN}"> =1+1'  # a column that nobody knows
AMOUNT = f"<b onmouseover=\"{OWN}\">Net, 'quoted'</b>"  # a heading that the mapping has to name
PARTS = ("=cmd <img src=x onerror=window.pwned=1> 'one'.csv", "-- two \u202evsc.csv")  # files of the ledger
END = dt.date(2024, 6, 30)
FIRST = dt.date(2023, 1, 1)


def customer(number: int) -> str:
    """The id of an account: hostile as it stands."""
    return TEXTS[number % len(TEXTS)]


def write_book(parent: Path) -> Path:
    """Write the book as a folder of CSV files with a mapping; returns the folder."""
    folder = parent / BOOK_NAME
    folder.mkdir(parents=True)
    draw = random.Random(7)
    lines = list(_ledger(draw))
    bad = {"customer_id": TEXTS[0], "date": TEXTS[1], AMOUNT: TEXTS[7], EXTRA: TEXTS[8]}
    _write(folder / PARTS[0], lines[: len(lines) // 2])
    _write(folder / PARTS[1], [*lines[len(lines) // 2 :], bad])
    for name in TABLES:
        if name not in ("ledger", "rates"):  # all lines are in one currency
            _write(folder / f"{name}.csv", list(_rows(name, draw)))
    quoted = AMOUNT.replace('"', '\\"')
    (folder / "mapping.toml").write_text(f'[ledger]\namount = "{quoted}"\n', "utf-8")
    return folder


def _write(path: Path, rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def _ledger(draw: random.Random):
    number = 0
    for account in range(len(TEXTS)):
        day = FIRST + dt.timedelta(days=draw.randrange(1, 60))
        while day <= END:
            net = round(draw.lognormvariate(6 - account / 60, 0.5), 2)
            number += 1
            row = {c.name: _value(c, number + account, day, draw) for c in TABLES["ledger"].columns}
            del row["cost"], row["unit_price"], row["amount"]
            row |= {"customer_id": customer(account), "profit": round(net / 4, 2), "currency": "EUR", "kind": "goods"}
            row |= {"line_id": f"{number}", "order_id": f"{number}{TEXTS[number % 8]}", AMOUNT: net}
            yield row | {EXTRA: TEXTS[number % len(TEXTS)]}
            day += dt.timedelta(days=draw.randrange(5, 25 + 3 * account))


def _rows(name: str, draw: random.Random):
    """Two rows an account, each column with what it may hold at its worst."""
    for number in range(2 * len(TEXTS)):
        day = FIRST + dt.timedelta(days=5 * number)
        row = {c.name: _value(c, number, day, draw) for c in TABLES[name].columns}
        if "customer_id" in row:
            row["customer_id"] = customer(number)
        if name in ("accounts", "managers", "assignments"):
            row |= {k: v for k, v in {"since": "2022-06-01", "parent_id": "", "status": "customer", "to": ""}.items()
                    if k in row}  # fmt: skip
            if number >= len(TEXTS):
                return
        yield row | {EXTRA: TEXTS[number % len(TEXTS)]}


def _value(column: Column, number: int, day: dt.date, draw: random.Random) -> object:
    if column.values:
        return column.values[number % len(column.values)]
    if column.kind in ("id", "text"):
        return TEXTS[number % len(TEXTS)]
    if column.kind == "date":
        return day.isoformat()
    if column.kind == "flag":
        return "true"
    low, high = column.low or 0, column.high or 5000
    return draw.randint(int(low), int(high)) if column.kind == "whole" else round(draw.uniform(low, high), 2)
