"""Mutated ledgers against the reader: a book or a BookError, nothing else, and no wrong total without a word.

    python benchmarks/fuzz_reader.py --seconds 600 --seed 1

Each ledger is mutated in its bytes (nothing is known of the right total then, but the rows must add up) or in its
structure, where the right total is known: then it must be right, or a note or a listed problem must say why.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
import traceback
from collections import Counter
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


def ledger(r: random.Random) -> tuple[bytes, int, str]:
    """A ledger in one of many shapes, its net total in cents, and the suffix of its file."""
    decimal, delimiter = r.choice([(".", ","), (".", ";"), (",", ";"), (",", "\t")])
    form = r.choice(["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y%m%d"])
    rows, total = [], 0
    for i in range(r.choice([1, 3, 40, 400])):
        cents = r.randint(-(10 ** r.randint(1, 8)), 10 ** r.randint(1, 8))
        day = pd.Timestamp("2022-01-13") + pd.Timedelta(days=i % 900)
        amount = f"{cents / 100:.2f}".replace(".", decimal)
        if r.random() < 0.05 and cents < 0:
            amount = r.choice([f"({amount[1:]})", f"{amount[1:]}-", f"−{amount[1:]}"])
        rows.append([f"K{r.randint(1, 30)}", day.strftime(form), amount, f"item {i}"])
        total += cents
    text = "\n".join(delimiter.join(row) for row in [[*r.choice(HEADERS), "text"], *rows]) + "\n"
    return text.encode(r.choice(["utf-8", "utf-8-sig", "utf-16"])), total, ".csv"


def keep_total(r: random.Random, raw: bytes) -> bytes:
    """A change of structure that leaves the total as it is."""
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
    return r.choice(["\n", "\r\n", "\r"]).join([*lines, ""]).encode(r.choice(["utf-8", "utf-16-le", "utf-16"]))


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
    total = None
    if r.random() < 0.15:
        raw, suffix = other_file(r)
        raw = mutate(r, raw)
    else:
        raw, total, suffix = ledger(r)
        if r.random() < 0.4:
            raw = keep_total(r, raw)
        else:
            raw, total = mutate(r, raw), None
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
    lines, cents = book.ledger.aggregate("count(*), coalesce(sum(cents), 0)::HUGEINT::VARCHAR").fetchall()[0]
    book.con.close()
    if book.rows_read != book.rows_set_aside + lines:
        return "failed", f"rows {book.rows_read} are not {book.rows_set_aside} + {lines}"
    if total is not None and int(cents) != total and not book.rows_set_aside:
        return "failed", f"total {cents} instead of {total}; notes {book.notes}"
    return "read" if total is None else "read, total known", ""


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
