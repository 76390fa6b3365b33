"""Mutated ledgers against the reader: a book or a BookError, nothing else, and no wrong total without a word.

    python benchmarks/fuzz_reader.py --seconds 600 --seed 1

Each ledger is mutated in its bytes or in its structure. Of the structure the right total is known, and how many rows
may be set aside: both must be so. Of the bytes it is known which lines were not touched: each of these must be in the
book, to the cent, unless a quotation mark was put in, which may swallow lines. Rows read must always be rows kept and
rows set aside.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
import signal
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kamlib.book import BookError, open_book

TIME_OUT = 20  # seconds a ledger
HEADERS = (("customer_id", "date", "amount"), ("Kunde", "Datum", "Umsatz"), ("العميل", "التاريخ", "المبلغ"))
JUNK = (b'"', b"\0", b"\n", b"\r", b",", b";", b"\t", b"\xff", b"\xe9", b"=1+1", b"nan", b"1e999", b"-",
        b"\xef\xbb\xbf",
        b"'", b"(", b"%", "٣".encode(), "€".encode(), b"99999999999999999999999999", b"x" * 5000)  # fmt: skip


class TooLong(Exception):
    """A ledger that took more than TIME_OUT."""


@dataclass
class Made:
    """A ledger that was made: its bytes, its total in cents, and what each of its lines says."""

    raw: bytes
    total: int
    lines: dict[bytes, tuple[str, dt.date, int]]


def ledger(r: random.Random) -> Made:
    """A ledger in one of many shapes."""
    decimal, delimiter = r.choice([(".", ","), (".", ";"), (",", ";"), (",", "\t")])
    form = r.choice(["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y%m%d"])
    rows, total, says = [], 0, []
    for i in range(r.choice([1, 3, 40, 400])):
        cents = r.randint(-(10 ** r.randint(1, 8)), 10 ** r.randint(1, 8))
        day = pd.Timestamp("2022-01-13") + pd.Timedelta(days=i % 900)
        amount = f"{cents / 100:.2f}".replace(".", decimal)
        if r.random() < 0.05 and cents < 0:
            amount = r.choice([f"({amount[1:]})", f"{amount[1:]}-", f"−{amount[1:]}"])
        rows.append([f"K{r.randint(1, 30)}", day.strftime(form), amount, f"item {i}"])
        total += cents
        says.append((rows[-1][0], day.date(), cents))
    lines = [delimiter.join(row) for row in [[*r.choice(HEADERS), "text"], *rows]]
    encoding = r.choice(["utf-8", "utf-8-sig", "utf-16"])
    known = dict(zip((line.encode() for line in lines[1:]), says, strict=True)) if encoding != "utf-16" else {}
    return Made(("\n".join(lines) + "\n").encode(encoding), total, known)


def keep_total(r: random.Random, raw: bytes) -> tuple[bytes, int]:
    """A change of structure that leaves the total as it is; and how many rows it sets aside."""
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    lines = raw.decode(encoding).splitlines()
    change = r.randrange(6)
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
    raw = r.choice(["\n", "\r\n", "\r"]).join([*lines, ""]).encode(r.choice(["utf-8", "utf-16-le", "utf-16"]))
    return raw, int(change == 3)


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


def other_file(r: random.Random) -> tuple[bytes, str]:
    """A workbook, a Parquet file or a database, to be broken."""
    n = r.choice([1, 30])
    frame = pd.DataFrame({"customer": ["a"] * n, "date": pd.Timestamp("2024-01-13"), "amount": 1.5})
    with tempfile.TemporaryDirectory() as folder:
        suffix = r.choice([".xlsx", ".parquet", ".db"])
        path = Path(folder) / f"l{suffix}"
        if suffix == ".xlsx":
            frame.to_excel(path, index=False)
        elif suffix == ".parquet":
            frame.to_parquet(path)
        else:
            import sqlite3

            con = sqlite3.connect(path)
            frame.to_sql("ledger", con, index=False)
            con.close()
        return path.read_bytes(), suffix


def once(r: random.Random, folder: Path) -> tuple[str, str]:
    """One ledger: what came of it, and what is wrong with that."""
    total, aside, untouched, suffix = None, 0, Counter(), ".csv"
    if r.random() < 0.15:
        raw, suffix = other_file(r)
        raw = mutate(r, raw)
    else:
        made = ledger(r)
        if r.random() < 0.4:
            total, (raw, aside) = made.total, keep_total(r, made.raw)
        else:
            raw = mutate(r, made.raw)
            if b'"' not in raw:
                untouched.update(made.lines[line] for line in re.split(rb"[\r\n]+", raw) if line in made.lines)
    path = folder / f"ledger{suffix}"
    path.write_bytes(raw)
    signal.alarm(TIME_OUT)
    try:
        book = open_book(path)
    except BookError as error:
        return "refused", "" if str(error).strip() else "a refusal without a word"
    except BaseException as error:  # a panic of a library in Rust is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return "failed", "".join(traceback.format_exception(error)[-3:])
    finally:
        signal.alarm(0)
    lines = book.ledger.project("customer_id, date, cents").fetchall()
    book.con.close()
    if book.rows_read != book.rows_set_aside + len(lines):
        return "failed", f"rows {book.rows_read} are not {book.rows_set_aside} + {len(lines)}"
    if lost := untouched - Counter(lines):
        return (
            "failed",
            f"{lost.total()} untouched lines are not in the book, as {next(iter(lost))}; notes {book.notes}",
        )
    if total is None:
        return ("read, untouched lines known" if untouched else "read"), ""
    cents = sum(c for _, _, c in lines)
    if (cents, book.rows_set_aside) != (total, aside):
        return "failed", f"total {cents} of {total}, aside {book.rows_set_aside} of {aside}; notes {book.notes}"
    return "read, total known", ""


def main() -> None:
    """Run for some seconds; print counts, and keep what failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, help="folder for the ledgers that failed")
    given = options.parse_args()
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TooLong()))
    counts, end, seed, slowest = Counter(), time.monotonic() + given.seconds, given.seed * 1_000_000, 0.0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            start = time.monotonic()
            outcome, wrong = once(random.Random(seed), Path(folder))
            slowest = max(slowest, time.monotonic() - start)
            counts[outcome] += 1
            if wrong:
                print(f"--- seed {seed}: {wrong}")
                for file in Path(folder).iterdir() if given.keep else ():
                    given.keep.mkdir(exist_ok=True)
                    (given.keep / f"{seed}{file.suffix}").write_bytes(file.read_bytes())
            for file in Path(folder).iterdir():
                file.unlink()
            seed += 1
    print(", ".join(f"{k}: {n:,}" for k, n in sorted(counts.items())), f"; slowest {slowest:.1f} s")


if __name__ == "__main__":
    main()
