"""What a text file is written in, from its content; and what is no text, whatever its name."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TextIO

from kamlib.book.errors import NoTable
from kamlib.book.source.charset import Identifying, settle

LEFT_OUT = "\0"

_OTHER_KINDS = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture", b"BM": "a BMP picture",
    b"%PDF": "a PDF document", b"PAR1": "a Parquet file", b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook", b"SQLite format 3\0": "a SQLite database",
    b"\x1f\x8b": "a gzip archive",
    b"RIFF": "a sound or a film", b"7z\xbc\xaf": "a 7z archive",
}  # fmt: skip
BLANK_CELL = re.compile(r'"(?:[^"]|"")*"|[^\s"]\S*')  # where blanks stand between cells
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(file: Path, identifying: Identifying, head: int = 200_000) -> tuple[str, str]:
    """The encoding of a text file, and a note where it is not plain UTF-8.

    UTF-8 where every byte fits; UTF-16 by its mark, or by zero bytes at every other place; else what `charset.settle`
    finds by the names in the columns that identify.

    Raises
    ------
    BookError
        No text at all; or names can be read in more than one way.
    """
    with file.open("rb") as stream:
        start = stream.read(4096)
        for bom, name in _BOMS:
            if start.startswith(bom):
                return name, "" if name == "utf-8-sig" else f"read as {name}"
        _refuse_other_kinds(start, file.name)
        if name := _utf16(start):
            return name, f"read as {name}, though it has no byte-order mark"
        _refuse_nul(start, file.name)
        stream.seek(0)
        escapes, decoder = False, codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
                escapes = escapes or (b"\x1b" in chunk and b"\x1b$" in chunk)  # one byte is found at once
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return settle(file, identifying, head)
    return ("iso2022_jp", "read as iso2022_jp") if escapes else ("utf-8", "")


def _refuse_other_kinds(start: bytes, name: str) -> None:
    for sign, kind in _OTHER_KINDS.items():
        if start.startswith(sign) and (len(sign) > 2 or b"\0" in start):
            raise NoTable(f"{name} is not a text file but {kind}. Give it its right name, or save it as CSV.")


def _refuse_nul(start: bytes, name: str) -> None:
    if start.count(b"\0") * 20 > len(start):
        raise NoTable(f"{name} is not a text file (it holds NUL bytes). Save it as CSV, Excel or Parquet.")


def _utf16(start: bytes) -> str:
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) * 10 < len(start) or min(even, odd) * 20 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def as_utf8(file: Path, encoding: str, scratch: Path, *, skip: int = 0, blanks: bool = False) -> tuple[Path, int, int]:
    """A copy in UTF-8 with one kind of line end, without the first lines; `blanks`: with a tab for each run of them.

    Returns
    -------
    (path, lost, nul)
        The copy; how many characters were none in this encoding; how many NUL characters were left out.
    """
    path, lost, nul = scratch / "ledger.csv", 0, 0
    with (
        file.open(encoding=encoding, errors="replace") as source,
        path.open("w", encoding="utf-8", newline="\n") as target,
    ):
        for _ in range(skip):
            source.readline()
        while chunk := _chunk(source, blanks):
            lost, nul = lost + chunk.count("\ufffd"), nul + chunk.count(LEFT_OUT)
            target.write(chunk.replace(LEFT_OUT, ""))
    return path, lost, nul


def _chunk(source: TextIO, blanks: bool) -> str:
    if not blanks:
        return source.read(1 << 20)
    return "".join("\t".join(BLANK_CELL.findall(line)) + "\n" for line in source.readlines(1 << 20))


def needs_copy(file: Path) -> bool:
    """Whether lines end in more than one way (DuckDB takes the first for all), or there are NUL bytes."""
    with file.open("rb") as stream:
        plain = not any(b"\r" in chunk or b"\0" in chunk for chunk in iter(lambda: stream.read(1 << 20), b""))
    if plain:  # nearly all, and quick: to look for a byte is, to count it is not
        return False
    both = feeds = returns = nul = 0
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            both, feeds, returns = both + chunk.count(b"\r\n"), feeds + chunk.count(b"\n"), returns + chunk.count(b"\r")
            nul += chunk.count(b"\0")
    return nul > 0 or sum(n > 0 for n in (both, feeds - both, returns - both)) > 1


def mostly_utf8(file: Path) -> bool:
    """Whether only a few bytes are damaged: text of another encoding is UTF-8 by chance only."""
    right = wrong = 0
    with file.open(encoding="utf-8", errors="replace") as stream:
        while chunk := stream.read(1 << 20):
            wrong += chunk.count("\ufffd")
            right += sum(not c.isascii() for c in chunk) - chunk.count("\ufffd")
    return right > wrong
