"""Mutated ledgers against the reader: a book or a BookError, nothing else, and no wrong total without a word.

    python benchmarks/fuzz_reader.py --seconds 600 --seed 1

Each ledger (`fuzz_ledgers.py`) is mutated in its bytes, its structure or its mapping. Of the structure, and of the
columns that a mapping names, the right total is known. Of the bytes of text it is known which lines were not touched:
each of these must be in the book, to the cent, unless a quotation mark was put in, which may swallow lines. Rows read
must always be rows kept and rows set aside.

Ledgers are read in a process of their own, which is begun anew when it ends or takes too long: both are failures.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter
from pathlib import Path

from fuzz_ledgers import Made, make, mapped_total, untouched

from kamlib.book import BookError, open_book

TIME_OUT = 20  # seconds a ledger
MEMORY = 6 << 30  # bytes of a process: a file that takes more ends it, and not the computer


def once(seed: int, folder: Path) -> tuple[str, str]:
    """One ledger: what came of it, and what is wrong with that."""
    kind, made = make(seed)
    kind += made.suffix if kind.startswith("typed") else ""
    path, mapping = folder / f"ledger{made.suffix}", None
    path.write_bytes(made.raw)
    if made.mapping is not None:
        mapping = folder / "mapping.toml"
        mapping.write_bytes(made.mapping)
    try:
        book = open_book(path, mapping=mapping)
    except BookError as error:
        known = ", total known" if made.total is not None else ""
        return f"{kind}: refused{known}", _wrong_refusal(str(error))
    except BaseException as error:  # a panic of a library in Rust is no Exception
        return f"{kind}: failed", "".join(traceback.format_exception(error)[-3:])
    try:
        outcome, wrong = _judged(made, book)
    finally:
        book.con.close()
    return f"{kind}: {'failed' if wrong else outcome}", wrong


def _wrong_refusal(message: str) -> str:
    if not message.strip():
        return "a refusal without a word"
    return f"a refusal of {len(message):,} characters: {message[:300]}" if len(message) > 20_000 else ""


def _judged(made: Made, book) -> tuple[str, str]:
    """How far a book that was read is known to be right, and what is wrong with it."""
    lines = book.ledger.project("customer_id, date, cents").fetchall()
    cents, aside = sum(c for _, _, c in lines), book.rows_set_aside
    if book.rows_read != aside + len(lines):
        return "", f"rows {book.rows_read} are not {aside} + {len(lines)}"
    must = untouched(made)
    if lost := must - Counter(lines):
        return "", f"{lost.total()} untouched lines are not in the book, as {next(iter(lost))}; notes {book.notes}"
    total = made.total
    if made.mapping is not None:
        total = mapped_total(made.raw, tomllib.loads(made.mapping.decode("utf-8-sig"))) if not aside else None
    if total is not None and cents != total:
        return "", f"total {cents} of {total}; aside {aside}; notes {book.notes}"
    if made.aside is not None and aside not in made.aside:
        return "", f"aside {aside} of {made.aside}; notes {book.notes}"
    return ("read, untouched lines known" if must else "read" if total is None else "read, total known"), ""


class Reader:
    """A process that reads one ledger after the other, begun anew where it ends."""

    def __init__(self, folder: Path):
        self.folder, self.process = folder, None

    def read(self, seed: int) -> tuple[str, str]:
        """What comes of the ledger of a seed."""
        if self.process is None:
            context = multiprocessing.get_context("spawn")
            self.pipe, theirs = context.Pipe()
            self.process = context.Process(target=_serve, args=(theirs, self.folder), daemon=True)
            self.process.start()
            theirs.close()
            self._answer(120)  # it is ready
        return self._answer(TIME_OUT, seed)

    def _answer(self, seconds: float, seed: int | None = None) -> tuple[str, str]:
        try:
            if seed is not None:
                self.pipe.send(seed)
            if self.pipe.poll(seconds):
                return self.pipe.recv()
        except (EOFError, OSError):  # nobody is there any more
            self.process.join(5)
            code = self.process.exitcode
            self.stop()
            return "aborted", f"the process ended with {code}"
        self.stop()
        return "timed out", f"took more than {seconds} s"

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None


def _serve(pipe, folder: Path) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # DuckDB takes such a process for a person and draws its progress
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pipe.send(("", ""))
    while True:
        try:
            seed = pipe.recv()
        except EOFError:
            return
        pipe.send(once(seed, folder))


def main() -> None:
    """Run for some seconds; print counts, and keep what failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, help="folder for the ledgers that failed")
    given = options.parse_args()
    counts, end, seed, slowest, failed = Counter(), time.monotonic() + given.seconds, given.seed * 1_000_000, 0.0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reader = Reader(folder)
        while time.monotonic() < end:
            start = time.monotonic()
            outcome, wrong = reader.read(seed)
            slowest = max(slowest, time.monotonic() - start) if counts else 0.0  # the first one loads the library
            counts[outcome] += 1
            if wrong:
                failed += 1
                kind, _ = make(seed)
                print(f"--- seed {seed} ({kind}): {wrong}")
                _keep(folder, given.keep, seed)
            for file in folder.iterdir():
                file.unlink()
            seed += 1
        reader.stop()
    for outcome, n in sorted(counts.items()):
        print(f"{outcome}: {n:,}")
    print(f"{counts.total():,} ledgers, {failed:,} failed; slowest {slowest:.1f} s")


def _keep(folder: Path, to: Path | None, seed: int) -> None:
    for file in folder.iterdir() if to else ():
        to.mkdir(exist_ok=True)
        shutil.copy(file, to / f"{seed}{''.join(file.suffixes) or file.name}")


if __name__ == "__main__":
    main()
