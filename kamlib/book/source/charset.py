"""In which encoding a text is written that is not UTF-8: judged by the cells that identify, or asked.

charset-normalizer says which encodings are possible. Of a few names that is nearly all of them, and its first choice
is the right one in half of the cases, so the names decide: in the right encoding their letters stand where letters of
names stand (`letters.py`). Where two encodings read the customers otherwise and are about as likely, the user is
asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kamlib.book.errors import BookError, Question, Unsettled
from kamlib.book.source.letters import PLAIN, rarity

# What each encoding must first make up for, in half bits: how seldom ledgers are written in it.
_SELDOM = {
    0: "utf-8 cp1252",  # UTF-8 with damaged bytes, that is
    4: "cp932 gb18030 cp1251 cp1253 cp1255 cp1256 big5 cp949 cp874 iso8859_15 iso8859_1",
    6: "cp1250 cp1254 iso8859_2 iso8859_9 iso8859_7",
    8: "cp1257 euc_jp koi8_r mac_roman",
    10: "cp850 iso8859_5 iso8859_8 iso8859_6 iso8859_13 cp437 cp852 cp866",
    16: "koi8_u cp857 cp862 cp737 mac_cyrillic mac_greek cp855",
    28: "iso8859_4 iso8859_16 cp775 cp864 mac_turkish mac_latin2",
}
SELDOM = {name: cost for cost, names in _SELDOM.items() for name in names.split()}
# Half bits by which the best reading must lead. On names of countries and cities in 33 languages that are not those of
# `letters.txt`, one, two, eight or 25 at a time, 2 in 1,000 are then read wrongly and 10 to 30 in 100 are asked.
LEAD, LEAD_PER_NAME = 10, 8  # the latter times the root of how many names are read otherwise
NO_NAMES = 46  # half bits a sign beyond ASCII: more than names have in any of these encodings
MOST_WORDS, MOST_BYTES = 2000, 300_000  # of the sample
CHUNK = 1 << 16
_NEW = re.compile(r'.?[^\x00-\x7f][^\s,;|"]*')
_BETWEEN = re.compile(r'[ \t\r\n\f\v,;|"]+')  # a blank beyond ASCII may be a letter in another encoding

Split = Callable[[str], list[str]]
Identifying = Callable[[str], tuple[Split, list[int]]]


@dataclass(frozen=True)
class Reading:
    """The sample in one encoding: its cost, its identifying cells by line, its words beyond ASCII."""

    encoding: str
    cost: float
    cells: tuple[tuple[int, str], ...]
    unlikely: bool


def settle(file: Path, identifying: Identifying, head: int) -> tuple[str, str]:
    """The encoding of a text that is not UTF-8, and a note.

    Parameters
    ----------
    file : path
    identifying : function
        Text of the file's begin -> how its lines are split, and the positions of the columns that identify.
    head : int
        Bytes of the file's begin that are enough to know its columns.

    Raises
    ------
    BookError
        Names can be read in two ways, or in none.
    """
    lines = sample(file)
    split, ids = _columns(file, lines, identifying, head)
    readings = sorted((_reading(e, lines, split, ids) for e in _possible(lines)), key=lambda r: (r.cost, r.encoding))
    best = readings[0]
    named = [cell for _, cell in best.cells]
    if not named:
        return best.encoding, f"{_why(best)} (customers and orders are in ASCII only)"
    rivals = [r for r in readings if r.cells != best.cells and r.cost < best.cost + _lead(best, r)]
    if rivals or best.unlikely:
        raise _question(file, best, rivals or [r for r in readings if r.cells != best.cells])
    refuse_merged(file, best.encoding, lines, split, ids)
    look = "If names look wrong, set encoding under [options]"
    return best.encoding, f"{_why(best)} and its names are likeliest so ({named[0][:40]!r}). {look}"


def _why(best: Reading) -> str:
    if best.encoding == "utf-8":
        return "read as utf-8, though some of its bytes are not"
    return f"read as {best.encoding}, since it is not UTF-8"


def sample(file: Path) -> list[tuple[int, bytes]]:
    """Lines, by number, each with a word beyond ASCII that those before have not."""
    kept, seen, number = [], set(), 0
    with file.open(encoding="latin-1") as stream:
        while lines := stream.readlines(CHUNK):
            if not seen.issuperset(_NEW.findall("".join(lines))):  # quick, and in most chunks nothing is new
                for at, line in enumerate(lines, start=number + 1):
                    new = set(_NEW.findall(line)) - seen
                    if new:
                        seen |= new
                        kept.append((at, line[:20_000].encode("latin-1")))
            if len(seen) > MOST_WORDS or sum(len(raw) for _, raw in kept) > MOST_BYTES:
                break
            number += len(lines)
    return kept


def _possible(lines: list[tuple[int, bytes]]) -> list[str]:
    """Encodings that charset-normalizer finds no rubbish in, and those that damaged bytes keep it from reading."""
    from charset_normalizer import from_bytes

    found = from_bytes(
        b"".join(line for _, line in lines), cp_isolation=[e for e in SELDOM if e != "utf-8"], threshold=0.5,
        enable_fallback=False, preemptive_behaviour=False,
    )  # fmt: skip
    names = {name for match in found for name in match.could_be_from_charset}
    return [e for e in SELDOM if e in names or any("\ufffd" in line.decode(e, "replace") for _, line in lines)]


def _columns(file: Path, lines, identifying: Identifying, head: int) -> tuple[Split, list[int]]:
    """How lines are split, and which columns identify; their names may be what is hard to read."""
    with file.open("rb") as stream:
        start = stream.read(head)
    costs = {e: _reading(e, lines, lambda line: [line], []).cost for e in _possible(lines)}
    return identifying(start.decode(min(costs, key=costs.get), "replace"))


def _reading(encoding: str, lines: list[tuple[int, bytes]], split: Split, ids: list[int]) -> Reading:
    words, cells = set(), []
    for number, raw in lines:
        line = raw.decode(encoding, "replace").rstrip("\r\n")
        words.update(w for w in _BETWEEN.split(line) if not w.isascii())
        row = split(line) if ids else []
        cells += [(number, row[i].strip(" \t")) for i in ids if i < len(row)]
    cost = sum(map(rarity, sorted(words)))
    plain = sum(c.isascii() for w in words for c in w)
    beyond = sum(map(len, words)) - plain
    unlikely = cost - plain * PLAIN > NO_NAMES * beyond
    # Those plain in one encoding can be half of a sign in another.
    named = tuple((n, c) for n, c in cells if not c.isascii())
    return Reading(encoding, SELDOM[encoding] + cost, named, unlikely)


def _lead(best: Reading, other: Reading) -> float:
    otherwise = {cell for _, cell in set(best.cells) ^ set(other.cells)}
    return LEAD + LEAD_PER_NAME * (len(otherwise) / 2) ** 0.5


def _question(file: Path, best: Reading, rivals: list[Reading]) -> Unsettled:
    shown = [best]
    for rival in rivals:
        if all(rival.cells != r.cells for r in shown):
            shown.append(rival)
    odd = sorted({n for r in shown[1:2] for n, _ in set(best.cells) ^ set(r.cells)})
    odd = (odd or [n for n, _ in best.cells])[:3]
    said = {r.encoding: ", ".join(f"line {n}: {c[:40]!r}" for n, c in r.cells if n in odd) for r in shown[:4]}
    choices = [(encoding, "") for encoding in said]
    return Unsettled(
        f"{file.name} is not UTF-8, and the names and numbers in it can be read in more than one way. Which is right? "
        "(Or save the file anew as UTF-8.)",
        [Question("options", "encoding", "in which encoding the file is written", choices)],
        "\n".join(f"  {encoding}: {cells}" for encoding, cells in said.items()),
    )


def refuse_merged(file: Path, encoding: str, lines: list[tuple[int, bytes]], split: Split, ids: list[int]) -> None:
    """Two names that damaged bytes make equal would be one customer."""
    as_read: dict[str, dict[str, int]] = {}
    for number, raw in lines:
        shown, bytewise = (split(raw.decode(e, "replace").rstrip("\r\n")) for e in (encoding, "latin-1"))
        for i in ids:
            if i < min(len(shown), len(bytewise)) and "\ufffd" in shown[i]:
                as_read.setdefault(shown[i], {}).setdefault(bytewise[i], number)
    merged = [(cell, ", ".join(map(str, raw.values()))) for cell, raw in as_read.items() if len(raw) > 1]
    if merged:
        examples = "; ".join(f"lines {numbers}: {cell[:40]!r}" for cell, numbers in merged[:3])
        raise BookError(
            f"{file.name}: some of its bytes are no characters in {encoding}, and names that differ would become one "
            f"({examples}). Save the file anew in one encoding, or read it all the same with encoding = "
            f"{encoding!r} under [options] of a mapping file."
        )
