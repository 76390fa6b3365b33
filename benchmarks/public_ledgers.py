"""Public sales files, as they stand: what the reader makes of them, beside answers worked out without it.

    python benchmarks/public_ledgers.py first FOLDER

`public_ledgers/first.csv` says where each file is from (repository, commit, path); it was written before any of them
was tried, and `first.py` gives the right answer in a few lines of pandas: net total, customers, first and last day.
The files are not in this repository; FOLDER holds them under their ids. `second` to `ninth` are lists that nobody
looked at before what the lists before them showed was mended.

A file is *right* where all four are; *asked* where it is refused, and *settled* if one edit of a mapping (the first or
a later choice of the message, or a line of EDITS) then reads it right; where the answer is None nothing in the file
decides, and to be asked is right. *wrong, told*: another total, with a note that says which lines or columns are in
doubt; *wrong* otherwise.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import tomllib
import traceback
from pathlib import Path

from kamlib.book import BookError, open_book
from kamlib.book.skeleton import mapping_text

# What a user writes after having read the message, for files that are asked of.
EDITS = {
    "07-m3-invoices": {"ledger": {"currency": ""}},
    "35-violanova": {"ledger": {"customer_id": "numer_gr_klienta"}},
}  # fmt: skip
# Files whose message offers choices of a currency, and the one that the answer is in: the rest is what --fix writes.
CHOSEN = {"34-afip-daca": "$", "44-fatture-valute": "USD", "s16-ar-forecast": "EUR"}
# Words of a note that says which lines or columns are in doubt.
IN_DOUBT = ("not understood", "not read", "could be it", "is not quantity x unit price", "is not used", "are set aside")
HERE = Path(__file__).with_name("public_ledgers")


def answers(name: str) -> dict:
    """The module of answers."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ANSWERS


def read(path: Path, mapping=None):
    """(net, customers, first, last), and the book."""
    book = open_book(path, mapping=mapping)
    net, customers, first, last = book.ledger.aggregate(
        "coalesce(sum(cents), 0)::BIGINT, count(DISTINCT customer_id), min(date)::VARCHAR, max(date)::VARCHAR"
    ).fetchall()[0]
    return (net / 100, customers, first, last), book


def tried(path: Path, right, verbose: bool) -> tuple[str, str]:
    """What came of one file."""
    try:
        got, book = read(path)
    except BookError as refused:
        if verbose:
            print(refused)
        why = str(refused).splitlines()[0][:150]
        if right is None:
            return "asked, rightly", why
        return ("asked, settled" if _settled(path, right, refused) else "asked"), why
    except Exception:
        return "traceback", traceback.format_exc().strip().splitlines()[-1][:150]
    if verbose:
        print(*book.notes, sep="\n")
        print(book.recognised.to_string())
        print(book.not_sold.to_string())
    if right is None:
        return "read, where nothing decides", f"{got}"
    if _same(got, right):
        return "right", f"{got[0]:,.2f}"
    told = [n for n in book.notes if any(w in n for w in IN_DOUBT)]
    return ("wrong, told" if told else "WRONG"), f"got {got}, right {right}" + (f"; {told[0][:150]}" if told else "")


def _same(got, right) -> bool:
    return abs(got[0] - float(right[0])) < 0.005 and tuple(map(str, got[1:])) == tuple(map(str, right[1:]))


def _settled(path: Path, right, refused: BookError) -> bool:
    """Whether one mapping file with one edit reads it right: the one noted here, or that of --fix, one line chosen."""
    try:
        if path.stem in EDITS:
            return _same(read(path, EDITS[path.stem])[0], right)
        return path.stem in CHOSEN and _same(read(path, _chosen(path, refused, CHOSEN[path.stem]))[0], right)
    except BookError:
        return False


def _chosen(path: Path, refused: BookError, currency: str) -> dict:
    """What `kam check --fix` writes, with the line of a currency chosen."""
    line = f'only_currency = "{currency}"'
    written = mapping_text(path, refused=refused)
    assert f"# choose one: {line}" in written, path
    return tomllib.loads(written.replace(f"# choose one: {line}", line))


def main() -> None:
    """Try them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    parser.add_argument("list", choices=names)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    of, counts = answers(asked.list), {}
    with (HERE / f"{asked.list}.csv").open() as stream:
        for row in csv.DictReader(stream):
            name = row["id"]
            if not name.startswith(asked.only):
                continue
            path = next(iter(sorted(asked.folder.glob(f"{name}.*"))), None)
            outcome = tried(path, of[name](path), bool(asked.only)) if path else ("no file", "")
            counts[outcome[0]] = counts.get(outcome[0], 0) + 1
            print(f"| {name} | {row['tool']} | {row['language']} | {outcome[0]} | {outcome[1]} |", flush=True)
    print(counts)


if __name__ == "__main__":
    main()
